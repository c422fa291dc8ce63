"""A loop begins again by itself, so many days after its end, until somebody ends that."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from review import improving as loop_work
from review import tasks
from review.actions import improving, loop_schedule
from review.actions.improving import LoopConfig, UnableToImprove
from review.models import ImproveLoop, Label
from tests.review.heads import embed, lay_ground

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)
    improving.name_example("mannequin", embed(1.0), {}, NOW)


def begin(every_days: int = 7, state: str = "done") -> ImproveLoop:
    """One that ended just now."""
    config = LoopConfig(questions=20, release=True, every_days=every_days)
    loop = improving.start(judge="mannequin", category=None, rounds=3, config=config, by=None, now=NOW)
    ImproveLoop.objects.filter(pk=loop.pk).update(state=state, finished_at=NOW)
    loop.refresh_from_db()
    return loop


def after(days: int) -> list[int]:
    return loop_schedule.start_due(NOW + timedelta(days=days))


@pytest.mark.parametrize("state", ["done", "failed"])
def test_it_begins_again_once_as_it_did(state: str) -> None:
    first = begin(state=state)
    assert after(6) == []
    (pk,) = after(7)
    made = ImproveLoop.objects.get(pk=pk)
    assert (made.judge, made.rounds, made.state) == ("mannequin", 3, "waiting")
    assert improving.read_config(made.config) == LoopConfig(questions=20, release=True, every_days=7)
    assert after(8) == []
    first.refresh_from_db()
    assert loop_schedule.next_at(first) is None


@pytest.mark.parametrize(("every", "state"), [(0, "done"), (7, "stopped"), (7, "waiting")])
def test_what_is_not_to_be_repeated_or_goes_on_is_left_alone(every: int, state: str) -> None:
    begin(every, state)
    assert after(400) == []


def test_one_that_somebody_started_meanwhile_is_waited_for() -> None:
    begin()
    own = improving.start(judge="mannequin", category=None, rounds=1, config=LoopConfig(), by=None, now=NOW)
    assert after(8) == []
    ImproveLoop.objects.filter(pk=own.pk).update(state="done", finished_at=NOW)
    assert len(after(9)) == 1


def test_without_any_example_left_it_waits_instead_of_failing() -> None:
    begin()
    Label.objects.update(withdrawn_at=NOW)
    assert after(8) == []
    Label.objects.update(withdrawn_at=None)
    assert len(after(8)) == 1


def test_beat_sends_it_to_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: sent.append((task, *args)))
    first = begin()
    ImproveLoop.objects.update(finished_at=NOW - timedelta(days=8))
    tasks.start_due_loops()
    assert sent == [(tasks.improve, ImproveLoop.objects.exclude(pk=first.pk).get().pk)]


def test_the_page_asks_for_it_says_when_and_ends_it(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "hint", lambda *_, **__: None)
    client.force_login(ada)
    form = {"judge": "mannequin", "rounds": "1", "questions": "5", "every": "30"}
    address = client.post("/improve/", form).headers["Location"]
    assert "It begins again 30 days after its end." in client.get(address).text
    ImproveLoop.objects.update(state="done", finished_at=NOW)
    day = (NOW + timedelta(days=30)).strftime("%-d %B %Y")
    assert f"It begins again on {day}." in client.get(address).text
    page = client.post(f"{address}once/", follow=True).text
    assert "begins again" not in page
    assert after(400) == []


def test_too_many_days_are_refused_beside_the_field(client: Client, ada: User) -> None:
    client.force_login(ada)
    form = {"judge": "mannequin", "rounds": "1", "questions": "5", "every": "5000"}
    answer = client.post("/improve/", form)
    assert (answer.status_code, "366 days at most" in answer.text) == (400, True)
    with pytest.raises(UnableToImprove):
        begin(every_days=-1)


def test_the_command_takes_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_work, "advance", lambda *_: True)
    call_command("improve", judge="mannequin", every=7, stdout=StringIO())
    assert ImproveLoop.objects.get().config["every_days"] == 7
