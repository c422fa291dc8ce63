"""Many at once: no slot goes to two, one sending is kept once, and what fails leaves nothing half done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from review.actions import labelling, settling, slots, taking
from review.actions.asking import Asked, ask
from review.models import Answer, AskingRule, GoldQuestion, Question, QuestionSlot, Sighting
from tests.review.conftest import make_person
from tests.review.factories import make_image

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a thread with a connection of its own."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def ask_some(count: int, votes: int = 2) -> list[Question]:
    rule = AskingRule(first_votes=votes)
    ids = ask(
        [Asked("blur", make_image().pk) for _ in range(count)], origin="doubt", now=timezone.now(), rule=rule
    )
    return list(Question.objects.filter(pk__in=ids))


def take(by: User, wanted: int = 3) -> list[int]:
    return [question.pk for question in taking.take(by=by, now=timezone.now(), wanted=wanted).questions]


def test_eight_who_take_at_once_share_no_slot() -> None:
    ask_some(20, votes=1)
    people = [make_person(f"w{number}", "worker") for number in range(8)]
    taken = at_once([partial(take, person) for person in people])
    held = Counter(pk for ids in taken for pk in ids)
    assert max(held.values()) == 1
    assert QuestionSlot.objects.filter(leased_by__isnull=False).count() == sum(held.values())


def test_windows_of_one_person_that_ask_at_once_get_the_same() -> None:
    ask_some(20)
    wim = make_person("wim", "worker")
    taken = at_once([lambda: take(wim)] * 4)
    assert taken == [taken[0]] * 4
    assert QuestionSlot.objects.filter(leased_by=wim).count() == 3


def test_one_sending_that_arrives_often_at_once_is_kept_once() -> None:
    (question,) = ask_some(1)
    wim = make_person("wim", "worker")

    def send() -> int:
        now = timezone.now()
        return labelling.record_answer(question=question, by=wim, value="no", now=now, client_id="k").pk

    assert len(set(at_once([send] * 5))) == 1
    question.refresh_from_db()
    assert (Answer.objects.count(), question.votes) == (1, 1)


def test_votes_that_come_at_once_all_count() -> None:
    (question,) = ask_some(1, votes=5)
    people = [make_person(f"w{number}", "worker") for number in range(4)]

    def vote(person: User) -> None:
        labelling.record_answer(question=question, by=person, value="no", now=timezone.now())

    at_once([partial(vote, person) for person in people])
    question.refresh_from_db()
    assert question.votes == 4


def test_a_known_question_can_be_put_before_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_some(20)
    (pk,) = ask([Asked("blur", make_image().pk)], origin="gold", now=timezone.now())
    gold = GoldQuestion.objects.create(question_id=pk, value="yes")
    monkeypatch.setattr("review.actions.trust.choose_gold", lambda *_: gold.question)
    people = [make_person(f"w{number}", "worker") for number in range(6)]
    taken = at_once([partial(take, person) for person in people])
    assert all(pk in ids for ids in taken)
    assert QuestionSlot.objects.filter(question=pk).count() == 6


def test_an_answer_that_cannot_be_counted_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (question,) = ask_some(1)
    wim = make_person("wim", "worker")
    take(wim)

    def break_down(*_: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(settling, "count_vote", break_down)
    with pytest.raises(RuntimeError):
        labelling.record_answer(question=question, by=wim, value="no", now=timezone.now())
    assert not Answer.objects.exists()
    assert not Sighting.objects.exists()
    assert take(wim) == [question.pk]


def wait_for_a_lock() -> None:
    """Until some other connection waits for a row."""
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("act", [slots.close_questions, slots.reopen_questions])
def test_questions_are_closed_and_opened_in_one_order_whatever_the_rows_order_is(
    act: Callable[[Sequence[int]], object],
) -> None:
    first, second = sorted(question.pk for question in ask_some(2))
    if act is slots.reopen_questions:
        slots.close_questions([second, first])
    Question.objects.filter(pk=first).update(votes=0)  # its row lies behind the other one now

    def act_at_once() -> None:
        with transaction.atomic():
            act([second, first])
        connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Question.objects.select_for_update().get(pk=first)
        other = pool.submit(act_at_once)
        wait_for_a_lock()
        assert Question.objects.select_for_update(nowait=True).get(pk=second)
        transaction.set_rollback(True)
    other.result()
    assert Question.objects.filter(state="open").count() == (0 if act is slots.close_questions else 2)
