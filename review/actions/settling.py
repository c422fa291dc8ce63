"""Votes settle questions: counted as they come in, weighed by what is known of who gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from pipeline.voting import Outcome, VotingRule, decide
from review.actions import labels
from review.actions.ballots import (
    CANNOT_TELL,
    FULL,
    KNOWN_SOURCES,
    Ballot,
    Weights,
    read_ballots,
    read_weights,
)
from review.actions.slots import add_slot, close_slots
from review.models import AskingRule, Label, Question

__all__ = ["CANNOT_TELL", "FULL", "KNOWN_SOURCES"]

LOST = 0.5  # a settled value that becomes less likely than this is looked at by a specialist

OPEN, SETTLED, DISPUTED = Question.State.OPEN, Question.State.SETTLED, Question.State.DISPUTED


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
        rule, weights = read_weights(subject, asked, categories)
        reopened += sum(_count(ballot, weights, rule, now, reopen) for ballot in ballots)
    return reopened


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
