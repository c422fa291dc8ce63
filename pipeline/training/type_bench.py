"""Grouped cross-validation of image type heads: what helps, and by how much (II.C, tables II and III)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.backbone_sources import BackboneSpec
from pipeline.last_blocks import embed_before, has_last_block
from pipeline.records import FloatArray
from pipeline.training.calibration import measure_calibration, softmax
from pipeline.training.last_block import fit_last_block
from pipeline.training.linear import LinearConfig, fit_heat
from pipeline.training.shallow import ShallowConfig, fit_shallow, run_shallow, split_by_group
from pipeline.training.type_heads import TypeRecipe, fit_scopes, mirror_classes
from pipeline.training.type_rows import TypeRows

SHALLOW = ShallowConfig()
Predict = Callable[[np.ndarray], FloatArray]  # mask of rows -> their logits
Fit = Callable[[np.ndarray], Predict]  # mask of rows to learn from
REFERENCE, SHIPPED = "logistic regression", "shared head"
REGRESSION = LinearConfig(discriminant=0.0)


def measure(logits: FloatArray, targets: np.ndarray, folds: np.ndarray | None = None) -> dict[str, Any]:
    """Accuracy, macro F1, calibration error and coverage at 95 % precision of held-out logits (N,K).

    Each row's temperature comes from the other folds (N,); without folds from all rows.
    """
    chances = softmax(logits / _heat(logits, targets, folds))
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


def _heat(logits: FloatArray, targets: np.ndarray, folds: np.ndarray | None) -> FloatArray:
    places = np.zeros(len(targets), int) if folds is None else folds
    heat = np.ones((len(targets), 1), np.float32)
    for fold in np.unique(places):
        others = places != fold if len(np.unique(places)) > 1 else places == fold
        heat[places == fold] = fit_heat(logits[others], targets[others])
    return heat


def cross_validate(rows: TypeRows, fit: Fit, folds: int) -> dict[str, Any]:
    """Figures of a technique; no product is in two folds."""
    logits = np.zeros((len(rows.targets), len(rows.classes)), np.float32)
    places = np.zeros(len(rows.targets), int)
    for number, held in enumerate(split_by_group(rows.groups, folds)):
        logits[held] = fit(~held)(held)
        places[held] = number
    return measure(logits, rows.targets, places)


def fit_reference(rows: TypeRows) -> Fit:
    """Plain logistic regression on the standardised embeddings, as anybody would try first."""

    def fit(chosen: np.ndarray) -> Predict:
        from sklearn.linear_model import LogisticRegression

        mean, scale = rows.embeddings[chosen].mean(axis=0), rows.embeddings[chosen].std(axis=0) + 1e-6
        known = np.unique(rows.targets[chosen])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = LogisticRegression(max_iter=500)
            model.fit((rows.embeddings[chosen] - mean) / scale, rows.targets[chosen])

        def predict(held: np.ndarray) -> FloatArray:
            logits = np.full((int(held.sum()), len(rows.classes)), np.log(1e-12), np.float32)
            chances = model.predict_proba((rows.embeddings[held] - mean) / scale)
            logits[:, known] = np.log(np.maximum(chances, 1e-12))
            return logits

        return predict

    return fit


def fit_network(rows: TypeRows, config: ShallowConfig = SHALLOW, flips: bool = True) -> Fit:
    """The paper's shallow network on embeddings; `flips` adds mirrored pictures and averages over both."""

    order = mirror_classes(rows.classes)
    flips = flips and bool((order >= 0).all())

    def fit(chosen: np.ndarray) -> Predict:
        inputs, targets = rows.embeddings[chosen], rows.targets[chosen]
        if flips:
            inputs = np.concatenate([inputs, rows.flipped[chosen]])
            targets = np.concatenate([targets, order[targets]])
        arrays = fit_shallow(inputs, targets, len(rows.classes), config)

        def predict(held: np.ndarray) -> FloatArray:
            logits = run_shallow(arrays, rows.embeddings[held])
            if flips:
                logits = (logits + run_shallow(arrays, rows.flipped[held])[:, order]) * np.float32(0.5)
            return logits

        return predict

    return fit


def fit_recipe(rows: TypeRows, recipe: TypeRecipe) -> Fit:
    """Heads as they ship, or with one ingredient less."""

    def fit(chosen: np.ndarray) -> Predict:
        heads = fit_scopes(rows, chosen, recipe)
        return lambda held: heads.predict(rows, held)

    return fit


def fit_block(rows: TypeRows, spec: BackboneSpec) -> Fit | None:
    """The backbone's last block retrained; None where the backbone has none that can be cut off."""
    if rows.inputs is None or not has_last_block(spec):
        return None
    order = mirror_classes(rows.classes)
    flips = bool((order >= 0).all())
    maps = embed_before(spec, rows.inputs)
    turned = embed_before(spec, np.ascontiguousarray(rows.inputs[:, :, ::-1])) if flips else maps
    order = order if flips else np.arange(len(order))

    def fit(chosen: np.ndarray) -> Predict:
        targets = rows.targets[chosen]
        sides = (maps[chosen], targets), (turned[chosen], order[targets])
        predict = fit_last_block(spec, sides, len(rows.classes))
        return lambda held: (predict(maps[held]) + predict(turned[held])[:, order]) * np.float32(0.5)

    return fit


def list_techniques(rows: TypeRows, spec: BackboneSpec) -> Iterator[tuple[str, Fit]]:
    """Name and fit of each technique: the reference, each ingredient of what ships, what ships, others."""
    best = TypeRecipe()
    yield REFERENCE, fit_reference(rows)
    yield "shallow network", fit_network(rows, flips=False)
    yield "shallow network with flips", fit_network(rows)
    if rows.layouts.shape[1]:
        bare = replace(best, mirrors=False, linear=REGRESSION)
        yield "logistic regression on layouts", fit_recipe(rows, bare)
        yield "layouts and their mirror images", fit_recipe(rows, replace(bare, mirrors=True))
    yield SHIPPED, fit_recipe(rows, best)
    yield "shared and own head averaged", fit_recipe(rows, replace(best, own_share=0.5))
    yield "head a category", fit_recipe(rows, replace(best, own_share=1.0))
    block = fit_block(rows, spec)
    if block is not None:
        yield "retrained last block", block


def compare(
    rows: TypeRows, folds: int, spec: BackboneSpec, only: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and figures, technique by technique; `only` names those that are wanted (default: all).

    Raises ValueError for fewer products than folds.
    """
    if len(np.unique(rows.groups)) < folds:
        raise ValueError(f"{len(np.unique(rows.groups))} products are too few for {folds} folds")
    for name, fit in list_techniques(rows, spec):
        if not only or name.strip() in only:
            yield name.strip(), cross_validate(rows, fit, folds)
