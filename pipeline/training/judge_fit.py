"""Trains one judge's head: fitted on one side, settled on rows that it did not see (II.B, II.C)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training import judge_techniques
from pipeline.training.calibration import softmax
from pipeline.training.descent import Epoch, Watch, ignore
from pipeline.training.judge_rows import (
    FOLDS,
    TEST,
    TRAIN,
    VALIDATION,
    JudgeRows,
    TooFewExamples,
    can_be_held,
    check_counts,
    deal_folds,
)
from pipeline.training.linear import fit_heat
from pipeline.training.metrics import choose_threshold, fit_platt, precision_threshold
from pipeline.training.plan import LAST_BLOCK, TrainingPlan
from pipeline.training.type_fit import TypeTarget, choose_thresholds
from pipeline.training.types import choose_anchors, measure_reach

TYPES = TypeTarget()
FEW = 20  # examples of a kind, below which figures say little


@dataclass(frozen=True)
class Order:
    """What is to be trained: for whom, how, from which seed; `scope` is a category's path or '*'."""

    judge: str
    plan: TrainingPlan
    seed: int = 0
    scope: str = "*"


@dataclass(frozen=True)
class Trained:
    """A head that is ready to judge, the epochs that made it, and on what it was settled."""

    head: Head
    epochs: list[Epoch]
    best_epoch: int
    remarks: tuple[str, ...]


def train(rows: JudgeRows, order: Order, resume: bytes | None = None, watch: Watch = ignore) -> Trained:
    """A calibrated head with its thresholds; the same rows and order give the same bytes.

    Where the validation side is too small for it, calibration and thresholds come from folds held out in
    turn, and the head learns from both sides. The test side is never looked at. Raises TooFewExamples.
    """
    check_counts(order.judge, rows)
    has_validation = can_be_held(rows)
    if order.plan.technique == LAST_BLOCK and not has_validation:
        raise TooFewExamples(
            f"{order.judge}: the last block has too many weights for so few pictures on the validation side; "
            "train a logistic regression instead."
        )
    learnt, held = (rows.on(TRAIN), rows.on(VALIDATION)) if has_validation else (_learnable(rows), None)
    fitted = judge_techniques.fit(rows, learnt, held, order.plan, order.seed, resume, watch)
    if held is None:
        held, logits = learnt, _predict_folds(rows, learnt, order)
    else:
        logits = fitted.logits(rows, held)
    settled = _settle(rows, held, logits, order)
    card = {**_describe(rows, order, learnt), **fitted.card, **settled, "settled_on": len(held)}
    card["settled_by"] = "validation" if has_validation else "folds"
    anchors, reach = _know_familiar(rows, learnt)
    head = Head(order.judge, {**fitted.arrays, **anchors}, {**card, **reach})
    return Trained(head, fitted.epochs, fitted.best_epoch, tuple(_remark(rows, head, logits)))


def _learnable(rows: JudgeRows) -> np.ndarray:
    return rows.on(TRAIN, VALIDATION)


def _predict_folds(rows: JudgeRows, learnt: np.ndarray, order: Order) -> FloatArray:
    """Logits of every learnt row by a head that saw nothing of its fold."""
    folds = deal_folds(rows.targets[learnt], rows.groups[learnt])
    logits = np.zeros((len(learnt), len(rows.classes)), np.float32)
    plan = replace(order.plan, patience=0)
    for fold in np.unique(folds):
        out = folds == fold
        fitted = judge_techniques.fit(rows, learnt[~out], None, plan, order.seed)
        logits[out] = fitted.logits(rows, learnt[out])
    return logits


def _settle(rows: JudgeRows, held: np.ndarray, logits: FloatArray, order: Order) -> dict[str, Any]:
    """What turns logits into a verdict: temperature, shift, thresholds."""
    truth, plan = rows.targets[held], order.plan
    if rows.is_binary:
        temperature, shift = fit_platt(logits[:, 0], truth, is_balanced=False)
        chances = _scale(logits[:, 0], temperature, shift)
        threshold = max(
            choose_threshold(chances, truth, plan.max_false_share),
            precision_threshold(chances, truth, plan.precision),
        )
        return {"temperature": temperature, "shift": shift, "threshold": threshold}
    heat = fit_heat(logits, truth)
    target = replace(TYPES, precision=plan.precision)
    thresholds, _ = choose_thresholds(softmax(logits / heat), truth, rows.classes, target)
    return {"temperature": heat, "threshold": TYPES.min_threshold, "thresholds": thresholds}


def _describe(rows: JudgeRows, order: Order, learnt: np.ndarray) -> dict[str, Any]:
    """The part of a card that says what the head is, and nothing of when or where it was made."""
    counts = rows.count(TRAIN)
    return {
        "judge": order.judge,
        "scope": order.scope,
        "classes": list(rows.classes),
        "backbone": rows.backbone,
        "input": rows.reads,
        "technique": order.plan.technique,
        "precision": order.plan.precision,
        "beside_shipped": order.plan.beside_shipped,
        "seed": order.seed,
        "learnt_from": len(learnt),
        "training_rows": dict(zip(rows.names, counts.tolist(), strict=True)),
    }


def _know_familiar(rows: JudgeRows, learnt: np.ndarray) -> tuple[dict[str, FloatArray], dict[str, float]]:
    """What stands for all that was learnt, and how near to it a picture must be to be named: for types."""
    if rows.is_binary or rows.embeddings is None:
        return {}, {}
    known = rows.embeddings[learnt].astype(np.float32)
    reach = measure_reach(known, rows.groups[learnt], FOLDS)
    return {"anchors": choose_anchors(known)}, {"reach": reach}


def _remark(rows: JudgeRows, head: Head, held_out: FloatArray) -> Iterator[str]:
    """What whoever looks at the figures should know first; keys of the pages' words."""
    counts = rows.count(TRAIN, VALIDATION)
    if counts.min() < FEW:
        yield "few_examples"
    if rows.count(TEST).min() < FEW:
        yield "few_to_measure"
    card = head.card
    if rows.is_binary and _scale(held_out[:, 0], card["temperature"], card["shift"]).max() < head.threshold:
        yield "never_sure"
    thresholds = head.card.get("thresholds", {})
    if thresholds and min(thresholds.values()) > 1:
        yield "some_types_never_named"


def _scale(logits: FloatArray, temperature: float, shift: float) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits / temperature + shift, -60, 60))), np.float32)
