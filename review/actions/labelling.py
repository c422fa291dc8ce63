"""Questions, one at a time: taken by one statement, answered once a person, never thrown away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet, Subquery

from review.access import questions_for
from review.models import Answer, Question

LASTS = timedelta(minutes=5)
CANNOT_TELL = "cannot_tell"


class InvalidAnswer(Exception):
    """The question does not offer this answer."""


@transaction.atomic
def take_question(*, by: User, now: datetime) -> Question | None:
    """The question that this person holds, or the next free one, held for them from now on.

    Asked twice at once, for instance by a key and a click, both get the same one.
    """
    mine = questions_for(by).filter(leased_by=by, leased_until__gte=now)
    free = questions_for(by).filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return _hold(mine, by, now) or _hold(free, by, now, skip=True)


def _hold(rows: QuerySet[Question], by: User, now: datetime, skip: bool = False) -> Question | None:
    """Take the oldest of the rows; with `skip`, of those that nobody else takes at this very moment."""
    oldest = rows.order_by("pk").select_for_update(skip_locked=skip, of=("self",)).values("pk")[:1]
    until = now + LASTS
    taken = Question.objects.filter(pk=Subquery(oldest)).update(leased_by=by, leased_until=until)
    if not taken:
        return None
    held = Question.objects.select_related("image", "product__category")
    return held.filter(leased_by=by, leased_until=until).order_by("pk").first()


def record_answer(*, question: Question, by: User, value: str, now: datetime) -> Answer:
    """Keep a person's answer, late ones too; a second one changes nothing and gives back the first."""
    if value not in (*question.choices, CANNOT_TELL):
        raise InvalidAnswer(value)
    said = {"value": value, "answered_at": now}
    answer, is_new = Answer.objects.get_or_create(question=question, answered_by=by, defaults=said)
    if is_new:
        held = Question.objects.filter(pk=question.pk, leased_by=by)
        held.update(leased_by=None, leased_until=None)
    return answer
