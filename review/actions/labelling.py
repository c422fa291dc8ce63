"""Questions to people: answered once a person, passed by, flagged, taken back; an answer is never lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from review.actions import prepared, settling, trust
from review.actions.slots import add_slot, close_slots, lock_person
from review.models import Answer, Question, QuestionSlot, Sighting, SkippedQuestion

__all__ = ["add_slot", "close_slots", "name_sending", "record_answer", "skip", "take_back"]

CANNOT_TELL = "cannot_tell"
UNDO_MOST = 40  # of the last answers: ten single ones, or two grids
HELD_AGAIN = timedelta(minutes=10)


# One statement keeps an answer: the slot of the person is used up, the picture is not put before them again
# for this subject whatever product it comes with, and what comes from somebody who is paused does not count
# (it was sent before the page knew). Without a slot, or after the settling, it is late, and kept as well.
WRITE = """
WITH slot AS (
  UPDATE review_questionslot SET is_open = false, leased_by_id = NULL, leased_until = NULL
  WHERE leased_by_id = %(me)s AND id = (
    SELECT min(id) FROM review_questionslot WHERE question_id = %(question)s AND leased_by_id = %(me)s)
  RETURNING id
), seen AS (
  INSERT INTO review_sighting (person_id, subject, image_id, other_id)
  VALUES (%(me)s, %(subject)s, %(image)s, %(other)s) ON CONFLICT DO NOTHING
)
INSERT INTO review_answer (question_id, slot_id, value, client_id, seconds, is_late, counts, answered_by_id,
  answered_at)
SELECT %(question)s, (SELECT id FROM slot), %(value)s, %(client)s, %(seconds)s::float8,
  %(is_over)s OR NOT EXISTS (SELECT FROM slot),
  NOT EXISTS (SELECT FROM review_workerpause
    WHERE person_id = %(me)s AND lifted_at IS NULL AND subject IN ('', %(subject)s)),
  %(me)s, %(now)s
RETURNING id, slot_id, counts, is_late
"""


class InvalidAnswer(Exception):
    """The question does not offer this answer."""


class TooOld(Exception):
    """Only the last answers can be taken back."""


@transaction.atomic
def record_answer(
    *,
    question: Question,
    by: User,
    value: str,
    now: datetime,
    client_id: str = "",
    seconds: float | None = None,
) -> Answer:
    """Keep a person's answer, late ones too; a second one changes nothing and gives back the first."""
    if value not in (*question.choices, CANNOT_TELL):
        raise InvalidAnswer(value)
    question = _lock(question, by)
    key = name_sending(by, client_id)
    if known := _find_answer(question, by, key):
        return known
    said = Answer(question=question, value=value, client_id=key, seconds=seconds)
    said.answered_by, said.answered_at = by, now
    store(said)
    _count(question, said, now)
    return said


def name_sending(by: User, client_id: str) -> str:
    """What an answer keeps of the page's own key for it: no two people have the same."""
    return f"{by.pk}.{client_id}"[:64] if client_id else ""


def store(answer: Answer) -> None:
    """Store it, with what the database says of its slot and of the person."""
    question = answer.question
    is_over = question.state != Question.State.OPEN and not hasattr(question, "gold")
    given: dict[str, Any] = {"me": answer.answered_by_id, "question": question.pk, "is_over": is_over}
    given |= {"subject": question.subject, "image": question.image_id, "other": question.other_id}
    given |= {"value": answer.value, "client": answer.client_id, "seconds": answer.seconds}
    with prepared.open_cursor() as cursor:
        cursor.execute(WRITE, given | {"now": answer.answered_at})
        answer.pk, answer.slot_id, answer.counts, answer.is_late = cursor.fetchone()
    answer._state.adding, answer._state.db = False, connection.alias


def _count(question: Question, answer: Answer, now: datetime) -> None:
    """A known question tells of the person, any other one of the picture."""
    if hasattr(question, "gold"):
        trust.note_gold(answer)
    else:
        settling.count_vote(question, now)


@transaction.atomic
def skip(*, question: Question, by: User, now: datetime, reason: str = "", is_flag: bool = False) -> None:
    """Pass it by for good; a flag says that something is wrong with it. Its slot is free again."""
    question = _lock(question, by)
    said = {"is_flag": is_flag, "reason": reason[:500], "skipped_at": now}
    _, is_new = SkippedQuestion.objects.get_or_create(question=question, skipped_by=by, defaults=said)
    question.slots.filter(leased_by=by).update(leased_by=None, leased_until=None)
    _note_sighting(question, by)
    if is_new and is_flag:
        settling.count_vote(question, now)


@transaction.atomic
def take_back(*, question: Question, by: User, now: datetime) -> bool:
    """Withdraw one's answer, or pass the question by no longer; it is held for the person again.

    False where there is nothing to take back, for instance because it was done before. Raises TooOld.
    """
    question = _lock(question, by)
    passed = SkippedQuestion.objects.filter(question=question, skipped_by=by, is_flag=False).delete()[0]
    answer = question.answers.filter(answered_by=by, withdrawn_at__isnull=True).first()
    if answer is None:
        return bool(passed and _hold(question, None, by, now))
    newer = Answer.objects.filter(answered_by=by, withdrawn_at__isnull=True, pk__gt=answer.pk)
    if newer[:UNDO_MOST].count() >= UNDO_MOST:
        raise TooOld
    answer.withdrawn_at = now
    answer.save(update_fields=["withdrawn_at"])
    _hold(question, answer.slot, by, now)
    if hasattr(question, "gold"):
        trust.note_gold(answer)
    else:
        settling.recount([question], now, reopen=True)
    if question.state != Question.State.OPEN:
        close_slots(question)
    return True


def _lock(question: Question, by: User) -> Question:
    """The person first, as everywhere: what they do in two windows at once happens one by one."""
    lock_person(by)
    rows = Question.objects.select_for_update(no_key=True, of=("self",)).select_related("gold")
    return rows.get(pk=question.pk)


def _find_answer(question: Question, by: User, key: str) -> Answer | None:
    """What this person said of the question, or what this sending kept before it was taken back."""
    mine = Q(question=question, answered_by=by, withdrawn_at__isnull=True)
    found = list(Answer.objects.filter(mine | Q(client_id=key) if key else mine))
    return next((one for one in found if one.client_id == key), next(iter(found), None))


def _hold(question: Question, slot: QuestionSlot | None, by: User, now: datetime) -> bool:
    """Have the question before the person again, where there is room for their vote."""
    free = question.slots.filter(is_open=True, leased_by__isnull=True)
    slot = slot or free.select_for_update(skip_locked=True).first()
    _sightings(question, by).delete()
    if slot is None:
        return False
    slot.is_open = not hasattr(question, "gold")
    slot.leased_by, slot.leased_until = by, now + HELD_AGAIN
    slot.save(update_fields=["is_open", "leased_by", "leased_until"])
    return True


def _sightings(question: Question, by: User) -> QuerySet[Sighting]:
    seen = Sighting.objects.filter(person=by, subject=question.subject, image_id=question.image_id)
    return seen.filter(other_id=question.other_id)


def _note_sighting(question: Question, by: User) -> None:
    """The picture is not put before this person again for this subject, whatever product it comes with."""
    row = Sighting(
        person=by, subject=question.subject, image_id=question.image_id, other_id=question.other_id
    )
    Sighting.objects.bulk_create([row], ignore_conflicts=True)
