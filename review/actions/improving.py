"""The loop from doubt to a better model, as it is written down: loops, their rounds, what they asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from review.actions import asking, labels, work
from review.actions.asking import Asked
from review.actions.learning import UNTAUGHT
from review.models import Category, Image, ImproveLoop, ImproveRound, Label, Question

State, Stage = ImproveLoop.State, ImproveRound.Stage
MOST_ROUNDS, MOST_QUESTIONS, MOST_DAYS = 50, 2000, 366
DOUBTED_BY = 2  # votes; a question with fewer waits for people
STUCK_AFTER = timedelta(minutes=30)  # three leases


class UnableToImprove(Exception):
    """Nothing was started; says why in a person's words. `field` names the setting where it is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class LoopConfig:
    """What a loop does in each round.

    `questions` are asked a round. `precision` is what thresholds promise. With `remove`, sure hits in
    today's sets become proposals to take them off; with `release`, a candidate that is better on the frozen
    hold-out, by its whole interval, becomes the live model. It begins again
    `every_days` after its end; 0: never.
    """

    questions: int = 60
    technique: str = "logistic"
    precision: float = 0.95
    remove: bool = True
    release: bool = False
    every_days: int = 0


def read_config(stored: Mapping[str, Any]) -> LoopConfig:
    """The settings of a loop's row; what is missing is as usual."""
    known = {field.name for field in fields(LoopConfig)}
    return LoopConfig(**{name: value for name, value in stored.items() if name in known})


@transaction.atomic
def start(
    *, judge: str, category: Category | None, rounds: int, config: LoopConfig, by: User | None, now: datetime
) -> ImproveLoop:
    """A loop that waits for a worker; one that still goes on for this judge is given back instead.

    Raises UnableToImprove.
    """
    _check(judge, rounds, config)
    with connection.cursor() as cursor:  # two presses of one button make one loop
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"improve {judge} {category}"])
    going = find_going(judge, category)
    if going is not None:
        return going
    examples = count_examples(judge, category)
    if not examples.get(labels.YES) and judge != labels.TYPE:
        raise UnableToImprove(
            _(
                "Nobody has labelled a picture as “{judge}” yet. Name a few examples first; ten will do."
            ).format(judge=judge),
            "judge",
        )
    return ImproveLoop.objects.create(
        judge=judge,
        category=category,
        rounds=rounds,
        config=asdict(config),
        created_by=by,
        created_at=now,
    )


def _check(judge: str, rounds: int, config: LoopConfig) -> None:
    if not judge.isidentifier() or len(judge) > 40:
        words = _("“{judge}” is no name of a judge: use letters, digits and _.")
        raise UnableToImprove(words.format(judge=judge[:60]), "judge")
    if judge in UNTAUGHT:
        words = _("“{judge}” is not decided by a trained model.")
        raise UnableToImprove(words.format(judge=judge), "judge")
    if not 1 <= rounds <= MOST_ROUNDS:
        words = _("Between 1 and {most} rounds are possible.")
        raise UnableToImprove(words.format(most=MOST_ROUNDS), "rounds")
    if not 1 <= config.questions <= MOST_QUESTIONS:
        words = _("Between 1 and {most} questions a round are possible.")
        raise UnableToImprove(words.format(most=MOST_QUESTIONS), "questions")
    if not 0 <= config.every_days <= MOST_DAYS:
        words = _("It can begin again after {most} days at most.")
        raise UnableToImprove(words.format(most=MOST_DAYS), "every")


def find_going(judge: str, category: Category | None) -> ImproveLoop | None:
    """The loop of this judge that is not over."""
    going = ImproveLoop.objects.filter(judge=judge, category=category)
    return going.filter(state__in=[State.WAITING, State.WORKING]).order_by("pk").first()


def count_examples(judge: str, category: Category | None) -> dict[str, int]:
    """Value -> how many labels count for this judge."""
    found: dict[str, int] = {}
    for row in labels.current(judge, category):
        found[row.value] = found.get(row.value, 0) + 1
    return found


@transaction.atomic
def name_example(judge: str, image: Image, provenance: Mapping[str, Any], now: datetime) -> None:
    """A specialist's word that a picture has it; said twice, it is written once."""
    Image.objects.select_for_update(no_key=True).get(pk=image.pk)
    value, source = labels.value_of(judge, labels.YES), Label.Source.SPECIALIST
    said = Label.objects.filter(image=image, subject=judge, value=value, source=source)
    if not said.filter(withdrawn_at__isnull=True, decision__isnull=True).exists():
        labels.write(
            subject=judge, image_id=image.pk, value=value, source=source, provenance=provenance, now=now
        )


def open_round(loop: ImproveLoop, now: datetime) -> ImproveRound:
    """The round that goes on, or the next one."""
    going = loop.steps.exclude(stage=Stage.DONE).order_by("number").first()
    if going is not None:
        return going
    number = loop.steps.count() + 1
    return ImproveRound.objects.get_or_create(loop=loop, number=number, defaults={"started_at": now})[0]


def go_on(step: ImproveRound, stage: str, now: datetime, **figures: Any) -> None:
    """Write down what a stage found together with the stage that follows."""
    step.stage = stage
    step.figures = {**step.figures, **figures}
    step.finished_at = now if stage == Stage.DONE else None
    step.save()


@transaction.atomic
def ask(step: ImproveRound, picked: Sequence[tuple[int, str, float]], now: datetime) -> int:
    """Ask about these pictures (id, why, chance) and go on to waiting; how many questions there are.

    A picture that was asked about before, by whomever, is not asked again but waited for.
    """
    asked = [
        Asked(
            subject=step.loop.judge,
            image_id=image,
            category_id=step.loop.category_id,
            model_says={"score": round(chance, 4), "why": why},
            weight=1.0,
        )
        for image, why, chance in picked
    ]
    ids = asking.ask(asked, origin=Question.Origin.LOOP, now=now)
    step.questions.set(ids)
    go_on(step, Stage.CROWD, now, asked=len(set(ids)))
    return len(set(ids))


def count_answers(step: ImproveRound, now: datetime) -> dict[str, int]:
    """How many of a round's questions are open, with a specialist, settled; and what was answered.

    Of the open ones 'stuck' have votes in doubt that nobody has added to for a while: where everybody has
    answered, no further vote will come.
    """
    states = Question.State
    voted = Q(answers__withdrawn_at__isnull=True, answers__counts=True)
    left = step.questions.filter(state=states.OPEN).annotate(
        given=Count("answers", filter=voted), last_at=Max("answers__answered_at", filter=voted)
    )
    stuck = left.filter(given__gte=DOUBTED_BY, last_at__lt=now - STUCK_AFTER).count()
    return {"stuck": stuck} | step.questions.aggregate(
        open=Count("pk", filter=Q(state=states.OPEN)),
        disputed=Count("pk", filter=Q(state=states.DISPUTED)),
        settled=Count("pk", filter=Q(state=states.SETTLED)),
        yes=Count("pk", filter=Q(state=states.SETTLED, settled_value=labels.YES)),
    )


def count_by_round(loop: ImproveLoop) -> dict[int, dict[str, int]]:
    """Round's id -> how many of its questions are answered, and how many of those by 'yes'."""
    over = Q(questions__state__in=[Question.State.SETTLED, Question.State.DISPUTED])
    rows = ImproveRound.objects.filter(loop=loop).annotate(
        answered=Count("questions", filter=over),
        yes=Count("questions", filter=Q(questions__settled_value=labels.YES)),
    )
    return {
        pk: {"answered": answered, "yes": yes}
        for pk, answered, yes in rows.values_list("pk", "answered", "yes")
    }


def rest(loop: ImproveLoop, now: datetime, progress: Mapping[str, Any]) -> None:
    """Give the loop back while others answer or train; it is looked at again soon."""
    work.renew(loop, now, progress=dict(progress))
    held = ImproveLoop.objects.filter(pk=loop.pk, state=State.WORKING, lease_token=loop.lease_token)
    held.update(state=State.WAITING, leased_until=None, attempts=0)
    loop.refresh_from_db()
