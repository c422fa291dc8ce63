"""Children that are watched, and that never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smartimg.processes import Child, end, read_start_ticks, stop_all

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def wait_for(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Return as soon as it holds; fail when it does not come to hold."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, "did not happen in time"
        time.sleep(0.02)


def make_child(folder: Path, argv: list[str]) -> Child:
    """A child with its log and mark in a folder of the test."""
    return Child(name="it", argv=argv, log=folder / "it.log", mark=folder / "it.mark", cwd=folder)


def test_it_starts_again_what_died_and_pauses_longer_each_time(tmp_path: Path) -> None:
    child = make_child(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"])
    child.start()
    pauses = []
    for _ in range(3):
        assert child.process
        child.process.wait()
        assert child.tend() == f"it ended with status 3; see {tmp_path / 'it.log'}"
        pauses.append(child.due_at - time.monotonic())
        child.due_at = 0
        assert child.tend() == "it started again"
    stop_all([child], 5)
    assert pauses[0] <= 0 < pauses[1] < pauses[2]


def test_a_child_that_lives_is_left_alone(tmp_path: Path) -> None:
    child = make_child(tmp_path, SLEEP)
    child.start()
    assert child.tend() is None
    stop_all([child], 5)
    assert not child.mark.exists()


def test_it_names_the_signal_that_ended_a_child(tmp_path: Path) -> None:
    child = make_child(tmp_path, SLEEP)
    child.start()
    assert child.process
    child.process.kill()
    child.process.wait()
    assert "signal SIGKILL" in (child.tend() or "")


def test_it_kills_what_does_not_stop_when_asked(tmp_path: Path) -> None:
    child = make_child(tmp_path, STUBBORN)
    child.start()
    assert child.process
    pid = child.process.pid
    wait_for(lambda: "up" in child.log.read_text())
    stop_all([child], 0.2)
    assert read_start_ticks(pid) is None


def test_the_next_start_ends_what_a_killed_parent_left(tmp_path: Path) -> None:
    left = subprocess.Popen(SLEEP)
    child = make_child(tmp_path, SLEEP)
    child.mark.write_text(f"{left.pid} {read_start_ticks(left.pid)}\n")
    assert child.end_leftover()
    assert left.wait(5) == -signal.SIGTERM


def test_it_never_ends_a_stranger_that_got_the_same_number(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP)
    child = make_child(tmp_path, SLEEP)
    child.mark.write_text(f"{stranger.pid} 1\n")
    assert not child.end_leftover()
    assert stranger.poll() is None
    end(stranger.pid, signal.SIGTERM, 5)
    stranger.wait()


@pytest.mark.parametrize("text", ["", "no numbers", "1"])
def test_a_damaged_mark_is_no_process(tmp_path: Path, text: str) -> None:
    child = make_child(tmp_path, SLEEP)
    child.mark.write_text(text)
    assert not child.end_leftover()


@pytest.mark.parametrize(("argv", "death"), [(SLEEP, "None"), (STUBBORN, "signal.SIGKILL")])
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path, argv: list[str], death: str) -> None:
    program = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from smartimg.processes import Child\n"
        "folder = Path(sys.argv[1])\n"
        f"it = Child('it', {argv}, folder / 'log', folder / 'mark', folder, death_signal={death})\n"
        "it.start()\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], env={**os.environ, "PYTHONPATH": "."}
    )
    mark = tmp_path / "mark"
    wait_for(lambda: mark.exists() and bool(mark.read_text()))
    pid = int(mark.read_text().split()[0])
    assert read_start_ticks(pid) is not None
    wait_for(lambda: argv is SLEEP or "up" in (tmp_path / "log").read_text())
    parent.kill()
    parent.wait()
    wait_for(lambda: read_start_ticks(pid) is None)
