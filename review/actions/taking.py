"""The queue of questions: a slot is taken by one statement and held for ten minutes, some ahead of need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q

from review.actions import trust
from review.actions.queue_places import claim, list_subjects
from review.actions.slots import lock_person
from review.models import Answer, AskingRule, Question, QuestionSlot, WorkerPause

LASTS = timedelta(minutes=10)
AHEAD = 3  # the question in sight and two that are loaded already
IN_A_ROW = 20  # answers on one subject, after which another one may have its turn

# What is held stays in the order in which it was taken, so that two windows show the same question.
RENEW = """
UPDATE review_questionslot AS slot
SET leased_until = %(until)s + place.rank * interval '1 millisecond'
FROM (
  SELECT held.id, row_number() OVER (ORDER BY held.leased_until, held.id) AS rank
  FROM review_questionslot AS held WHERE held.leased_by_id = %(me)s AND held.leased_until >= %(now)s
) AS place
WHERE slot.id = place.id
"""


# Somebody else may take the same number at this moment: then nothing is written, and the next is tried.
OWN_SLOT = """
INSERT INTO review_questionslot (question_id, subject, number, priority, is_open, leased_by_id, leased_until)
SELECT %(question)s, %(subject)s, coalesce(max(number), 0) + 1, 0, false, %(me)s, %(until)s
FROM review_questionslot WHERE question_id = %(question)s
ON CONFLICT DO NOTHING
"""
MOST_TRIES = 20
SHOWN = ("image", "other", "product", "category")


@dataclass(frozen=True)
class Taken:
    """What a person has before them, first the one in sight; or why there is nothing."""

    questions: Sequence[Question] = ()
    pause: WorkerPause | None = None


@transaction.atomic
def take(*, by: User, now: datetime, wanted: int = AHEAD, subject: str = "") -> Taken:
    """What the person holds, renewed, and free ones until there are as many as wanted, of one subject.

    Two windows of a person get the same ones in the same order. A subject given by name is asked alone;
    what is held of others becomes free.
    """
    lock_person(by)
    pauses = {pause.subject: pause for pause in WorkerPause.objects.filter(person=by, lifted_at=None)}
    if "" in pauses:
        give_back(by=by)
        return Taken(pause=pauses[""])
    if subject:
        give_back(by=by, but=subject)
    with connection.cursor() as cursor:
        cursor.execute(RENEW, {"me": by.pk, "now": now, "until": now + LASTS})
    held = _list_held(by, now)
    if len(held) < wanted:
        held += _fill(by, now, held, wanted, _list_open(by, held, subject, set(pauses)))
    shown = [question for question in held if question.subject not in pauses]
    return Taken(shown[:wanted], pauses.get(subject) or next(iter(pauses.values()), None))


def give_back(*, by: User, but: str = "") -> None:
    """Let others have what the person holds, except of one subject."""
    held = QuestionSlot.objects.filter(leased_by=by).exclude(subject=but)
    held.update(leased_by=None, leased_until=None)


def _list_held(by: User, now: datetime) -> list[Question]:
    """In the order in which they were taken; what others have settled meanwhile is not shown any more."""
    worth = Q(question__state=Question.State.OPEN) | Q(question__gold__is_active=True)
    rows = QuestionSlot.objects.filter(worth, leased_by=by, leased_until__gte=now)
    shown = rows.select_related(*(f"question__{name}" for name in SHOWN))
    return [slot.question for slot in shown.order_by("leased_until", "pk")]


def _load(ids: Sequence[int]) -> list[Question]:
    rows = Question.objects.select_related(*SHOWN).in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def _list_open(by: User, held: Sequence[Question], subject: str, paused: set[str]) -> Iterator[str]:
    """Subjects in the order in which they are to be tried: the same for a while, then what matters most."""
    closed = paused | set(AskingRule.objects.filter(is_open=False).values_list("subject", flat=True))
    if subject:
        return (one for one in (subject,) if one not in closed)
    last = Answer.objects.filter(answered_by=by).order_by("-pk")
    streak = list(last.values_list("question__subject", flat=True)[:IN_A_ROW])
    is_long = len(streak) == IN_A_ROW and len(set(streak)) == 1
    current = held[-1].subject if held else (streak[0] if streak else "")
    return _go_on("" if is_long else current, closed)


def _go_on(current: str, closed: set[str]) -> Iterator[str]:
    """The current subject; the others are looked for only when it has no more."""
    if current and current not in closed:
        yield current
    yield from (one for one in list_subjects() if one != current and one not in closed)


def _fill(
    by: User, now: datetime, held: Sequence[Question], wanted: int, subjects: Iterator[str]
) -> list[Question]:
    """A known question where its turn has come, then free ones."""
    taken: list[int] = []
    until = now + LASTS + timedelta(milliseconds=len(held) + 1)
    first = next(subjects, None)
    if first is None:
        return []
    gold = trust.choose_gold(by, first, now)
    if gold is not None and gold.pk not in {question.pk for question in held}:
        _hold_known(gold, by, until)
        taken.append(gold.pk)
    pictures = [question.image_id for question in held] + ([gold.image_id] if gold else [])
    for subject in chain([first], subjects):
        while len(held) + len(taken) < wanted:
            until += timedelta(milliseconds=1)
            found = claim(by=by, subject=subject, now=now, until=until, besides=pictures)
            if found is None:
                break
            taken.append(found.question)
            pictures.append(found.image)
    return _load(taken)


def _hold_known(gold: Question, by: User, until: datetime) -> None:
    """A slot of this person's own, which the queue never offers."""
    if gold.slots.filter(leased_by=by).update(leased_until=until):
        return
    given: dict[str, Any] = {"question": gold.pk, "subject": gold.subject, "me": by.pk, "until": until}
    with connection.cursor() as cursor:
        for _ in range(MOST_TRIES):
            cursor.execute(OWN_SLOT, given)
            if cursor.rowcount:
                return
