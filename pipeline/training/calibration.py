"""Makes probabilities mean what they say, and chooses thresholds for a stated precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.records import FloatArray

PRIOR_ERRORS = 0.5  # errors added to every count, so that a few lucky answers prove little


def softmax(logits: FloatArray) -> FloatArray:
    """Rows that sum to 1, float64."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(logits: FloatArray, targets: np.ndarray) -> float:
    """The divisor of held-out logits (N,K) that makes the true classes (N,) most likely; 0.02 to 20.

    Two imagined rows of every error keep a faultless but small sample from claiming certainty (Platt).
    """
    grid = np.exp(np.linspace(np.log(0.02), np.log(20), 120))
    rows, classes = np.arange(len(targets)), logits.shape[1]
    doubt = 2.0 / (len(targets) + 2.0)
    losses = []
    for temperature in grid:
        chances = np.log(softmax(logits / temperature) + 1e-12)
        true = chances[rows, targets]
        others = (chances.sum(axis=1) - true) / max(1, classes - 1)
        losses.append(-float(((1 - doubt) * true + doubt * others).mean()))
    return float(grid[::-1][int(np.argmin(losses[::-1]))])  # of equal ones the least certain


def fit_top_temperature(logits: FloatArray, targets: np.ndarray) -> float:
    """The divisor that makes the best class's probability mean how often it is right; 0.005 to 20.

    For many classes of few rows, of which only the first is ever answered. Right and wrong answers count
    as Platt's softened targets.
    """
    right = logits.argmax(axis=1) == targets
    hits, misses = int(right.sum()), int((~right).sum())
    wanted = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    grid = np.exp(np.linspace(np.log(0.005), np.log(20), 140))[::-1]  # of equal ones the least certain wins
    losses = []
    for temperature in grid:
        top = np.clip(softmax(logits / temperature).max(axis=1), 1e-6, 1 - 1e-6)
        losses.append(-float((wanted * np.log(top) + (1 - wanted) * np.log(1 - top)).mean()))
    return float(grid[int(np.argmin(losses))])


def choose_confidence(confidence: FloatArray, right: np.ndarray, precision: float, at_least: float) -> float:
    """The lowest confidence (N,) at and above which answers are `right` (N,) that often; 0.99 for none."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~right[order])
    good = 1 - (wrong + PRIOR_ERRORS) / (answered + PRIOR_ERRORS) >= precision
    return float(max(at_least, confidence[order][np.flatnonzero(good)[-1]])) if good.any() else 0.99


def choose_threshold(
    chances: FloatArray, targets: np.ndarray, precision: float, at_least: float
) -> tuple[float, dict[str, Any]]:
    """The lowest confidence at and above which answers are right that often; 0.99 where none is.

    `chances` (N,K) and `targets` (N,) are held-out. Returns it with figures: accuracy, coverage (share
    answered) and precision of what is answered.
    """
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == targets
    threshold = choose_confidence(confidence, right, precision, at_least)
    named = confidence >= threshold
    return threshold, {
        "accuracy": round(float(right.mean()), 4),
        "coverage": round(float(named.mean()), 4),
        "precision": round(float(right[named].mean()), 4) if named.any() else None,
        "calibration_error": round(measure_calibration(confidence, right), 4),
    }


def measure_calibration(confidence: FloatArray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error, 0 to 1: mean gap between confidence and accuracy over equal bins."""
    slot = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (slot == b).mean() * abs(confidence[slot == b].mean() - right[slot == b].mean())
        for b in range(bins)
        if (slot == b).any()
    ]
    return float(sum(gaps))
