"""Known answers tell of people; who is too often wrong is not asked for a while, and said nothing lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone, translation

from review.actions import gold, labelling, pauses, takers, trust
from review.models import Answer, GoldQuestion, Label, Question, WorkerPause, WorkerStanding
from tests.review.crowds import make_gold, make_question, make_workers, say
from tests.review.test_settling import trust as make_trusted

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def answer_known(person: User, *values: str, subject: str = "blur") -> None:
    """Known questions whose right answer is yes."""
    for value in values:
        say(make_gold(subject).question, person, value)


def choose_gold(person: User, subject: str = "blur") -> Question | None:
    """As somebody is asked who holds nothing."""
    return trust.choose_gold(person, subject, takers.read_taker(person, timezone.now()))


def test_an_answer_to_a_known_question_is_counted_for_the_person_and_for_the_question(wim: User) -> None:
    known = make_gold()
    say(known.question, wim, "no")
    standing = WorkerStanding.objects.get()
    assert (standing.gold_seen, standing.gold_right, standing.confusion) == (1, 0, {"yes": {"no": 1.0}})
    known.refresh_from_db()
    assert (known.shown, known.right) == (1, 0)


def test_taking_it_back_takes_it_back_from_the_standing(wim: User) -> None:
    known = make_gold()
    say(known.question, wim, "no")
    labelling.take_back(question=known.question, by=wim, now=NOW)
    say(known.question, wim, "yes")
    standing = WorkerStanding.objects.get()
    assert (standing.gold_seen, standing.gold_right) == (1, 1)


def test_not_being_able_to_tell_is_not_right_and_no_confusion_either(wim: User) -> None:
    say(make_gold().question, wim, "cannot_tell")
    standing = WorkerStanding.objects.get()
    assert (standing.gold_seen, standing.gold_right, standing.confusion) == (1, 0, {})


def test_a_known_question_stays_as_it_is_whatever_is_said(wim: User) -> None:
    known = make_gold()
    say(known.question, wim, "no")
    known.question.refresh_from_db()
    assert (known.question.state, known.question.settled_value) == ("settled", "yes")
    assert Label.objects.get().source == "gold"


def test_whoever_is_mostly_wrong_is_paused_with_the_reason(wim: User) -> None:
    answer_known(wim, *["no"] * 7)
    assert trust.is_paused(wim, "blur") is None
    answer_known(wim, "no")
    pause = trust.is_paused(wim, "blur")
    assert pause is not None
    assert pause.reason.startswith("0 of the last 8 questions with a known answer were answered right")
    assert "at least 70 % are needed" in pause.reason
    assert trust.is_paused(wim, "type") is None


def test_the_reason_is_in_the_persons_language(wim: User) -> None:
    with translation.override("de"):
        answer_known(wim, *["no"] * 8)
    assert WorkerPause.objects.get().reason.startswith("0 der letzten 8 Fragen mit bekannter Antwort")


def test_bad_luck_pauses_nobody(wim: User) -> None:
    answer_known(wim, *["yes", "no"] * 5)
    assert trust.is_paused(wim, "blur") is None


def test_an_old_merit_does_not_cover_new_carelessness(wim: User) -> None:
    answer_known(wim, *["yes"] * 30, *["no"] * 12)
    assert trust.is_paused(wim, "blur") is not None


def test_the_last_answers_count_no_more_and_what_rests_on_them_is_asked_again(wim: User) -> None:
    others = make_workers(2)
    make_trusted([wim, others[0]])
    question = make_question()
    for person in (wim, others[0]):
        say(question, person, "yes")
    question.refresh_from_db()
    assert question.state == "settled"
    answer_known(wim, *["no"] * 8)
    question.refresh_from_db()
    assert (question.state, question.settled_value, question.votes) == ("open", "", 1)
    assert question.slots.filter(is_open=True).count() == 1
    assert Label.objects.get(question=question).withdrawn_at is not None
    assert WorkerPause.objects.get().answers_reopened == 1


def test_answers_from_before_the_decline_go_on_counting(wim: User) -> None:
    before, after = make_question(), make_question()
    say(before, wim, "yes")
    answer_known(wim, *["yes"] * 6)
    say(after, wim, "yes")
    answer_known(wim, *["no"] * 12)
    assert trust.is_paused(wim, "blur") is not None
    assert Answer.objects.get(question=before).counts
    assert not Answer.objects.get(question=after).counts


def test_what_others_said_settles_it_still(wim: User) -> None:
    trusted = make_workers(3)
    make_trusted(trusted)
    question = make_question()
    for person in (*trusted[:2], wim):
        say(question, person, "yes")
    answer_known(wim, *["no"] * 8)
    question.refresh_from_db()
    assert (question.state, question.settled_value) == ("settled", "yes")
    assert Label.objects.get(question=question).withdrawn_at is None


def test_a_paused_persons_answer_is_kept_and_does_not_count(wim: User, ada: User) -> None:
    question = make_question()
    pauses.pause(person=wim, subject="", reason="on holiday", now=NOW, by=ada)
    assert not say(question, wim, "yes").counts
    question.refresh_from_db()
    assert question.votes == 0


def test_lifting_it_can_have_the_answers_count_again(wim: User, ada: User) -> None:
    other = make_workers(1)[0]
    make_trusted([wim, other])
    question = make_question()
    for person in (wim, other):
        say(question, person, "yes")
    answer_known(wim, *["no"] * 8)
    pause = WorkerPause.objects.get()
    make_trusted_again(wim)
    assert pauses.lift(pause=pause, by=ada, now=timezone.now(), restore=True)
    question.refresh_from_db()
    assert (question.state, question.settled_value, question.votes) == ("settled", "yes", 2)
    assert Label.objects.filter(question=question, withdrawn_at__isnull=True).count() == 1
    assert trust.is_paused(wim, "blur") is None
    assert not pauses.lift(pause=pause, by=ada, now=timezone.now())


def make_trusted_again(person: User) -> None:
    WorkerStanding.objects.filter(person=person).delete()
    make_trusted([person])


def test_after_a_lift_the_old_misses_are_forgotten(wim: User, ada: User) -> None:
    answer_known(wim, *["no"] * 8)
    pauses.lift(pause=WorkerPause.objects.get(), by=ada, now=timezone.now())
    answer_known(wim, "no")
    assert trust.is_paused(wim, "blur") is None


def test_pausing_twice_is_one_pause(wim: User, ada: User) -> None:
    first = pauses.pause(person=wim, subject="", reason="away", now=NOW, by=ada)
    assert pauses.pause(person=wim, subject="", reason="still away", now=NOW, by=ada) == first


def test_one_answer_in_ten_is_a_known_one_and_two_tabs_agree(wim: User) -> None:
    WorkerStanding.objects.create(person=wim, subject="blur", gold_seen=20, gold_right=20)
    for _ in range(40):
        make_gold()
    shown = 0
    for _ in range(200):
        first, second = (choose_gold(wim) for _ in range(2))
        assert first == second
        shown += first is not None
        Answer.objects.create(question=first or make_question(), answered_by=wim, value="yes")
    assert 10 <= shown <= 30


def test_newcomers_meet_known_ones_more_often(wim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_gold()
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.12)
    assert choose_gold(wim) is not None
    WorkerStanding.objects.create(person=wim, subject="blur", gold_seen=8, gold_right=8)
    assert choose_gold(wim) is None


def test_nobody_meets_a_known_question_twice(wim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.0)
    first, second = make_gold(), make_gold()
    met = []
    while question := choose_gold(wim):
        met.append(question.pk)
        say(question, wim, "yes")
    assert sorted(met) == [first.question_id, second.question_id]


def test_the_least_shown_come_first(wim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.0)
    monkeypatch.setattr(trust, "TURN", 1)
    often, seldom = make_gold(), make_gold()
    GoldQuestion.objects.filter(pk=often.pk).update(shown=9)
    assert choose_gold(wim) == seldom.question


def test_only_its_own_subject_is_known(wim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.0)
    make_gold("badge")
    assert choose_gold(wim) is None
    assert choose_gold(wim, "badge") is not None


def test_a_picture_that_was_seen_for_the_subject_is_no_known_question(
    wim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.0)
    question = make_question()
    say(question, wim, "yes")
    gold.make_gold(question=question, value="yes", by=None, now=NOW)
    assert choose_gold(wim) is None


def test_the_window_begins_anew_only_with_answers_after_the_lift(wim: User, ada: User) -> None:
    answer_known(wim, *["no"] * 8)
    pauses.lift(pause=WorkerPause.objects.get(), by=ada, now=timezone.now() + timedelta(hours=1))
    assert pauses.list_known_answers(wim, "blur") == []
    assert Question.objects.filter(gold__isnull=False).count() == 8
