"""Copies that were nearly none, and new heroes that nobody can name, are put before people."""

from __future__ import annotations

from typing import Any

import pytest

from review.actions.changes import Change, DraftItem
from review.actions.pair_questions import find_doubtful_hero, find_doubtful_pairs
from review.models import Image, Product
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return make_product()


@pytest.fixture
def images() -> dict[str, Image]:
    made = [make_image() for _ in range(3)]
    return {image.sha256: image for image in made}


def copy(images: dict[str, Image], doubt: float) -> DraftItem:
    one, other, _ = images
    compared = {"distances": {"doubt": doubt}, "thresholds": {"doubt": 0.1}}
    return DraftItem(one, "drop", reason="duplicate", duplicate_of=other, evidence={"copy": compared})


def test_a_copy_near_the_limit_is_asked_about_the_more_the_nearer(images: Any, product: Product) -> None:
    near, nearer = (list(find_doubtful_pairs(copy(images, doubt), images, product)) for doubt in (0.06, 0.09))
    assert [origin for origin, _ in (*near, *nearer)] == ["doubt", "doubt"]
    one, other, _ = images.values()
    assert (near[0][1].subject, near[0][1].image_id, near[0][1].other_id) == ("pair", one.pk, other.pk)
    assert nearer[0][1].weight > near[0][1].weight


def test_of_sure_copies_a_share_is_asked(images: Any, product: Product, settings: Any) -> None:
    settings.AUDIT_SHARE = 0.0
    assert list(find_doubtful_pairs(copy(images, 0.01), images, product)) == []
    settings.AUDIT_SHARE = 1.0
    ((origin, asked),) = find_doubtful_pairs(copy(images, 0.01), images, product)
    assert (origin, asked.model_says["verdict"]) == ("audit", "duplicate")


def test_what_is_no_copy_or_was_compared_otherwise_is_not_asked(images: Any, product: Product) -> None:
    one, other, _ = images
    for item in (
        DraftItem(one, "keep"),
        DraftItem(
            one,
            "drop",
            reason="duplicate",
            duplicate_of=other,
            evidence={"copy": {"distances": {"phash": 2}}},
        ),
    ):
        assert list(find_doubtful_pairs(item, images, product)) == []


def change_hero(images: dict[str, Image], **said: Any) -> Change:
    old, new, third = images
    kept = {sha: DraftItem(sha, "keep", **(said if sha == new else {})) for sha in images}
    return Change(before=(old, third), after=(new, old, third), items=kept)


def test_a_new_hero_of_a_doubtful_or_unknown_type_is_set_beside_the_old_one(
    images: Any, product: Product
) -> None:
    old, new, _ = images.values()
    for kind, confidence in (("unsure", 0.4), ("front", 0.62), ("unsure", None)):
        said = {"image_type": kind, "type_confidence": confidence}
        (asked,) = find_doubtful_hero(change_hero(images, **said), images, product)
        assert (asked.subject, asked.image_id, asked.other_id) == ("hero", new.pk, old.pk)


def test_a_sure_hero_or_one_that_stays_is_not_asked(images: Any, product: Product) -> None:
    sure = change_hero(images, image_type="front", type_confidence=0.95)
    assert list(find_doubtful_hero(sure, images, product)) == []
    same = Change(before=sure.before, after=sure.before, items=sure.items)
    assert list(find_doubtful_hero(same, images, product)) == []
