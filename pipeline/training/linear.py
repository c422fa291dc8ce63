"""Two linear views of the same features, averaged: logistic regression and a shrunk discriminant.

With a few hundred labels the first is the more accurate, the second the better calibrated and kinder to
rare classes; being linear, both become one small layer that numpy runs.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from pipeline.records import FloatArray
from pipeline.training.calibration import softmax

ABSENT = -12.0  # log odds of a class that no row has
SLIPS = 0.05  # share of answers that may be wrong whatever the odds: labels err, classes may be absent


@dataclass(frozen=True)
class LinearConfig:
    """`cost` is the inverse of the L2 penalty for rows of length 1; `shrinkage` the share of a round
    covariance; `discriminant` the discriminant's share of the answer; both shares are 0 to 1."""

    cost: float = 100.0
    shrinkage: float = 0.5
    discriminant: float = 0.5


DEFAULT = LinearConfig()


def fit_linear(
    features: FloatArray, targets: np.ndarray, classes: int, config: LinearConfig = DEFAULT
) -> dict[str, FloatArray]:
    """The arrays of a Head (mean, scale, weight0, bias0) fitted on float32 (N,D) and int (N,)."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    rows = ((features - mean) / scale).astype(np.float64) / np.sqrt(features.shape[1])
    basis = _span(rows)
    weight, bias = np.zeros((basis.shape[1], classes)), np.full(classes, ABSENT)
    present = np.unique(targets)
    if len(present) == 1:
        bias[present] = 0.0
    else:
        places = np.searchsorted(present, targets)
        weight[:, present], bias[present] = _average(rows @ basis, places, config)
    return {
        "mean": mean.astype(np.float32),
        "scale": scale.astype(np.float32),
        "weight0": (basis @ weight / np.sqrt(features.shape[1])).astype(np.float32),
        "bias0": bias.astype(np.float32),
    }


def _span(rows: np.ndarray) -> np.ndarray:
    """Orthonormal columns (D,R) that span the rows: as good as all D, and far fewer."""
    small = rows.T @ rows if rows.shape[1] < len(rows) else rows @ rows.T
    values, vectors = np.linalg.eigh(small)
    kept = values > 1e-9 * values[-1]
    if rows.shape[1] < len(rows):
        return np.asarray(vectors[:, kept])
    return np.asarray(rows.T @ vectors[:, kept] / np.sqrt(values[kept]))


def _average(rows: np.ndarray, places: np.ndarray, config: LinearConfig) -> tuple[np.ndarray, np.ndarray]:
    weight, bias = _fit_regression(rows, places, config.cost)
    if config.discriminant > 0:
        other, level = _fit_discriminant(rows, places, config.shrinkage)
        # the discriminant's odds are far too bold where columns are many: bring both to one scale first
        share = config.discriminant * _measure_span(rows, weight) / _measure_span(rows, other)
        rest = 1 - config.discriminant
        weight, bias = rest * weight + share * other, rest * bias + share * level
    return weight, bias


def _measure_span(rows: np.ndarray, weight: np.ndarray) -> float:
    """Root mean square of the logits about their row's mean."""
    logits = rows @ weight
    return float(np.sqrt(np.mean((logits - logits.mean(axis=1, keepdims=True)) ** 2))) + 1e-9


def _fit_regression(rows: np.ndarray, places: np.ndarray, cost: float) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the last digits of the optimum do not matter here
        model = LogisticRegression(C=cost, max_iter=300, tol=1e-3).fit(rows, places)
    weight, bias = model.coef_.T, model.intercept_
    if weight.shape[1] == 1:  # two classes come as one column
        weight, bias = np.hstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return np.asarray(weight), np.asarray(bias)


def _fit_discriminant(
    rows: np.ndarray, places: np.ndarray, shrinkage: float
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian classes of one covariance, drawn towards a round one."""
    counts = np.bincount(places)
    means = np.stack([rows[places == k].mean(axis=0) for k in range(len(counts))])
    off = rows - means[places]
    spread = off.T @ off / len(rows)
    size = len(spread)
    round_one = np.eye(size) * max(np.trace(spread) / size, 1e-12)
    weight = np.linalg.solve((1 - shrinkage) * spread + shrinkage * round_one, means.T)
    return weight, np.log(counts / len(rows)) - 0.5 * (means * weight.T).sum(axis=1)


def fit_heat(logits: FloatArray, targets: np.ndarray) -> float:
    """The divisor of held-out logits (N,K) that makes the true classes (N,) most likely, slips allowed for.

    Without that allowance a few rows of a class that the other folds do not have would make every
    answer doubtful.
    """
    grid = np.exp(np.linspace(np.log(0.02), np.log(100), 140))
    rows, classes = np.arange(len(targets)), logits.shape[1]
    losses = []
    for heat in grid:
        true = softmax(logits / heat)[rows, targets]
        losses.append(-float(np.log((1 - SLIPS) * true + SLIPS / classes).mean()))
    return float(grid[int(np.argmin(losses))])
