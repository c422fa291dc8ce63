"""The queue of questions: a slot is taken by one statement and held for ten minutes, some ahead of need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from review.actions import prepared, trust
from review.actions.queue_places import claim, list_subjects
from review.actions.shown_questions import load_shown
from review.actions.slots import lock_person
from review.actions.takers import LASTS, Taker, read_taker
from review.models import Question, QuestionSlot, WorkerPause

AHEAD = 3  # the question in sight and two that are loaded already

# Theirs again, or a new one. Somebody else may take the same number at this moment: then nothing is written,
# and the next is tried.
OWN_SLOT = """
WITH again AS (
  UPDATE review_questionslot SET leased_until = %(until)s
  WHERE question_id = %(question)s AND leased_by_id = %(me)s RETURNING id
), added AS (
  INSERT INTO review_questionslot (question_id, subject, number, priority, is_open, leased_by_id,
    leased_until)
  SELECT %(question)s, %(subject)s, coalesce(max(number), 0) + 1, 0, false, %(me)s, %(until)s
  FROM review_questionslot WHERE question_id = %(question)s HAVING NOT EXISTS (SELECT FROM again)
  ON CONFLICT DO NOTHING RETURNING id)
SELECT id FROM again UNION ALL SELECT id FROM added
"""
MOST_TRIES = 20


@dataclass(frozen=True)
class Taken:
    """What a person has before them, first the one in sight; or why there is nothing."""

    questions: Sequence[Question] = ()
    pause: WorkerPause | None = None


@transaction.atomic
def take(*, by: User, now: datetime, wanted: int = AHEAD, subject: str = "") -> Taken:
    """What the person holds, renewed, and free ones until there are as many as wanted, of one subject.

    Two windows of a person get the same ones in the same order. A subject given by name is asked alone;
    what is held of others becomes free, and so does what they are paused on.
    """
    lock_person(by, is_lasting=False)
    taker = read_taker(by, now)
    keeps = [one for one in taker.held if taker.may_be_asked(one.subject, subject)]
    if len(keeps) < len(taker.held):
        give_back(by=by, but=[one.pk for one in keeps])
    if len(keeps) < wanted and "" not in taker.pauses:
        keeps += _fill(by, now, replace(taker, held=keeps), wanted, subject)
    pause = taker.find_pause(subject)
    return Taken(
        questions=keeps[:wanted],
        pause=WorkerPause.objects.get(pk=pause) if pause else None,
    )


def give_back(*, by: User, but: Sequence[int] = ()) -> None:
    """Let others have what the person holds, except for some questions."""
    held = QuestionSlot.objects.filter(leased_by=by).exclude(question__in=but)
    held.update(leased_by=None, leased_until=None)


def _list_open(taker: Taker, subject: str) -> Iterator[str]:
    """Subjects in the order in which they are to be tried: the same for a while, then what matters most.

    The others are looked for only when the current one has no more.
    """
    closed = taker.closed | set(taker.pauses)
    if subject:
        yield from (one for one in (subject,) if one not in closed)
        return
    current = taker.current_subject()
    if current and current not in closed:
        yield current
    others = list_subjects() if taker.open_subjects is None else taker.open_subjects
    yield from (one for one in others if one != current and one not in closed)


def _fill(by: User, now: datetime, taker: Taker, wanted: int, subject: str) -> list[Question]:
    """A known question where its turn has come, then free ones."""
    subjects = _list_open(taker, subject)
    first = next(subjects, None)
    if first is None:
        return []
    held = list(taker.held)
    many = len(held)
    until = now + LASTS + timedelta(milliseconds=many + 1)
    gold = trust.choose_gold(by, first, taker)
    if gold is not None and gold not in held:
        _hold_known(gold, by, until)
        held += load_shown([gold.pk])
    for one in chain([first], subjects):
        place = taker.places.get(one)
        while len(held) < wanted:
            until += timedelta(milliseconds=1)
            pictures = [question.image_id for question in held]
            found = claim(by=by, subject=one, now=now, until=until, besides=pictures, place=place)
            if found is None:
                break
            held.append(found.question)
            place = found.place
        if len(held) >= wanted:
            break  # before the other subjects are looked for
    return held[many:]


def _hold_known(gold: Question, by: User, until: datetime) -> None:
    """A slot of this person's own, which the queue never offers."""
    given: dict[str, Any] = {"question": gold.pk, "subject": gold.subject, "me": by.pk, "until": until}
    with prepared.open_cursor() as cursor:
        for _ in range(MOST_TRIES):
            cursor.execute(OWN_SLOT, given)
            if cursor.fetchone():
                return
