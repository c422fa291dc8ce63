"""All answers weighed together: who is how good, how far people agree, and what that changes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from review.actions import standings
from review.models import Answer, Label, Question, SubjectEstimate, WorkerStanding
from tests.review.crowds import make_category, make_gold, make_question, make_workers, say

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def crowd(db: None) -> list[User]:
    return make_workers(4)


def answer_all(people: list[User], truths: str, **said: object) -> list[Question]:
    """All but the last person are right; the last one always says yes."""
    asked = []
    for truth in truths:
        question = make_question(**said)  # type: ignore[arg-type]
        right = "yes" if truth == "y" else "no"
        for person in people[:-1]:
            Answer.objects.create(question=question, answered_by=person, value=right, seconds=2.0)
        Answer.objects.create(question=question, answered_by=people[-1], value="yes", seconds=0.4)
        asked.append(question)
    return asked


def test_whoever_always_says_the_same_is_found_out(crowd: list[User]) -> None:
    answer_all(crowd, "ynynnnynnn")
    standings.refit("blur", NOW)
    good, bad = (WorkerStanding.objects.get(person=crowd[at]) for at in (0, 3))
    assert good.accuracy is not None and bad.accuracy is not None
    assert good.accuracy > 0.85 > 0.6 > bad.accuracy
    assert (good.votes, good.seconds, bad.seconds) == (10, 2.0, 0.4)
    assert bad.confusion["no"]["yes"] == pytest.approx(7, abs=0.3)


def test_the_next_fitting_replaces_the_last_and_keeps_the_known_answers_count(crowd: list[User]) -> None:
    say(make_gold().question, crowd[0], "yes")
    answer_all(crowd, "yn")
    standings.refit("blur", NOW)
    answer_all(crowd, "yn")
    standings.refit("blur", NOW + timedelta(minutes=1))
    standing = WorkerStanding.objects.get(person=crowd[0])
    assert (standing.votes, standing.gold_seen, standing.gold_right) == (5, 1, 1)
    assert WorkerStanding.objects.count() == 4


def test_known_answers_are_not_estimated_but_held(crowd: list[User]) -> None:
    for _ in range(6):
        known = make_gold(value="no")
        for person in crowd[:3]:
            Answer.objects.create(question=known.question, answered_by=person, value="yes")
        Answer.objects.create(question=known.question, answered_by=crowd[3], value="no")
    standings.refit("blur", NOW)
    alone, many = (WorkerStanding.objects.get(person=crowd[at]).accuracy for at in (3, 0))
    assert alone is not None and many is not None and alone > 0.8 > 0.4 > many


def test_it_says_how_far_people_agree_by_category_and_in_all(crowd: list[User]) -> None:
    chairs = make_category("Chairs")
    answer_agreeing(crowd[:3], chairs.pk)
    answer_all(crowd, "nnnnnyyy")
    standings.refit("blur", NOW)
    everywhere = SubjectEstimate.objects.get(category__isnull=True)
    assert SubjectEstimate.objects.get(category=chairs).agreement == 1.0
    assert everywhere.agreement is not None and 0 < everywhere.agreement < 1
    assert (everywhere.questions, everywhere.votes) == (12, 44)
    assert sum(everywhere.shares.values()) == pytest.approx(12, abs=0.01)


def answer_agreeing(people: list[User], category: int) -> None:
    for value in ("yes", "no", "yes", "no"):
        question = make_question(category_id=category)
        for person in people:
            Answer.objects.create(question=question, answered_by=person, value=value)


def test_open_questions_that_the_weights_settle_are_settled(crowd: list[User]) -> None:
    for value in "yn" * 15:
        question = make_question()
        for person in crowd[:3]:
            Answer.objects.create(question=question, answered_by=person, value={"y": "yes", "n": "no"}[value])
    waiting = make_question()
    for person in crowd[:2]:
        say(waiting, person, "yes")
    waiting.refresh_from_db()
    assert waiting.state == "open"
    standings.refit("blur", NOW)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.settled_value) == ("settled", "yes")
    assert Label.objects.filter(question=waiting).count() == 1


def test_a_settled_value_that_becomes_unlikely_goes_to_a_specialist(crowd: list[User]) -> None:
    for value in "nyn" * 12:
        answer_all(crowd, value)
    question = make_question()
    for person, value in ((crowd[3], "yes"), (crowd[0], "no")):
        Answer.objects.create(question=question, answered_by=person, value=value)
    Question.objects.filter(pk=question.pk).update(state="settled", settled_value="yes", votes=2)
    Label.objects.create(
        kind="quality", image=question.image, value="blur", source="consensus", question=question
    )
    standings.refit("blur", NOW)
    question.refresh_from_db()
    assert question.state == "disputed"
    assert Label.objects.get(question=question).withdrawn_at is not None


def test_only_subjects_with_new_answers_are_fitted(crowd: list[User]) -> None:
    answer_all(crowd, "yn")
    assert standings.list_stale(timezone.now()) == ["blur"]
    standings.refit("blur", NOW)
    assert standings.list_stale(timezone.now()) == []


def test_a_big_subject_is_weighed_again_for_a_hundredth_more_or_after_ten_minutes(crowd: list[User]) -> None:
    answer_all(crowd, "yn" * 2)
    standings.refit("blur", timezone.now())
    SubjectEstimate.objects.update(votes=300)
    for person in crowd[:2]:
        say(make_question(), person, "no")
    assert standings.list_stale(timezone.now()) == []
    assert standings.list_stale(timezone.now() + timedelta(minutes=11)) == ["blur"]
    say(make_question(), crowd[2], "no")
    assert standings.list_stale(timezone.now()) == ["blur"]


def test_a_subject_without_votes_is_left_alone(db: None) -> None:
    assert standings.refit("blur", NOW) == 0
    assert not SubjectEstimate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_fittings_at_once_one_steps_back() -> None:
    answer_all(make_workers(2), "yn")

    def fit() -> None:
        standings.refit("blur", NOW)
        connection.close()

    with standings.hold("blur") as is_ours:
        assert is_ours
        other = threading.Thread(target=fit)
        other.start()
        other.join()
    assert not SubjectEstimate.objects.exists()
    standings.refit("blur", NOW)
    assert SubjectEstimate.objects.count() == 1
