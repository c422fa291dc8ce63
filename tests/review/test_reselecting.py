"""Decided sets are selected again with a candidate's word in the place of what is live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from pipeline.dedup import describe
from pipeline.records import Judgement
from review.actions.removals import MADE_BY
from review.models import Category, Decision, Image, ImageAnalysis, ModelVersion, Proposal, ProposalItem
from review.reselecting import agree_on_order, reselect
from review.verdicts import Side
from tests.review.factories import Candidate, make_proposal
from tests.review.heads import embed, keep_model, lay_ground, make_head
from tests.review.test_comparing import make_types

pytestmark = pytest.mark.django_db
CLEAN = {"badge": Judgement("badge", 0.1, 0.5, False, version="net").as_json()}
KEPT = [Candidate(before=place, after=place, image_type="unsure") for place in range(4)]


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)


@pytest.fixture
def candidate() -> ModelVersion:
    """Finds a badge where an embedding's first number is high; what ships finds none."""
    return keep_model(make_head(0, judge="badge", beside_shipped="either"), "badge", state="candidate")


def show(*numbers: float, looks: Sequence[int] = ()) -> list[Image]:
    """Pictures with these first numbers; those of one look may be copies of one another."""
    images = [embed(number, CLEAN) for number in numbers]
    for image, look in zip(images, looks or range(len(images)), strict=True):
        rgb = np.random.default_rng(look).integers(0, 255, (64, 64, 3)).astype(np.uint8)
        ImageAnalysis.objects.filter(image=image).update(descriptors=describe(rgb))
    return images


def decide(
    sam: User,
    images: Sequence[Image],
    final: Sequence[int],
    candidates: Sequence[Candidate] = KEPT,
) -> Proposal:
    """An approval that leaves these pictures, in this order."""
    proposal = make_proposal(candidates[: len(images)], images=images)
    shas = [images[place].sha256 for place in final]
    Decision.objects.create(
        proposal=proposal, kind="approve", submit_key=str(proposal.pk), decided_by=sam, final_set=shas
    )
    return proposal


def replay(model: ModelVersion, judge: str = "badge", learnt: Sequence[int] = ()) -> dict[str, Any]:
    sides = {"candidate": Side(judge, None, model), "live": Side(judge, None, None)}
    return reselect(Decision.objects.order_by("pk"), sides, set(learnt))


def test_a_set_from_which_a_person_took_what_the_candidate_finds_comes_out_as_decided(
    sam: User, candidate: ModelVersion
) -> None:
    decide(sam, show(0.0, 1.0, 0.0), [0, 2])
    found = replay(candidate)
    assert (found["sets"], found["left_out"]) == (1, {"learnt": 0, "untold": 0})
    assert found["candidate"] == {"exact": 1, "pictures": 1, "hero": 1, "order": 1.0}
    assert found["live"] == {"exact": 0, "pictures": 0, "hero": 1, "order": 1.0}


def test_a_set_that_a_person_left_alone_speaks_against_a_candidate_that_drops(
    sam: User, candidate: ModelVersion
) -> None:
    decide(sam, show(1.0, 0.0, 0.0), [0, 1, 2])
    found = replay(candidate)
    assert (found["candidate"]["exact"], found["candidate"]["hero"]) == (0, 0)
    assert (found["live"]["exact"], found["live"]["hero"]) == (1, 1)


def test_the_order_counts_apart_from_the_pictures(sam: User, candidate: ModelVersion) -> None:
    decide(sam, show(0.0, 0.0, 0.0), [0, 2, 1])
    assert replay(candidate)["live"] == {"exact": 0, "pictures": 1, "hero": 1, "order": 0.6667}


def test_copies_stay_what_they_were_found_to_be(sam: User, candidate: ModelVersion) -> None:
    repeats = [*KEPT[:2], Candidate(before=2, reason="duplicate", copy_of=1, image_type="unsure")]
    decide(sam, show(0.0, 0.0, 0.0, looks=(1, 2, 2)), [0, 1], repeats)
    assert replay(candidate)["live"]["exact"] == 1


def test_a_set_with_likely_copies_that_nobody_compared_is_left_out(
    sam: User, candidate: ModelVersion
) -> None:
    dropped = [*KEPT[:2], Candidate(before=2, reason="blur", image_type="unsure")]
    images = show(0.0, 0.0, 0.0, looks=(1, 2, 2))
    decide(sam, images, [0, 1], dropped)
    found = replay(candidate)
    assert (found["sets"], found["left_out"]["untold"], found["live"]["order"]) == (0, 1, None)


def test_a_set_whose_pictures_were_not_looked_at_by_todays_judges_is_left_out(
    sam: User, candidate: ModelVersion
) -> None:
    images = show(0.0, 0.0)
    decide(sam, images, [0, 1])
    ImageAnalysis.objects.filter(image=images[1]).update(version="older")
    assert replay(candidate)["left_out"] == {"learnt": 0, "untold": 1}


def test_what_the_candidate_learnt_from_proves_nothing(sam: User, candidate: ModelVersion) -> None:
    images = show(0.0, 1.0, 0.0)
    decide(sam, images, [0, 2])
    found = replay(candidate, learnt=[images[1].pk])
    assert (found["sets"], found["left_out"]["learnt"]) == (0, 1)


def test_a_proposal_that_only_took_a_hit_off_was_no_selection(sam: User, candidate: ModelVersion) -> None:
    proposal = decide(sam, show(0.0, 1.0), [0])
    Proposal.objects.filter(pk=proposal.pk).update(config_digest=MADE_BY)
    assert replay(candidate)["sets"] == 0


def test_a_candidate_of_types_is_asked_for_the_order(sam: User) -> None:
    images = show(0.0, 1.0)
    proposal = decide(sam, images, [1, 0])
    Category.objects.filter(product=proposal.product).update(type_order=["front", "back"])
    found = replay(make_types(), "type")
    assert (found["candidate"]["exact"], found["live"]["exact"]) == (1, 0)
    assert ProposalItem.objects.filter(image_type="unsure").count() == 2  # what was proposed stays as it was


@pytest.mark.parametrize(
    ("one", "two", "agreed"),
    [("abc", "abc", 1.0), ("abc", "cba", 0.0), ("abd", "bac", 0.0), ("a", "a", None)],
)
def test_orders_agree_by_the_pairs_that_both_hold(one: str, two: str, agreed: float | None) -> None:
    assert agree_on_order(tuple(one), tuple(two)) == agreed
