"""Models that must see pictures: what they said is kept, and judges and types listen to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.head_store import Head
from pipeline.image_type import TypeHeads
from pipeline.last_blocks import PICTURES
from pipeline.records import FloatArray, RgbArray
from review import catalog_models, inference, picture_scores, predicting
from review.live_models import read_head
from review.models import Image, ModelScore
from tests.review.factories import make_image, make_pictured_image
from tests.review.heads import embed, keep_model, lay_ground
from tests.review.judges import FakeAssessor

pytestmark = pytest.mark.django_db


class SeeingBackbone:
    """Takes a picture as it is, four pixels a side."""

    signature, dim, layout_dim = "", 1280, 0

    def to_input(self, rgb: RgbArray) -> RgbArray:
        return rgb[:4, :4]


@pytest.fixture(autouse=True)
def seen(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures were looked at, in each pass."""
    lay_ground(settings, tmp_path, monkeypatch)
    monkeypatch.setattr(FakeAssessor, "backbone", SeeingBackbone())
    passes: list[int] = []

    def judge(head: Head, inputs: RgbArray) -> FloatArray:
        passes.append(len(inputs))
        row = [0.9] if len(head.classes) == 1 else [0.8, 0.2]
        return np.tile(np.array(row, np.float32), (len(inputs), 1))

    monkeypatch.setattr(picture_scores, "judge_pictures", judge)
    return passes


def make_head(*classes: str) -> Head:
    arrays = {"net.weight": np.zeros((2, 2), np.float32)}
    card = {"classes": list(classes), "threshold": 0.5, "input": PICTURES, "scope": "*"}
    return Head(classes[0], arrays, {**card, "temperature": 1.0})


def keep_pictured(number: int) -> Image:
    return embed(0.0, image=make_pictured_image(number))


def test_a_picture_is_looked_at_once_by_a_model(seen: list[int]) -> None:
    model = keep_model(make_head("weapon"))
    images = [keep_pictured(1).pk, keep_pictured(2).pk]
    assert predicting.score("weapon", None, images) == {image: pytest.approx(0.9) for image in images}
    assert predicting.score("weapon", None, [*images, keep_pictured(3).pk])[images[0]] == pytest.approx(0.9)
    assert (seen, ModelScore.objects.filter(model=model).count()) == ([2, 1], 3)


def test_a_lost_or_unreadable_picture_is_left_out(seen: list[int]) -> None:
    keep_model(make_head("weapon"))
    lost, broken = make_image(), make_image()
    Image.objects.filter(pk=broken.pk).update(unreadable="The picture cannot be decoded.")
    assert predicting.score("weapon", None, [lost.pk, broken.pk]) == {}
    assert seen == []


def look_at(images: list[Image]) -> Any:
    ids = {image.sha256: image.pk for image in images}
    return lambda live, shas: inference.look_with(ids, live, shas)


def test_it_judges_beside_heads_on_embeddings() -> None:
    keep_model(make_head("weapon"))
    images = [keep_pictured(1)]
    judged = inference.load_judges().judge(inference.read_assessments(images), None, look_at(images))
    assert judged[images[0].sha256].judgements["weapon"].flag


def test_it_names_types_where_it_is_live() -> None:
    model = keep_model(make_head("front", "back"), "type")
    types = TypeHeads({"*": read_head(model.path, "")})
    images = [keep_pictured(1)]
    known = inference.read_assessments(images)
    named = catalog_models.name_types(types, known, None, look_at(images))
    shown = named[images[0].sha256].shows
    assert shown is not None
    assert (shown.type, shown.confidence) == ("front", pytest.approx(0.8))
    embedding = np.asarray(known[images[0].sha256].embedding)[None]
    assert types.judge(embedding, None)[0].type is None  # without the picture it says nothing
