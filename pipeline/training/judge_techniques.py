"""Three ways to fit a judge: regression, the paper's shallow network, the backbone's last block (II.C)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.compliance_techniques import SPREAD
from pipeline.training.descent import Descent, Epoch, Task, Watch, choose_device, ignore
from pipeline.training.judge_rows import JudgeRows
from pipeline.training.linear import LinearConfig
from pipeline.training.plan import LAST_BLOCK, LOGISTIC, TrainingPlan
from pipeline.training.shallow import weigh
from pipeline.training.type_heads import fit_mirrored

ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Fitted:
    """Weights of a head that is not calibrated yet, and how to ask it: rows, their numbers -> (M,K)."""

    arrays: Mapping[str, FloatArray]
    logits: Callable[[JudgeRows, np.ndarray], FloatArray]
    card: Mapping[str, Any] = field(default_factory=dict)
    epochs: list[Epoch] = field(default_factory=list)
    best_epoch: int = 0


def fit(
    rows: JudgeRows,
    learnt: np.ndarray,
    held: np.ndarray | None,
    plan: TrainingPlan,
    seed: int,
    resume: bytes | None = None,
    watch: Watch = ignore,
) -> Fitted:
    """Weights from the learnt rows; the held ones only say when to stop."""
    if plan.technique == LOGISTIC:
        return _fit_logistic(rows, learnt) if rows.is_binary else _fit_linear(rows, learnt)
    if plan.technique == LAST_BLOCK:
        from pipeline.training.judge_last_block import fit_block

        return fit_block(rows, learnt, held, plan, seed, resume, watch)
    return _fit_shallow(rows, learnt, held, plan, seed, resume, watch)


def _fit_logistic(rows: JudgeRows, learnt: np.ndarray) -> Fitted:
    """A regression on embeddings of length 1, strongly held back: good from a handful of examples on."""
    from sklearn.linear_model import LogisticRegression

    read = rows.features[learnt].astype(np.float32)
    unit = read / np.maximum(np.linalg.norm(read, axis=1, keepdims=True), 1e-9) / SPREAD
    targets = rows.targets[learnt]
    flat = LogisticRegression(max_iter=400).fit(unit, targets, weigh(targets, 2)[targets])
    size = read.shape[1]
    arrays = {
        "mean": np.zeros(size, np.float32),
        "scale": np.full(size, SPREAD, np.float32),
        "weight0": flat.coef_.T.astype(np.float32),
        "bias0": flat.intercept_.astype(np.float32),
    }
    return _as_fitted(arrays, {"unit": True})


def _fit_linear(rows: JudgeRows, learnt: np.ndarray) -> Fitted:
    """Regression and discriminant for types, on pictures and their mirror images."""
    mirrored = None if rows.mirrored is None else rows.mirrored[learnt].astype(np.float32)
    read = rows.features[learnt].astype(np.float32)
    return _as_fitted(fit_mirrored(read, mirrored, rows.targets[learnt], rows.classes, LinearConfig()))


def _as_fitted(
    arrays: Mapping[str, FloatArray],
    card: Mapping[str, Any] | None = None,
    epochs: list[Epoch] | None = None,
    best_epoch: int = 0,
) -> Fitted:
    head = Head("fitted", arrays, card or {})
    return Fitted(arrays, lambda rows, chosen: _ask(head, rows, chosen), card or {}, epochs or [], best_epoch)


def _ask(head: Head, rows: JudgeRows, chosen: np.ndarray) -> FloatArray:
    parts = np.array_split(chosen, max(1, -(-len(chosen) // ROWS_AT_ONCE)))
    return np.concatenate([head.logits(rows.features[part].astype(np.float32)) for part in parts])


def _fit_shallow(
    rows: JudgeRows,
    learnt: np.ndarray,
    held: np.ndarray | None,
    plan: TrainingPlan,
    seed: int,
    resume: bytes | None,
    watch: Watch,
) -> Fitted:
    device = choose_device()
    with use_one_thread():
        torch.manual_seed(seed)
        mean, scale = _measure(rows, learnt)
        draw = Drawing(rows, (mean, scale))
        net = _make_net(rows, plan)
        task = Task(
            net,
            len(learnt),
            lambda part, rng: draw(learnt[part], rng),
            weigh(rows.targets[learnt], len(rows.names)),
            0 if held is None else len(held),
            None if held is None else lambda part, rng: draw(held[part], rng),
        )
        epochs, best = Descent(task, plan, seed, device).run(resume, watch)
    arrays = {"mean": mean, "scale": scale, **_read_net(net.cpu(), rows.is_binary)}
    return _as_fitted(arrays, {"device": device}, epochs, best)


@contextmanager
def use_one_thread() -> Iterator[None]:
    """The sums of several threads differ in their last digits; for a small network one is as quick."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _make_net(rows: JudgeRows, plan: TrainingPlan) -> torch.nn.Sequential:
    sizes = [rows.features.shape[1], *([plan.hidden] if plan.hidden else []), len(rows.names)]
    layers: list[torch.nn.Module] = [torch.nn.Dropout(plan.dropout)]
    for place, (before, after) in enumerate(pairwise(sizes)):
        layers += [torch.nn.ReLU()] if place else []
        layers.append(torch.nn.Linear(before, after))
    return torch.nn.Sequential(*layers)


def _measure(rows: JudgeRows, learnt: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Mean and scale of each feature, part by part: the rows may be many."""
    total, squares = np.zeros(rows.features.shape[1]), np.zeros(rows.features.shape[1])
    for part in np.array_split(learnt, -(-len(learnt) // ROWS_AT_ONCE)):
        read = rows.features[part].astype(np.float64)
        total, squares = total + read.sum(axis=0), squares + (read**2).sum(axis=0)
    mean = total / len(learnt)
    spread = np.sqrt(np.maximum(squares / len(learnt) - mean**2, 0))
    return mean.astype(np.float32), (spread + 1e-3).astype(np.float32)


def _read_net(net: torch.nn.Sequential, is_binary: bool) -> dict[str, FloatArray]:
    """The layers of a Head; of two outputs one is made, the logit of the defect."""
    layers = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    arrays: dict[str, FloatArray] = {}
    for place, layer in enumerate(layers):
        weight, bias = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
        if is_binary and layer is layers[-1]:
            weight, bias = weight[:, 1:] - weight[:, :1], bias[1:] - bias[:1]
        arrays |= {f"weight{place}": weight.copy(), f"bias{place}": bias.copy()}
    return arrays


class Drawing:
    """Standardised rows for the network; half of those with a mirror image are drawn as it."""

    def __init__(self, rows: JudgeRows, standard: tuple[FloatArray, FloatArray]) -> None:
        self.rows, (self.mean, self.scale) = rows, standard
        self.turned = rows.turn()

    def __call__(
        self, chosen: np.ndarray, rng: np.random.Generator | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        read, targets = self.rows.features[chosen].astype(np.float32), self.rows.targets[chosen].copy()
        if rng is not None and self.rows.mirrored is not None:
            turn = (rng.random(len(chosen)) < 0.5) & (self.turned[chosen] >= 0)
            read[turn] = self.rows.mirrored[chosen[turn]]
            targets[turn] = self.turned[chosen[turn]]
        standard = (read - self.mean) / self.scale
        return torch.from_numpy(standard), torch.from_numpy(np.asarray(targets, np.int64))
