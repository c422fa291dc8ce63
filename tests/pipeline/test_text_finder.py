"""The text finder's flattened form against the packaged one."""

from __future__ import annotations

import cv2
import numpy as np
import openvino
import pytest
from openvino import opset13

from pipeline.compliance.text_finder import flatten_tail, lay_out
from pipeline.compliance.text_trunk import find_trunk


@pytest.mark.parametrize("shape", [(96, 160), (160, 64)])
def test_the_flattened_finder_draws_the_same_map(shape: tuple[int, int]) -> None:
    core, options = openvino.Core(), {"INFERENCE_PRECISION_HINT": "f32"}
    whole = core.read_model(str(find_trunk()))
    packaged = core.compile_model(whole, "CPU", options)
    flattened = core.compile_model(flatten_tail(core.read_model(str(find_trunk()))), "CPU", options)
    picture = np.full((*shape, 3), 40, np.uint8)
    cv2.putText(picture, "SALE", (4, 50), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    entry = (picture.transpose(2, 0, 1)[None] / 127.5 - 1).astype(np.float32)
    wanted = packaged(entry)[0][0, 0]
    found = lay_out(flattened(entry)[0])
    assert wanted.max() > 0.5
    assert found.shape == shape
    assert np.abs(found - wanted).max() < 1e-4


def test_a_network_without_such_layers_is_refused() -> None:
    entry = opset13.parameter([1, 3, -1, -1], np.float32)
    with pytest.raises(ValueError, match="does not end"):
        flatten_tail(openvino.Model([opset13.relu(entry)], [entry], "plain"))
