"""A run over a catalog whose worker, database and web server are killed: it ends, and ends once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.machine import Machine
from tests.platform.small_catalog import write_catalog

pytestmark = pytest.mark.processes
PRODUCTS = 24


@pytest.fixture(scope="module")
def machine(var: Path) -> Iterator[Machine]:
    """One that runs, with short leases, so that a dead worker's batch is soon free."""
    one = Machine(var, SMARTIMG_LEASE_S="5", SMARTIMG_BATCH_SIZE="2", SMARTIMG_THREADS="1")
    one.run()
    yield one
    one.stop()


def count_done(machine: Machine) -> int:
    """Products of the run that have an outcome."""
    rows = machine.query("SELECT count(*) FROM review_runproduct WHERE outcome <> 'waiting'")
    return int(str(rows[0][0])) if rows else 0


def wait_for_more(machine: Machine, than: int) -> int:
    """Return how many are done, once it is more."""
    machine.wait(lambda: count_done(machine) > than, f"the run stands still at {than}")
    return count_done(machine)


def test_a_run_survives_kills_of_its_worker_its_database_and_its_web_server(machine: Machine) -> None:
    catalog = write_catalog(machine.place.var, PRODUCTS)
    machine.manage("import_catalog", str(catalog))
    offers = machine.query("SELECT id, source FROM review_offer ORDER BY id")
    machine.manage("select", "--all")
    done = wait_for_more(machine, than=0)
    for victim in ("worker-vision", "postgres"):
        assert done < PRODUCTS, "the run was over before the kill"
        machine.kill(victim)
        machine.kill_runner()
        machine.run()
        assert count_done(machine) >= done
        done = wait_for_more(machine, than=done)
    machine.kill("web")
    assert "already runs at" in machine.run_again()
    machine.wait(machine.answers, "the web server did not come back")
    machine.wait(lambda: machine.query("SELECT state FROM review_selectionrun") == [("done",)], "no end")
    assert machine.query("SELECT id, source FROM review_offer ORDER BY id") == offers
    check_that_each_product_has_one_outcome(machine)


def check_that_each_product_has_one_outcome(machine: Machine) -> None:
    """Every product once in the run; as many proposals as the run says, none doubled."""
    outcomes = machine.query(
        "SELECT outcome, count(*), count(DISTINCT product_id) FROM review_runproduct GROUP BY 1"
    )
    by_name = {str(outcome): (rows, products) for outcome, rows, products in outcomes}
    assert set(by_name) <= {"proposed", "unchanged"}, by_name
    assert sum(int(str(rows)) for rows, _ in by_name.values()) == PRODUCTS
    proposals = machine.query("SELECT count(*), count(DISTINCT product_id) FROM review_proposal")
    assert proposals == [by_name["proposed"]]
    states = machine.query("SELECT DISTINCT state FROM review_runbatch")
    assert states == [("done",)]
