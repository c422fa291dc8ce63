"""Whoever leaves the page of questions gives back what it held, and takes nothing from another window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.actions import departures, labelling
from review.models import QuestionSlot
from tests.review.test_labelling import NOW, make_question, take

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=20)


def test_what_a_closed_page_held_goes_to_the_next_at_once(wim: User, sam: User) -> None:
    made = [make_question(votes=1) for _ in range(3)]
    assert take(wim, wanted=3) == made
    assert take(sam, SOON) == []
    assert departures.leave(by=wim, now=SOON, heard_at=NOW) == 3
    assert take(sam, SOON + timedelta(seconds=1), wanted=3) == made


def test_another_window_that_looked_later_keeps_it_all(wim: User, sam: User) -> None:
    make_question(votes=1)
    take(wim)
    take(wim, NOW + timedelta(seconds=5))  # the same person's other window, or this one loaded again
    assert departures.leave(by=wim, now=SOON, heard_at=NOW) == 0
    assert take(sam, SOON) == []


def test_a_page_that_is_loaded_again_at_once_keeps_it_all(wim: User) -> None:
    for _ in range(4):
        make_question(votes=1)
    take(wim, wanted=3)
    take(wim, NOW + timedelta(milliseconds=10), wanted=3)
    assert departures.leave(by=wim, now=SOON, heard_at=NOW) == 0


def test_a_page_that_waited_for_an_answer_gives_back_whatever_is_held(wim: User, sam: User) -> None:
    (question,) = [make_question(votes=1)]
    take(wim, NOW + timedelta(seconds=5))
    assert departures.leave(by=wim, now=SOON, heard_at=None) == 1
    assert take(sam, SOON + timedelta(seconds=1)) == [question]


def test_who_comes_right_back_goes_on_with_the_same(wim: User) -> None:
    made = [make_question(votes=1) for _ in range(6)]
    assert take(wim, wanted=3) == made[:3]
    departures.leave(by=wim, now=SOON, heard_at=NOW)
    assert take(wim, SOON + timedelta(seconds=1), wanted=3) == made[:3]


def test_an_answer_that_comes_after_the_leaving_still_has_its_slot(wim: User) -> None:
    question = make_question(votes=1)
    take(wim)
    departures.leave(by=wim, now=SOON, heard_at=NOW)
    said = labelling.record_answer(question=question, by=wim, value="yes", now=SOON + timedelta(seconds=1))
    assert (said.is_late, said.slot) == (False, question.slots.get(number=1))


def test_the_page_leaves_by_its_address_whatever_it_sends(client: Client, wim: User) -> None:
    client.force_login(wim)
    make_question()
    for said, is_held in (({"heldAt": "2001-01-01T00:00:00+00:00"}, True), ({"heldAt": "soon"}, False)):
        client.post("/label/ahead/", {}, content_type="application/json")
        assert client.post("/label/leave/", said, content_type="application/json").status_code == 204
        held = QuestionSlot.objects.filter(leased_by=wim, leased_until__gt=timezone.now())
        assert held.exists() is is_held
    assert client.post("/label/leave/", "[", content_type="application/json").status_code == 204
