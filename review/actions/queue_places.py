"""Where in the queue a person goes on: the next free slot, found without passing over all that was theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from review.actions import prepared
from review.actions.shown_questions import ROW, TABLES, make_shown
from review.actions.takers import FIRST_SLOTS, Place
from review.models import Question, WorkerPlace

FRONT = 500  # slots from the front that are looked at again and again for what is new there
FIRST, LAST = float("inf"), float("-inf")

# One statement: nobody else can get the slot between the looking and the taking, and where the person is by
# now is written in passing, except for what was found in the front: from there all that they have seen would
# have to be passed over again. What a person has seen is in the sightings; the pictures that they hold at
# this moment are given.
CLAIM = f"""
WITH mine AS (
  UPDATE review_questionslot AS taken SET leased_by_id = %(me)s, leased_until = %(until)s
  WHERE taken.id = (
    SELECT slot.id
    FROM review_questionslot AS slot JOIN review_question AS question ON question.id = slot.question_id
    WHERE slot.is_open AND slot.subject = %(subject)s
      AND slot.priority <= %(above)s AND slot.priority >= %(below)s
      AND (slot.priority < %(above)s OR slot.id > %(after)s)
      AND (slot.leased_until IS NULL OR slot.leased_until < %(now)s)
      AND question.state = 'open'
      AND question.image_id <> ALL(%(besides)s)
      AND NOT EXISTS (
        SELECT FROM review_sighting AS seen
        WHERE seen.person_id = %(me)s AND seen.subject = slot.subject AND seen.image_id = question.image_id
          AND seen.other_id IS NOT DISTINCT FROM question.other_id)
    ORDER BY slot.priority DESC, slot.id
    LIMIT 1 FOR UPDATE OF slot SKIP LOCKED)
  RETURNING taken.id, taken.question_id, taken.priority
), noted AS (
  INSERT INTO review_workerplace AS place (person_id, subject, priority, slot, began_at)
  SELECT %(me)s, %(subject)s, mine.priority, mine.id, %(now)s FROM mine WHERE %(moves)s
  ON CONFLICT (person_id, subject) DO UPDATE SET priority = EXCLUDED.priority, slot = EXCLUDED.slot
)
SELECT {ROW}, mine.priority, mine.id FROM mine JOIN ({TABLES}) ON question.id = mine.question_id
"""  # noqa: S608 (our own columns)
DEPTH = """
SELECT priority FROM review_questionslot WHERE is_open AND subject = %s
ORDER BY priority DESC, id OFFSET %s LIMIT 1
"""
SUBJECTS = f"WITH RECURSIVE {FIRST_SLOTS} SELECT subject FROM first ORDER BY priority DESC, subject"  # noqa: S608


@dataclass(frozen=True)
class Claimed:
    """A question that is the person's now, and where they go on from."""

    question: Question
    place: Place


@dataclass(frozen=True)
class Stretch:
    """A part of a subject's queue: from a priority, after a slot, down to another."""

    above: float = FIRST
    below: float = LAST
    after: int = 0


def list_subjects() -> list[str]:
    """Subjects that have open slots, the one with the most urgent slot first."""
    with prepared.open_cursor() as cursor:
        cursor.execute(SUBJECTS)
        return [row[0] for row in cursor.fetchall()]


def claim(
    *,
    by: User,
    subject: str,
    now: datetime,
    until: datetime,
    besides: Sequence[int],
    place: Place | None = None,
) -> Claimed | None:
    """The next slot for a person; None when there is nothing of this subject that they have not seen.

    Goes on from where the person is in the queue. Every two minutes the front is looked at for what
    has come in since; at the end it is begun again, and where nothing was left, not sooner than in a while.
    """
    given: dict[str, Any] = {"me": by.pk, "subject": subject, "now": now, "until": until}
    given |= {"besides": list(besides), "moves": True}
    if place is not None and (place.is_old or place.is_over):
        found = _claim(Stretch(below=_find_depth(subject)), given | {"moves": False})
        if found:
            return replace(found, place=place)
        if place.is_over:
            return None
        WorkerPlace.objects.filter(person=by, subject=subject).update(began_at=now)
    found = _claim(Stretch(above=place.priority, after=place.slot), given) if place else None
    found = found or _claim(Stretch(), given)
    if found is None and _find_depth(subject) > LAST:
        _note_end(by, subject, now)
    return found


def _note_end(by: User, subject: str, now: datetime) -> None:
    """All of a long queue was passed over, and none of it was for this person."""
    end = {"priority": LAST, "slot": 0, "began_at": now}
    WorkerPlace.objects.update_or_create(person=by, subject=subject, defaults=end)


def _claim(stretch: Stretch, given: dict[str, Any]) -> Claimed | None:
    with prepared.open_cursor() as cursor:
        cursor.execute(CLAIM, {**vars(stretch), **given})
        row = cursor.fetchone()
    return Claimed(make_shown(row[0]), Place(row[1], row[2])) if row else None


def _find_depth(subject: str) -> float:
    """The priority of the last slot that counts as the front."""
    with prepared.open_cursor() as cursor:
        cursor.execute(DEPTH, [subject, FRONT])
        row = cursor.fetchone()
    return float(row[0]) if row else LAST
