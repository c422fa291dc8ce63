"""Fits and settles type heads: linear, on layouts, silent where they are not sure enough (II.C)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.category_paths import name_head
from pipeline.head_store import Head
from pipeline.image_type import EVERYWHERE, LAYOUT
from pipeline.records import FloatArray
from pipeline.training.calibration import measure_calibration, softmax
from pipeline.training.linear import fit_heat
from pipeline.training.shallow import run_shallow, split_by_group
from pipeline.training.type_heads import TypeRecipe, fit_mirrored, list_scopes, read_features
from pipeline.training.type_rows import TypeRows
from pipeline.training.types import TooFewLabels, choose_anchors, measure_reach

NEVER = 1.01  # a threshold that no probability reaches


@dataclass(frozen=True)
class TypeTarget:
    """When a head may speak: `precision` of named images on held-out folds, at least `min_named` of them a
    class and `min_threshold` of calibrated probability."""

    folds: int = 5
    precision: float = 0.95
    min_named: int = 5
    min_threshold: float = 0.5
    recipe: TypeRecipe = field(default_factory=TypeRecipe)


DEFAULT = TypeTarget()


def fit_heads(
    rows: TypeRows, backbone: str, target: TypeTarget = DEFAULT, card: Mapping[str, Any] | None = None
) -> Iterator[Head]:
    """A head for all categories, then one for each scope whose own is the better on held-out folds.

    `backbone` is the signature of what made the rows. Raises TooFewLabels for one type or few products.
    """
    everyone = np.ones(len(rows.targets), bool)
    if len(rows.classes) < 2 or len(set(rows.groups)) < target.folds:
        raise TooFewLabels(f"{len(rows.targets)} images of {len(set(rows.groups))} products are too few")
    general = predict_held_out(rows, everyone, target)
    yield _settle(rows, everyone, general, EVERYWHERE, backbone, target, card)
    chains = [set(list_scopes(category)) for category in rows.categories]
    for scope in sorted(set().union(*chains) - {EVERYWHERE}):
        inside = np.array([scope in chain for chain in chains])
        kinds, products = set(rows.targets[inside]), set(rows.groups[inside])
        if inside.sum() < target.recipe.min_rows or len(kinds) < 2 or len(products) < target.folds:
            continue
        own = predict_held_out(rows, inside, target)
        truth = rows.targets[inside]
        if (own.argmax(axis=1) == truth).mean() > (general[inside].argmax(axis=1) == truth).mean():
            yield _settle(rows, inside, own, scope, backbone, target, card)


def predict_held_out(rows: TypeRows, inside: np.ndarray, target: TypeTarget) -> FloatArray:
    """Logits (M,K) of the rows inside, each by a head that saw none of its product."""
    groups = rows.groups[inside]
    places = np.flatnonzero(inside)
    features = read_features(rows)[0]
    logits = np.zeros((len(places), len(rows.classes)), np.float32)
    for held in split_by_group(groups, target.folds):
        logits[held] = run_shallow(_fit(rows, places[~held], target.recipe), features[places[held]])
    return logits


def _fit(rows: TypeRows, chosen: np.ndarray, recipe: TypeRecipe) -> dict[str, FloatArray]:
    features, mirrored = read_features(rows)
    turned = mirrored[chosen] if recipe.mirrors else None
    return fit_mirrored(features[chosen], turned, rows.targets[chosen], rows.classes, recipe.linear)


def _settle(
    rows: TypeRows,
    inside: np.ndarray,
    held_out: FloatArray,
    scope: str,
    backbone: str,
    target: TypeTarget,
    card: Mapping[str, Any] | None,
) -> Head:
    truth = rows.targets[inside]
    heat = fit_heat(held_out, truth)
    thresholds, figures = choose_thresholds(softmax(held_out / heat), truth, rows.classes, target)
    arrays = {**_fit(rows, np.flatnonzero(inside), target.recipe)}
    arrays["anchors"] = choose_anchors(rows.embeddings[inside])
    described = {
        "classes": list(rows.classes),
        "scope": scope,
        "backbone": backbone,
        "input": LAYOUT if rows.layouts.shape[1] else "embedding",
        "temperature": heat,
        "threshold": target.min_threshold,
        "thresholds": thresholds,
        "reach": measure_reach(rows.embeddings[inside], rows.groups[inside], target.folds),
        "precision": target.precision,
        "figures": figures,
        "rows": int(inside.sum()),
        "products": len(set(rows.groups[inside])),
    }
    return Head(name_head(scope), arrays, {**described, **(card or {})})


def choose_thresholds(
    chances: FloatArray, truth: np.ndarray, classes: tuple[str, ...], target: TypeTarget
) -> tuple[dict[str, float], dict[str, Any]]:
    """Each class's lowest threshold of that precision on held-out rows; NEVER where it cannot be shown."""
    named, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = named == truth
    thresholds = {}
    for index, name in enumerate(classes):
        order = np.flatnonzero(named == index)
        order = order[np.argsort(-sure[order], kind="stable")]
        counts = np.arange(1, len(order) + 1)
        good = (np.cumsum(right[order]) / np.maximum(counts, 1) >= target.precision) & (
            counts >= target.min_named
        )
        last = np.flatnonzero(good)
        thresholds[name] = float(max(target.min_threshold, sure[order][last[-1]])) if len(last) else NEVER
    limits = np.array([thresholds[name] for name in classes])
    answered = sure >= limits[named]
    return thresholds, {
        "accuracy": round(float(right.mean()), 4),
        "coverage": round(float(answered.mean()), 4),
        "precision": round(float(right[answered].mean()), 4) if answered.any() else None,
        "calibration_error": round(measure_calibration(sure, right), 4),
    }
