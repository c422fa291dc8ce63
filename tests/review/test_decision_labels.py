"""The labels that edits imply, the questions that they settle, and that silence says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import asking, decisions, gold
from review.actions.edits import NEAR
from review.models import Decision, Label, Proposal, Question, QuestionSlot
from tests.review.factories import Candidate, list_shas, make_product, make_proposal

pytestmark = pytest.mark.django_db


def approve(proposal: Proposal, by: User, final: list[str], edits: list[Any] | None = None) -> Decision:
    return decisions.approve(
        proposal=proposal, by=by, final=final, edits=edits or [], submit_key="key", now=timezone.now()
    )


def list_labels() -> set[tuple[str, str, str, str | None]]:
    rows = Label.objects.values_list("kind", "image__sha256", "value", "other__sha256")
    return {(kind, image, value, other) for kind, image, value, other in rows}


def test_an_untouched_approval_labels_nothing(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    approve(proposal, sam, [b, a, e])
    assert list_labels() == set()


def test_relabelling_labels_the_type_by_the_specialist(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    decision = approve(proposal, sam, [b, a, e], [{"edit": "relabel", "image": a, "type": "side"}])
    label = Label.objects.get()
    assert (label.kind, label.value, label.source) == ("type", "side", Label.Source.SPECIALIST)
    assert (label.decision, label.created_by) == (decision, sam)


def test_restoring_a_copy_says_that_the_two_differ(sam: User) -> None:
    proposal = make_proposal()
    a, b, copy, _, e = list_shas(proposal)
    approve(proposal, sam, [b, a, e, copy])
    assert list_labels() == {("pair", copy, "different", b)}


def test_showing_one_copy_instead_of_the_other_does_not_say_that_they_differ(sam: User) -> None:
    proposal = make_proposal()
    a, b, copy, _, e = list_shas(proposal)
    said = [{"edit": "drop", "image": b, "reason": "duplicate", "other": copy}]
    approve(proposal, sam, [copy, a, e], said)
    assert list_labels() == {("pair", b, "duplicate", copy)}


def test_not_a_copy_says_so_although_it_stays_out(sam: User) -> None:
    proposal = make_proposal()
    a, b, copy, _, e = list_shas(proposal)
    approve(proposal, sam, [b, a, e], [{"edit": "not_copy", "image": copy}])
    assert list_labels() == {("pair", copy, "different", b)}


def test_restoring_a_blurred_picture_says_that_it_is_fine(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, blurred, e = list_shas(proposal)
    approve(proposal, sam, [b, a, e, blurred])
    assert list_labels() == {("quality", blurred, "fine", None)}
    assert Label.objects.get().subject == "blur"  # and nothing is said of its other faults


@pytest.mark.parametrize(
    ("reason", "kind"), [("blur", "quality"), ("small_object", "quality"), ("badge", "compliance")]
)
def test_dropping_with_a_reason_labels_the_defect(sam: User, reason: str, kind: str) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    approve(proposal, sam, [b, a], [{"edit": "drop", "image": e, "reason": reason}])
    assert list_labels() == {(kind, e, reason, None)}
    assert Label.objects.get().subject == reason


def test_dropping_as_a_copy_labels_the_pair(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    approve(proposal, sam, [b, a], [{"edit": "drop", "image": e, "reason": "duplicate", "other": b}])
    assert list_labels() == {("pair", e, "duplicate", b)}


def test_dropping_what_is_merely_not_needed_labels_nothing(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    decision = approve(proposal, sam, [b, a], [{"edit": "drop", "image": e, "reason": "not_needed"}])
    assert list_labels() == set()
    assert decision.edits == [{"edit": "drop", "image": e, "reason": "not_needed"}]


def test_reordering_prefers_only_the_turned_pairs(sam: User) -> None:
    proposal = make_proposal([Candidate(before=place, after=place) for place in range(4)])
    a, b, c, d = list_shas(proposal)
    approve(proposal, sam, [c, a, b, d])
    assert list_labels() == {("preference", c, "before", a), ("preference", c, "before", b)}


def test_a_large_set_that_is_turned_round_labels_what_is_near(sam: User) -> None:
    proposal = make_proposal([Candidate(before=place, after=place) for place in range(30)])
    shas = list_shas(proposal)[::-1]
    approve(proposal, sam, shas)
    preferred = {(image, other) for _, image, _, other in list_labels()}
    assert preferred == {(shas[i], shas[j]) for i in range(30) for j in range(i + 1, min(30, i + 1 + NEAR))}


def ask(proposal: Proposal, place: int, subject: str) -> Question:
    """Asked of another product's picture, which is the same one."""
    item = proposal.items.order_by("pk")[place]
    asked = asking.Asked(subject, item.image_id, product_id=make_product().pk)
    return Question.objects.get(pk=asking.ask([asked], origin="doubt", now=timezone.now())[0])


def test_an_edit_settles_the_question_that_it_answers_and_no_other(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    answered, other = ask(proposal, 0, "type"), ask(proposal, 1, "type")
    approve(proposal, sam, [b, a, e], [{"edit": "relabel", "image": a, "type": "side"}])
    answered.refresh_from_db()
    other.refresh_from_db()
    assert (answered.state, other.state) == (Question.State.SETTLED, Question.State.OPEN)
    assert set(QuestionSlot.objects.filter(is_open=True).values_list("question", flat=True)) == {other.pk}


def test_an_undo_asks_again_and_keeps_the_labels(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    question = ask(proposal, 0, "type")
    decision = approve(proposal, sam, [b, a, e], [{"edit": "relabel", "image": a, "type": "side"}])
    decisions.undo(decision=decision, by=sam, submit_key="undo", now=timezone.now())
    question.refresh_from_db()
    assert question.state == Question.State.OPEN
    assert question.slots.filter(is_open=True).count() == 2
    assert Label.objects.filter(decision=decision, decision__undone_by__isnull=False).count() == 1


def test_an_undo_leaves_what_became_a_known_question_since(sam: User, ada: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    question = ask(proposal, 0, "type")
    decision = approve(proposal, sam, [b, a, e], [{"edit": "relabel", "image": a, "type": "side"}])
    gold.make_gold(question=question, value=question.choices[0], by=ada, now=timezone.now())
    decisions.undo(decision=decision, by=sam, submit_key="undo", now=timezone.now())
    question.refresh_from_db()
    assert question.state == Question.State.SETTLED
    assert not question.slots.filter(is_open=True).exists()
