"""Messages are hints: lost, doubled or late, the database says what is to be done."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import worker_shutting_down
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from review import batches, stopping, tasks
from review.actions import runs
from review.models import RunBatch, RunProduct, SelectionRun
from tests.review.test_runs import make_offered, start_run

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    hinted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append((task.name, *args)))
    return hinted


def test_planning_sets_the_first_batches_going(hints: list[Any]) -> None:
    make_offered()
    run = runs.start(scope={"all": True}, by=None, now=NOW)
    tasks.plan_run(run.pk)
    assert hints == [("review.tasks.fetch_batch", run.pk, 0)]


def test_a_fetched_batch_goes_on_to_be_judged(hints: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "fetch", lambda **_: True)
    run = start_run_of_one()
    tasks.fetch_batch(run.pk, 0)
    assert hints == [("review.tasks.judge_batch", run.pk, 0)]


def start_run_of_one() -> SelectionRun:
    make_offered()
    return start_run()


def test_a_batch_that_is_somebody_elses_goes_nowhere(
    hints: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "fetch", lambda **_: False)
    tasks.fetch_batch(start_run_of_one().pk, 0)
    assert hints == []


def test_after_a_batch_the_next_one_has_its_turn(
    hints: list[Any], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.BATCH_SIZE = 1
    monkeypatch.setattr(runs, "WINDOW", 1)
    make_offered(), make_offered()
    run = start_run()
    tasks.send_batches(run.pk)
    run.batches.filter(number=0).update(state=RunBatch.State.DONE)
    monkeypatch.setattr(batches, "judge", lambda **_: True)
    tasks.judge_batch(run.pk, 0)
    assert hints == [("review.tasks.fetch_batch", run.pk, number) for number in (0, 1)]


def test_a_run_whose_planner_was_killed_is_planned(hints: list[Any]) -> None:
    make_offered()
    run = runs.start(scope={"all": True}, by=None, now=NOW)
    tasks.resume_runs()
    assert hints == [("review.tasks.plan_run", run.pk)]


def test_a_batch_whose_worker_was_killed_is_sent_again_at_its_stage(hints: list[Any]) -> None:
    run = start_run_of_one()
    tasks.send_batches(run.pk)
    run.batches.update(state=RunBatch.State.JUDGING, leased_until=NOW - timedelta(seconds=1), lease_token="t")
    hints.clear()
    tasks.resume_runs()
    tasks.resume_runs()
    assert hints == [("review.tasks.judge_batch", run.pk, 0)]


def test_a_batch_that_took_down_every_worker_is_given_up(hints: list[Any]) -> None:
    run = start_run_of_one()
    past = NOW - timedelta(seconds=1)
    run.batches.update(attempts=runs.MAX_ATTEMPTS, leased_until=past, lease_token="t")
    tasks.resume_runs()
    assert run.products.get().outcome == RunProduct.Outcome.FAILED
    assert SelectionRun.objects.get().state == SelectionRun.State.DONE
    assert hints == []


def test_a_finished_run_is_left_alone(hints: list[Any]) -> None:
    run = start_run_of_one()
    SelectionRun.objects.update(state=SelectionRun.State.DONE)
    tasks.resume_runs()
    assert hints == []
    assert run.batches.get().leased_until is None


def test_a_single_product_goes_before_a_long_run(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.BATCH_SIZE = 1
    asked: list[int] = []
    monkeypatch.setattr(tasks.fetch_batch, "apply_async", lambda _, priority: asked.append(priority))
    first = make_offered()
    make_offered()
    for scope in ({"all": True}, {"products": [first.external_id]}):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.send_batches(start_run(**scope).pk)
    assert asked == [tasks.BULK, tasks.BULK, tasks.URGENT]


def test_without_a_broker_nothing_is_lost_and_nobody_gets_an_error(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise BrokerError("connection refused")

    monkeypatch.setattr(tasks.plan_run, "apply_async", refuse)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        tasks.hint(tasks.plan_run, 7)
    assert "the broker is away" in caplog.text


def test_a_worker_that_shuts_down_tells_its_children() -> None:
    worker_shutting_down.send(sender="vision", sig="SIGTERM", how="Warm", exitcode=0)
    try:
        child = os.fork()
        if child == 0:
            os._exit(int(stopping.is_asked_to_stop()))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    finally:
        stopping.work_again()


class Ready:
    """What Celery sends along when a worker is ready."""

    def __init__(self, *queues: str) -> None:
        self.app = SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=queues)))


def test_a_worker_that_judges_loads_the_models_as_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.judge_warm_up, "apply_async", lambda **said: asked.append(said))
    tasks.warm_up(Ready("fetch", "default"))
    assert asked == []
    tasks.warm_up(Ready("vision"))
    assert asked == [{"expires": tasks.WARM_UP_EXPIRES_S}]
