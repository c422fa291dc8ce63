"""Judges of a shop's own from a handful of examples: a flat head on frozen embeddings (II.B, table I)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.compliance_techniques import (
    TECHNIQUES,
    Examples,
    Score,
    fit_logistic,
    score_logistic,
    to_unit,
)
from pipeline.training.heads import apply_platt, calibrate
from pipeline.training.metrics import choose_threshold, precision_threshold, recall_at_precision, roc_auc

MIN_EXAMPLES = 5
FOLDS = 5
MAX_FALSE_SHARE = 0.01  # of the images without the defect that may be flagged
PRECISION = 0.95  # of flagged images, at the examples' own mix
ALIKE = 0.95  # cosine from which two examples are one picture: they never part between folds


class TooFewExamples(ValueError):
    """There are not enough examples to fit and to check a judge."""


def train_judge(name: str, examples: Examples, precision: float = PRECISION) -> Head:
    """A judge of the defect `name`: logistic regression on unit embeddings.

    Calibration and threshold come from folds held out in turn: the lowest score at which at most 1 % of the
    images without the defect are flagged, and of what is flagged `precision` is right at the examples' mix.
    Raises TooFewExamples below five of either.
    """
    check_counts(name, examples.labels)
    folds = deal_folds(examples)
    logits = score_unseen(examples, score_logistic, folds)
    head = calibrate(fit_logistic(name, examples), logits, examples.labels, {})
    chances = apply_platt(logits, head)
    threshold = choose_strict(chances, examples.labels, precision)
    figures = rate(chances, examples.labels, folds, precision)
    card = {**head.card, "threshold": threshold, "precision": precision, "backbone": examples.backbone}
    return Head(name, head.arrays, {**card, "figures": figures})


def compare_techniques(
    examples: Examples, techniques: Sequence[str], precision: float = PRECISION
) -> dict[str, dict[str, float]]:
    """The paper's table I on these examples: figures of each technique on the same folds.

    Raises TooFewExamples, or ValueError for an unknown technique.
    """
    check_counts("the defect", examples.labels)
    unknown = [name for name in techniques if name not in TECHNIQUES]
    if unknown:
        raise ValueError(f"There is no technique '{unknown[0]}'; known are {', '.join(TECHNIQUES)}.")
    folds = deal_folds(examples)
    return {
        name: rate(score_unseen(examples, TECHNIQUES[name], folds), examples.labels, folds, precision)
        for name in techniques
    }


def check_counts(name: str, labels: np.ndarray) -> None:
    """Raises TooFewExamples with what is there and what is needed."""
    positives = int((labels == 1).sum())
    negatives = len(labels) - positives
    if min(positives, negatives) < MIN_EXAMPLES:
        raise TooFewExamples(
            f"{name}: {positives} examples with it and {negatives} without; "
            f"at least {MIN_EXAMPLES} of each are needed."
        )


def deal_folds(examples: Examples) -> np.ndarray:
    """int (N,): the fold in which a row is held out; both kinds are dealt evenly, near copies together.

    Raises TooFewExamples where all examples of a kind are copies of one picture.
    """
    unit = to_unit(examples.embeddings)
    group = np.arange(len(unit))
    for row in range(len(unit)):
        near = np.flatnonzero(unit[: row + 1] @ unit[row] >= ALIKE)
        group[np.isin(group, group[near])] = group[near].min()
    fold = np.zeros(len(unit), int)
    load = np.zeros((2, FOLDS))
    for name in sorted(set(group.tolist()), key=lambda one: (-int((group == one).sum()), one)):
        rows = group == name
        kind = int(examples.labels[rows].max())
        fold[rows] = place = int(np.lexsort((load.sum(axis=0), load[kind]))[0])
        load[kind, place] += rows.sum()
    if min(len(set(fold[examples.labels == kind].tolist())) for kind in (0, 1)) < 2:
        raise TooFewExamples("All examples with it, or all without, are copies of one picture.")
    return fold


def score_unseen(examples: Examples, score: Score, folds: np.ndarray) -> FloatArray:
    """Scores (N,) of every row by a judge that did not see its fold."""
    scores = np.zeros(len(folds), np.float32)
    for fold in np.unique(folds):
        scores[folds == fold] = score(examples, folds == fold)
    return scores


def rate(scores: FloatArray, labels: np.ndarray, folds: np.ndarray, precision: float) -> dict[str, float]:
    """Figures on unseen rows; each fold is flagged by the threshold that the other folds choose."""
    flags = np.zeros(len(labels), bool)
    for fold in np.unique(folds):
        held = folds == fold
        flags[held] = scores[held] >= choose_strict(scores[~held], labels[~held], precision)
    hits = int((flags & (labels == 1)).sum())
    found = {
        "positives": int(labels.sum()),
        "negatives": int((labels == 0).sum()),
        "accuracy": float((flags == (labels == 1)).mean()),
        "precision": hits / max(1, int(flags.sum())),
        "recall": hits / max(1, int(labels.sum())),
        "false_share": float(flags[labels == 0].mean()),
        "auc": roc_auc(scores, labels),
        "recall_at_precision_95": recall_at_precision(scores, labels, 0.95),
    }
    return {name: round(value, 4) for name, value in found.items()}


def choose_strict(scores: FloatArray, labels: np.ndarray, precision: float) -> float:
    """The threshold that keeps both promises: few false flags, and precise ones."""
    return max(
        choose_threshold(scores, labels, MAX_FALSE_SHARE), precision_threshold(scores, labels, precision)
    )
