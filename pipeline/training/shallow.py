"""The paper's shallow network on frozen embeddings: SGD, slow rate, cross-entropy (II.C, figure 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from pipeline.records import FloatArray

Arrays = Mapping[str, FloatArray]


@dataclass(frozen=True)
class ShallowConfig:
    """`hidden` 0 is plain softmax regression. Rates and shares have no unit."""

    hidden: int = 64
    epochs: int = 60
    rate: float = 0.01
    momentum: float = 0.9
    decay: float = 3e-3
    smoothing: float = 0.05
    dropout: float = 0.3  # of the standardised embedding
    batch: int = 32
    seed: int = 0


DEFAULT = ShallowConfig()


def split_by_group(groups: np.ndarray, folds: int) -> Iterator[np.ndarray]:
    """bool (N,) masks of held-out rows; a group is in one fold, and folds are of about equal size."""
    names, sizes = np.unique(groups, return_counts=True)
    load = np.zeros(min(folds, len(names)))
    fold_of: dict[int, int] = {}
    for name, size in sorted(zip(names, sizes, strict=True), key=lambda pair: (-pair[1], pair[0])):
        fold_of[name] = int(load.argmin())
        load[fold_of[name]] += size
    fold = np.array([fold_of[group] for group in groups])
    for number in range(len(load)):
        yield fold == number


def fit_shallow(
    features: FloatArray, targets: np.ndarray, classes: int, config: ShallowConfig = DEFAULT
) -> dict[str, FloatArray]:
    """Fits on float32 (N,D) and int (N,), classes weighted by the root of their rarity.

    Returns the arrays of a Head: mean, scale, weight0, bias0 (, weight1, bias1).
    """
    torch.manual_seed(config.seed)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    rows = torch.from_numpy(((features - mean) / scale).astype(np.float32))
    wanted = torch.from_numpy(np.asarray(targets, np.int64))
    sizes = [features.shape[1], *([config.hidden] if config.hidden else []), classes]
    layers = [torch.nn.Linear(a, b) for a, b in pairwise(sizes)]
    parts: list[torch.nn.Module] = [torch.nn.Dropout(config.dropout), layers[0]]
    for layer in layers[1:]:
        parts += [torch.nn.ReLU(), layer]
    net = torch.nn.Sequential(*parts)
    _descend(net, rows, wanted, weigh(targets, classes), config)
    arrays = {"mean": mean.astype(np.float32), "scale": scale.astype(np.float32)}
    for i, layer in enumerate(layers):
        arrays[f"weight{i}"] = layer.weight.detach().numpy().T.copy()
        arrays[f"bias{i}"] = layer.bias.detach().numpy().copy()
    return arrays


def weigh(targets: np.ndarray, classes: int) -> FloatArray:
    """Each class's weight in a loss, float32 (K,): the root of its rarity, 0.3 to 4."""
    counts = np.maximum(np.bincount(targets, minlength=classes), 1)
    weights = np.sqrt(len(targets) / (classes * counts))
    return np.asarray(np.clip(weights, 0.3, 4.0), np.float32)


def _descend(
    net: torch.nn.Module, rows: torch.Tensor, wanted: torch.Tensor, weights: FloatArray, config: ShallowConfig
) -> None:
    optimiser = torch.optim.SGD(
        net.parameters(), config.rate, config.momentum, weight_decay=config.decay, nesterov=True
    )
    steps = config.epochs * max(1, -(-len(rows) // config.batch))
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    loss_of = torch.nn.CrossEntropyLoss(torch.from_numpy(weights), label_smoothing=config.smoothing)
    for _ in range(config.epochs):
        for part in torch.randperm(len(rows)).split(config.batch):
            loss = loss_of(net(rows[part]), wanted[part])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rates.step()
    net.eval()


def run_shallow(arrays: Arrays, features: FloatArray) -> FloatArray:
    """Logits (N,K) of the fitted network."""
    values = (features - arrays["mean"]) / arrays["scale"]
    layers = sum(name.startswith("weight") for name in arrays)
    for i in range(layers):
        values = values @ arrays[f"weight{i}"] + arrays[f"bias{i}"]
        if i + 1 < layers:
            values = np.maximum(values, 0)
    return np.asarray(values, np.float32)
