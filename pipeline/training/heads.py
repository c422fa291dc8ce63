"""Fitting small heads on features or frozen embeddings: dense layers, calibrated, with a chosen threshold."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.metrics import choose_threshold, fit_platt

Labels = npt.NDArray[np.int_]
Groups = npt.NDArray[Any]
Fit = Callable[[str, FloatArray, Labels, FloatArray | None, "Recipe | None"], Head]


@dataclass(frozen=True)
class Recipe:
    """How a binary head is fitted. `hidden` () is logistic regression; `l2` is the penalty's weight.

    `members` networks of that size, each from another start, are joined to one that says their mean.
    """

    hidden: tuple[int, ...] = (32,)
    l2: float = 1e-3
    epochs: int = 60
    seed: int = 7
    members: int = 1


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
        models = [
            MLPClassifier(
                plan.hidden, alpha=plan.l2, max_iter=plan.epochs, random_state=plan.seed + i, batch_size=128
            ).fit(scaled, labels, weights)
            for i in range(plan.members)
        ]
    return _join([list(zip(model.coefs_, model.intercepts_, strict=True)) for model in models])


def _join(members: list[list[tuple[FloatArray, FloatArray]]]) -> list[tuple[FloatArray, FloatArray]]:
    """One network whose output is the mean of the members': their layers beside one another."""
    from scipy.linalg import block_diag

    joined: list[tuple[FloatArray, FloatArray]] = []
    for i, layers in enumerate(zip(*members, strict=True)):
        weights = [weight for weight, _ in layers]
        if i + 1 == len(members[0]):
            bias = np.mean([own for _, own in layers], axis=0)
            mean = np.concatenate(weights) / np.float32(len(weights))
            joined.append((np.asarray(mean, np.float32), np.asarray(bias, np.float32)))
        else:
            weight = np.concatenate(weights, axis=1) if i == 0 else block_diag(*weights)
            joined.append((np.asarray(weight, np.float32), np.concatenate([own for _, own in layers])))
    return joined


def score_unseen(
    features: FloatArray,
    labels: Labels,
    groups: Groups,
    weights: FloatArray | None = None,
    recipe: Recipe | None = None,
    fit: Fit | None = None,
) -> FloatArray:
    """Logits (N,) of every row by a head that saw no row of its group: what an unseen catalog would get.

    `fit` stands for `fit_binary` where a head is fitted in another way.
    """
    logits = np.zeros(len(features), np.float32)
    for group in np.unique(groups):
        out = groups == group
        kept = None if weights is None else weights[~out]
        head = (fit or fit_binary)("fold", features[~out], labels[~out], kept, recipe)
        logits[out] = head.logits(features[out])[:, 0]
    return logits


def add_part(whole: Head, part: Head, share: float) -> Head:
    """A head that says what `whole` says plus `share` times what `part` does.

    `part` looks at the first of the features alone; both have one hidden layer.
    """
    arrays, own, count = dict(whole.arrays), part.arrays, len(part.arrays["mean"])
    shift = (arrays["mean"][:count] - own["mean"]) / own["scale"]
    stretch = (arrays["scale"][:count] / own["scale"])[:, None]
    weight = np.zeros((len(arrays["mean"]), own["weight0"].shape[1]), np.float32)
    weight[:count] = stretch * own["weight0"]
    arrays["weight0"] = np.concatenate([arrays["weight0"], weight], axis=1)
    arrays["bias0"] = np.concatenate([arrays["bias0"], own["bias0"] + shift @ own["weight0"]])
    arrays["weight1"] = np.concatenate([arrays["weight1"], share * own["weight1"]])
    arrays["bias1"] = arrays["bias1"] + share * own["bias1"]
    return replace(whole, arrays={name: np.asarray(v, np.float32) for name, v in arrays.items()})


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
