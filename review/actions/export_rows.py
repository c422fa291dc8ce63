"""Rows of a frozen data set by pieces: as text that the database itself writes, or one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from review.models import Snapshot, SnapshotRow

COLUMNS = ("sha256", "other_sha256", "judge", "value", "source", "side", "group", "product", "category")


@dataclass(frozen=True)
class Piece:
    """Rows of a snapshot by their ids: those after `first` up to `last`; of one side, or of all."""

    snapshot: Snapshot
    first: int
    last: int
    rows: int
    side: str = ""


@dataclass(frozen=True)
class Picture:
    """A row with what a file that carries pictures needs of it."""

    sha256: str
    format: str
    width_px: int
    height_px: int
    other_sha256: str | None
    other_format: str | None
    value: str
    source: str
    side: str
    group: str


def find_piece(snapshot: Snapshot, after: int, at_most: int, side: str = "") -> Piece | None:
    """The next rows behind a row's id; None behind the last."""
    rows = SnapshotRow.objects.filter(snapshot=snapshot, pk__gt=after, **({"side": side} if side else {}))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:at_most])
    return Piece(snapshot, after, ids[-1], len(ids), side) if ids else None


def read_pictures(piece: Piece) -> Iterator[Picture]:
    """The rows of a piece in the order of their ids."""
    rows = SnapshotRow.objects.filter(snapshot=piece.snapshot, pk__gt=piece.first, pk__lte=piece.last)
    if piece.side:
        rows = rows.filter(side=piece.side)
    image = ("image__sha256", "image__format", "image__width_px", "image__height_px")
    other = ("other__sha256", "other__format", "value", "source", "side", "group")
    for row in rows.order_by("pk").values_list(*image, *other).iterator(chunk_size=2000):
        yield Picture(*row)


_ROWS = """
SELECT i.sha256, COALESCE(o.sha256, '') AS other_sha256, %(judge)s AS judge, r.value, r.source, r.side,
       r."group", COALESCE(p.external_id, '') AS product, COALESCE(c.path, '') AS category
FROM review_snapshotrow r
JOIN review_image i ON i.id = r.image_id
LEFT JOIN review_image o ON o.id = r.other_id
LEFT JOIN review_product p ON p.id = r.product_id
LEFT JOIN review_category c ON c.id = p.category_id
WHERE r.snapshot_id = %(snapshot)s AND r.id > %(first)s AND r.id <= %(last)s
ORDER BY r.id
"""
# A piece is small beside the catalog: looked up row by row, not by reading every picture for each piece.
_BY_INDEX = """
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off;
SET LOCAL max_parallel_workers_per_gather = 0
"""
# JSON escapes control characters, so that with these two for marks nothing is ever quoted or escaped twice.
_JSON = (
    "COPY (SELECT row_to_json(rows) FROM ({rows}) AS rows) TO STDOUT "
    "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
)
# A spreadsheet would run a number or a category that begins as a formula does: an apostrophe makes it text.
_CSV = r"""
COPY (SELECT sha256, other_sha256, judge, value, source, side, "group",
             regexp_replace(product, '^(?=[=+@-])', ''''), regexp_replace(category, '^(?=[=+@-])', '''')
      FROM ({rows}) AS rows) TO STDOUT (FORMAT csv)
"""


def copy_csv(piece: Piece) -> Iterator[bytes]:
    """CSV lines of all sides' rows, without a head; columns as COLUMNS."""
    return _copy(_CSV, piece)


def copy_json(piece: Piece) -> Iterator[bytes]:
    """A JSON object a line, of all sides' rows; keys as COLUMNS."""
    return _copy(_JSON, piece)


def _copy(form: str, piece: Piece) -> Iterator[bytes]:
    asked = {"judge": piece.snapshot.judge, "snapshot": piece.snapshot.pk}
    asked |= {"first": piece.first, "last": piece.last}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        with cursor.copy(form.format(rows=_ROWS), asked) as copy:
            for block in copy:
                yield bytes(block)
