"""People whose answers cannot be relied on are not asked for a while, and their last answers do not count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from pipeline.voting import find_decline, wilson_interval
from review.actions import settling
from review.models import Answer, AskingRule, Question, WorkerPause

FIRST_KNOWN = 8  # answers to known questions; nobody is paused before these
WINDOW = 20  # of the last ones; an old merit does not cover new carelessness
MOST_VOIDED = 200  # answers that a pause has count no more


def is_paused(person: User, subject: str) -> WorkerPause | None:
    """The pause that holds for this subject, or for all."""
    rows = WorkerPause.objects.filter(person=person, lifted_at__isnull=True, subject__in=("", subject))
    return rows.order_by("subject").first()


def judge_standing(person: User, rule: AskingRule, now: datetime) -> WorkerPause | None:
    """Pause a person whose answers to known questions are too often wrong to be bad luck.

    That is where the upper end of the 95 % interval lies below the rule, since the last pause was lifted.
    """
    known = list_known_answers(person, rule.subject)
    rights = [value == truth for _, value, truth in known]
    right, seen = sum(rights), len(rights)
    if seen < FIRST_KNOWN or wilson_interval(right, seen)[1] >= rule.pause_below:
        return None
    start = find_decline(rights)
    after = known[start - 1][0] if start else 0
    return pause(
        person=person, subject=rule.subject, reason=_explain(right, seen, rule), after=after, now=now
    )


def list_known_answers(person: User, subject: str) -> list[tuple[int, str, str]]:
    """The last answers to known questions, oldest first: (id, what was said, what is right)."""
    lifted = WorkerPause.objects.filter(person=person, subject__in=("", subject), lifted_at__isnull=False)
    since = lifted.order_by("-lifted_at").values_list("lifted_at", flat=True).first()
    rows = Answer.objects.filter(
        answered_by=person,
        question__subject=subject,
        question__gold__value=F("question__settled_value"),
        counts=True,
    )
    rows = rows.filter(withdrawn_at__isnull=True)
    if since is not None:
        rows = rows.filter(answered_at__gt=since)
    return list(rows.order_by("-pk").values_list("pk", "value", "question__gold__value")[:WINDOW])[::-1]


def _explain(right: int, seen: int, rule: AskingRule) -> str:
    """In the person's language: this happens as they answer, and they are who reads it."""
    words = _(
        "{right} of the last {seen} questions with a known answer were answered right; "
        "at least {least} % are needed."
    )
    return words.format(right=right, seen=seen, least=round(100 * rule.pause_below))


@transaction.atomic
def pause(
    *,
    person: User,
    subject: str,
    reason: str,
    now: datetime,
    after: int | None = None,
    by: User | None = None,
) -> WorkerPause:
    """Stop asking a person about a subject ('' for all); a second time it gives back the first pause.

    With `after`, the answers behind that id, MOST_VOIDED at most, count no more, and what rests on them
    is asked again.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = WorkerPause.objects.filter(person=person, subject=subject, lifted_at__isnull=True).first()
    if known:
        return known
    made = WorkerPause(person=person, subject=subject, reason=reason[:500], paused_by=by, paused_at=now)
    if after is not None:
        rows = _answers_of(person, subject).filter(pk__gt=after, counts=True).order_by("-pk")
        made.voided = list(rows.values_list("pk", flat=True)[:MOST_VOIDED])
        made.answers_reopened = count_again(made.voided, False, now)
    made.save()
    return made


def _answers_of(person: User, subject: str) -> QuerySet[Answer]:
    """Those that can count for something; answers to known questions only tell of the person."""
    rows = Answer.objects.filter(answered_by=person, withdrawn_at__isnull=True, question__gold__isnull=True)
    return rows.filter(question__subject=subject) if subject else rows


def count_again(answer_ids: Sequence[int], counts: bool, now: datetime) -> int:
    """Have answers count, or not, and their questions counted anew; gives how many were reopened."""
    rows = Question.objects.filter(answers__in=answer_ids).exclude(state=Question.State.WITHDRAWN)
    ids = list(rows.values_list("pk", flat=True))
    held = list(Question.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    Answer.objects.filter(pk__in=answer_ids).update(counts=counts)
    return settling.recount(held, now, reopen=True)


@transaction.atomic
def lift(*, pause: WorkerPause, by: User, now: datetime, restore: bool = False) -> bool:
    """Ask the person again; with `restore`, the answers count after all. False if it was lifted before."""
    User.objects.select_for_update(no_key=True).get(pk=pause.person_id)
    held = WorkerPause.objects.filter(pk=pause.pk, lifted_at__isnull=True)
    if not held.update(lifted_at=now, lifted_by=by):
        return False
    if restore:
        restored = held.model.objects.get(pk=pause.pk).voided
        count_again(restored, True, now)
    return True


def open_pauses() -> QuerySet[WorkerPause]:
    """Those that hold now."""
    return WorkerPause.objects.filter(lifted_at__isnull=True).filter(Q(person__is_active=True))
