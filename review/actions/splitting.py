"""On which side of every data set a picture stands: with its product and its copies, and for ever.

Works on temporary tables of the connection: `freezing` holds the labels that count, `split` each of their
pictures with its side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from pipeline.splits import MIXED, SIDES, UNKNOWN, Ints, assign, draw_turns, find_sides, unite
from review.actions.labels import PAIR, select_current

LOCK = 0x53504C49  # of the database: two freezings give no picture two sides
_READ_AT_ONCE = 20_000

_PICTURES = "SELECT image_id FROM freezing UNION SELECT other_id FROM freezing WHERE other_id IS NOT NULL"
# What makes two pictures one group: a product of the catalog, and any word that they are copies.
_COPIES = """
SELECT image_id, duplicate_of_id FROM review_proposalitem WHERE duplicate_of_id IS NOT NULL
UNION SELECT image_id, other_id FROM ({pairs}) AS pairs WHERE value = 'duplicate'
"""
_OFFERS = """
SELECT image_id, -product_id FROM review_offer WHERE image_id IN (
    {pictures} UNION SELECT unnest(%(copies)s::bigint[])
    UNION SELECT image_id FROM review_offer WHERE image_id IS NOT NULL
          GROUP BY image_id HAVING min(product_id) < max(product_id))
UNION SELECT image_id, -product_id FROM freezing WHERE product_id IS NOT NULL
UNION SELECT other_id, -product_id FROM freezing WHERE product_id IS NOT NULL AND other_id IS NOT NULL
"""


@dataclass(frozen=True)
class _Graph:
    """Pictures (their ids) and products (theirs, negative) in order, and the group of each."""

    nodes: Ints
    groups: Ints

    def find(self, ids: Ints) -> Ints:
        """The places of ids that are all there."""
        return np.searchsorted(self.nodes, ids)


def gather(judge: str, filters: Mapping[str, Any], until: datetime) -> int:
    """Make `freezing`: the labels that count, numbered from 1; gives how many."""
    sql, values = select_current(judge, filters.get("category", ""), until, filters.get("sources", ()))
    with connection.cursor() as cursor:
        drop(cursor)
        cursor.execute(
            "CREATE TEMP TABLE freezing AS "  # noqa: S608  (our own SQL; values stand apart)
            "SELECT row_number() OVER (ORDER BY image_id, other_id) AS n, "
            f"counting.* FROM ({sql}) AS counting",
            values,
        )
        cursor.execute("CREATE UNIQUE INDEX ON freezing (n)")
        cursor.execute("ANALYZE freezing")
        cursor.execute("SELECT count(*) FROM freezing")
        return int(cursor.fetchone()[0])


def drop(cursor: CursorWrapper) -> None:
    """Take the temporary tables away."""
    cursor.execute("DROP TABLE IF EXISTS freezing, split")


@transaction.atomic
def split(now: datetime) -> None:
    """Make `split`, and write the sides of pictures that had none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        graph = _read_graph(cursor)
        pictures = np.unique(_read(_PICTURES, {})[:, 0])
        _write(cursor, pictures, _decide(graph, pictures), now)


def _read_graph(cursor: CursorWrapper) -> _Graph:
    pairs, values = select_current(PAIR)
    copies = _read(_COPIES.format(pairs=pairs), values)
    offers = _read(_OFFERS.format(pictures=_PICTURES), {"copies": np.unique(copies).tolist()})
    pictures = _read(_PICTURES, {})
    edges = np.concatenate([copies, offers])
    nodes = np.unique(np.concatenate([edges.ravel(), pictures[:, 0]]))
    left, right = np.searchsorted(nodes, edges[:, 0]), np.searchsorted(nodes, edges[:, 1])
    return _Graph(nodes, unite(len(nodes), left, right))


def _decide(graph: _Graph, pictures: Ints) -> Ints:
    """Of each picture its side, its group's first picture, and whether that group stands on several sides."""
    held = _read_known(graph)
    count = int(graph.groups.max(initial=-1)) + 1
    before = find_sides(graph.groups, held, count)
    groups = graph.groups[graph.find(pictures)]
    firsts = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(firsts, graph.groups[graph.nodes > 0], graph.nodes[graph.nodes > 0])
    rows, values = _read_values(graph)
    sides = assign(rows, values, before, draw_turns(firsts))
    own = held[graph.find(pictures)]
    ours = np.where(own != UNKNOWN, own, np.maximum(sides[groups], 0))  # a mixed group's new ones train
    return np.stack([ours, firsts[groups], before[groups] == MIXED], axis=1)


def _read_known(graph: _Graph) -> Ints:
    """The side that each node has from earlier."""
    held = np.full(len(graph.nodes), UNKNOWN, dtype=np.int64)
    sql = "SELECT image_id, array_position(%(sides)s::text[], side::text) - 1 FROM review_imageside"
    known = _read(sql, {"sides": list(SIDES)})
    places = np.minimum(graph.find(known[:, 0]), len(graph.nodes) - 1)
    ours = graph.nodes[places] == known[:, 0] if len(graph.nodes) else np.zeros(len(known), dtype=bool)
    held[places[ours]] = known[ours, 1]
    return held


def _read_values(graph: _Graph) -> tuple[Ints, Ints]:
    """The group and the value, as a number, of each row; of two pictures the first one's group."""
    rows = _read("SELECT image_id, dense_rank() OVER (ORDER BY value) - 1 FROM freezing ORDER BY n", {})
    return graph.groups[graph.find(rows[:, 0])], rows[:, 1]


def _write(cursor: CursorWrapper, pictures: Ints, decided: Ints, now: datetime) -> None:
    cursor.execute('CREATE TEMP TABLE split (image_id bigint, side text, "group" text, is_mixed boolean)')
    with cursor.copy('COPY split (image_id, side, "group", is_mixed) FROM STDIN') as copy:
        for start in range(0, len(pictures), _READ_AT_ONCE):
            part = slice(start, start + _READ_AT_ONCE)
            for picture, row in zip(pictures[part].tolist(), decided[part].tolist(), strict=True):
                copy.write_row((picture, SIDES[row[0]], f"g{row[1]}", bool(row[2])))
    # A picture that has a side keeps it, with the name under which its group was first known.
    cursor.execute(
        'INSERT INTO review_imageside (image_id, side, "group", created_at) '
        'SELECT image_id, side, "group", %s FROM split ON CONFLICT (image_id) DO NOTHING',
        [now],
    )
    cursor.execute("CREATE UNIQUE INDEX ON split (image_id)")
    cursor.execute("ANALYZE split")


def _read(sql: str, values: Mapping[str, Any]) -> Ints:
    """Whole numbers of a query: int64 (rows, columns), streamed so that no row stays an object."""
    parts = list(_stream(sql, values))
    return np.concatenate(parts) if parts else np.empty((0, 2), dtype=np.int64)


def _stream(sql: str, values: Mapping[str, Any]) -> Iterator[Ints]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_READ_AT_ONCE):
            yield np.array(rows, dtype=np.int64)
