"""A worker that is really killed (kill -9) while it trains: the next one ends with the same model."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from review import training
from review.models import ModelVersion, TrainingRun
from tests.review.heads import lay_ground
from tests.review.test_training import make_snapshot, start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)
    monkeypatch.setattr(training, "KEEP_EVERY_S", 0.0)


def kill_in(name: str, place: Any, calls: int, work: Callable[[], Any]) -> None:
    """Do the work in a process of its own, which is killed after so many calls of a function."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    try:
        signal.alarm(300)  # one that hangs fails the test
        connection.connection = None  # the parent's; psycopg closes it in no other process
        whole, seen = getattr(place, name), []

        def die(*said: Any, **fields: Any) -> Any:
            seen.append(said)
            if len(seen) == calls:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(*said, **fields)

        setattr(place, name, die)
        work()
    finally:
        os._exit(1)


def test_killed_while_it_learns_and_as_it_keeps_the_model_it_ends_with_the_same() -> None:
    snapshot = make_snapshot({"no": 60, "yes": 40})
    run = start(snapshot)
    kill_in("renew", training.work, 9, lambda: training.run_training(run.pk))
    run.refresh_from_db()
    assert (run.state, bool(run.checkpoint)) == ("working", True)
    forget_lease(run)
    kill_in("finish", training.work, 1, lambda: training.run_training(run.pk))
    assert not ModelVersion.objects.exists()  # its row comes with the end of the run, or not at all
    forget_lease(run)
    assert training.run_training(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 3)
    other = start(snapshot)
    assert training.run_training(other.pk)
    assert ModelVersion.objects.count() == 1


def forget_lease(run: TrainingRun) -> None:
    """As if the two minutes were over."""
    before = timezone.now() - timedelta(minutes=5)
    TrainingRun.objects.filter(pk=run.pk).update(leased_until=before)
