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

LOADING = "gathering the pictures and loading the models, which takes a minute the first time"
QUESTION = """
WITH looked AS (
  SELECT outcome, product_id FROM review_runproduct WHERE run_id = %(run)s AND batch_id IS NOT NULL
)
SELECT run.state, (SELECT count(*) FROM looked WHERE outcome <> 'waiting'), (SELECT count(*) FROM looked),
  (SELECT count(*) FROM review_imageanalysis),
  (SELECT count(DISTINCT image_id) FROM review_offer JOIN looked USING (product_id) WHERE NOT is_retired)
FROM review_selectionrun run WHERE run.id = %(run)s
"""


@dataclass(frozen=True)
class Progress:
    """How far the run is; `of_pictures` are those that were gathered so far."""

    is_done: bool
    products: int
    of: int
    pictures: int
    of_pictures: int

    def describe(self, seconds: float) -> str:
        """One line; `seconds` is how long pictures have been looked at."""
        if not self.of:
            return "planning the first run"
        if not (self.pictures or self.products or self.is_done):
            return LOADING
        if self.is_done:
            return f"{self.pictures} pictures of {self.of} products looked at"
        line = f"looking at the pictures: {self.pictures} of {self.of_pictures}"
        if seconds > 1 and self.pictures < self.of_pictures:
            left_s = seconds * (self.of_pictures - self.pictures) / max(1, self.pictures)
            line += f", {self.pictures / seconds:.1f} a second, about {left_s:.0f} s left"
        return line


def find_mark(place: Place) -> Path:
    """The file with the number of the demo's run, written when it is started; gone once it was waited for."""
    return place.var / "demo-run.txt"


def read_progress(place: Place, run_id: int) -> Progress | None:
    """None when there is no such run, or the database is away for the moment."""
    try:
        url = services.endpoints(place.var).database_url
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(QUESTION, {"run": run_id}).fetchone()
    except psycopg.OperationalError:
        return None
    return Progress(row[0] == "done", *row[1:]) if row else None


def await_run(place: Place, tend: Callable[[], None]) -> None:
    """Show how the demo's run goes on until it is done or patience ends; `tend` keeps the workers alive."""
    mark = find_mark(place)
    if not mark.exists():
        return
    run_id = int(mark.read_text())
    line, began, looking_since = Line(), time.monotonic(), 0.0
    while time.monotonic() - began < PATIENCE_S:
        tend()
        progress = read_progress(place, run_id)
        if progress and progress.pictures and not looking_since:
            looking_since = time.monotonic()
        if progress:
            seconds = time.monotonic() - looking_since if looking_since else 0.0
            line.show(progress.describe(seconds), is_last=progress.is_done)
        if progress and progress.is_done:
            break
        time.sleep(LOOK_EVERY_S)
    else:
        line.show("the demo's run goes on while you look around: the queue fills", is_last=True)
    mark.unlink()


class Line:
    """What is going on: in place on a terminal; in a file below one another, now and then, and none twice."""

    def __init__(self) -> None:
        self.said, self.said_at = "", 0.0

    def show(self, words: str, is_last: bool) -> None:
        """Say it, where it is its time."""
        live = sys.stdout.isatty()
        is_due = live or is_last or not self.said or time.monotonic() - self.said_at >= LINE_EVERY_S
        if words == self.said or not is_due:
            return
        start, end = ("\r\033[K  " if live else "  "), ("" if live and not is_last else "\n")
        print(f"{start}{words}", end=end, flush=True)
        self.said, self.said_at = words, time.monotonic()
