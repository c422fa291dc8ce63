"""Grouped cross-validation of image type heads: what helps, and by how much (II.C, tables II and III)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.category_paths import normalise_path
from pipeline.records import FloatArray
from pipeline.training.calibration import fit_temperature, measure_calibration, softmax
from pipeline.training.shallow import ShallowConfig, fit_shallow, run_shallow, split_by_group

FLAT = ShallowConfig(hidden=0, smoothing=0.0, dropout=0.0)
SHALLOW = ShallowConfig()
MIN_ROWS = 20  # a category with fewer labels has no head of its own
Fit = Callable[[np.ndarray], Callable[[np.ndarray], FloatArray]]


@dataclass(frozen=True)
class TypeRows:
    """Labelled images: `embeddings` and `flipped` float32 (N,D), `targets` (N,) into `classes`,
    `groups` (N,) the product, `categories` the path of each."""

    embeddings: FloatArray
    flipped: FloatArray
    targets: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray
    categories: tuple[str, ...]


def measure(logits: FloatArray, targets: np.ndarray) -> dict[str, Any]:
    """Accuracy, macro F1, calibration error and coverage at 95 % precision of held-out logits (N,K)."""
    chances = softmax(logits / fit_temperature(logits, targets))
    named, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = named == targets
    order = np.argsort(-sure, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= 0.95)
    scores = []
    for number in np.unique(targets):
        hits = float(((named == number) & right).sum())
        scores.append(2 * hits / float((named == number).sum() + (targets == number).sum()))
    return {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(float(np.mean(scores)), 4),
        "calibration_error": round(measure_calibration(sure, right), 4),
        "coverage_at_95": round(float((enough[-1] + 1) / len(order)) if len(enough) else 0.0, 4),
    }


def cross_validate(rows: TypeRows, fit: Fit, folds: int) -> dict[str, Any]:
    """Figures of a technique; no product is in two folds."""
    logits = np.zeros((len(rows.targets), len(rows.classes)), np.float32)
    for held in split_by_group(rows.groups, folds):
        logits[held] = fit(~held)(held)
    return measure(logits, rows.targets)


def fit_one(rows: TypeRows, config: ShallowConfig, mirror: bool) -> Fit:
    """One head for all categories; `mirror` adds flipped images, and averages over both when it answers."""

    def fit(chosen: np.ndarray) -> Callable[[np.ndarray], FloatArray]:
        parts = [rows.embeddings[chosen], *([rows.flipped[chosen]] if mirror else [])]
        targets = np.tile(rows.targets[chosen], len(parts))
        arrays = fit_shallow(np.concatenate(parts), targets, len(rows.classes), config)

        def answer(held: np.ndarray) -> FloatArray:
            logits = run_shallow(arrays, rows.embeddings[held])
            if mirror:
                logits = (logits + run_shallow(arrays, rows.flipped[held])) * np.float32(0.5)
            return logits

        return answer

    return fit


def fit_by_category(rows: TypeRows, config: ShallowConfig) -> Fit:
    """A head a category's first step where it has labels enough, else the shared one."""
    tops = np.array([(normalise_path(path) or ("",))[0] for path in rows.categories])

    def fit(chosen: np.ndarray) -> Callable[[np.ndarray], FloatArray]:
        shared = fit_one(rows, config, True)(chosen)
        own = {
            top: fit_one(rows, config, True)(chosen & (tops == top))
            for top in np.unique(tops)
            if (chosen & (tops == top)).sum() >= MIN_ROWS
        }

        def answer(held: np.ndarray) -> FloatArray:
            logits = np.zeros((len(held), len(rows.classes)), np.float32)
            for top in np.unique(tops[held]):
                here = held & (tops == top)
                logits[here] = own.get(top, shared)(here)
            return logits[held]

        return answer

    return fit


def compare(rows: TypeRows, folds: int) -> Mapping[str, Mapping[str, Any]]:
    """Figures by technique."""
    techniques: Sequence[tuple[str, Fit]] = (
        ("logistic regression", fit_one(rows, FLAT, False)),
        ("shared head", fit_one(rows, SHALLOW, False)),
        ("shared head, mirrored", fit_one(rows, SHALLOW, True)),
        ("shared head, mirrored, no smoothing", fit_one(rows, replace(SHALLOW, smoothing=0.0), True)),
        ("head a category", fit_by_category(rows, SHALLOW)),
    )
    return {name: cross_validate(rows, fit, folds) for name, fit in techniques}
