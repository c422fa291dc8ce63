"""Room for votes on a question: opened while answers are wanted, closed when none are."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from review.models import Question, QuestionSlot


def add_slot(question: Question, now: datetime) -> QuestionSlot:
    """Room for one vote more; the caller holds the question's row."""
    last = question.slots.aggregate(last=Max("number"))["last"] or 0
    return QuestionSlot.objects.create(question=question, number=last + 1, priority=question.priority)


def close_slots(question: Question) -> None:
    """No vote is wanted any more; whoever holds a slot may still answer, as an extra vote."""
    question.slots.filter(is_open=True).update(is_open=False)
