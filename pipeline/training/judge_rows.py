"""Labelled images of one judge as its head is fitted on them: what is read, what is true, which side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipeline.records import FloatArray, RgbArray
from pipeline.training.plan import MIN_EXAMPLES
from pipeline.training.type_heads import mirror_classes

TRAIN, VALIDATION, TEST = "train", "validation", "test"
FINE = "fine"  # what a picture without the defect is called
MIN_HELD = 10  # of every class on the validation side, for it to decide when to stop and what is sure
FOLDS = 5


class TooFewExamples(ValueError):
    """There are not enough examples to fit and to check a judge; says what is there and what is needed."""


@dataclass(frozen=True)
class JudgeRows:
    """Images by number. `features` (N,D) are embeddings, or layouts where `reads` is 'layout'; `targets` (N,)
    index into `classes`, or are 0 (fine) and 1 for a binary judge, whose one class is its name. `sides` (N,)
    are TRAIN, VALIDATION or TEST; `groups` (N,) name what must not be parted (a product and its copies).
    `mirrored` are the features of the mirrored pictures, and `embeddings` tell of the familiar, for types;
    `read_pictures` gives uint8 (M,S,S,3) of chosen rows, to retrain the last block."""

    ids: np.ndarray
    features: FloatArray
    targets: np.ndarray
    classes: tuple[str, ...]
    sides: np.ndarray
    groups: np.ndarray
    backbone: str = ""
    reads: str = "embedding"
    mirrored: FloatArray | None = None
    embeddings: FloatArray | None = None
    read_pictures: Callable[[np.ndarray], RgbArray] | None = field(default=None, compare=False)

    @property
    def is_binary(self) -> bool:
        """Whether the judge says yes or no."""
        return len(self.classes) == 1

    @property
    def names(self) -> tuple[str, ...]:
        """What the targets mean, from 0."""
        return (FINE, *self.classes) if self.is_binary else self.classes

    def on(self, *sides: str) -> np.ndarray:
        """Numbers of the rows on these sides."""
        return np.flatnonzero(np.isin(self.sides, sides))

    def count(self, *sides: str) -> np.ndarray:
        """How many rows each class has on these sides."""
        return np.bincount(self.targets[self.on(*sides)], minlength=len(self.names))

    def turn(self) -> np.ndarray:
        """What each row is in a mirror (N,); -1 where that has no name, or no mirror image is there."""
        if self.mirrored is None:
            return np.full(len(self.targets), -1)
        return np.asarray(mirror_classes(self.names)[self.targets])


def check_counts(judge: str, rows: JudgeRows) -> None:
    """Raises TooFewExamples where nothing could be fitted, or nothing of it checked."""
    counts = rows.count(TRAIN, VALIDATION)
    if rows.is_binary and counts.min() < MIN_EXAMPLES:
        raise TooFewExamples(
            f"{judge}: {counts[1]} examples with it and {counts[0]} without to learn from; "
            f"at least {MIN_EXAMPLES} of each are needed."
        )
    enough = int((counts >= MIN_EXAMPLES).sum())
    if not rows.is_binary and enough < 2:
        raise TooFewExamples(
            f"{judge}: {enough} of {len(counts)} types have {MIN_EXAMPLES} examples to learn from; "
            "two are needed."
        )
    parts = [set(rows.groups[rows.on(TRAIN, VALIDATION)][own]) for own in _each_kind(rows)]
    if min(len(part) for part in parts) < 2:
        raise TooFewExamples(f"{judge}: all examples of one kind are pictures of one product.")


def _each_kind(rows: JudgeRows) -> list[np.ndarray]:
    targets = rows.targets[rows.on(TRAIN, VALIDATION)]
    counts = np.bincount(targets, minlength=len(rows.names))
    return [targets == kind for kind in np.flatnonzero(counts >= MIN_EXAMPLES)]


def can_be_held(rows: JudgeRows) -> bool:
    """Whether the validation side has enough of every class that the training side has."""
    there = rows.count(TRAIN) > 0
    return bool((rows.count(VALIDATION)[there] >= MIN_HELD).all())


def deal_folds(targets: np.ndarray, groups: np.ndarray, folds: int = FOLDS) -> np.ndarray:
    """int (N,): the fold that holds each row; groups stay whole, classes are dealt evenly, the rare first."""
    names, place = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), int(targets.max()) + 1), int)
    np.add.at(counts, (place, targets), 1)
    rarity = counts / np.maximum(counts.sum(axis=0), 1)
    order = sorted(range(len(names)), key=lambda one: (-rarity[one].max(), str(names[one])))
    load, fold_of = np.zeros((folds, counts.shape[1])), np.zeros(len(names), int)
    share = folds / np.maximum(counts.sum(axis=0), 1)
    for one in order:
        after = ((load + counts[one]) * share) ** 2 - (load * share) ** 2
        fold_of[one] = int(np.lexsort((load.sum(axis=1), after.sum(axis=1)))[0])
        load[fold_of[one]] += counts[one]
    return fold_of[place]
