"""Judges that were trained here speak from stored embeddings, beside those that ship or in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.head_store import HeadMismatch
from pipeline.records import Assessment, FloatArray, Judgement
from review import inference, live_models, predicting
from review.live_models import Live
from review.models import Category
from tests.review.heads import embed, keep_model, lay_ground, make_head

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)


def see_nothing(live: Live, shas: list[str]) -> dict[str, FloatArray]:
    raise AssertionError("no picture was to be seen")


def look(value: float, judge: str = "weapon", category: str | None = None, **words: Any) -> Judgement:
    """What is said of a picture with this number in its embedding."""
    image = embed(value, {name: word.as_json() for name, word in words.items()})
    assessments: dict[str, Assessment] = inference.read_assessments([image])
    return inference.load_judges().judge(assessments, category, see_nothing)[image.sha256].judgements[judge]


def test_a_slot_judges_once_its_model_is_live() -> None:
    keep_model(make_head())
    assert look(1.0).flag
    assert not look(0.0).flag


def test_a_candidate_says_nothing() -> None:
    keep_model(make_head(), state="candidate")
    image = embed(1.0)
    judged = inference.load_judges().judge(inference.read_assessments([image]), None, see_nothing)
    assert not judged[image.sha256].judgements


def test_a_categorys_own_head_holds_in_it_and_below_it_alone() -> None:
    keep_model(make_head(threshold=1.1))
    keep_model(make_head(), category=Category.objects.create(path="Toys > Knives"))
    assert look(1.0, category="Toys > Knives > Wooden").flag
    assert not look(1.0, category="Toys").flag


@pytest.mark.parametrize(
    ("value", "shipped", "beside", "flag"),
    [
        (1.0, 0.1, "either", True),
        (0.0, 0.9, "either", True),
        (0.0, 0.1, "either", False),
        (0.0, 0.9, "instead", False),
        (1.0, 0.1, "instead", True),
    ],
)
def test_beside_a_judge_that_ships_either_may_flag_and_in_its_place_one(
    value: float, shipped: float, beside: str, flag: bool
) -> None:
    keep_model(make_head(judge="badge", beside_shipped=beside), "badge")
    word = Judgement("badge", shipped, 0.5, shipped >= 0.5, version="net")
    assert look(value, "badge", badge=word).flag is flag


def test_what_flags_is_what_the_evidence_shows() -> None:
    head = make_head(judge="badge", beside_shipped="either")
    keep_model(head, "badge")
    sure, unsure = Judgement("badge", 0.9, 0.5, True, version="net"), Judgement("badge", 0.1, 0.5, False)
    assert look(0.0, "badge", badge=sure).version == "net"
    found = look(1.0, "badge", badge=unsure)
    assert found.version == head.version
    assert found.evidence["shipped"]["score"] == 0.1


def test_a_model_of_another_backbone_is_refused() -> None:
    keep_model(make_head(backbone="another@1"))
    with pytest.raises(HeadMismatch, match="fitted to another@1"):
        live_models.load_judges("ours@1")


def test_scores_come_from_the_live_model_or_from_the_one_that_is_named() -> None:
    candidate = keep_model(make_head(), state="candidate")
    hit, miss = embed(1.0), embed(0.0)
    images = [hit.pk, miss.pk, 10**9]
    assert predicting.score("weapon", None, images) == {}
    found = predicting.score("weapon", None, images, candidate)
    assert (set(found), found[hit.pk] > 0.9, found[miss.pk] < 0.1) == ({hit.pk, miss.pk}, True, True)
    keep_model(make_head(place=1))
    assert predicting.score("weapon", None, images)[hit.pk] < 0.1


def test_where_no_model_is_live_the_score_is_the_shipped_judges() -> None:
    image, other = embed(0.0, {"badge": Judgement("badge", 0.7, 0.5, True).as_json()}), embed(0.0)
    found = predicting.weigh("badge", None, [image.pk, other.pk])
    assert found.by_image == {image.pk: pytest.approx([0.7])}
    assert found.thresholds == {"badge": 0.5}
