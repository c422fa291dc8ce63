"""Retrains the backbone's last block on labelled images: the paper's other way to image types (II.C)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pipeline.backbone_sources import BackboneSpec
from pipeline.last_blocks import answer, cut, read_maps
from pipeline.records import FloatArray
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


def fit_last_block(
    spec: BackboneSpec,
    sides: tuple[Labelled, Labelled],
    classes: int,
    config: LastBlockConfig = DEFAULT,
) -> Callable[[np.ndarray], FloatArray]:
    """Fits last block, last convolution and a linear layer; the answer maps (N,C,h,w) to logits (N,K).

    `sides` are maps as `embed_before` makes them with their targets (N,), of pictures and of the same
    pictures mirrored; every batch is drawn from one of the two.
    """
    torch.manual_seed(config.seed)
    net = cut(spec, classes, config.dropout)
    optimiser, rates = _plan(net, -(-len(sides[0][0]) // config.batch), config)
    weights = torch.from_numpy(weigh(sides[0][1], classes))
    loss_of = torch.nn.CrossEntropyLoss(weights, label_smoothing=config.smoothing)
    for _ in range(config.epochs):
        for chosen in torch.randperm(len(sides[0][0])).split(config.batch):
            maps, targets = sides[int(torch.rand(()) < 0.5)]
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(read_maps(maps[chosen.numpy()]))
            loss = loss_of(logits.float(), torch.from_numpy(targets[chosen.numpy()]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rates.step()
    net.eval()
    return lambda held: answer(net, held)


def _plan(net: torch.nn.Module, batches: int, config: LastBlockConfig) -> tuple[Any, Any]:
    """SGD with a slower rate for what is pretrained, both cooling to nothing."""
    parts = list(net.parameters())
    groups: list[dict[str, Any]] = [{"params": parts[:-2]}, {"params": parts[-2:], "lr": config.head_rate}]
    optimiser = torch.optim.SGD(
        groups, config.rate, config.momentum, weight_decay=config.decay, nesterov=True
    )
    return optimiser, torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs * batches)
