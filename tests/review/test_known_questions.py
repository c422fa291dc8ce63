"""Known questions come through the queue like any other; what settles a question can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import labelling, taking, trust
from review.actions.asking import Asked, ask
from review.models import (
    AskingRule,
    GoldQuestion,
    Label,
    Question,
    QuestionSlot,
    SkippedQuestion,
    WorkerStanding,
)
from tests.review.factories import make_image

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def gold(monkeypatch: pytest.MonkeyPatch) -> Question:
    """A question that is known, and whose turn it always is."""
    monkeypatch.setattr(trust, "_share_for", lambda *_: 1.0)
    (pk,) = ask([Asked("blur", make_image().pk)], origin=Question.Origin.GOLD, now=NOW)
    Question.objects.filter(pk=pk).update(state=Question.State.SETTLED, settled_value="yes")
    question = Question.objects.get(pk=pk)
    GoldQuestion.objects.create(question=question, value="yes")
    return question


@pytest.fixture
def two_settle(db: None) -> None:
    AskingRule.objects.create(subject="blur", first_votes=2, target=0.7)


def ask_some(count: int) -> list[Question]:
    ids = ask([Asked("blur", make_image().pk) for _ in range(count)], origin="doubt", now=NOW)
    return list(Question.objects.filter(pk__in=ids))


def take(by: User, wanted: int = 3) -> list[Question]:
    return list(taking.take(by=by, now=NOW, wanted=wanted).questions)


def test_a_known_question_is_held_like_the_others_and_asked_of_everybody(
    gold: Question, wim: User, sam: User
) -> None:
    ask_some(6)
    assert gold in take(wim)
    assert take(wim) == take(wim)
    assert gold in take(sam)
    assert not gold.slots.filter(is_open=True).exists()


def test_its_answer_tells_of_the_person_and_makes_no_label(gold: Question, wim: User) -> None:
    ask_some(1)
    take(wim)
    kept = labelling.record_answer(question=gold, by=wim, value="no", now=NOW)
    assert not kept.is_late
    standing = WorkerStanding.objects.get(person=wim)
    assert (standing.gold_seen, standing.gold_right) == (1, 0)
    assert not Label.objects.exists()
    assert gold not in take(wim)


def test_taken_back_it_is_before_the_person_again_and_counts_once(gold: Question, wim: User) -> None:
    ask_some(1)
    take(wim)
    for value in ("no", "yes"):
        labelling.record_answer(question=gold, by=wim, value=value, now=NOW)
        if value == "no":
            labelling.take_back(question=gold, by=wim, now=NOW)
            assert gold in take(wim)
    standing = WorkerStanding.objects.get(person=wim)
    assert (standing.gold_seen, standing.gold_right) == (1, 1)


def test_one_that_was_left_lying_takes_a_slot_again_and_not_another(gold: Question, wim: User) -> None:
    ask_some(3)
    take(wim)
    later = NOW + taking.LASTS * 2
    assert gold in taking.take(by=wim, now=later).questions
    assert gold.slots.count() == 1


def test_what_others_settled_is_not_shown_any_more(two_settle: None, wim: User, sam: User, ada: User) -> None:
    question = ask_some(1)[0]
    take(wim)
    for person in (sam, ada):
        labelling.record_answer(question=question, by=person, value="yes", now=NOW)
    question.refresh_from_db()
    assert question.state == Question.State.SETTLED
    assert take(wim) == []
    assert labelling.record_answer(question=question, by=wim, value="no", now=NOW).is_late


def test_taking_back_the_vote_that_settled_opens_the_question(two_settle: None, wim: User, sam: User) -> None:
    question = ask_some(1)[0]
    for person in (sam, wim):
        take(person)
        labelling.record_answer(question=question, by=person, value="yes", now=NOW)
    assert Label.objects.filter(question=question, withdrawn_at=None).count() == 1
    labelling.take_back(question=question, by=wim, now=NOW)
    question.refresh_from_db()
    assert question.state == Question.State.OPEN
    assert not Label.objects.filter(question=question, withdrawn_at=None).exists()
    assert [one.pk for one in take(wim)] == [question.pk]
    assert question.slots.filter(is_open=True).count() == 1


def test_two_flags_leave_it_to_a_specialist(wim: User, sam: User, toni: User) -> None:
    question = ask_some(1)[0]
    for person in (wim, sam):
        labelling.skip(question=question, by=person, now=NOW, reason="the picture is broken", is_flag=True)
    question.refresh_from_db()
    assert question.state == Question.State.DISPUTED
    assert take(toni) == []
    assert SkippedQuestion.objects.filter(is_flag=True, reason="the picture is broken").count() == 2


def test_a_lease_is_renewed_by_looking_only(wim: User) -> None:
    ask_some(2)
    take(wim)
    taking.take(by=wim, now=NOW + timedelta(minutes=9))
    held = QuestionSlot.objects.filter(leased_by=wim, leased_until__gt=NOW + timedelta(minutes=15))
    assert held.count() == 2
