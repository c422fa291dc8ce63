"""Judges of a shop's own from a handful of examples: a flat head on frozen embeddings (II.B, table I)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.heads import Recipe, calibrate, fit_binary, set_threshold
from pipeline.training.metrics import recall_at_precision, roc_auc
from pipeline.training.shallow import split_by_group

MIN_EXAMPLES = 4
FOLDS = 5
RECIPE = Recipe(hidden=(), l2=1e-2)  # few rows: a flat model, held back
MAX_FALSE_SHARE = 0.01


class TooFewExamples(ValueError):
    """There are not enough examples to fit and to check a judge."""


def train_judge(
    name: str,
    positives: FloatArray,
    negatives: FloatArray,
    backbone: str,
    card: Mapping[str, Any] | None = None,
) -> Head:
    """A judge of the defect `name` from embeddings of images with it and without it, float32 (N,D).

    Calibration and threshold (at most 1 % of the negatives flagged) come from folds held out in turn.
    Raises TooFewExamples below four of either.
    """
    _check_counts(name, positives, negatives)
    rows = np.concatenate([positives, negatives]).astype(np.float32)
    labels = np.r_[np.ones(len(positives), int), np.zeros(len(negatives), int)]
    logits = _score_unseen(rows, labels, np.r_[np.arange(len(positives)), np.arange(len(negatives))])
    head = calibrate(fit_binary(name, rows, labels, recipe=RECIPE), logits, labels, card or {})
    chances = 1 / (1 + np.exp(-(logits / head.card["temperature"] + head.card["shift"])))
    head = set_threshold(head, np.asarray(chances, np.float32), labels, MAX_FALSE_SHARE)
    figures = {
        "positives": len(positives),
        "negatives": len(negatives),
        "auc": round(roc_auc(logits, labels), 4),
        "recall_at_precision_95": round(recall_at_precision(logits, labels, 0.95), 4),
    }
    return Head(name, head.arrays, {**head.card, "backbone": backbone, "figures": figures})


def _check_counts(name: str, positives: FloatArray, negatives: FloatArray) -> None:
    if min(len(positives), len(negatives)) < MIN_EXAMPLES:
        raise TooFewExamples(
            f"{name}: {len(positives)} examples with it and {len(negatives)} without; "
            f"at least {MIN_EXAMPLES} of each are needed."
        )


def _score_unseen(rows: FloatArray, labels: np.ndarray, order: np.ndarray) -> FloatArray:
    """Logits (N,) of every row by a judge that did not see it; `order` deals both kinds to every fold."""
    logits = np.zeros(len(rows), np.float32)
    for held in split_by_group(order % min(FOLDS, MIN_EXAMPLES), FOLDS):
        part = fit_binary("fold", rows[~held], labels[~held], recipe=RECIPE)
        logits[held] = part.logits(rows[held])[:, 0]
    return logits
