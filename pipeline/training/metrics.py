"""How good scores are: area under the ROC curve, recall at a precision, thresholds, calibration."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray

Labels = npt.NDArray[np.int_]


def roc_auc(scores: FloatArray, labels: Labels) -> float:
    """Chance that a random defect scores above a random fine one (ties half); nan without both."""
    positive, negative = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.sum() / (2 * len(positive) * len(negative)))


def recall_at_precision(scores: FloatArray, labels: Labels, precision: float) -> float:
    """Largest share of defects found by a threshold of at least that precision; 0 where there is none."""
    order = np.argsort(-scores, kind="stable")
    hits = labels[order].cumsum()
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # ties go together
    right = hits[ends] / (ends + 1) >= precision
    return float(hits[ends][right].max() / max(1, labels.sum())) if right.any() else 0.0


def choose_threshold(scores: FloatArray, labels: Labels, max_false_share: float) -> float:
    """Lowest score that flags at most that share of the fine ones, halfway to the next fine score below.

    Raises ValueError when there is nothing fine to measure on.
    """
    fine = np.sort(scores[labels == 0])[::-1]
    if not len(fine):
        raise ValueError("a threshold needs scores of images without the defect")
    allowed = int(max_false_share * len(fine))
    first_spared = float(fine[allowed]) if allowed < len(fine) else 0.0
    upper = float(fine[allowed - 1]) if allowed else 1.0
    above = scores[(scores > first_spared) & (scores <= upper)]
    return float((first_spared + (float(above.min()) if len(above) else upper)) / 2)


def precision_threshold(scores: FloatArray, labels: Labels, precision: float) -> float:
    """Lowest score at and above which that share are defects, halfway to the next score below.

    Above all scores where none is precise enough.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # ties go together
    right = labels[order].cumsum()[ends] / (ends + 1) >= precision
    if not right.any():
        return float(np.nextafter(scores.max(), np.inf, dtype=np.float32))
    last = int(ends[right].max())
    below = float(scores[order][last + 1]) if last + 1 < len(scores) else 0.0
    return (float(scores[order][last]) + below) / 2


def fit_platt(logits: FloatArray, labels: Labels, is_balanced: bool = True) -> tuple[float, float]:
    """(temperature, shift) so that 1/(1+exp(-(logit/temperature + shift))) is a probability.

    Newton's method on the log loss with Platt's softened targets; classes weigh the same, or as they come.
    """
    positive, negative = max(1, int((labels == 1).sum())), max(1, int((labels == 0).sum()))
    target = np.where(labels == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    weight = np.where(labels == 1, 0.5 / positive, 0.5 / negative)
    weight = weight if is_balanced else np.full(len(logits), 1 / len(logits))
    rows = np.stack([logits.astype(np.float64), np.ones(len(logits))], axis=1)
    found = np.array([1.0 / max(1e-3, float(np.std(logits))), 0.0])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -40, 40)))
        slope = rows.T @ (weight * (chance - target)) + 1e-6 * found
        bend = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + 1e-6 * np.eye(2)
        found -= np.clip(np.linalg.solve(bend, slope), -1, 1)
    scale = max(float(found[0]), 1e-3)
    return 1 / scale, float(found[1])


def calibration_error(chances: FloatArray, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equally wide bins."""
    cell = np.minimum((chances * bins).astype(int), bins - 1)
    gaps = [
        abs(float(chances[cell == i].mean()) - float(right[cell == i].mean())) * float((cell == i).mean())
        for i in range(bins)
        if (cell == i).any()
    ]
    return float(sum(gaps))
