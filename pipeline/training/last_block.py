"""Retrains the backbone's last block on labelled images: the paper's other way to image types (II.C)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pipeline.backbone_layout import has_stages
from pipeline.backbone_sources import BackboneSpec, build_module
from pipeline.records import FloatArray, RgbArray
from pipeline.training.shallow import weigh


@dataclass(frozen=True)
class LastBlockConfig:
    """Slow rates: the block knows ImageNet already. Rates and shares have no unit."""

    epochs: int = 8
    rate: float = 0.01  # of the block
    head_rate: float = 0.05  # of the new linear layer
    momentum: float = 0.9
    decay: float = 1e-3
    smoothing: float = 0.05
    dropout: float = 0.3
    batch: int = 32
    seed: int = 0


DEFAULT = LastBlockConfig()
Labelled = tuple[np.ndarray, np.ndarray]


def has_last_block(spec: BackboneSpec) -> bool:
    """Whether the backbone is built of stages, so that its last one can be cut off."""
    return spec.architecture != "onnx" and has_stages(build_module(spec))


def embed_before(spec: BackboneSpec, inputs: RgbArray, batch: int = 16) -> np.ndarray:
    """Maps float16 (N,C,h,w) that enter the last block, of uint8 (N,S,S,3) as `to_input` makes them."""
    module = build_module(spec).to(memory_format=torch.channels_last)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) * 255 for values in (spec.mean, spec.std))
    parts = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(inputs), batch):
            pixels = torch.from_numpy(np.ascontiguousarray(inputs[start : start + batch]))
            values = module.bn1(module.conv_stem((pixels.permute(0, 3, 1, 2) - mean) / std))
            for block in list(module.blocks)[:-1]:
                values = block(values)
            parts.append(values.float().numpy().astype(np.float16))
    return np.concatenate(parts)


def fit_last_block(
    spec: BackboneSpec,
    sides: tuple[Labelled, Labelled],
    classes: int,
    config: LastBlockConfig = DEFAULT,
) -> Callable[[np.ndarray], FloatArray]:
    """Fits last block, last convolution and a linear layer; the answer maps (N,C,h,w) to logits (N,K).

    `sides` are maps as `embed_before` makes them with their targets (N,), of pictures and of the same
    pictures mirrored; every batch is drawn from one of the two.
    Batch norm stays as it was: a few hundred pictures say less of its statistics than ImageNet did.
    """
    torch.manual_seed(config.seed)
    net = _cut(spec, classes, config)
    optimiser, rates = _plan(net, -(-len(sides[0][0]) // config.batch), config)
    weights = torch.from_numpy(weigh(sides[0][1], classes))
    loss_of = torch.nn.CrossEntropyLoss(weights, label_smoothing=config.smoothing)
    for _ in range(config.epochs):
        for chosen in torch.randperm(len(sides[0][0])).split(config.batch):
            maps, targets = sides[int(torch.rand(()) < 0.5)]
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(_read(maps, chosen.numpy()))
            loss = loss_of(logits.float(), torch.from_numpy(targets[chosen.numpy()]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rates.step()
    net.eval()
    return lambda held: _answer(net, held)


def _plan(net: torch.nn.Sequential, batches: int, config: LastBlockConfig) -> tuple[Any, Any]:
    """SGD with a slower rate for what is pretrained, both cooling to nothing."""
    parts = list(net.parameters())
    groups: list[dict[str, Any]] = [{"params": parts[:-2]}, {"params": parts[-2:], "lr": config.head_rate}]
    optimiser = torch.optim.SGD(
        groups, config.rate, config.momentum, weight_decay=config.decay, nesterov=True
    )
    return optimiser, torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs * batches)


def _cut(spec: BackboneSpec, classes: int, config: LastBlockConfig) -> torch.nn.Sequential:
    module = build_module(spec)
    module.eval()
    width = module.conv_head.out_channels
    net = torch.nn.Sequential(
        module.blocks[-1],
        module.conv_head,
        module.bn2,
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Dropout(config.dropout),
        torch.nn.Linear(width, classes),
    )
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return net


def _read(maps: np.ndarray, chosen: np.ndarray) -> torch.Tensor:
    tensor = torch.from_numpy(maps[chosen].astype(np.float32))
    return tensor.contiguous(memory_format=torch.channels_last)


def _answer(net: torch.nn.Sequential, held: np.ndarray) -> FloatArray:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        parts = [
            net(_read(held, part)).float()
            for part in np.array_split(np.arange(len(held)), -(-len(held) // 64))
        ]
    return np.asarray(torch.cat(parts).numpy(), np.float32)
