"""A lease lives as long as the work, and no longer than its worker."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError
from pytest_django.fixtures import Settings

from review.actions import runs
from review.actions.runs import Claim, LeaseLost
from review.heartbeat import Heartbeat

HELD = Claim(batch_id=1, run_id=1, number=0, token="t")
PATIENCE_S = 10


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.LEASE_S = 0.01


def test_it_renews_again_and_again_until_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    thrice = threading.Semaphore(0)
    monkeypatch.setattr(runs, "renew", lambda *_, **__: thrice.release())
    with Heartbeat(HELD) as beat:
        for _ in range(3):
            assert thrice.acquire(timeout=PATIENCE_S)
        beat.check()
    assert not beat._thread.is_alive()


def test_a_lost_lease_is_noticed_at_the_next_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object, **__: object) -> None:
        raise LeaseLost

    monkeypatch.setattr(runs, "renew", lose)
    with Heartbeat(HELD) as beat:
        beat._thread.join(PATIENCE_S)
        with pytest.raises(LeaseLost):
            beat.check()


def test_a_database_that_comes_back_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = threading.Event()
    answers = iter([OperationalError("restarting")])

    def answer(*_: object, **__: object) -> None:
        error = next(answers, None)
        if error:
            raise error
        renewed.set()

    monkeypatch.setattr(runs, "renew", answer)
    with Heartbeat(HELD) as beat:
        assert renewed.wait(PATIENCE_S)
        beat.check()
