"""What was said to questions, and what is known of who said it: two statements for any number of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.voting import Counts, weigh_votes
from review.actions import prepared
from review.models import AskingRule, Label, Question

CANNOT_TELL = "cannot_tell"
FULL = "dawid_skene"  # the fitting had votes enough for a confusion matrix a person
FEW_VOTES = 50  # of a category; below it the shares of all categories are taken
KNOWN_SOURCES = (Label.Source.SPECIALIST, Label.Source.GOLD)

# What counts of the answers, who flagged it, the room that is left, and whether the answer is known.
BALLOTS = """
SELECT question.id,
  (SELECT json_agg(json_build_array(answered_by_id, value)) FROM review_answer
    WHERE question_id = question.id AND counts AND withdrawn_at IS NULL),
  (SELECT count(*) FROM review_skippedquestion WHERE question_id = question.id AND is_flag),
  (SELECT count(*) FROM review_questionslot WHERE question_id = question.id AND is_open),
  EXISTS (SELECT FROM review_label
    WHERE question_id = question.id AND source = ANY(%(known)s) AND withdrawn_at IS NULL)
FROM review_question AS question WHERE question.id = ANY(%(ids)s)
"""
# The rule of the subject, its values' shares as of the last fitting, and the people's standing.
WEIGHTS = """
SELECT
  (SELECT row_to_json(rule) FROM review_askingrule AS rule WHERE subject = %(subject)s),
  (SELECT json_agg(json_build_array(category_id, method, votes, shares)) FROM review_subjectestimate
    WHERE subject = %(subject)s AND (category_id IS NULL OR category_id = ANY(%(categories)s))),
  (SELECT json_agg(json_build_array(person_id, confusion)) FROM review_workerstanding
    WHERE subject = %(subject)s AND person_id = ANY(%(people)s))
"""


@dataclass(frozen=True)
class Ballot:
    """What was said to one question; `votes` are (person, value) with a value that it offers."""

    question: Question
    votes: Sequence[tuple[int, str]]
    unsure: int
    flags: int
    open_slots: int
    is_known: bool  # a specialist or a known answer said it: votes change nothing


@dataclass(frozen=True)
class Weights:
    """What is known of the people and of the values of one subject."""

    people: Mapping[int, Counts]
    shares: Mapping[int | None, Mapping[str, float]]  # by category; None: all
    is_full: bool

    def weigh(self, ballot: Ballot) -> dict[str, float]:
        """The chance of each value that the question offers."""
        question = ballot.question
        cast = [(self.people.get(person, {}), value) for person, value in ballot.votes]
        shares = self.shares.get(question.category_id, self.shares.get(None, {}))
        return weigh_votes(cast, question.choices, shares, full=self.is_full)


def read_ballots(questions: Sequence[Question]) -> list[Ballot]:
    """All that was said to the questions and counts."""
    with prepared.open_cursor() as cursor:
        cursor.execute(BALLOTS, {"ids": [one.pk for one in questions], "known": list(KNOWN_SOURCES)})
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_fill(question, *rows[question.pk]) for question in questions]


def _fill(question: Question, said: Any, flags: int, open_slots: int, is_labelled: bool) -> Ballot:
    votes = said or []
    return Ballot(
        question=question,
        votes=[(person, value) for person, value in votes if value in question.choices],
        unsure=sum(value == CANNOT_TELL for _, value in votes),
        flags=flags,
        open_slots=open_slots,
        is_known=is_labelled or (question.state == Question.State.SETTLED and not question.settled_value),
    )


def read_weights(
    subject: str, people: Iterable[int], categories: Iterable[int | None]
) -> tuple[AskingRule, Weights]:
    """How a subject is asked, the standing of these people, and the shares of its values."""
    given: dict[str, Any] = {"subject": subject, "people": list(people)}
    given["categories"] = [category for category in categories if category is not None]
    with prepared.open_cursor() as cursor:
        cursor.execute(WEIGHTS, given)
        rule, fitted, standings = cursor.fetchone()
    return AskingRule(**(rule or {"subject": subject})), Weights(
        people=dict(standings or ()),
        shares={category: shares for category, _, votes, shares in fitted or () if votes >= FEW_VOTES},
        is_full=any(category is None and method == FULL for category, method, _, _ in fitted or ()),
    )
