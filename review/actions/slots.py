"""Room for votes on a question: opened while answers are wanted, closed when none are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from review.actions import prepared
from review.models import Question, QuestionSlot

LATER_VOTE = 0.02  # of priority: a second vote waits behind first votes of almost the same rank


def lock_person(person: User, *, is_lasting: bool = True) -> None:
    """What a person does in two windows at once happens one by one, until the transaction ends.

    Where it writes leases only, its end need not wait for the disk: one that a power cut loses is free again.
    """
    what = "set_config('plan_cache_mode', 'force_generic_plan', true)"
    what += "" if is_lasting else ", set_config('synchronous_commit', 'off', true)"
    with prepared.open_cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM auth_user WHERE id = %s FOR NO KEY UPDATE", [person.pk])  # noqa: S608


def make_slot(question: Question, number: int) -> QuestionSlot:
    """The slot for the question's vote of this number, from 1, unsaved."""
    priority = question.priority - LATER_VOTE * (number - 1)
    return QuestionSlot(question=question, subject=question.subject, number=number, priority=priority)


def open_slots(questions: Iterable[Question], votes: int) -> None:
    """Room for the first votes on each; done twice, it changes nothing."""
    rows = [make_slot(question, number) for question in questions for number in range(1, votes + 1)]
    QuestionSlot.objects.bulk_create(rows, ignore_conflicts=True)


def add_slot(question: Question, now: datetime) -> QuestionSlot:
    """Room for one vote more; the caller holds the question's row."""
    last = question.slots.aggregate(last=Max("number"))["last"] or 0
    slot = make_slot(question, last + 1)
    slot.save()
    return slot


def close_slots(question: Question) -> None:
    """No vote is wanted any more; whoever holds a slot may still answer, as an extra vote."""
    question.slots.filter(is_open=True).update(is_open=False)


@transaction.atomic
def close_questions(ids: Sequence[int]) -> list[int]:
    """A specialist has answered them: nobody else is asked. Gives those that were still open.

    Their rows are locked in the order of their ids, as everywhere: two who close the same ones wait in turn.
    """
    asked = Question.objects.filter(pk__in=ids, state=Question.State.OPEN).order_by("pk")
    closed = list(asked.select_for_update(no_key=True).values_list("pk", flat=True))
    Question.objects.filter(pk__in=closed).update(state=Question.State.SETTLED)
    QuestionSlot.objects.filter(question__in=closed, is_open=True).update(is_open=False)
    return closed


@transaction.atomic
def reopen_questions(ids: Sequence[int]) -> None:
    """The specialist's word was taken back: whoever was still wanted is asked after all.

    What became a known question since, or was withdrawn, stays so.
    """
    settled = Question.objects.filter(pk__in=ids, state=Question.State.SETTLED, gold__isnull=True)
    in_turn = settled.order_by("pk").select_for_update(no_key=True, of=("self",))
    again = list(in_turn.values_list("pk", flat=True))
    Question.objects.filter(pk__in=again).update(state=Question.State.OPEN)
    QuestionSlot.objects.filter(question__in=again, answers__isnull=True).update(is_open=True)
