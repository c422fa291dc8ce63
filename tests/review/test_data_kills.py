"""Workers that are really killed (kill -9) while they freeze, write and read: the next one goes on."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from review import label_imports
from review.actions import export_formats, exports, label_intake, snapshots
from review.models import Label, LabelImport, Snapshot, SnapshotExport
from tests.review.exported import make_small, read
from tests.review.factories import make_image
from tests.review.labelled import LATER, NOW, freeze, make_labelled
from tests.review.test_exports import folder  # noqa: F401  (fixtures)
from tests.review.test_label_imports import csv_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.processes,
    pytest.mark.usefixtures("folder"),
]


def kill_at(calls: int, place: Any, name: str, work: Callable[[], Any]) -> None:
    """Do the work in a process of its own that is killed after so many calls of a function."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    try:
        connection.connection = None  # the parent's; psycopg closes it in no other process
        done, seen = getattr(place, name), []

        def die(*said: Any, **fields: Any) -> Any:
            seen.append(said)
            found = done(*said, **fields)
            if len(seen) == calls:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(place, name, die)
        work()
    finally:
        os._exit(1)


def test_a_freezing_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "ROWS_AT_ONCE", 4)
    make_labelled(20, products=7)
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=NOW)
    kill_at(3, snapshots, "_copy_rows", lambda: snapshots.fill(asked.pk, lambda: NOW))
    asked.refresh_from_db()
    assert (asked.state, asked.rows.count()) == (
        Snapshot.State.WORKING,
        8,
    )  # the third piece was not committed
    assert snapshots.fill(asked.pk, lambda: LATER)
    asked.refresh_from_db()
    assert asked.digest == freeze().digest
    assert asked.rows.count() == 20


def test_a_file_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exports.FORMATS, "csv", make_small("csv"))
    make_labelled(9)
    frozen = freeze()
    asked = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    kill_at(3, export_formats.CsvDraft, "add", lambda: exports.write(asked.pk, lambda: NOW))
    asked.refresh_from_db()
    assert (asked.state, asked.progress["done"]) == (SnapshotExport.State.WORKING, 4)
    assert exports.write(asked.pk, lambda: LATER)
    asked.refresh_from_db()
    lines = read(asked).decode().splitlines()
    assert len(lines) == len(set(lines)) == 10


def test_a_reading_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_imports, "ROWS_AT_ONCE", 2)
    data = csv_of(*[f"{make_image().sha256},blur,yes," for _ in range(7)])
    taken = label_intake.start(file=io.BytesIO(data), name="a.csv", by=None, now=NOW)
    kill_at(2, label_imports, "_write_rows", lambda: label_imports.read(taken.pk, lambda: NOW))
    assert Label.objects.count() == 2  # the second piece was not committed
    assert label_imports.read(taken.pk, lambda: LATER)
    assert LabelImport.objects.get().counts == {"new": 7, "known": 0, "refused": 0}
    assert Label.objects.count() == 7
