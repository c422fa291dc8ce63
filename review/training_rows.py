"""What a judge learns from: a frozen data set's rows beside what the backbone saw in the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from pipeline.backbone import Backbone
from pipeline.image_type import EVERYWHERE, LAYOUT
from pipeline.records import FloatArray, RgbArray
from pipeline.training.judge_rows import JudgeRows
from pipeline.training.plan import LAST_BLOCK
from review import inference, picture_scores, predicting
from review.actions import snapshots
from review.actions.learning import TYPE
from review.models import Snapshot, TrainingRun

AT_ONCE = 500  # pictures whose analyses are looked for together


class NothingToRead(Exception):
    """The data set holds no picture that a model could look at."""


class Watch(Protocol):
    """Who is told how far it is."""

    def check(self) -> None:
        """Between two steps; may raise to end it."""

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """So much of a stage is done."""


def name_scope(run: TrainingRun) -> str:
    """Where the head is to hold: a category's path, or everywhere."""
    return run.category.path if run.category else EVERYWHERE if run.judge == TYPE else ""


def read(run: TrainingRun, watch: Watch) -> JudgeRows:
    """The run's rows. Pictures that nobody looked at are looked at now. Raises NothingToRead."""
    examples = Examples(run.snapshot)
    look_at(examples.ids, watch)
    backbone = inference.load_assessor().backbone
    is_layout = run.judge == TYPE and backbone.layout_dim > 0
    features, found = _gather(
        examples.ids, backbone.layout_dim if is_layout else backbone.dim, is_layout, watch
    )
    if not len(found):
        raise NothingToRead("No picture of the data set can be read any more.")
    return examples.choose(
        found,
        features,
        judge=run.judge,
        backbone=backbone,
        is_layout=is_layout,
        with_pictures=run.technique == LAST_BLOCK,
    )


def look_at(image_ids: Sequence[int], watch: Watch) -> None:
    """Have the pictures judged at the current version where they were not yet."""
    for at in range(0, len(image_ids), AT_ONCE):
        watch.tell("looking", at, len(image_ids))
        inference.look_at_images(image_ids[at : at + AT_ONCE], watch.check)


def _gather(image_ids: list[int], size: int, is_layout: bool, watch: Watch) -> tuple[np.ndarray, np.ndarray]:
    """Features float16 (M,size) of the rows that have some, and which rows these are."""
    features = np.zeros((len(image_ids), size), np.float16)
    place = {image: row for row, image in enumerate(image_ids)}
    is_there = np.zeros(len(image_ids), bool)
    for part in predicting.read_embeddings(image_ids, is_layout):
        rows = [place[image] for image in part.ids]
        features[rows], is_there[rows] = part.features, True
        watch.tell("reading", int(is_there.sum()), len(image_ids))
    return features[is_there], np.flatnonzero(is_there)


class Examples:
    """Rows of a frozen data set in columns."""

    def __init__(self, snapshot: Snapshot, side: str | None = None) -> None:
        rows = [(row.image_id, row.value, row.side, row.group) for row in snapshots.read(snapshot, side)]
        self.ids = [row[0] for row in rows]
        self.values = np.array([row[1] for row in rows], dtype=object)
        self.sides = np.array([row[2] for row in rows], dtype=object)
        self.groups = np.array([row[3] for row in rows], dtype=object)

    def choose(
        self,
        found: np.ndarray,
        features: np.ndarray,
        *,
        judge: str,
        backbone: Backbone,
        is_layout: bool,
        with_pictures: bool,
    ) -> JudgeRows:
        """The found ones with their features, as training takes them."""
        ids = np.array(self.ids)[found]
        classes, targets = number_values(judge, self.values[found])
        embeddings = _read_embeddings(ids.tolist(), backbone.dim) if judge == TYPE else None
        return JudgeRows(
            ids=ids,
            features=features,
            targets=targets,
            classes=classes,
            sides=self.sides[found].astype(str),
            groups=self.groups[found].astype(str),
            backbone=backbone.signature,
            reads=LAYOUT if is_layout else "embedding",
            mirrored=_mirror(features, backbone) if is_layout else None,
            embeddings=embeddings,
            read_pictures=Pictures(ids, backbone) if with_pictures else None,
        )


def number_values(judge: str, values: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """(classes, targets) of what people said: types by their names, everything else yes or no."""
    if judge != TYPE:
        return (judge,), (values == "yes").astype(int)
    classes, targets = np.unique(values.astype(str), return_inverse=True)
    return tuple(classes.tolist()), np.asarray(targets)


def _mirror(layouts: np.ndarray, backbone: Backbone) -> np.ndarray:
    parts = np.array_split(layouts, max(1, -(-len(layouts) // 4096)))
    return np.concatenate([backbone.mirror(part).astype(np.float16) for part in parts])


def _read_embeddings(image_ids: list[int], size: int) -> FloatArray:
    found = np.zeros((len(image_ids), size), np.float32)
    place = {image: row for row, image in enumerate(image_ids)}
    for part in predicting.read_embeddings(image_ids):
        found[[place[image] for image in part.ids]] = part.features
    return found


class Pictures:
    """Chosen rows' pictures as the backbone takes them, read from the store when they are asked for."""

    def __init__(self, image_ids: np.ndarray, backbone: Backbone) -> None:
        self.image_ids, self.backbone = image_ids, backbone

    def __call__(self, chosen: np.ndarray) -> RgbArray:
        """uint8 (M,S,S,3)."""
        wanted = self.image_ids[chosen].tolist()
        found = dict(picture_scores.read_pictures(wanted, self.backbone))
        if lost := [image for image in wanted if image not in found]:
            raise NothingToRead(f"{len(lost)} pictures of the data set are not in the store any more.")
        return np.stack([found[image] for image in wanted])
