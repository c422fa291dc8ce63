"""kill -9 of the web server, of workers, of the database and of ./run itself: all comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.machine import Machine

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def machine(var: Path) -> Iterator[Machine]:
    """One that runs, for all tests of this file."""
    one = Machine(var)
    one.run()
    yield one
    one.stop()


@pytest.mark.parametrize("name", ["web", "worker-vision", "worker-fetch", "beat", "postgres", "valkey"])
def test_what_was_killed_is_started_again(machine: Machine, name: str) -> None:
    old = machine.pid(name)
    machine.kill(name)
    machine.wait(lambda: machine.pid(name) != old and machine.answers(), f"{name} did not come back")


def test_a_second_run_gives_the_address_of_the_first_and_disturbs_nothing(machine: Machine) -> None:
    before = machine.list_living()
    assert machine.run_again() == f"smartimg already runs at http://127.0.0.1:{machine.port}\n"
    assert machine.list_living() == before


def test_a_killed_run_takes_its_children_along_and_the_next_one_starts_clean(machine: Machine) -> None:
    machine.kill_runner()
    machine.wait(lambda: machine.list_living() == [], "children outlived ./run")
    machine.run()
    assert machine.answers()


def test_a_port_that_is_taken_is_said_and_another_one_offered(machine: Machine, tmp_path: Path) -> None:
    other = Machine(tmp_path.resolve())
    other.port = machine.port
    said = other.run_again(status=1)
    assert f"port {machine.port} is in use by another program; try --port {machine.port + 1}" in said


def test_ctrl_c_ends_everything(machine: Machine) -> None:
    assert len(machine.list_living()) == 7
    machine.stop()
    assert machine.runner
    assert machine.runner.returncode == 0
    assert machine.list_living() == []
    assert not machine.answers()
