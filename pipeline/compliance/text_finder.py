"""The packaged text finder's last layers in a form that a CPU computes faster (II.B)."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.records import FloatArray

GROWS = 2  # each of the two last layers makes so many rows and columns of one


def flatten_tail(model: Any) -> Any:
    """The finder's OpenVINO model with its last two layers as convolutions of 1x1, for `lay_out` to spread.

    These layers make four pixels of each, and no two of them overlap: the same sums, a sixth of the whole
    network's time less. Its output is then float32 (1,16,h/4,w/4). Raises ValueError where the model does
    not end in two such layers.
    """
    from openvino import Model, opset13

    widening = [op for op in model.get_ordered_ops() if op.get_type_name() == "ConvolutionBackpropData"]
    shapes = [list(op.input_value(1).get_shape()[2:]) for op in widening]
    if shapes != [[GROWS, GROWS]] * 2:
        raise ValueError("the text finder does not end in two layers that double rows and columns")
    first, second = widening
    middle = opset13.convolution(first.input_value(0), _flatten(first), [1, 1], [0, 0], [0, 0], [1, 1])
    shift, norm = _follow(first, 2)
    middle = opset13.add(middle, _repeat(shift, 1, (1, -1, 1, 1)))
    params = [_repeat(norm, place, (-1,)) for place in range(1, 5)]
    middle = opset13.batch_norm_inference(middle, *params, epsilon=norm.get_attributes()["epsilon"])
    apart = np.kron(np.eye(GROWS**2, dtype=np.float32), _flatten(second)[..., 0, 0])[..., None, None]
    last = opset13.convolution(opset13.relu(middle), apart, [1, 1], [0, 0], [0, 0], [1, 1])
    (end,) = _follow(second, 1)
    return Model([opset13.sigmoid(opset13.add(last, end.input_value(1)))], model.get_parameters(), "finder")


def lay_out(parts: FloatArray) -> FloatArray:
    """float32 (1,16,h,w), what the flattened finder gives, -> its map (4h,4w), 0 to 1."""
    height, width = parts.shape[2:]
    grid = parts.reshape(GROWS, GROWS, GROWS, GROWS, height, width)  # row, column; row, column within that
    return np.ascontiguousarray(grid.transpose(4, 0, 2, 5, 1, 3).reshape(4 * height, 4 * width))


def _flatten(layer: Any) -> FloatArray:
    """Weights (C,K,2,2) of a layer -> those of 1x1, float32 (4K,C,1,1), row by row of the four pixels."""
    weights = layer.input_value(1).get_node().data
    return np.ascontiguousarray(weights.transpose(2, 3, 1, 0).reshape(-1, len(weights), 1, 1))


def _repeat(layer: Any, place: int, shape: tuple[int, ...]) -> FloatArray:
    """A constant of a layer, once for each of the four pixels."""
    return np.tile(layer.input_value(place).get_node().data.ravel(), GROWS**2).reshape(shape)


def _follow(layer: Any, count: int) -> list[Any]:
    """So many layers after this one, each the only one that takes what the one before gives."""
    found = []
    for _ in range(count):
        (taker,) = layer.output(0).get_target_inputs()
        layer = taker.get_node()
        found.append(layer)
    return found
