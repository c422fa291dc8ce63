"""Five invented people answer the demo's questions, each with the care that is theirs; twice is once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.access import roles_of
from review.actions.settling import CANNOT_TELL
from review.demo_crowd import CROWD, HARD, KNOWN, SHARE, answer_some
from review.demo_truth import Known
from review.models import Answer, Question, QuestionSlot, WorkerPause, WorkerStanding
from tests.review.crowds import make_gold, make_question
from tests.review.factories import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> list[Known]:
    """Twelve open questions with what was drawn, and enough known ones; always the same pictures."""
    for number in range(KNOWN["badge"]):
        make_gold("badge", "yes" if number % 2 else "no", image=make_image(b"gold %d" % number))
    made = [make_question("badge", image=make_image(b"asked %d" % number)) for number in range(2 * HARD)]
    return [Known(one.image_id, 0, {"badge": "yes"}) for one in made]


def test_half_of_the_open_questions_are_left_for_whoever_tries_the_demo(asked: list[Known]) -> None:
    assert answer_some(asked, timezone.now()) > 40
    plain = Question.objects.filter(gold__isnull=True)
    assert plain.filter(answers__isnull=True).count() == len(asked) // SHARE
    assert set(plain.filter(answers__isnull=True).values_list("state", flat=True)) == {"open"}


def test_the_careless_one_is_paused_and_the_careful_ones_are_not(asked: list[Known]) -> None:
    answer_some(asked, timezone.now())
    shares = {
        row.person.username: row.gold_right / row.gold_seen
        for row in WorkerStanding.objects.select_related("person")
    }
    assert set(shares) == {one.name for one in CROWD}
    assert min(shares, key=lambda name: shares[name]) == "lin"
    assert set(WorkerPause.objects.values_list("person__username", flat=True)) == {"lin"}


def test_where_nobody_can_tell_a_specialist_is_to_look(asked: list[Known]) -> None:
    answer_some(asked, timezone.now())
    hard = Question.objects.filter(gold__isnull=True, state=Question.State.DISPUTED)
    assert hard.filter(answers__value=CANNOT_TELL).exists()


def test_every_answer_has_its_slot_and_nobody_holds_one_after(asked: list[Known]) -> None:
    answer_some(asked, timezone.now())
    assert not Answer.objects.filter(is_late=True).exists()
    assert not QuestionSlot.objects.filter(leased_by__isnull=False).exists()


def test_a_second_time_nobody_answers(asked: list[Known]) -> None:
    answer_some(asked, timezone.now())
    assert answer_some(asked, timezone.now()) == 0


def test_nobody_of_them_can_log_in(asked: list[Known]) -> None:
    answer_some(asked, timezone.now())
    for one in CROWD:
        person = User.objects.get(username=one.name)
        assert not person.has_usable_password()
        assert roles_of(person) == {"worker"}


def test_with_nothing_to_ask_there_are_no_people() -> None:
    assert answer_some([], timezone.now()) == 0
    assert not User.objects.exists()
