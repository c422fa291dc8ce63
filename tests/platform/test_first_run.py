"""The first start waits for the demo's run, says how it goes on, and never for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from review.actions import runs
from review.models import Offer, RunProduct
from smartimg.embedded.place import Place
from smartimg.supervisor import first_run
from smartimg.supervisor.first_run import Progress, await_run, find_mark
from tests.review.factories import make_image
from tests.review.test_runs import make_offered


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A var/ whose demo's run has begun; nobody sleeps."""
    (tmp_path / "demo-run.txt").write_text("7\n")
    monkeypatch.setattr(first_run, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(first_run, "LINE_EVERY_S", 0.0)
    return Place(tmp_path)


def test_it_waits_until_the_run_is_done_and_keeps_the_workers_alive(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(
        [
            None,
            *[Progress(False, 0, 63, 0, n) for n in (0, 100, 200, 300)],
            *[Progress(False, 0, 63, n, 530) for n in (16, 180)],
            Progress(True, 63, 63, 530, 530),
        ]
    )
    asked: list[int] = []
    tended: list[int] = []

    def answer(_: Place, run_id: int) -> Progress | None:
        asked.append(run_id)
        return next(answers)

    monkeypatch.setattr(first_run, "read_progress", answer)
    await_run(place, lambda: tended.append(1))
    lines = capsys.readouterr().out.splitlines()
    assert (asked, len(tended)) == ([7] * 8, 8)
    assert [line.strip() for line in lines] == [
        first_run.LOADING,
        "looking at the pictures: 16 of 530",
        "looking at the pictures: 180 of 530",
        "530 pictures of 63 products looked at",
    ]
    assert not find_mark(place).exists()


def test_a_run_that_takes_long_goes_on_behind_the_address(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(first_run, "PATIENCE_S", 0.05)
    monkeypatch.setattr(first_run, "read_progress", lambda *_: Progress(False, 21, 63, 180, 530))
    await_run(place, lambda: None)
    assert "goes on while you look around" in capsys.readouterr().out.splitlines()[-1]
    assert not find_mark(place).exists()


def test_a_wait_that_was_interrupted_is_taken_up_by_the_next_start(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await_run(place, interrupt)
    assert find_mark(place).exists()


def test_a_later_start_waits_for_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await_run(Place(tmp_path), lambda: pytest.fail("it waited"))
    assert capsys.readouterr().out == ""


def test_a_file_gets_a_line_now_and_then(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(
        [*[Progress(False, 0, 63, n, 530) for n in range(1, 50)], Progress(True, 63, 63, 530, 530)]
    )
    monkeypatch.setattr(first_run, "LINE_EVERY_S", 3600.0)
    monkeypatch.setattr(first_run, "read_progress", lambda *_: next(answers))
    await_run(place, lambda: None)
    first, last = capsys.readouterr().out.splitlines()
    assert ("1 of 530" in first, "530 pictures" in last) == (True, True)


def test_the_line_says_how_much_how_fast_and_how_long_still() -> None:
    assert Progress(False, 0, 0, 0, 0).describe(0.0) == "planning the first run"
    assert Progress(False, 0, 60, 0, 300).describe(0.0) == first_run.LOADING
    half = Progress(False, 20, 60, 180, 540).describe(30.0)
    assert half == "looking at the pictures: 180 of 540, 6.0 a second, about 60 s left"
    assert Progress(False, 59, 60, 540, 540).describe(90.0) == "looking at the pictures: 540 of 540"
    assert "left" not in Progress(True, 60, 60, 540, 540).describe(90.0)


@pytest.mark.django_db
def test_it_counts_what_the_run_has_to_look_at() -> None:
    product, _ = make_offered(), make_offered()
    run = runs.start(scope={"all": True}, by=None, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(first_run.QUESTION, {"run": run.pk})
        assert cursor.fetchall() == [("planned", 0, 0, 0, 0)]
        runs.plan(run_id=run.pk, now=timezone.now())
        RunProduct.objects.filter(pk=RunProduct.objects.first().pk).update(outcome="proposed")  # type: ignore[union-attr]
        Offer.objects.filter(product=product).update(image=make_image())
        cursor.execute(first_run.QUESTION, {"run": run.pk})
        assert cursor.fetchall() == [("running", 1, 2, 0, 1)]
