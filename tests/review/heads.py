"""Small heads that look at one number of an embedding, and pictures whose embeddings were kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pgvector import HalfVector

from pipeline.head_store import Head, pack_head
from pipeline.records import FloatArray
from review import inference
from review.actions import store
from review.models import Category, Image, ImageAnalysis, ModelVersion
from tests.review.factories import make_image, make_images
from tests.review.judges import FakeAssessor

VERSION = "fake-1"  # of tests.review.judges.FakeAssessor
SIZE = 1280


def make_head(place: int = 0, judge: str = "weapon", threshold: float = 0.5, **card: object) -> Head:
    """Sure of the defect where the embedding's number at `place` is above 0.5."""
    weight = np.zeros((SIZE, 1), np.float32)
    weight[place] = 20.0
    arrays: dict[str, FloatArray] = {"mean": np.zeros(SIZE, np.float32), "scale": np.ones(SIZE, np.float32)}
    arrays |= {"weight0": weight, "bias0": np.array([-10.0], np.float32)}
    return Head(judge, arrays, {"classes": [judge], "threshold": threshold, **card})


def keep_model(
    head: Head, judge: str = "weapon", category: Category | None = None, state: str = "live"
) -> ModelVersion:
    """A model whose file lies in the store."""
    data = pack_head(head)
    sha256 = hashlib.sha256(data).hexdigest()
    store.put_model(f"models/{sha256}.npz", data)
    return ModelVersion.objects.create(
        kind="compliance",
        name=judge,
        sha256=sha256,
        path=f"models/{sha256}.npz",
        judge=judge,
        category=category,
        state=state,
        card=dict(head.card),
    )


def embed(value: float, judgements: Mapping[str, object] | None = None, image: Image | None = None) -> Image:
    """A picture whose embedding starts with this number."""
    numbers = np.zeros(SIZE)
    numbers[0] = value
    return embed_numbers(numbers, image, judgements)


def embed_numbers(
    numbers: np.ndarray, image: Image | None = None, judgements: Mapping[str, object] | None = None
) -> Image:
    """A picture with this embedding."""
    image = image or make_image()
    describe_embedding(numbers, image, judgements).save()
    return image


def embed_all(rows: Sequence[np.ndarray]) -> list[Image]:
    """A picture for each embedding, written at once."""
    images = make_images(len(rows))
    ImageAnalysis.objects.bulk_create(map(describe_embedding, rows, images))
    return images


def describe_embedding(
    numbers: np.ndarray, image: Image, judgements: Mapping[str, object] | None = None
) -> ImageAnalysis:
    """The row of the analysis, not yet written."""
    return ImageAnalysis(
        image=image,
        version=VERSION,
        embedding=HalfVector(numbers.astype(np.float16)),
        judgements=dict(judgements or {}),
        framing={"fill": 0.5, "white_background": 1.0, "plain_background": 1.0, "sharpness": 0.9},
    )


class SmallBackbone:
    """What is asked of a backbone where no picture is seen."""

    signature, dim, layout_dim = "", SIZE, 0


def lay_ground(settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a test lie in a folder of its own; pictures were looked at without any model."""
    options = {"location": str(folder), "base_url": None}
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    settings.LEASE_S = 3600  # the heartbeat's own connection sees nothing of a test's transaction
    monkeypatch.setattr(FakeAssessor, "backbone", SmallBackbone())
    monkeypatch.setattr(inference, "load_assessor", FakeAssessor)
