"""Training with the real backbone: pictures are looked at, a head of types is trained, and judges."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image as Pillow

from review import catalog_models, inference, training
from review.actions import learning, store
from review.models import Category, Image, ModelVersion, Snapshot, SnapshotRow
from tests.pipeline.test_last_blocks import draw
from tests.review.factories import make_image
from tests.review.test_training import make_row

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    options = {"location": str(tmp_path), "base_url": None}
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    settings.LEASE_S = 3600  # the heartbeat's own connection sees nothing of a test's transaction


def keep(data: bytes) -> Image:
    image = make_image(data)
    store.put_picture(image.sha256, data, {})
    return image


def encode(number: int, is_striped: bool) -> bytes:
    kept = io.BytesIO()
    Pillow.fromarray(draw(number, is_striped)).save(kept, "PNG")
    return kept.getvalue()


def make_snapshot() -> Snapshot:
    """Front views are plain discs, details striped ones."""
    snapshot = Snapshot.objects.create(name="types", judge="type")
    rows = [
        make_row(
            snapshot, keep(encode(number, number % 2 == 1)), ("front", "detail")[number % 2], f"{number}"
        )
        for number in range(40)
    ]
    SnapshotRow.objects.bulk_create(rows)
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64, state="done")
    snapshot.refresh_from_db()
    return snapshot


def test_a_head_of_types_learns_from_layouts_and_judges_once_it_is_released() -> None:
    catalog_models._read_types.cache_clear()
    category = Category.objects.create(path="Discs")
    asked = {"judge": "type", "category": category, "technique": "logistic", "config": {}, "seed": 0}
    run = learning.train(snapshot=make_snapshot(), by=None, now=NOW, **asked)  # type: ignore[arg-type]
    assert training.run_training(run.pk)
    model = ModelVersion.objects.get()
    assert model.card["head"]["input"] == "layout"
    learning.release(model=model, by=None, submit_key="k", now=NOW)
    images = [keep(encode(100 + number, number % 2 == 1)) for number in range(4)]
    inference.look_at_images([image.pk for image in images])
    known = inference.read_assessments(images)
    types = catalog_models.load_types(inference.load_assessor().backbone.signature)
    rows = [known[image.sha256] for image in images]
    words = types.judge(
        np.stack([np.asarray(row.embedding) for row in rows]),
        "Discs",
        np.stack([np.asarray(row.layout) for row in rows]),
    )
    best = [max(word.probabilities, key=lambda name: word.probabilities[name]) for word in words]
    assert best == ["front", "detail"] * 2
