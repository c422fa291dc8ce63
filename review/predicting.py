"""What a model says of pictures, from their embeddings as they are stored: no picture is decoded again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.head_store import Head
from pipeline.image_type import LAYOUT
from pipeline.last_blocks import reads_pictures
from pipeline.records import FloatArray
from review import catalog_models, inference, live_models, picture_scores
from review.models import Category, ImageAnalysis, ModelVersion

CHUNK = 2000  # pictures in memory at a time


@dataclass(frozen=True)
class Chances:
    """Picture -> its chance of each class, float32 in the order of `classes`; a binary judge has one."""

    classes: tuple[str, ...]
    by_image: dict[int, FloatArray]
    thresholds: dict[str, float]


def score(
    judge: str, category: Category | None, image_ids: Iterable[int], model: ModelVersion | None = None
) -> dict[int, float]:
    """Picture -> chance of the defect (of the best type, for types), by this or by the live model.

    Where none is live, by what ships; pictures that nobody judges or looked at are left out.
    """
    found = weigh(judge, category, image_ids, model)
    return {image: float(row.max()) for image, row in found.by_image.items()}


def weigh(
    judge: str, category: Category | None, image_ids: Iterable[int], model: ModelVersion | None = None
) -> Chances:
    """The same with every class's chance and the thresholds."""
    head = find_head(judge, category, model)
    wanted = list(image_ids)
    if head is None:
        return _read_shipped(judge, wanted)
    return Chances(head.classes, ask(head, wanted), read_thresholds(head))


def ask(head: Head, image_ids: Sequence[int]) -> dict[int, FloatArray]:
    """Picture -> the head's chances (K,); one that must see pictures sees those that it did not see yet."""
    if reads_pictures(head):
        model = ModelVersion.objects.only("pk").get(path=head.card["path"])
        return picture_scores.score(model.pk, head, image_ids, inference.load_assessor().backbone)
    by_image: dict[int, FloatArray] = {}
    for rows in read_embeddings(image_ids, head.card.get("input") == LAYOUT):
        chances = head.probabilities(rows.features)
        by_image.update(zip(rows.ids, chances.reshape(len(rows.ids), -1), strict=True))
    return by_image


def read_thresholds(head: Head) -> dict[str, float]:
    """Class -> the chance from which the head says it."""
    own = head.card.get("thresholds", {})
    return {name: float(own.get(name, head.threshold)) for name in head.classes}


def find_head(judge: str, category: Category | None, model: ModelVersion | None) -> Head | None:
    """The head of a model, or the one that judges now; None where none was trained."""
    backbone = inference.load_assessor().backbone.signature
    if model is not None:
        return live_models.load_model(model, backbone)
    path = category.path if category else None
    if judge == live_models.TYPE:
        return catalog_models.load_types(backbone).find_head(path)
    live = live_models.load_judges(backbone).find(path).get(judge)
    return live.head if live else None


@dataclass(frozen=True)
class Embedded:
    """Pictures with what a head reads of them, row for row: float32 (N,D)."""

    ids: list[int]
    features: FloatArray


def read_embeddings(image_ids: Sequence[int], as_layouts: bool = False) -> Iterator[Embedded]:
    """Stored embeddings (or layouts) of the current analysis in chunks; pictures without one are left out."""
    column = "layout" if as_layouts else "embedding"
    kept = ImageAnalysis.objects.filter(version=inference.load_assessor().version, embedding__isnull=False)
    if as_layouts:
        kept = kept.exclude(layout=b"")
    for at in range(0, len(image_ids), CHUNK):
        rows = list(kept.filter(image__in=image_ids[at : at + CHUNK]).values_list("image", column))
        if rows:
            read = [_read_layout(value) if as_layouts else _read_embedding(value) for _, value in rows]
            yield Embedded([image for image, _ in rows], np.stack(read))


def _read_embedding(stored: object) -> FloatArray:
    return np.asarray(stored.to_numpy() if hasattr(stored, "to_numpy") else stored, np.float32)


def _read_layout(stored: bytes) -> FloatArray:
    return np.frombuffer(stored, "<f2").astype(np.float32)


def _read_shipped(judge: str, image_ids: Sequence[int]) -> Chances:
    """What the judge that ships said when the pictures were looked at."""
    by_image: dict[int, FloatArray] = {}
    thresholds: dict[str, float] = {}
    version = inference.load_assessor().version
    for at in range(0, len(image_ids), CHUNK):
        rows = ImageAnalysis.objects.filter(version=version, image__in=image_ids[at : at + CHUNK])
        for image, word in rows.values_list("image", f"judgements__{judge}"):
            if word and word["score"] is not None:
                by_image[image] = np.array([word["score"]], np.float32)
                thresholds[judge] = word["threshold"]
    return Chances((judge,), by_image, thresholds)
