"""The wait for the demo's run: whoever opens the first page finds proposals there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from smartimg import services
from smartimg.embedded.place import Place

PATIENCE_S = 180.0  # then the address is given, with what is still going on
LOOK_EVERY_S = 0.5
LINE_EVERY_S = 10.0  # where the output is a file

QUESTION = """
SELECT run.state, count(row.id) FILTER (WHERE row.outcome <> 'waiting'), count(row.id),
  (SELECT count(*) FROM review_imageanalysis)
FROM review_selectionrun run
LEFT JOIN review_runproduct row ON row.run_id = run.id AND row.batch_id IS NOT NULL
WHERE run.id = %s GROUP BY run.id
"""


@dataclass(frozen=True)
class Progress:
    """How far the run is."""

    is_done: bool
    products: int
    of: int
    pictures: int

    def describe(self, seconds: float) -> str:
        """One line: what was looked at in this time, how fast, how long still."""
        if not self.of:
            return "the first run is being planned"
        line = f"{self.products} of {self.of} products looked at, {self.pictures} pictures"
        if self.pictures and seconds > 1:
            line += f", {self.pictures / seconds:.1f} a second"
        if 0 < self.products < self.of:
            line += f", about {seconds * (self.of - self.products) / self.products:.0f} s left"
        return line


def find_mark(place: Place) -> Path:
    """The file with the number of the demo's run, written when it is started; gone once it was waited for."""
    return place.var / "demo-run.txt"


def read_progress(place: Place, run_id: int) -> Progress | None:
    """None when there is no such run, or the database is away for the moment."""
    try:
        url = services.endpoints(place.var).database_url
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(QUESTION, (run_id,)).fetchone()
    except psycopg.OperationalError:
        return None
    return Progress(row[0] == "done", row[1], row[2], row[3]) if row else None


def await_run(place: Place, tend: Callable[[], None]) -> None:
    """Show how the demo's run goes on until it is done or patience ends; `tend` keeps the workers alive."""
    mark = find_mark(place)
    if not mark.exists():
        return
    run_id = int(mark.read_text())
    began, said_at = time.monotonic(), 0.0
    while (seconds := time.monotonic() - began) < PATIENCE_S:
        tend()
        progress = read_progress(place, run_id)
        is_done = progress is not None and progress.is_done
        pause_s = LOOK_EVERY_S if sys.stdout.isatty() else LINE_EVERY_S
        if progress and (is_done or time.monotonic() - said_at >= pause_s):
            show(progress.describe(seconds), is_last=is_done)
            said_at = time.monotonic()
        if is_done:
            break
        time.sleep(LOOK_EVERY_S)
    else:
        show("the demo's run goes on while you look around: the queue fills", is_last=True)
    mark.unlink()


def show(line: str, is_last: bool) -> None:
    """In place on a terminal, below one another in a file."""
    live = sys.stdout.isatty()
    start, end = ("\r\033[K  " if live else "  "), ("" if live and not is_last else "\n")
    print(f"{start}{line}", end=end, flush=True)
