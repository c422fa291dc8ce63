"""What taking and answering cost: few statements, whoever asks and however much there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.actions import labelling, queue_places, shown_questions, takers, taking, trust
from review.actions.asking import Asked, ask
from review.models import Question, WorkerPlace
from review.views.question_data import describe
from tests.review.crowds import make_category, make_question
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def without_known_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 1.0)


def read_statements(caught: CaptureQueriesContext) -> list[str]:
    return [one["sql"].split()[0] for one in caught if "SAVEPOINT" not in one["sql"]]


def test_the_next_question_costs_three_statements(wim: User) -> None:
    made = [make_question() for _ in range(8)][::-1]
    held = taking.take(by=wim, now=NOW).questions
    labelling.record_answer(question=held[0], by=wim, value="yes", now=NOW)
    with CaptureQueriesContext(connection) as caught:
        assert list(taking.take(by=wim, now=NOW).questions) == made[1:4]
    assert read_statements(caught) == ["SELECT", "WITH", "WITH"]  # lock, read, claim


def test_an_answer_costs_seven_statements(wim: User) -> None:
    question = make_question()
    with CaptureQueriesContext(connection) as caught:
        labelling.record_answer(question=question, by=wim, value="yes", now=NOW)
    assert len(read_statements(caught)) == 7


def test_only_what_is_shown_is_read_and_nothing_a_second_time(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    plain = make_question()
    pair = make_question("pair", ("duplicate", "different"), product=make_product(), category=make_category())
    with django_assert_num_queries(1):
        found = shown_questions.load_shown([pair.pk, 0, plain.pk])
        shown = [describe(question, {}) for question in found]
    assert found == [pair, plain]
    assert [describe(Question.objects.get(pk=one.pk), {}) for one in (pair, plain)] == shown


def test_what_came_in_before_ones_place_does_not_send_one_back(wim: User) -> None:
    for _ in range(4):
        make_question()
    for _ in range(2):
        question = taking.take(by=wim, now=NOW, wanted=1).questions[0]
        labelling.record_answer(question=question, by=wim, value="yes", now=NOW)
    before = WorkerPlace.objects.values_list("slot", flat=True).get()
    (urgent,) = ask([Asked("blur", make_image().pk, weight=9)], origin="doubt", now=NOW)
    soon = NOW + timedelta(minutes=3)
    assert taking.take(by=wim, now=soon, wanted=1).questions[0].pk == urgent
    assert WorkerPlace.objects.values_list("slot", flat=True).get() == before


def test_a_long_queue_with_nothing_left_for_a_person_is_not_gone_through_at_each_asking(
    wim: User, monkeypatch: pytest.MonkeyPatch, stretches: list[queue_places.Stretch]
) -> None:
    monkeypatch.setattr(queue_places, "FRONT", 2)
    for _ in range(4):
        make_question()
    while held := taking.take(by=wim, now=NOW, wanted=1).questions:
        labelling.record_answer(question=held[0], by=wim, value="yes", now=NOW)
    stretches.clear()
    assert not taking.take(by=wim, now=NOW, wanted=1).questions
    assert [at.below > queue_places.LAST for at in stretches] == [True]  # the front alone
    (urgent,) = ask([Asked("blur", make_image().pk, weight=9)], origin="doubt", now=NOW)
    assert taking.take(by=wim, now=NOW, wanted=1).questions[0].pk == urgent
    late = make_question()
    taken = taking.take(by=wim, now=NOW + takers.REST * 2, wanted=2).questions
    assert [question.pk for question in taken] == [urgent, late.pk]
