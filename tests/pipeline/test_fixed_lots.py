"""Batches of any size through a network that was compiled for some sizes only."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
from openvino import opset13

from pipeline.fixed_lots import FixedLots, compile_lots
from pipeline.records import FloatArray, RgbArray

PIXELS = np.random.default_rng(4).integers(0, 256, (11, 6, 6, 3)).astype(np.uint8)


def network() -> openvino.Model:
    """Two outputs: the pixels halved, float32 (N,S,S,3), and each picture's mean, (N,)."""
    pixels = opset13.parameter([-1, -1, -1, 3], np.uint8)
    halves = opset13.multiply(opset13.convert(pixels, "f32"), np.float32(0.5))
    means = opset13.reduce_mean(halves, np.array([1, 2, 3]))
    return openvino.Model([halves, means], [pixels], "halves")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 11])
def test_every_picture_gets_its_own_answers(count: int) -> None:
    lots = compile_lots(openvino.Core(), network(), [(6, 6, 3)], (4, 1), {})
    halves, means = lots(PIXELS[:count])
    assert np.allclose(halves, PIXELS[:count] / 2)
    assert np.allclose(means, PIXELS[:count].mean(axis=(1, 2, 3)) / 2)


def test_answers_stay_when_the_next_batch_is_asked_for() -> None:
    lots = compile_lots(openvino.Core(), network(), [(6, 6, 3)], (4, 1), {})
    first = lots(PIXELS[:4])[0]
    kept = first.copy()
    lots(PIXELS[4:8])
    assert np.array_equal(first, kept)


def test_as_few_passes_are_made_as_the_sizes_allow() -> None:
    asked: list[int] = []

    def answer(inputs: list[RgbArray]) -> list[FloatArray]:
        asked.append(len(inputs[0]))
        return [inputs[0].astype(np.float32)]

    FixedLots({4: answer, 1: answer})(PIXELS[:10])
    assert asked == [4, 4, 1, 1]


def test_all_inputs_are_cut_alike() -> None:
    left, right = (opset13.parameter([-1, 3], np.float32) for _ in range(2))
    model = openvino.Model([opset13.subtract(left, right)], [left, right], "difference")
    one, other = (np.random.default_rng(seed).random((6, 3), np.float32) for seed in (1, 2))
    (found,) = compile_lots(openvino.Core(), model, [(3,), (3,)], (4, 1), {})(one, other)
    assert np.allclose(found, one - other)


def test_sizes_without_one_are_refused() -> None:
    with pytest.raises(ValueError, match="lots of one"):
        compile_lots(openvino.Core(), network(), [(6, 6, 3)], (4,), {})
