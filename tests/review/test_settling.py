"""Votes settle a question when they are enough, and a specialist is called when they cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from review.actions import labelling, settling
from review.models import AskingRule, Label, Question, SubjectEstimate, WorkerStanding
from tests.review.crowds import make_question, make_workers, say
from tests.review.factories import make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def crowd(db: None) -> list[User]:
    return make_workers(6)


def trust(people: list[User], subject: str = "blur", values: tuple[str, str] = ("yes", "no")) -> None:
    """Let it be known that these are right nine times of ten."""
    said = {true: {true: 45, other: 5} for true, other in (values, values[::-1])}
    WorkerStanding.objects.bulk_create(
        WorkerStanding(person=person, subject=subject, confusion=said) for person in people
    )


def vote(question: Question, people: list[User], *values: str) -> Question:
    for person, value in zip(people, values, strict=False):
        say(question, person, value)
    question.refresh_from_db()
    return question


def test_two_trusted_votes_alike_settle_it_with_a_label_that_says_why(crowd: list[User]) -> None:
    trust(crowd)
    product = make_product()
    question = vote(make_question(product=product), crowd, "yes", "yes")
    assert (question.state, question.settled_value, question.votes) == ("settled", "yes", 2)
    label = Label.objects.get()
    assert (label.kind, label.subject, label.value, label.source) == ("quality", "blur", "blur", "consensus")
    assert (label.image, label.product, label.question) == (question.image, product, question)
    assert label.provenance["votes"] == {"yes": 2}
    assert label.provenance["posterior"] == question.posterior["yes"] > 0.95


def test_strangers_are_asked_until_they_are_many_enough(crowd: list[User]) -> None:
    question = vote(make_question(), crowd, "no", "no")
    assert question.state == "open"
    assert question.slots.filter(is_open=True).count() == 1
    question = vote(question, crowd[2:], "no", "no")
    assert (question.state, question.settled_value) == ("settled", "no")
    assert Label.objects.get().value == "fine"


def test_a_settled_question_has_no_room_left(crowd: list[User]) -> None:
    AskingRule.objects.create(subject="blur", first_votes=2, target=0.6)
    question = make_question()
    vote(question, crowd, "yes", "yes")
    assert not question.slots.filter(is_open=True).exists()


def test_at_the_cap_a_specialist_is_called_and_no_label_is_written(crowd: list[User]) -> None:
    question = vote(make_question(), crowd, "yes", "no", "yes", "no", "yes")
    assert question.state == "disputed"
    assert not Label.objects.exists()
    assert not question.slots.filter(is_open=True).exists()


def test_two_who_cannot_tell_call_a_specialist(crowd: list[User]) -> None:
    assert vote(make_question(), crowd, "cannot_tell", "cannot_tell").state == "disputed"


def test_two_flags_call_a_specialist(crowd: list[User]) -> None:
    question = make_question()
    for person in crowd[:2]:
        labelling.skip(question=question, by=person, now=NOW, reason="no picture", is_flag=True)
    question.refresh_from_db()
    assert question.state == "disputed"


def test_passing_by_without_a_flag_calls_nobody(crowd: list[User]) -> None:
    question = make_question()
    for person in crowd[:3]:
        labelling.skip(question=question, by=person, now=NOW)
    question.refresh_from_db()
    assert question.state == "open"


def test_a_late_vote_is_counted_and_changes_little(crowd: list[User]) -> None:
    trust(crowd)
    question = vote(make_question(), crowd, "yes", "yes")
    question = vote(question, crowd[2:], "no")
    assert (question.state, question.settled_value, question.votes) == ("settled", "yes", 3)
    assert 0.5 < question.posterior["yes"] < 0.95


def test_late_votes_that_make_it_unlikely_call_a_specialist_and_the_label_falls(crowd: list[User]) -> None:
    trust(crowd)
    question = vote(make_question(), crowd, "yes", "yes")
    question = vote(question, crowd[2:], "no", "no", "no")
    assert (question.state, question.settled_value) == ("disputed", "")
    assert Label.objects.get().withdrawn_at is not None


def test_a_withdrawn_answer_counts_no_more(crowd: list[User]) -> None:
    question = vote(make_question(), crowd, "yes")
    assert labelling.take_back(question=question, by=crowd[0], now=NOW)
    question.refresh_from_db()
    assert question.votes == 0
    assert question.slots.filter(is_open=True).count() == 2


def test_what_a_specialist_said_stays_whatever_the_votes(crowd: list[User], sam: User) -> None:
    question = make_question()
    Question.objects.filter(pk=question.pk).update(state="settled", settled_value="no")
    Label.objects.create(
        kind="quality", image=question.image, value="fine", source="specialist", question=question
    )
    question = vote(question, crowd, "yes", "yes", "yes", "yes")
    assert (question.state, question.settled_value) == ("settled", "no")
    assert Label.objects.get().withdrawn_at is None


def test_types_settle_among_the_types_that_are_offered(crowd: list[User]) -> None:
    question = make_question("type", ("front", "side", "back", "other"))
    question = vote(question, crowd, "side", "side", "side")
    assert (question.state, question.settled_value) == ("settled", "side")
    assert Label.objects.get().value == "side"


def test_a_pair_settles_to_a_label_of_both_pictures(crowd: list[User]) -> None:
    trust(crowd, "pair", ("duplicate", "different"))
    question = vote(make_question("pair", ("duplicate", "different")), crowd, "duplicate", "duplicate")
    label = Label.objects.get()
    assert (label.kind, label.value) == ("pair", "duplicate")
    assert {label.image, label.other} == {question.image, question.other}


def test_a_rare_value_takes_more_votes(crowd: list[User]) -> None:
    SubjectEstimate.objects.create(subject="blur", shares={"yes": 1, "no": 999}, votes=2000)
    trust(crowd)
    assert vote(make_question(), crowd, "yes", "yes").state == "open"
    assert vote(make_question(), crowd, "no", "no").state == "settled"


def test_an_answer_costs_the_same_statements_at_the_first_vote_and_at_the_last(
    crowd: list[User], django_assert_max_num_queries: Callable[[int], object]
) -> None:
    question = make_question()
    for person in crowd[:4]:
        with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
            say(question, person, "yes")


@pytest.mark.django_db(transaction=True)
def test_two_votes_at_the_same_moment_settle_it_once(crowd: list[User]) -> None:
    trust(crowd)
    question = make_question()
    gate = threading.Barrier(2)

    def answer(person: User) -> None:
        gate.wait()
        say(question, person, "yes")
        connection.close()

    threads = [threading.Thread(target=answer, args=(person,)) for person in crowd[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    question.refresh_from_db()
    assert (question.state, question.votes) == ("settled", 2)
    assert Label.objects.count() == 1


def test_a_kill_between_the_answer_and_the_settling_leaves_neither(
    crowd: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = make_question()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(settling, "count_vote", die)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        say(question, crowd[0], "yes")
    assert not question.answers.exists()
