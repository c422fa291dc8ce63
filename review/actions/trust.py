"""Questions whose answer is known, hidden among the others, and what they tell of whoever answers them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F

from review.actions import pauses, prepared
from review.actions.pauses import is_paused
from review.actions.settling import CANNOT_TELL, rule_of
from review.actions.takers import Taker
from review.models import (
    Answer,
    GoldQuestion,
    Question,
    WorkerStanding,
)

__all__ = ["choose_gold", "is_paused", "note_gold"]

NEWCOMER_SHARE = 0.15  # of the first questions, until something is known of a person
FAST_S = 1.0  # nobody looks at a picture in less
TURN = 12  # of the least shown are drawn from, so that not everybody meets the same one next
TURN_OF = f"""
SELECT question.id, question.subject, question.image_id
FROM review_goldquestion AS gold JOIN review_question AS question ON question.id = gold.question_id
WHERE gold.is_active AND question.subject = %(subject)s AND gold.created_by_id IS DISTINCT FROM %(me)s
  AND NOT EXISTS (
    SELECT FROM review_answer WHERE question_id = question.id AND answered_by_id = %(me)s)
  AND NOT EXISTS (
    SELECT FROM review_skippedquestion WHERE question_id = question.id AND skipped_by_id = %(me)s)
  AND NOT EXISTS (
    SELECT FROM review_sighting AS seen
    WHERE seen.person_id = %(me)s AND seen.subject = question.subject AND seen.image_id = question.image_id
      AND (seen.other_id IS NULL OR seen.other_id = question.other_id))
ORDER BY gold.shown, gold.id LIMIT {TURN}
"""  # noqa: S608


def choose_gold(person: User, subject: str, taker: Taker) -> Question | None:
    """A question with a known answer to be shown next, or None where the next one is an ordinary one.

    It hangs on what the person did last alone: two tabs agree, and asking twice changes nothing.
    """
    if _draw(person.pk, *taker.last_act) >= _share_for(taker, subject):
        return None
    turn = _list_turn(person, subject)
    return min(turn, key=lambda gold: _draw(person.pk, gold.pk, *taker.last_act), default=None)


def _share_for(taker: Taker, subject: str) -> float:
    share = taker.gold_share(subject)
    seen = taker.gold_seen.get(subject, 0)
    return max(share, NEWCOMER_SHARE) if seen < pauses.FIRST_KNOWN else share


def _draw(*key: int) -> float:
    """A number of 0 to 1 that hangs on the key alone."""
    digest = hashlib.sha256(":".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _list_turn(person: User, subject: str) -> list[Question]:
    """Known questions that come next: this person has not met their pictures, and did not make them."""
    with prepared.open_cursor() as cursor:
        cursor.execute(TURN_OF, {"me": person.pk, "subject": subject})
        columns = ("id", "subject", "image_id")
        return [Question.from_db(connection.alias, columns, row) for row in cursor.fetchall()]


def note_gold(answer: Answer, now: datetime | None = None) -> None:
    """Count an answer to a known question, or one that was withdrawn, off again; may pause the person.

    The caller holds the question's row in its transaction. Not being able to tell is not right.
    """
    right = F("question__settled_value")  # another one by now, where the known answer was found to be wrong
    gold = GoldQuestion.objects.filter(question=answer.question_id, value=right).first()
    if gold is None or not answer.counts:
        return
    subject = answer.question.subject
    sign = -1 if answer.withdrawn_at else 1
    is_right = answer.value == gold.value
    _count_for_person(answer, subject, gold.value, sign)
    is_fast = is_right and answer.seconds is not None and answer.seconds < FAST_S
    GoldQuestion.objects.filter(pk=gold.pk).update(
        shown=F("shown") + sign,
        right=F("right") + sign * is_right,
        fast_right=F("fast_right") + sign * is_fast,
    )
    if sign > 0 and not is_right:
        pauses.judge_standing(answer.answered_by, rule_of(subject), now or answer.answered_at)


def _count_for_person(answer: Answer, subject: str, truth: str, sign: int) -> None:
    """Known answers count for a person's standing at once, until the next fitting counts all."""
    WorkerStanding.objects.get_or_create(person=answer.answered_by, subject=subject)
    held = WorkerStanding.objects.select_for_update().get(person=answer.answered_by, subject=subject)
    held.gold_seen = max(0, held.gold_seen + sign)
    held.gold_right = max(0, held.gold_right + sign * (answer.value == truth))
    if answer.value != CANNOT_TELL:
        row = held.confusion.setdefault(truth, {})
        row[answer.value] = max(0.0, row.get(answer.value, 0.0) + sign)
    held.save(update_fields=["gold_seen", "gold_right", "confusion"])
