"""Votes settle questions: counted as they come in, weighed by what is known of who gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from pipeline.voting import Counts, Outcome, VotingRule, decide, weigh_votes
from review.actions import labels
from review.actions.slots import add_slot, close_slots
from review.models import Answer, AskingRule, Label, Question, SubjectEstimate, WorkerStanding

CANNOT_TELL = "cannot_tell"
FULL = "dawid_skene"  # the fitting had votes enough for a confusion matrix a person
FEW_VOTES = 50  # of a category; below it the shares of all categories are taken
LOST = 0.5  # a settled value that becomes less likely than this is looked at by a specialist
KNOWN_SOURCES = (Label.Source.SPECIALIST, Label.Source.GOLD)

OPEN, SETTLED, DISPUTED = Question.State.OPEN, Question.State.SETTLED, Question.State.DISPUTED


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


def rule_of(subject: str) -> AskingRule:
    """How a subject is asked; the defaults where nobody said otherwise."""
    return AskingRule.objects.filter(subject=subject).first() or AskingRule(subject=subject)


def count_vote(question: Question, now: datetime) -> None:
    """After an answer, a withdrawal or a flag; the caller holds the question's row in its transaction."""
    recount([question], now)


def recount(questions: Sequence[Question], now: datetime, *, reopen: bool = False) -> int:
    """Count the votes of questions anew, whose rows the caller holds; gives how many were reopened.

    With `reopen`, because votes count no more, a question may go back from settled or disputed to open.
    """
    reopened = 0
    in_order = sorted(questions, key=lambda question: (question.subject, question.pk))
    for subject, group in groupby(in_order, key=lambda question: question.subject):
        ballots = read_ballots(list(group))
        asked = {person for ballot in ballots for person, _ in ballot.votes}
        categories = {ballot.question.category_id for ballot in ballots} - {None}
        rule, weights = rule_of(subject), read_weights(subject, asked, categories)
        reopened += sum(_count(ballot, weights, rule, now, reopen) for ballot in ballots)
    return reopened


def read_ballots(questions: Sequence[Question]) -> list[Ballot]:
    """All that was said to the questions and counts, by two statements."""
    ids = [question.pk for question in questions]
    said: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Answer.objects.filter(question__in=ids, counts=True, withdrawn_at__isnull=True)
    for pk, person, value in rows.values_list("question_id", "answered_by_id", "value"):
        said[pk].append((person, value))
    known = Label.objects.filter(question=OuterRef("pk"), source__in=KNOWN_SOURCES, withdrawn_at=None)
    counted = Question.objects.filter(pk__in=ids).annotate(
        flags=Count("skips", filter=Q(skips__is_flag=True), distinct=True),
        open_slots=Count("slots", filter=Q(slots__is_open=True), distinct=True),
        is_known=Exists(known),
    )
    rows_of = {row["pk"]: row for row in counted.values("pk", "flags", "open_slots", "is_known")}
    return [_fill(question, said[question.pk], rows_of[question.pk]) for question in questions]


def _fill(question: Question, said: list[tuple[int, str]], counted: Mapping[str, Any]) -> Ballot:
    return Ballot(
        question=question,
        votes=[(person, value) for person, value in said if value in question.choices],
        unsure=sum(value == CANNOT_TELL for _, value in said),
        flags=counted["flags"],
        open_slots=counted["open_slots"],
        is_known=counted["is_known"] or (question.state == SETTLED and not question.settled_value),
    )


def read_weights(subject: str, people: Iterable[int], categories: Iterable[int | None]) -> Weights:
    """The standing of these people and the shares of the values, as of the last fitting."""
    standings = WorkerStanding.objects.filter(subject=subject, person__in=people)
    here = Q(category__isnull=True) | Q(category__in=categories)
    fitted = list(SubjectEstimate.objects.filter(here, subject=subject))
    return Weights(
        people=dict(standings.values_list("person_id", "confusion")),
        shares={row.category_id: row.shares for row in fitted if row.votes >= FEW_VOTES},
        is_full=any(row.category_id is None and row.method == FULL for row in fitted),
    )


def _count(ballot: Ballot, weights: Weights, rule: AskingRule, now: datetime, reopen: bool) -> bool:
    """Whether the question is asked again that was settled or disputed."""
    question, was = ballot.question, ballot.question.state
    if ballot.is_known or was == Question.State.WITHDRAWN:
        return False
    posterior = weights.weigh(ballot)
    question.votes = len(ballot.votes)
    question.posterior = {value: round(chance, 4) for value, chance in posterior.items()}
    asked = VotingRule(rule.first_votes, question.cap, rule.target)
    outcome = decide(posterior, len(ballot.votes), ballot.unsure, ballot.flags, asked)
    if was == OPEN or reopen:
        _follow(outcome, ballot, posterior, rule, now)
    elif was == SETTLED and posterior.get(question.settled_value, 0.0) < LOST:
        dispute(question, now)
    question.save(update_fields=["votes", "posterior", "state", "settled_value", "settled_at"])
    return was != OPEN and question.state == OPEN


def _follow(
    outcome: Outcome, ballot: Ballot, posterior: Mapping[str, float], rule: AskingRule, now: datetime
) -> None:
    question = ballot.question
    if outcome == "disputed":
        if question.state != DISPUTED:
            dispute(question, now)
    elif outcome == "settled":
        _settle(ballot, max(posterior, key=lambda value: posterior[value]), now)
    else:
        withdraw_label(question, now)
        question.state, question.settled_value, question.settled_at = OPEN, "", None
        wanted = max(1, rule.first_votes - len(ballot.votes) - ballot.unsure) - ballot.open_slots
        for _ in range(wanted):
            add_slot(question, now)


def _settle(ballot: Ballot, value: str, now: datetime) -> None:
    question = ballot.question
    if (question.state, question.settled_value) == (SETTLED, value):
        return
    withdraw_label(question, now)
    close_slots(question)
    question.state, question.settled_value, question.settled_at = SETTLED, value, now
    for_each = {choice: sum(said == choice for _, said in ballot.votes) for choice in question.choices}
    labels.write(
        subject=question.subject,
        image_id=question.image_id,
        other_id=question.other_id,
        product_id=question.product_id,
        value=labels.value_of(question.subject, value),
        source=Label.Source.CONSENSUS,
        question=question,
        provenance={
            "votes": {choice: count for choice, count in for_each.items() if count},
            "posterior": question.posterior[value],
            "method": "weighed votes",
            "people": len(ballot.votes),
        },
        now=now,
    )


def dispute(question: Question, now: datetime) -> None:
    """Leave it to a specialist: nobody else is asked, and no label rests on it; the caller saves it."""
    withdraw_label(question, now)
    close_slots(question)
    question.state, question.settled_value, question.settled_at = DISPUTED, "", None


def withdraw_label(question: Question, now: datetime) -> None:
    """What the crowd settled counts no more; nothing changes for a question that it did not settle."""
    if question.state == SETTLED:
        rows = Label.objects.filter(question=question, source=Label.Source.CONSENSUS, withdrawn_at=None)
        rows.update(withdrawn_at=now)
