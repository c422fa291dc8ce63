"""The loop's own work: predict, choose whom to ask about, have it trained and compared (II.B, fig. 3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from pipeline.training.acquisition import UNKNOWN, AskingPlan, choose_next
from review import comparing, pools, training
from review.actions import improving, labels, learning, removals, snapshots, work
from review.actions.learning import UnableToTrain
from review.models import (
    ImproveLoop,
    ImproveRound,
    ModelComparison,
    ModelVersion,
    Snapshot,
    TrainingRun,
    Work,
)

logger = logging.getLogger(__name__)

TRANSIENT = (OperationalError, InterfaceError, MemoryError)
Stage = ImproveRound.Stage
Clock = Callable[[], datetime]
Advance = Callable[[ImproveRound, datetime], bool]


def advance(loop_id: int, clock: Clock = timezone.now) -> bool:
    """Take a loop as far as it goes without waiting for people; False when another worker has it.

    Freezing, training and comparing are done right here. Killed anywhere, it goes on from the last stage
    that was written down.
    """
    loop = work.claim(ImproveLoop, loop_id, clock())
    if loop is None:
        return False
    try:
        _go_through(loop, clock)
    except improving.UnableToImprove as error:
        work.fail(loop, str(error), clock())
    except work.LeaseLost:
        return False
    except TRANSIENT:
        raise  # the lease runs out, and another worker goes on from the last stage
    except Exception as error:
        logger.exception("%s failed", loop)
        work.fail(loop, f"It ended with an error of ours ({type(error).__name__}: {error}).", clock())
    return True


def _go_through(loop: ImproveLoop, clock: Clock) -> None:
    while step := _next_round(loop, clock()):
        work.renew(loop, clock())
        if not _STAGES[Stage(step.stage)](step, clock()):
            improving.rest(loop, clock(), {"round": step.number, "stage": step.stage})
            return
    work.finish(loop, clock(), progress={"round": loop.steps.count(), "stage": Stage.DONE})


def _next_round(loop: ImproveLoop, now: datetime) -> ImproveRound | None:
    """The round to work on; None when all are done or nothing was left to ask about."""
    last = loop.steps.order_by("-number").first()
    over = last is not None and last.stage == Stage.DONE
    if last is not None and over and (last.number >= loop.rounds or not last.figures.get("asked")):
        return None
    return improving.open_round(loop, now)


def predict(step: ImproveRound, now: datetime) -> bool:
    """Rank the pictures that nobody has labelled, and note whom to ask about and what is surely a hit."""
    loop, config = step.loop, improving.read_config(step.loop.config)
    pool = pools.read_pool(loop.judge, loop.category, step.number, lambda: work.renew(loop, timezone.now()))
    found = pools.rank(pool, loop.judge, loop.category, find_candidate(loop))
    plan = AskingPlan(doubtful=0.85, similar=0.0) if loop.judge == labels.TYPE else AskingPlan()
    picks = choose_next(found.chances, pool.embeddings, pool.known, config.questions, plan, found.threshold)
    sure = (pool.known == UNKNOWN) & (found.chances >= found.threshold)
    hits = [int(row) for row in np.flatnonzero(sure)] if found.by == "model" else []
    improving.go_on(
        step,
        Stage.ASK,
        now,
        pool=len(pool.ids),
        ranked_by=found.by,
        threshold=found.threshold,
        picks=[[pool.ids[pick.row], str(pick.why), float(found.chances[pick.row])] for pick in picks],
        hits=[[pool.ids[row], float(found.chances[row])] for row in hits],
    )
    return True


def find_candidate(loop: ImproveLoop) -> ModelVersion | None:
    """The newest model that this loop trained."""
    runs = [step.training_run_id for step in loop.steps.all() if step.training_run_id]
    return ModelVersion.objects.filter(training_run__in=runs).order_by("-pk").first()


def ask(step: ImproveRound, now: datetime) -> bool:
    """Propose to take sure hits off, and ask people about the picks."""
    config = improving.read_config(step.loop.config)
    made = 0
    if config.remove and step.loop.judge != labels.TYPE:
        hits: Mapping[int, float] = dict(step.figures["hits"])
        made = len(removals.propose(step=step, hits=hits, threshold=step.figures["threshold"], now=now))
    step.figures = {**step.figures, "removals": made}
    improving.ask(step, [(image, why, chance) for image, why, chance in step.figures["picks"]], now)
    return True


def wait_for_crowd(step: ImproveRound, now: datetime) -> bool:
    """On to training once nobody is expected to answer any more; specialists may still be asked."""
    counts = improving.count_answers(step, now)
    if counts["open"] > counts["stuck"]:
        step.figures = {**step.figures, "answers": counts}
        step.save(update_fields=["figures"])
        return False
    improving.go_on(step, Stage.TRAIN, now, answers=counts)
    return True


def train(step: ImproveRound, now: datetime) -> bool:
    """Freeze what is known, and train on it; each is made once and waited for."""
    snapshot = step.snapshot or _freeze(step, now)
    if not _is_ready(snapshot, step, now):
        return False
    if step.stage == Stage.DONE:
        return True
    run = step.training_run or _order_training(step, snapshot, now)
    if not _is_ready(run, step, now):
        return False
    if step.stage != Stage.DONE:
        improving.go_on(step, Stage.COMPARE, now)
    return True


@transaction.atomic
def _freeze(step: ImproveRound, now: datetime) -> Snapshot:
    loop = step.loop
    filters = {"category": loop.category.path} if loop.category else {}
    name = f"{loop.judge}, loop {loop.pk} round {step.number}"
    made = snapshots.freeze(judge=loop.judge, filters=filters, name=name, by=loop.created_by, now=now)
    step.snapshot = made
    step.save(update_fields=["snapshot"])
    return made


@transaction.atomic
def _order_training(step: ImproveRound, snapshot: Snapshot, now: datetime) -> TrainingRun:
    loop, config = step.loop, improving.read_config(step.loop.config)
    try:
        made = learning.train(
            judge=loop.judge,
            category=loop.category,
            snapshot=snapshot,
            technique=config.technique,
            config={"precision": config.precision},
            seed=step.number,
            by=loop.created_by,
            now=now,
        )
    except UnableToTrain as error:
        raise improving.UnableToImprove(str(error)) from error
    step.training_run = made
    step.save(update_fields=["training_run"])
    return made


def _is_ready(made: Work, step: ImproveRound, now: datetime) -> bool:
    """Whether a round's work is over, done here if nobody does it; where it failed, the round ends so."""
    _WORKS[type(made)](made.pk)
    made.refresh_from_db()
    if made.state in (Work.State.FAILED, Work.State.STOPPED):
        improving.go_on(step, Stage.DONE, now, trouble=made.error or "It was stopped.")
        return True
    return made.state == Work.State.DONE


def compare(step: ImproveRound, now: datetime) -> bool:
    """Compare with what is live, and release what is surely better where the loop may."""
    loop = step.loop
    assert step.snapshot is not None
    candidate = ModelVersion.objects.filter(training_run=step.training_run).latest("pk")
    if step.comparison is None:
        step.comparison = learning.compare(
            candidate=candidate, snapshot=step.snapshot, by=loop.created_by, now=now
        )
        step.save(update_fields=["comparison"])
    if not _is_ready(step.comparison, step, now):
        return False
    if step.stage != Stage.DONE:
        improving.go_on(step, Stage.DONE, now, **_sum_up(step, candidate, now))
    return True


def _sum_up(step: ImproveRound, candidate: ModelVersion, now: datetime) -> dict[str, Any]:
    """The round's figures for the chart, and whether its model was released."""
    loop, comparison = step.loop, step.comparison
    assert comparison is not None
    measured = comparison.figures.get("figures", {})
    found: dict[str, Any] = {
        "labels": sum(improving.count_examples(loop.judge, loop.category).values()),
        "model": candidate.pk,
        "verdict": comparison.figures.get("verdict", ""),
        "released": False,
    }
    for name in ("precision", "recall"):
        found[name] = measured.get(name, {}).get("candidate")
    if improving.read_config(loop.config).release and found["verdict"] == "better":
        found |= _release(step, candidate, comparison, now)
    return found


def _release(
    step: ImproveRound, candidate: ModelVersion, comparison: ModelComparison, now: datetime
) -> dict[str, Any]:
    """Once, whoever is killed in between: the round's key makes it one release."""
    try:
        learning.release(
            model=candidate,
            by=step.loop.created_by,
            submit_key=f"improve-{step.pk}",
            now=now,
            comparison=comparison,
            seen_live=comparison.live_id or 0,
        )
    except learning.UnableToRelease as error:
        return {"trouble": str(error)}
    return {"released": True}


_WORKS: dict[type[Work], Callable[[int], bool]] = {
    Snapshot: snapshots.fill,
    TrainingRun: lambda pk: training.run_training(pk),
    ModelComparison: comparing.run_comparison,
}
_STAGES: dict[Stage, Advance] = {
    Stage.PREDICT: predict,
    Stage.ASK: ask,
    Stage.CROWD: wait_for_crowd,
    Stage.TRAIN: train,
    Stage.COMPARE: compare,
}
