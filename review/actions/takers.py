"""Who takes a question: all that the choice of the next one hangs on, renewed and read by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from review.actions import prepared
from review.actions.shown_questions import ROW, TABLES, make_shown
from review.models import AskingRule, Question

LASTS = timedelta(minutes=10)
USUAL_GOLD_SHARE = AskingRule().gold_share  # of a subject without a rule of its own
IN_A_ROW = 20  # answers on one subject, after which another one may have its turn
BEGIN_AGAIN = timedelta(minutes=2)  # then the front of the queue is looked at for what is new there
REST = timedelta(seconds=20)  # a queue in which nothing was left for the person is not gone through again

# From the first slot of one subject to the first of the next: as many steps as there are subjects.
FIRST_SLOTS = """first AS (
  (SELECT subject, priority FROM review_questionslot WHERE is_open
    ORDER BY subject, priority DESC, id LIMIT 1)
  UNION ALL
  SELECT next.subject, next.priority FROM first, LATERAL (
    SELECT subject, priority FROM review_questionslot WHERE is_open AND subject > first.subject
    ORDER BY subject, priority DESC, id LIMIT 1) AS next)"""

# One statement, since every one costs as much as what this reads: the person's leases are renewed, and a
# row says what they hold, in the order in which it was taken, so that two windows show the same question
# (what others have settled meanwhile is not shown any more); where they are paused; what they answered and
# passed by last; the rules; how many known questions they have met; how far they are in each queue; and,
# where it is time for another subject, which there are.
# The caller holds the person's row by a statement of its own before: this one must see what their other
# window has done. The rules are a row a subject, read each time, so that a change holds at once.
READ = f"""
WITH RECURSIVE renewed AS (
  UPDATE review_questionslot AS slot
  SET leased_until = %(until)s + place.rank * interval '1 millisecond'
  FROM (
    SELECT held.id, row_number() OVER (ORDER BY held.leased_until, held.id) AS rank
    FROM review_questionslot AS held WHERE held.leased_by_id = %(me)s AND held.leased_until >= %(now)s
  ) AS place
  WHERE slot.id = place.id
  RETURNING slot.question_id, place.rank
), last AS (
  SELECT answer.id, question.subject
  FROM (SELECT id, question_id FROM review_answer WHERE answered_by_id = %(me)s
    ORDER BY id DESC LIMIT {IN_A_ROW}) AS answer
  JOIN review_question AS question ON question.id = answer.question_id
), {FIRST_SLOTS}
SELECT
  (SELECT json_agg({ROW} ORDER BY renewed.rank)
    FROM renewed JOIN ({TABLES}) ON question.id = renewed.question_id
    WHERE question.state = 'open' OR EXISTS (
      SELECT FROM review_goldquestion AS gold WHERE gold.question_id = question.id AND gold.is_active)),
  (SELECT json_object_agg(subject, id) FROM review_workerpause
    WHERE person_id = %(me)s AND lifted_at IS NULL),
  (SELECT json_agg(json_build_array(id, subject) ORDER BY id DESC) FROM last),
  (SELECT max(id) FROM review_skippedquestion WHERE skipped_by_id = %(me)s),
  (SELECT json_object_agg(subject, json_build_array(is_open, gold_share)) FROM review_askingrule),
  (SELECT json_object_agg(subject, gold_seen) FROM review_workerstanding WHERE person_id = %(me)s),
  (SELECT json_object_agg(subject, json_build_array(priority, slot, began_at < %(old)s,
      priority = '-Infinity' AND began_at >= %(lately)s))
    FROM review_workerplace WHERE person_id = %(me)s),
  CASE WHEN (SELECT count(*) = {IN_A_ROW} AND min(subject) = max(subject) FROM last)
    THEN (SELECT json_agg(subject ORDER BY priority DESC, subject) FROM first) END
"""  # noqa: S608 (our own columns)


@dataclass(frozen=True)
class Place:
    """How far a person has come in a subject's queue; an old one is begun from the front again."""

    priority: float  # of what was taken last; below all where nothing was left for them
    slot: int
    is_old: bool = False
    is_over: bool = False  # there was nothing left a moment ago


@dataclass(frozen=True)
class Taker:
    """What is known of a person who asks for questions, at this moment."""

    held: Sequence[Question]  # before the person now
    pauses: Mapping[str, int]  # subject, '' for all -> the pause
    streak: Sequence[str]  # subjects of the last answers, the newest first
    last_act: tuple[int, int]  # ids of the last answer and of the last question passed by
    closed: frozenset[str]  # subjects that nobody is asked about
    gold_shares: Mapping[str, float]  # of subjects with rules of their own
    gold_seen: Mapping[str, int]  # known questions answered, by subject
    places: Mapping[str, Place]
    open_subjects: Sequence[str] | None = None  # the most urgent first, where it is time for another one

    def may_be_asked(self, subject: str, wanted: str) -> bool:
        """Whether what is held of a subject is still to be shown, where one is wanted alone or not."""
        return wanted in ("", subject) and not {"", subject} & set(self.pauses)

    def find_pause(self, subject: str) -> int | None:
        """The pause that the person is to be told of: for all, for this subject, or else any."""
        return self.pauses.get("") or self.pauses.get(subject) or next(iter(self.pauses.values()), None)

    def current_subject(self) -> str:
        """What the person is at; '' where it is time for something else."""
        if self.open_subjects is not None:
            return ""
        return self.held[-1].subject if self.held else next(iter(self.streak), "")

    def gold_share(self, subject: str) -> float:
        """The share of known questions that the subject's rule wants."""
        return self.gold_shares.get(subject, USUAL_GOLD_SHARE)


def read_taker(by: User, now: datetime) -> Taker:
    """Renew what the person holds, and say all that the choice of the next question hangs on."""
    given: dict[str, Any] = {"me": by.pk, "now": now, "until": now + LASTS}
    given |= {"old": now - BEGIN_AGAIN, "lately": now - REST}
    with prepared.open_cursor() as cursor:
        cursor.execute(READ, given)
        held, pauses, answers, skip, rules, seen, places, subjects = cursor.fetchone()
    rules = rules or {}
    return Taker(
        held=[make_shown(row) for row in held or ()],
        pauses=pauses or {},
        streak=[subject for _, subject in answers or ()],
        last_act=(answers[0][0] if answers else 0, skip or 0),
        closed=frozenset(subject for subject, (is_open, _) in rules.items() if not is_open),
        gold_shares={subject: share for subject, (_, share) in rules.items()},
        gold_seen=seen or {},
        places={subject: Place(float(row[0]), *row[1:]) for subject, row in (places or {}).items()},
        open_subjects=subjects,
    )
