"""What an admin wants to know of the crowd: how fast, how sure, at what cost, and who."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from pipeline.voting import wilson_interval
from review.actions import queue_places
from review.models import Answer, AskingRule, Label, Question, SubjectEstimate, WorkerPause, WorkerStanding

FIXED_VOTES = 3  # what is commonly paid for a label without counting: three votes, then the majority
CHART_HOURS = 24


@dataclass
class SubjectFigures:
    """One subject: what was said of it, what came of that, and what it cost."""

    subject: str
    answers: int = 0
    known_answers: int = 0
    answers_today: int = 0
    answers_last_hour: int = 0
    states: dict[str, int] = field(default_factory=dict)
    by_crowd: int = 0
    by_specialist: int = 0
    cents: float = 0.0
    agreement: float | None = None

    @property
    def labels(self) -> int:
        """Questions of the crowd's that have an answer by now."""
        return self.by_crowd + self.by_specialist

    @property
    def votes_a_label(self) -> float | None:
        """All that was asked, over what came of it; answers to known questions are paid too."""
        return self.answers / self.labels if self.labels else None

    @property
    def cents_a_label(self) -> float | None:
        """What a label costs."""
        votes = self.votes_a_label
        return None if votes is None else votes * self.cents

    @property
    def fixed_cents(self) -> float:
        """What it would cost with the same number of votes for all."""
        return FIXED_VOTES * self.cents

    @property
    def disputed_share(self) -> float | None:
        """Questions that a specialist has to settle, of all that were asked to their end."""
        ended = self.labels + self.states.get(Question.State.DISPUTED, 0)
        hard = self.by_specialist + self.states.get(Question.State.DISPUTED, 0)
        return hard / ended if ended else None


def read_all(now: datetime) -> tuple[list[SubjectFigures], list[Hour]]:
    """What goes through all answers, questions and labels."""
    return read_subjects(now), read_hours(now)


def read_subjects(now: datetime) -> list[SubjectFigures]:
    """One row a subject, by five statements however many there are."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[str, SubjectFigures] = {}

    def of(subject: str) -> SubjectFigures:
        return found.setdefault(subject, SubjectFigures(subject))

    asked = Question.objects.filter(gold__isnull=True).values_list("subject", "state")
    for subject, state, many in asked.annotate(many=Count("pk")):
        of(subject).states[state] = many
    said = Answer.objects.filter(withdrawn_at__isnull=True).values_list("question__subject")
    for subject, *counts in said.annotate(
        many=Count("pk"),
        known=Count("question__gold"),
        today=Count("pk", filter=Q(answered_at__gte=today)),
        hour=Count("pk", filter=Q(answered_at__gte=now - timedelta(hours=1))),
    ):
        row = of(subject)
        row.answers, row.known_answers, row.answers_today, row.answers_last_hour = counts
    _add_labels(found)
    rules = {rule.subject: rule for rule in AskingRule.objects.all()}
    fitted = SubjectEstimate.objects.filter(category__isnull=True).values_list("subject", "agreement")
    agreements = dict(fitted)
    for subject, row in found.items():
        row.cents = (rules.get(subject) or AskingRule(subject=subject)).cents
        row.agreement = agreements.get(subject)
    return sorted(found.values(), key=lambda row: -row.answers)


def _add_labels(found: dict[str, SubjectFigures]) -> None:
    rows = Label.objects.filter(question__gold__isnull=True, question__isnull=False, withdrawn_at=None)
    counted = rows.values_list("question__subject", "source").annotate(many=Count("question", distinct=True))
    for subject, source, many in counted:
        if subject in found and source == Label.Source.CONSENSUS:
            found[subject].by_crowd = many
        elif subject in found and source == Label.Source.SPECIALIST:
            found[subject].by_specialist = many


@dataclass(frozen=True)
class Hour:
    """How many answers came in one hour."""

    starts_at: datetime
    many: int


def read_hours(now: datetime) -> list[Hour]:
    """The last day, hour by hour, oldest first; hours without answers too."""
    this = now.replace(minute=0, second=0, microsecond=0)
    first = this - timedelta(hours=CHART_HOURS - 1)
    rows = Answer.objects.filter(answered_at__gte=first, withdrawn_at__isnull=True)
    counts = dict(rows.annotate(hour=TruncHour("answered_at")).values_list("hour").annotate(many=Count("pk")))
    hours = [first + timedelta(hours=number) for number in range(CHART_HOURS)]
    return [Hour(hour, counts.get(hour, 0)) for hour in hours]


@dataclass(frozen=True)
class WorkerFigures:
    """One person on one subject: how they answer known questions, how fast, and whether they are asked."""

    standing: WorkerStanding
    pause: WorkerPause | None
    pause_below: float

    @property
    def person(self) -> User:
        """Who."""
        person: User = self.standing.person
        return person

    @property
    def right_share(self) -> float | None:
        """Of known questions; None before the first."""
        seen = self.standing.gold_seen
        return self.standing.gold_right / seen if seen else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %."""
        return wilson_interval(self.standing.gold_right, self.standing.gold_seen)


def describe_workers(standings: list[WorkerStanding]) -> list[WorkerFigures]:
    """The standings with the pauses that hold, by two statements."""
    people = {row.person_id for row in standings}
    held = WorkerPause.objects.filter(person__in=people, lifted_at__isnull=True)
    pauses = {(row.person_id, row.subject): row for row in held}
    rules = {rule.subject: rule.pause_below for rule in AskingRule.objects.all()}
    usual = AskingRule().pause_below
    return [
        WorkerFigures(
            standing=row,
            pause=pauses.get((row.person_id, "")) or pauses.get((row.person_id, row.subject)),
            pause_below=rules.get(row.subject, usual),
        )
        for row in standings
    ]


def list_rules() -> list[AskingRule]:
    """One for each subject that is asked or was answered; those that nobody changed have the defaults."""
    subjects = {
        *queue_places.list_subjects(),
        *WorkerStanding.objects.values_list("subject", flat=True).distinct(),
    }
    known = {rule.subject: rule for rule in AskingRule.objects.all()}
    return [known.get(name) or AskingRule(subject=name) for name in sorted(subjects | set(known))]
