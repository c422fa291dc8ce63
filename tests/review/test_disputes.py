"""What the crowd cannot settle goes to one specialist at a time, whose word is the last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.access import NotFound, disputes_for, get_dispute_for
from review.actions import disputes, gold, labels
from review.actions.disputes import UnableToSettle
from review.models import Label, Question
from tests.review.crowds import make_question, make_workers, say
from tests.review.factories import make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_dispute(subject: str = "blur", category: str = "Furniture > Armchairs") -> Question:
    """Five people, who did not agree."""
    question = make_question(subject, product=make_product(category=category))
    for person, value in zip(make_workers(5), ("yes", "no", "yes", "no", "yes"), strict=True):
        say(question, person, value)
    question.refresh_from_db()
    assert question.state == "disputed"
    return question


def take(by: User) -> Question | None:
    return disputes.take(rows=disputes_for(by), by=by, now=NOW)


def test_two_specialists_do_not_get_the_same_one(sam: User, ada: User) -> None:
    first, second = make_dispute(), make_dispute()
    assert (take(sam), take(ada), take(sam)) == (first, second, first)


def test_one_that_was_left_lying_goes_to_the_next(sam: User, ada: User) -> None:
    question = make_dispute()
    take(sam)
    assert take(ada) is None
    later = NOW + disputes.LASTS + timedelta(seconds=1)
    assert disputes.take(rows=disputes_for(ada), by=ada, now=later) == question


def test_the_specialists_word_is_a_label_that_ranks_first(sam: User) -> None:
    question = make_dispute()
    label = disputes.settle(question=question, by=sam, value="no", now=NOW)
    assert label is not None
    assert (label.value, label.source, label.created_by) == ("fine", "specialist", sam)
    assert label.provenance["votes"] == 5
    question.refresh_from_db()
    assert (question.state, question.settled_value) == ("settled", "no")
    assert [row.value for row in labels.current("blur")] == ["no"]


def test_saying_it_twice_is_once(sam: User) -> None:
    question = make_dispute()
    first = disputes.settle(question=question, by=sam, value="no", now=NOW)
    assert disputes.settle(question=question, by=sam, value="no", now=NOW) == first
    assert Label.objects.count() == 1


def test_whoever_comes_second_is_told_who_was_first(sam: User, ada: User) -> None:
    question = make_dispute()
    disputes.settle(question=question, by=sam, value="no", now=NOW)
    with pytest.raises(UnableToSettle, match="sam settled it meanwhile"):
        disputes.settle(question=question, by=ada, value="yes", now=NOW)
    assert Label.objects.get().value == "fine"


def test_where_nobody_can_tell_the_question_is_withdrawn(sam: User) -> None:
    question = make_dispute()
    assert disputes.settle(question=question, by=sam, value="cannot_tell", now=NOW) is None
    question.refresh_from_db()
    assert question.state == "withdrawn"
    assert not Label.objects.exists()
    assert disputes.settle(question=question, by=sam, value="cannot_tell", now=NOW) is None


def test_an_answer_that_is_not_offered_is_refused(sam: User) -> None:
    with pytest.raises(UnableToSettle):
        disputes.settle(question=make_dispute(), by=sam, value="perhaps", now=NOW)


def test_what_is_passed_by_comes_again_last(sam: User) -> None:
    first, second = make_dispute(), make_dispute()
    disputes.pass_by(question=first, by=sam, now=NOW)
    assert take(sam) == second
    disputes.settle(question=second, by=sam, value="yes", now=NOW)
    assert take(sam) == first


def test_a_word_can_be_taken_back_and_given_anew(sam: User, ada: User) -> None:
    question = make_dispute()
    disputes.settle(question=question, by=sam, value="no", now=NOW)
    assert not disputes.undo(question=question, by=ada, now=NOW)
    assert disputes.undo(question=question, by=sam, now=NOW)
    assert take(sam) == question
    disputes.settle(question=question, by=sam, value="no", now=NOW)
    assert [row.value for row in labels.current("blur")] == ["no"]
    assert Label.objects.count() == 2


def test_votes_that_come_after_the_word_change_nothing(sam: User) -> None:
    question = make_dispute()
    disputes.settle(question=question, by=sam, value="no", now=NOW)
    for person in make_workers(3):
        say(question, person, "yes")
    question.refresh_from_db()
    assert (question.state, question.settled_value) == ("settled", "no")


def test_specialists_see_the_disputes_of_their_categories(toni: User, sam: User) -> None:
    chair, tablet = make_dispute(), make_dispute(category="Electronics > Tablets")
    assert take(toni) == tablet
    assert get_dispute_for(sam, chair.pk) == chair
    with pytest.raises(NotFound):
        get_dispute_for(toni, chair.pk)


def test_a_word_that_others_are_measured_by_is_not_taken_back(sam: User, ada: User) -> None:
    question = make_dispute()
    disputes.settle(question=question, by=sam, value="yes", now=NOW)
    gold.make_gold(question=question, value="yes", by=ada, now=NOW)
    assert not disputes.undo(question=question, by=sam, now=NOW)
    assert Question.objects.get().state == "settled"
    assert not Label.objects.filter(withdrawn_at__isnull=False).exists()
