"""Linear type heads for every scope that has labels enough: a category, a vertical, everywhere (II.C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.category_paths import normalise_path
from pipeline.image_type import EVERYWHERE
from pipeline.records import FloatArray
from pipeline.training.linear import LinearConfig, fit_linear
from pipeline.training.shallow import run_shallow
from pipeline.training.type_rows import TypeRows

MIRRORED = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class TypeRecipe:
    """What goes into a head. `own_share` is the say of a category's own head beside its parents', 0 to 1."""

    linear: LinearConfig = field(default_factory=LinearConfig)
    mirrors: bool = True  # learn from mirrored pictures too; left and right change names
    own_share: float = 0.0
    min_rows: int = 40  # labelled images of a category that has a head of its own
    min_classes: int = 2


def mirror_classes(classes: Sequence[str]) -> np.ndarray:
    """The index of what each class is in a mirror; -1 where that has no name among the classes."""
    place = {name: index for index, name in enumerate(classes)}
    return np.array([place.get(MIRRORED.get(name, name), -1) for name in classes])


def fit_mirrored(
    features: FloatArray,
    mirrored: FloatArray | None,
    targets: np.ndarray,
    classes: tuple[str, ...],
    config: LinearConfig,
) -> dict[str, FloatArray]:
    """A linear head's arrays from pictures and, where given, their mirror images."""
    if mirrored is None:
        return fit_linear(features, targets, len(classes), config)
    turned = mirror_classes(classes)[targets]
    named = turned >= 0
    rows = np.concatenate([features, mirrored[named]])
    return fit_linear(rows, np.concatenate([targets, turned[named]]), len(classes), config)


def list_scopes(category: str) -> list[str]:
    """A category's path, its start, ... and everywhere: from the narrowest on."""
    steps = normalise_path(category)
    return [" > ".join(steps[:length]) for length in range(len(steps), 0, -1)] + [EVERYWHERE]


@dataclass(frozen=True)
class ScopedHeads:
    """Arrays by scope, and how much the narrower says."""

    arrays: Mapping[str, Mapping[str, FloatArray]]
    own_share: float

    def predict(self, rows: TypeRows, held: np.ndarray) -> FloatArray:
        """Logits of the held rows; each by its category's heads."""
        features = read_features(rows)[0][held]
        scopes = [list_scopes(rows.categories[i]) for i in np.flatnonzero(held)]
        logits = run_shallow(self.arrays[EVERYWHERE], features)
        for scope in sorted(set(self.arrays) - {EVERYWHERE}, key=lambda name: name.count(">")):
            inside = np.array([scope in chain for chain in scopes])
            if inside.any():
                own = run_shallow(self.arrays[scope], features[inside])
                logits[inside] = self.own_share * own + (1 - self.own_share) * logits[inside]
        return logits


def read_features(rows: TypeRows) -> tuple[FloatArray, FloatArray]:
    """Layouts and mirrored layouts; the embeddings where the backbone has no layouts."""
    if rows.layouts.shape[1]:
        return rows.layouts, rows.mirrored
    return rows.embeddings, rows.flipped


def fit_scopes(rows: TypeRows, chosen: np.ndarray, recipe: TypeRecipe) -> ScopedHeads:
    """Heads fitted on the chosen rows: one for all, and one for each scope that has rows enough."""
    features, mirrored = read_features(rows)
    members: dict[str, np.ndarray] = {EVERYWHERE: chosen}
    if recipe.own_share:
        chains = [set(list_scopes(category)) for category in rows.categories]
        for scope in sorted(set().union(*chains) - {EVERYWHERE}):
            inside = chosen & np.array([scope in chain for chain in chains])
            if inside.sum() >= recipe.min_rows and len(set(rows.targets[inside])) >= recipe.min_classes:
                members[scope] = inside
    arrays = {
        scope: fit_mirrored(
            features[inside],
            mirrored[inside] if recipe.mirrors else None,
            rows.targets[inside],
            rows.classes,
            recipe.linear,
        )
        for scope, inside in members.items()
    }
    return ScopedHeads(arrays, recipe.own_share)
