"""Approving, rejecting, undoing: what is published, who is told no, and that nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import decisions
from review.actions.decisions import UnableToDecide
from review.models import Decision, Event, Proposal, PublishedSet
from tests.review.factories import (
    Candidate,
    list_shas,
    list_shown,
    make_image,
    make_product,
    make_proposal,
    publish_images,
)

pytestmark = pytest.mark.django_db


def approve(proposal: Proposal, by: User, final: list[str] | None = None, **given: Any) -> Decision:
    kept = proposal.items.filter(after_position__isnull=False).order_by("after_position")
    final = final if final is not None else list(kept.values_list("image__sha256", flat=True))
    said: dict[str, Any] = {
        "edits": [],
        "submit_key": f"key-{proposal.pk}-{by.pk}",
        "now": timezone.now(),
    } | given
    return decisions.approve(proposal=proposal, by=by, final=final, **said)


def undo(decision: Decision, by: User, key: str = "undo-1") -> Decision:
    return decisions.undo(decision=decision, by=by, submit_key=key, now=timezone.now())


def test_approving_publishes_the_final_set_as_the_next_number(sam: User) -> None:
    proposal = make_proposal()
    a, b, _copy, _blurred, e = list_shas(proposal)
    decision = approve(proposal, sam)
    assert list_shown(proposal.product) == [b, a, e]
    published = proposal.product.published_sets.get(number=2)
    assert (published.origin, published.decision, published.created_by) == ("decision", decision, sam)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.APPROVED


def test_approving_writes_who_and_when_into_the_products_log(sam: User) -> None:
    decision = approve(make_proposal(), sam)
    event = Event.objects.get(kind="approved")
    assert (event.created_by, event.data["set"], event.data["decision"]) == (sam, 2, decision.pk)


def test_a_second_submit_with_the_same_key_gives_the_same_decision(sam: User) -> None:
    proposal = make_proposal()
    first = approve(proposal, sam)
    assert approve(proposal, sam) == first
    assert proposal.product.published_sets.count() == 2


def test_a_key_of_another_proposal_is_refused(sam: User) -> None:
    approve(make_proposal(), sam, submit_key="same")
    with pytest.raises(UnableToDecide, match="another decision"):
        approve(make_proposal(), sam, submit_key="same")


def test_whoever_is_late_is_told_who_decided(sam: User, ada: User) -> None:
    proposal = make_proposal()
    approve(proposal, ada)
    with pytest.raises(UnableToDecide, match="ada approved this proposal") as told:
        approve(proposal, sam)
    assert told.value.code == "decided"
    assert proposal.product.published_sets.count() == 2


def test_a_late_save_succeeds_when_nobody_else_decided(sam: User, ada: User) -> None:
    proposal = make_proposal()
    proposal.leased_by, proposal.leased_until = ada, timezone.now()
    proposal.save()
    assert approve(proposal, sam).decided_by == sam


def test_a_replaced_proposal_cannot_be_approved(sam: User) -> None:
    proposal = make_proposal()
    Proposal.objects.update(state=Proposal.State.SUPERSEDED)
    with pytest.raises(UnableToDecide, match="newer proposal"):
        approve(proposal, sam)


@pytest.mark.parametrize(
    ("final", "message"),
    [
        ([], "without a picture"),
        (["a", "a"], "twice"),
        (["f" * 64], "not part of this proposal"),
        ("abc", "list of pictures"),
        ([1], "list of pictures"),
    ],
)
def test_a_senseless_final_set_is_refused_and_nothing_is_written(sam: User, final: Any, message: str) -> None:
    proposal = make_proposal()
    with pytest.raises(UnableToDecide, match=message):
        approve(proposal, sam, final=final)
    assert not Decision.objects.exists()
    assert proposal.product.published_sets.count() == 1


def test_an_unknown_type_is_refused_with_the_known_ones(sam: User) -> None:
    proposal = make_proposal()
    wrong = [{"edit": "relabel", "image": list_shas(proposal)[0], "type": "sideways"}]
    with pytest.raises(UnableToDecide, match="'sideways' is not an image type"):
        approve(proposal, sam, edits=wrong)


def test_another_set_in_the_shop_stops_an_approval_until_it_was_seen(sam: User) -> None:
    proposal = make_proposal()
    publish_images(proposal.product, [make_image()])
    with pytest.raises(UnableToDecide, match="shows set 2 by now") as told:
        approve(proposal, sam)
    assert told.value.code == "set_changed"
    approve(proposal, sam, seen_set=2)
    assert proposal.product.published_sets.count() == 3


def test_a_rejection_needs_a_reason(sam: User) -> None:
    with pytest.raises(UnableToDecide, match="Say why"):
        decisions.reject(proposal=make_proposal(), by=sam, reason=" ", submit_key="k", now=timezone.now())


def test_a_rejection_leaves_the_shop_as_it_is(sam: User) -> None:
    proposal = make_proposal()
    shown = list_shown(proposal.product)
    decisions.reject(proposal=proposal, by=sam, reason="wrong hero", submit_key="k", now=timezone.now())
    proposal.refresh_from_db()
    assert (proposal.state, list_shown(proposal.product)) == (Proposal.State.REJECTED, shown)
    assert Event.objects.get(kind="rejected").data["reason"] == "wrong hero"


@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_approving_and_undoing_shows_what_was_shown_two_numbers_on(sam: User, size: int) -> None:
    candidates = [Candidate(before=place, after=size - 1 - place) for place in range(size)]
    proposal = make_proposal(candidates)
    shown = list_shown(proposal.product)
    undo(approve(proposal, sam), sam)
    last = proposal.product.published_sets.order_by("-number")[0]
    assert (list_shown(proposal.product), last.number, last.origin) == (shown, 3, PublishedSet.Origin.UNDO)


def test_after_an_undo_the_proposal_is_open_and_can_be_approved_again(sam: User) -> None:
    proposal = make_proposal()
    undo(approve(proposal, sam), sam)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN
    approve(proposal, sam, submit_key="again")
    assert proposal.product.published_sets.count() == 4


def test_undoing_a_first_set_of_a_product_that_showed_nothing_shows_nothing_again(sam: User) -> None:
    proposal = make_proposal([Candidate(after=0)])
    undo(approve(proposal, sam), sam)
    assert list_shown(proposal.product) == []


def test_an_undo_keeps_a_newer_open_proposal(sam: User) -> None:
    product = make_product()
    older = make_proposal([Candidate(before=0, after=0)], product=product)
    decision = approve(older, sam)
    shown = product.published_sets.get(number=2)
    newer = make_proposal([Candidate(before=0, after=0)], product=product, based_on=shown)
    undo(decision, sam)
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == (Proposal.State.SUPERSEDED, Proposal.State.OPEN)


def test_a_decision_is_undone_once(sam: User) -> None:
    decision = approve(make_proposal(), sam)
    first = undo(decision, sam)
    assert undo(decision, sam) == first
    with pytest.raises(UnableToDecide, match="undone before"):
        undo(decision, sam, key="undo-2")


def test_a_set_that_was_followed_by_another_is_not_undone(sam: User) -> None:
    proposal = make_proposal()
    decision = approve(proposal, sam)
    publish_images(proposal.product, [make_image()])
    with pytest.raises(UnableToDecide, match="Set 3 was published after"):
        undo(decision, sam)


def test_undoing_a_rejection_opens_it_and_publishes_nothing(sam: User) -> None:
    proposal = make_proposal()
    now = timezone.now()
    decision = decisions.reject(proposal=proposal, by=sam, reason="no", submit_key="k", now=now)
    undo(decision, sam)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.product.published_sets.count()) == (Proposal.State.OPEN, 1)
