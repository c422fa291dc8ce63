"""Frozen data sets: asked for here, filled by a worker, never changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from review.actions import leaks, splitting, work
from review.actions.labels import JUDGE
from review.models import Snapshot, SnapshotRow

ROWS_AT_ONCE = 20_000
FILTERS = frozenset({"category", "sources", "until"})
Clock = Callable[[], datetime]


class UnableToFreeze(Exception):
    """The data set cannot be asked for; says why in a person's words."""


@dataclass(frozen=True)
class Example:
    """One row of a frozen data set."""

    image_id: int
    sha256: str
    other_id: int | None
    other_sha256: str | None
    value: str
    source: str
    group: str
    side: str


def freeze(*, judge: str, filters: Mapping[str, Any], name: str, by: User | None, now: datetime) -> Snapshot:
    """Ask for a data set of the labels that count at this moment; `fill` makes it.

    `filters` may name a category's path, sources, and a moment (`until`, ISO 8601) that no label is
    younger than.
    """
    if not JUDGE.fullmatch(judge):
        raise UnableToFreeze(_("Say which judge the labels are for."))
    if unknown := set(filters) - FILTERS:
        raise UnableToFreeze(
            _("Labels cannot be chosen by {names}.").format(names=", ".join(sorted(unknown)))
        )
    kept = {name: value for name, value in filters.items() if value}
    until = parse_datetime(str(kept.get("until", ""))) if "until" in kept else now
    if until is None:
        raise UnableToFreeze(_("The day and time must look like 2026-11-23T12:00:00Z."))
    kept["until"] = until.isoformat()
    name = name.replace("\0", "").strip()[:200] or f"{judge}, {now:%d %B %Y %H:%M}"
    return Snapshot.objects.create(name=name, judge=judge, filters=kept, created_by=by, created_at=now)


def fill(snapshot_id: int, clock: Clock = timezone.now) -> bool:
    """Make the rows of a data set that was asked for, and freeze it; False if it is somebody else's.

    Killed anywhere, it is begun again: rows without a digest belong to nothing.
    """
    snapshot = work.claim(Snapshot, snapshot_id, clock())
    if snapshot is None:
        return False
    try:
        _fill(snapshot, clock)
    except work.LeaseLost:
        return False
    finally:
        with connection.cursor() as cursor:
            splitting.drop(cursor)
    return True


def _fill(snapshot: Snapshot, clock: Clock) -> None:
    until = parse_datetime(snapshot.filters["until"])
    assert until is not None
    snapshot.rows.all().delete()
    total = splitting.gather(snapshot.judge, snapshot.filters, until)
    if not total:
        work.fail(
            snapshot,
            "There is no label that it could hold. Label pictures, or choose less narrowly.",
            clock(),
        )
        return
    work.renew(snapshot, clock(), progress={"done": 0, "total": total})
    splitting.split(clock())
    for last in range(ROWS_AT_ONCE, total + ROWS_AT_ONCE, ROWS_AT_ONCE):
        with transaction.atomic():
            _copy_rows(snapshot, last - ROWS_AT_ONCE, last)
            work.renew(snapshot, clock(), progress={"done": min(last, total), "total": total})
    _finish(snapshot, total, clock)


# A pair stands where both its pictures do. Of a group whose members got different sides before they were
# known to belong together, only what trains is kept: the rest would measure what was learnt by heart.
_PLACED = """
FROM freezing f JOIN split a ON a.image_id = f.image_id LEFT JOIN split b ON b.image_id = f.other_id
"""
_ACROSS = "COALESCE(b.side <> a.side, FALSE)"
_MIXED = "(a.side <> 'train' AND (a.is_mixed OR COALESCE(b.is_mixed, FALSE)))"


def _copy_rows(snapshot: Snapshot, first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO review_snapshotrow "
            '(snapshot_id, label_id, image_id, other_id, product_id, value, source, "group", side) '
            "SELECT %s, f.label_id, f.image_id, f.other_id, f.product_id, f.value, f.source, "
            f'a."group", a.side {_PLACED} '
            f"WHERE NOT {_ACROSS} AND NOT {_MIXED} AND f.n > %s AND f.n <= %s ORDER BY f.n",
            [snapshot.pk, first, last],
        )


def _finish(snapshot: Snapshot, total: int, clock: Clock) -> None:
    with transaction.atomic():
        counts = count_rows(snapshot)
        kept = sum(sum(of_side.values()) for of_side in counts.values())
        report = {"done": total, "total": total, "left_out": total - kept} | _count_left_out()
    near = leaks.find_near_copies(snapshot)
    work.renew(snapshot, clock())
    work.finish(
        snapshot,
        clock(),
        digest=digest(snapshot),
        counts=counts,
        frozen_at=clock(),
        progress=report | {"near_copies": near},
    )


def _count_left_out() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {_ACROSS}), "
            f"count(*) FILTER (WHERE {_MIXED} AND NOT {_ACROSS}) {_PLACED}"
        )
        across, mixed = cursor.fetchone()
    return {"pairs_across_sides": across, "groups_on_two_sides": mixed}


def count_rows(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Side -> value -> how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT side, value, count(*) FROM review_snapshotrow WHERE snapshot_id = %s "
            "GROUP BY side, value ORDER BY side, count(*) DESC, value",
            [snapshot.pk],
        )
        counts: dict[str, dict[str, int]] = {}
        for side, value, count in cursor.fetchall():
            counts.setdefault(side, {})[value] = count
    return counts


# One line a row: pictures by content, so that the digest means the same in any database.
_LINES = """
COPY (SELECT i.sha256, COALESCE(o.sha256, ''), r.value, r.source, r.side
      FROM review_snapshotrow r JOIN review_image i ON i.id = r.image_id
      LEFT JOIN review_image o ON o.id = r.other_id
      WHERE r.snapshot_id = %s
      ORDER BY i.sha256 COLLATE "C", COALESCE(o.sha256, '') COLLATE "C") TO STDOUT
"""


def digest(snapshot: Snapshot) -> str:
    """SHA-256 over the sorted rows: picture, other, value, source, side between tabs, a line each."""
    found = hashlib.sha256()
    with connection.cursor() as cursor, cursor.copy(_LINES, [snapshot.pk]) as copy:
        for block in copy:
            found.update(block)
    return found.hexdigest()


def read(snapshot: Snapshot, side: str | None = None) -> Iterator[Example]:
    """The rows of a data set, or of one side of it, in a steady order; streamed."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot, **({"side": side} if side else {})).order_by("pk")
    columns = ("image_id", "image__sha256", "other_id", "other__sha256", "value", "source", "group", "side")
    for row in rows.values_list(*columns).iterator(chunk_size=5000):
        yield Example(*row)
