"""Takes a written overlay head's weights back into a network that can go on learning (II.B)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pipeline.compliance.overlay import NAME
from pipeline.training.overlay_net import OverlayHead

TOLERANCE = 0.02  # of the largest logit, between the written head and the one that took its weights
Layer = nn.Conv2d | nn.Linear
Fused = dict[tuple[int, ...], list[tuple[torch.Tensor, torch.Tensor]]]


@torch.no_grad()
def take_weights(head: OverlayHead, folder: Path, features: Sequence[torch.Tensor]) -> None:
    """Gives `head`, in place, the weights of the head that is written in `folder`.

    A written head's normalisations are folded into its convolutions. Each is unfolded so that what it makes
    of `features` (the trunk's of some pictures, then the pictures) is brought to mean 0 and spread 1, and
    back. Layers that the written head lacks stay as they are. Raises ValueError when the two then disagree.
    """
    import openvino

    written = openvino.Core().read_model(str(folder / f"{NAME}.xml"))
    fused, norms = _read_layers(written), _find_norms(head)
    hooks: list[Any] = []
    for layer in (part for part in head.modules() if isinstance(part, nn.Conv2d | nn.Linear)):
        hooks += _take_in_passing(layer, norms.get(layer), fused)
    told = head.train()(*features)
    for hook in hooks:
        hook.remove()
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    run = openvino.Core().compile_model(written, "CPU", options)
    given = [part.contiguous().numpy() for part in features][: len(written.inputs)]
    for ours, theirs in zip(told, run(given).values(), strict=True):
        if any(fused.values()) or np.abs(ours.numpy() - theirs).max() > TOLERANCE * np.abs(theirs).max():
            raise ValueError(f"{folder / NAME}.xml is of another form than this network")


def _read_layers(model: Any) -> Fused:
    """Weights and biases of a written network by the weights' shape, in the order in which it uses them."""
    layers: Fused = defaultdict(list)
    for node in model.get_ordered_ops():
        if node.get_type_name() in ("Convolution", "MatMul"):
            weight = _read_constant(node.input_value(1).get_node())
            (after,) = node.output(0).get_target_inputs()
            bias = _read_constant(after.get_node().input_value(1).get_node()).reshape(-1)
            layers[tuple(weight.shape)].append((weight, bias))
    return layers


def _read_constant(node: Any) -> torch.Tensor:
    while node.get_type_name() != "Constant":  # half precision is widened on the way
        node = node.input_value(0).get_node()
    return torch.from_numpy(np.array(node.get_data(), np.float32))


def _find_norms(head: OverlayHead) -> dict[nn.Module, nn.BatchNorm2d]:
    """The normalisation after each convolution that has one."""
    found: dict[nn.Module, nn.BatchNorm2d] = {}
    for block in (part for part in head.modules() if isinstance(part, nn.Sequential)):
        for layer, after in pairwise(block):
            if isinstance(after, nn.BatchNorm2d):
                found[layer] = after
    return found


def _take_in_passing(layer: Layer, norm: nn.BatchNorm2d | None, fused: Fused) -> list[Any]:
    """Hooks that give the layer its weights when it is first used, and its normalisation their scale."""
    bias: list[torch.Tensor] = []

    def take(_: nn.Module, __: Any) -> None:
        waiting = fused.get(tuple(layer.weight.shape))
        if waiting:
            weight, shift = waiting.pop(0)
            layer.weight.copy_(weight)
            bias.append(shift)

    def scale(_: nn.Module, __: Any, made: torch.Tensor) -> torch.Tensor:
        if bias and norm is None:
            assert layer.bias is not None
            made = made + (bias[0] - layer.bias).reshape((-1, 1, 1) if made.ndim == 4 else (-1,))
            layer.bias.copy_(bias[0])
        elif bias and norm is not None:
            mean, spread = made.mean((0, 2, 3)), made.var((0, 2, 3), unbiased=False)
            norm.weight.copy_((spread + norm.eps).sqrt())
            norm.bias.copy_(bias[0] + mean)
            norm.running_mean, norm.running_var = mean, spread
        return made

    return [layer.register_forward_pre_hook(take), layer.register_forward_hook(scale)]
