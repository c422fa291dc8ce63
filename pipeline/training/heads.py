"""Fitting small heads on features or frozen embeddings: dense layers, calibrated, with a chosen threshold."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.metrics import choose_threshold, fit_platt

Labels = npt.NDArray[np.int_]
Groups = npt.NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """How a binary head is fitted. `hidden` () is logistic regression; `l2` is the penalty's weight."""

    hidden: tuple[int, ...] = (32,)
    l2: float = 1e-3
    epochs: int = 60
    seed: int = 7


def fit_binary(
    name: str,
    features: FloatArray,
    labels: Labels,
    weights: FloatArray | None = None,
    recipe: Recipe | None = None,
) -> Head:
    """A head for a defect: `features` float32 (N,D), `labels` 0 or 1 (N,); not yet calibrated."""
    plan = recipe or Recipe()
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    arrays = {"mean": mean, "scale": scale}
    for i, (weight, bias) in enumerate(_fit_layers((features - mean) / scale, labels, weights, plan)):
        arrays[f"weight{i}"], arrays[f"bias{i}"] = weight, bias
    stored = {key: np.asarray(values, np.float32) for key, values in arrays.items()}
    return Head(name, stored, {"classes": [name], "threshold": 0.5})


def _fit_layers(
    scaled: FloatArray, labels: Labels, weights: FloatArray | None, plan: Recipe
) -> list[tuple[FloatArray, FloatArray]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping after the planned epochs is intended
        if not plan.hidden:
            flat = LogisticRegression(C=1 / (plan.l2 * len(scaled)), max_iter=400).fit(
                scaled, labels, weights
            )
            return [(flat.coef_.T, flat.intercept_)]
        model = MLPClassifier(
            plan.hidden, alpha=plan.l2, max_iter=plan.epochs, random_state=plan.seed, batch_size=128
        ).fit(scaled, labels, weights)
    return list(zip(model.coefs_, model.intercepts_, strict=True))


def score_unseen(
    features: FloatArray,
    labels: Labels,
    groups: Groups,
    weights: FloatArray | None = None,
    recipe: Recipe | None = None,
) -> FloatArray:
    """Logits (N,) of every row by a head that saw no row of its group: what an unseen catalog would get."""
    logits = np.zeros(len(features), np.float32)
    for group in np.unique(groups):
        out = groups == group
        kept = None if weights is None else weights[~out]
        head = fit_binary("fold", features[~out], labels[~out], kept, recipe)
        logits[out] = head.logits(features[out])[:, 0]
    return logits


def calibrate(head: Head, logits: FloatArray, labels: Labels, card: Mapping[str, Any]) -> Head:
    """The head with its logits scaled and shifted to probabilities (Platt) on unseen rows, and its card."""
    temperature, shift = fit_platt(logits, labels)
    return replace(head, card={**head.card, **card, "temperature": temperature, "shift": shift})


def set_threshold(head: Head, probabilities: FloatArray, labels: Labels, max_false_share: float) -> Head:
    """The head with the lowest threshold that flags at most that share of what is fine (rows unseen)."""
    threshold = choose_threshold(probabilities, labels, max_false_share)
    return replace(head, card={**head.card, "threshold": threshold})


def apply_platt(logits: FloatArray, head: Head) -> FloatArray:
    """Probabilities (N,) of logits (N,) by the head's calibration."""
    scaled = logits / float(head.card["temperature"]) + float(head.card["shift"])
    return np.asarray(1 / (1 + np.exp(-np.clip(scaled, -60, 60))), np.float32)


def count_rows(labels: Labels, groups: Groups) -> dict[str, list[int]]:
    """How many rows of each label a group has, for the card."""
    names: Sequence[Any] = np.unique(groups).tolist()
    return {
        str(name): [int(((groups == name) & (labels == label)).sum()) for label in (0, 1)] for name in names
    }
