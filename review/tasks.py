"""Celery tasks: load by id, one call, done. Messages are hints; the database knows what is to be done."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from review.actions import drafts, learning, question_sources, runs, sent_catalogs, sent_forms, work
from review.models import (
    ImproveLoop,
    LabelImport,
    ModelComparison,
    Offer,
    RunBatch,
    SelectionRun,
    Snapshot,
    SnapshotExport,
    TrainingRun,
    Work,
)
from review.stopping import ask_to_stop

logger = logging.getLogger(__name__)

WARM_UP_EXPIRES_S = 60
URGENT, BULK = 0, 6  # Redis priorities: a single product that a program waits for goes first


def hint(task: Task, *args: Any, priority: int = BULK) -> None:
    """Enqueue after the commit; with no broker in reach, `resume_runs` finds the work a little later."""
    transaction.on_commit(partial(_send, task, args, priority))


def _send(task: Task, args: tuple[Any, ...], priority: int) -> None:
    try:
        task.apply_async(args, priority=priority)
    except BrokerError as error:
        logger.warning("%s%s was not enqueued, the broker is away: %s", task.name, args, error)


@shared_task
def plan_run(run_id: int) -> None:
    """Write down a run's products and batches, and set the first ones going."""
    runs.plan(run_id=run_id, now=timezone.now())
    send_batches(run_id)


@shared_task
def fetch_batch(run_id: int, number: int) -> None:
    """Fetch one batch's pictures."""
    from review import batches

    if batches.fetch(run_id=run_id, number=number):
        hint(judge_batch, run_id, number, priority=_priority(run_id))


@shared_task
def fetch_pictures(product_id: int) -> None:
    """Fetch what waits of one product's pictures, without a run."""
    from review import ingest

    ingest.fetch_offers(Offer.objects.filter(product_id=product_id).worth_fetching(timezone.now()))


@shared_task
def judge_batch(run_id: int, number: int) -> None:
    """Judge one batch's pictures and store its proposals."""
    from review import batches

    batches.judge(run_id=run_id, number=number)
    send_batches(run_id)


@shared_task
def judge_warm_up() -> None:
    """Load the models before the first batch needs them: a program may be waiting for that one."""
    from review import inference

    logger.info("judges are ready, analysis version %s", inference.load_assessor().version)


@worker_ready.connect
def warm_up(sender: Any, **_: Any) -> None:
    """A worker that judges loads the models as it starts; the message is for this moment only."""
    if "vision" in sender.app.amqp.queues.consume_from:
        judge_warm_up.apply_async(expires=WARM_UP_EXPIRES_S)


@worker_shutting_down.connect
def end_soon(**_: Any) -> None:
    """An orderly stop waits for tasks; a batch among them goes back at its next step."""
    ask_to_stop()


@shared_task
def weigh_answers() -> None:
    """Weigh the crowd's answers, look after the known questions, count what pages show; beat calls this."""
    from review.actions import tallies, upkeep

    upkeep.keep_up(now=timezone.now())
    tallies.keep(now=timezone.now())


@shared_task
def ask_disputed() -> None:
    """Ask the crowd where specialists contradict each other; beat calls this."""
    question_sources.ask_disputed(now=timezone.now())


@shared_task
def resume_runs() -> None:
    """Whatever was planned, promised or claimed and then forgotten goes on; beat calls this."""
    for run in runs.unfinished():
        if run.state == SelectionRun.State.PLANNED:
            hint(plan_run, run.pk)
            continue
        runs.give_up_lost_batches(run_id=run.pk, now=timezone.now())
        send_batches(run.pk)
        runs.finish_if_complete(run_id=run.pk, now=timezone.now())


@shared_task
def freeze_snapshot(snapshot_id: int) -> None:
    """Fill a data set that was asked for."""
    from review.actions import snapshots

    snapshots.fill(snapshot_id)


@shared_task
def export_snapshot(export_id: int) -> None:
    """Write the files of a data set."""
    from review.actions import exports

    exports.write(export_id)


@shared_task
def import_catalog(report_id: int) -> None:
    """Read a catalog that was sent."""
    sent_catalogs.read(report_id)


@shared_task
def import_labels(import_id: int) -> None:
    """Read a file of labels."""
    from review import label_imports

    label_imports.read(import_id)


@shared_task
def improve(loop_id: int) -> None:
    """Take a loop as far as it goes without people."""
    from review import improving

    improving.advance(loop_id)


@shared_task
def start_due_loops() -> None:
    """Loops whose time it is to begin again; beat calls this."""
    from review.actions import loop_schedule

    for pk in loop_schedule.start_due(timezone.now()):
        hint(improve, pk)


@shared_task
def train_judge(run_id: int) -> None:
    """Train a judge on a frozen data set."""
    from review import training

    training.run_training(run_id)


@shared_task
def train_comparison(comparison_id: int) -> None:
    """Set a candidate beside what is live."""
    from review import comparing

    comparing.run_comparison(comparison_id)


@shared_task
def train_follow_release(release_id: int) -> None:
    """Have open proposals made anew by a model that was released, and the doubtful asked."""
    from review import releasing

    run_id = releasing.follow(release_id)
    if run_id is not None:
        hint(plan_run, run_id)


# Kinds of background work, and what does each.
WORKS: dict[type[Work], Task] = {
    Snapshot: freeze_snapshot,
    SnapshotExport: export_snapshot,
    LabelImport: import_labels,
    ImproveLoop: improve,
    TrainingRun: train_judge,
    ModelComparison: train_comparison,
}


@shared_task
def resume_work() -> None:
    """Background work that waits, or whose worker was killed, is sent out again; beat calls this."""
    for kind, task in WORKS.items():
        for pk in work.list_forgotten(kind, timezone.now()):
            hint(task, pk)
    for pk in learning.list_unfollowed():
        hint(train_follow_release, pk)
    for pk in sent_catalogs.list_forgotten(timezone.now()):
        hint(import_catalog, pk)


@shared_task
def clean_drafts() -> None:
    """Drafts of what was decided long ago go, and what was noted of sent forms; beat calls this."""
    logger.info("%d old drafts deleted", drafts.clean(now=timezone.now()))
    logger.info("%d old forms forgotten", sent_forms.clean(now=timezone.now()))


@shared_task
def clean_files() -> None:
    """Files of data sets and of sent labels that are old enough go; beat calls this."""
    from review.actions import retention

    logger.info("%d old exports and sent files deleted", retention.clean(timezone.now()))


def send_batches(run_id: int) -> None:
    """Enqueue the batches whose turn it is."""
    stages = {RunBatch.State.FETCHING: fetch_batch, RunBatch.State.JUDGING: judge_batch}
    for number, state in runs.promise_batches(run_id=run_id, now=timezone.now()):
        hint(stages[RunBatch.State(state)], run_id, number, priority=_priority(run_id))


def _priority(run_id: int) -> int:
    few = RunBatch.objects.filter(run_id=run_id)[:2].count() < 2
    return URGENT if few else BULK
