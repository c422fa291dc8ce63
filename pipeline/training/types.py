"""Fits image type heads: a shallow network on frozen embeddings, calibrated, with a threshold (II.C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.category_paths import name_head
from pipeline.head_store import Head
from pipeline.image_type import measure_nearness
from pipeline.records import FloatArray
from pipeline.training.calibration import choose_threshold, fit_temperature, softmax
from pipeline.training.shallow import ShallowConfig, fit_shallow, run_shallow, split_by_group

MIRRORED = {"left": "right", "right": "left"}
MAX_ANCHORS = 48
MIN_ROWS = 12


class TooFewLabels(ValueError):
    """There are not enough labelled images to fit and check a head."""


@dataclass(frozen=True)
class TypeTraining:
    """How a type head is fitted and when it may speak."""

    network: ShallowConfig = field(default_factory=ShallowConfig)
    folds: int = 5
    precision: float = 0.95  # of named images on held-out folds; sets the threshold
    min_threshold: float = 0.5
    reach_quantile: float = 0.02  # share of held-out images that may count as unfamiliar


DEFAULT_TRAINING = TypeTraining()


def train_type_head(
    embeddings: FloatArray,
    labels: Sequence[str],
    groups: Sequence[Any],
    *,
    scope: str,
    backbone: str,
    flipped: FloatArray | None = None,
    training: TypeTraining = DEFAULT_TRAINING,
    card: Mapping[str, Any] | None = None,
) -> Head:
    """A head for `scope` (a category's path, or '*') from labelled images; seconds for thousands of rows.

    `embeddings` is float32 (N,D), not normalised; `groups` names each row's product, so that no product
    is in two folds; `flipped` holds the same images mirrored (left and right change names). Temperature,
    threshold and reach come from held-out folds. Raises TooFewLabels for one class, few rows or groups.
    """
    names = _check_labels(scope, labels, groups)
    data = _Rows.make(embeddings, labels, groups, flipped, names)
    arrays = dict(fit_shallow(*data.augmented(np.ones(len(labels), bool)), len(names), training.network))
    arrays["anchors"] = choose_anchors(embeddings)
    described = {"classes": names, "scope": scope, "backbone": backbone, **_settle(data, training)}
    described |= {"rows": len(labels), "products": len(set(groups)), **(card or {})}
    return Head(name_head(scope), arrays, described)


def _check_labels(scope: str, labels: Sequence[str], groups: Sequence[Any]) -> list[str]:
    names = sorted(set(labels))
    if len(names) < 2 or len(labels) < MIN_ROWS or len(set(groups)) < 2:
        raise TooFewLabels(
            f"{scope}: {len(labels)} images of {len(set(groups))} products in {len(names)} types; "
            f"at least {MIN_ROWS} images of two products in two types are needed."
        )
    return names


def _settle(data: _Rows, training: TypeTraining) -> dict[str, Any]:
    """Temperature, threshold, reach and figures, from folds held out in turn."""
    held_out, near = cross_predict(data, training)
    temperature = fit_temperature(held_out, data.targets)
    chances = softmax(held_out / temperature)
    threshold, figures = choose_threshold(chances, data.targets, training.precision, training.min_threshold)
    return {
        "temperature": temperature,
        "threshold": threshold,
        "reach": float(np.quantile(near, training.reach_quantile)),
        "figures": figures,
    }


@dataclass(frozen=True)
class _Rows:
    """Training rows as arrays; `mirrored` are the targets of flipped images (-1 where a flip has no name)."""

    embeddings: FloatArray
    flipped: FloatArray | None
    targets: np.ndarray
    mirrored: np.ndarray
    groups: np.ndarray
    classes: int

    @classmethod
    def make(
        cls,
        embeddings: FloatArray,
        labels: Sequence[str],
        groups: Sequence[Any],
        flipped: FloatArray | None,
        names: Sequence[str],
    ) -> _Rows:
        place = {name: index for index, name in enumerate(names)}
        return cls(
            np.asarray(embeddings, np.float32),
            flipped,
            np.array([place[label] for label in labels]),
            np.array([place.get(MIRRORED.get(label, label), -1) for label in labels]),
            np.unique([str(group) for group in groups], return_inverse=True)[1],
            len(names),
        )

    def augmented(self, chosen: np.ndarray) -> tuple[FloatArray, np.ndarray]:
        """The chosen rows, and their mirror images where there are any."""
        if self.flipped is None:
            return self.embeddings[chosen], self.targets[chosen]
        also = chosen & (self.mirrored >= 0)
        rows = np.concatenate([self.embeddings[chosen], self.flipped[also]])
        return rows, np.concatenate([self.targets[chosen], self.mirrored[also]])


def cross_predict(data: _Rows, training: TypeTraining) -> tuple[FloatArray, FloatArray]:
    """Logits (N,K) and nearness (N,) of every row by a network that saw none of its product."""
    logits = np.zeros((len(data.targets), data.classes), np.float32)
    near = np.zeros(len(data.targets), np.float32)
    for held in split_by_group(data.groups, training.folds):
        arrays = fit_shallow(*data.augmented(~held), data.classes, training.network)
        logits[held] = run_shallow(arrays, data.embeddings[held])
        near[held] = measure_nearness(data.embeddings[held], choose_anchors(data.embeddings[~held]))
    return logits, near


def measure_reach(
    embeddings: FloatArray, groups: np.ndarray, folds: int, quantile: float = DEFAULT_TRAINING.reach_quantile
) -> float:
    """The nearness to others' anchors that all but a share of held-out products have (cosine)."""
    near = np.zeros(len(embeddings), np.float32)
    for held in split_by_group(groups, folds):
        near[held] = measure_nearness(embeddings[held], choose_anchors(embeddings[~held]))
    return float(np.quantile(near, quantile))


def choose_anchors(embeddings: FloatArray) -> FloatArray:
    """At most 48 rows that stand for all: each next one is the farthest from those before."""
    rows = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
    chosen = [int((rows @ rows.mean(axis=0)).argmax())]
    nearest = rows @ rows[chosen[0]]
    while len(chosen) < min(MAX_ANCHORS, len(rows)):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    return np.asarray(embeddings[chosen], np.float32)
