"""Pages that stay quick at any depth: a page begins after the last row of the one before, not at a count."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """One way to sort: a column that may repeat, told apart by the row's id (always ascending)."""

    column: str
    descending: bool
    read: Callable[[str], Any]  # the column's value from a cursor's text

    def sort(self, rows: QuerySet[Row], backwards: bool = False) -> QuerySet[Row]:
        """The rows in this order, or in its reverse."""
        minus = "-" if self.descending != backwards else ""
        return rows.order_by(minus + self.column, "-pk" if backwards else "pk")

    def ranges(self, rows: QuerySet[Row], cursor: str, backwards: bool = False) -> Sequence[QuerySet[Row]]:
        """The rows behind a cursor in this order: the rest of its value, then what lies beyond.

        Each is one stretch of an index; together they would be none, and all rows ahead were read.
        A cursor that makes no sense is the beginning.
        """
        text, _, pk = cursor.rpartition("~")
        try:
            value, pk_value = self.read(text), int(pk)
        except (ValueError, TypeError):
            return [self.sort(rows, backwards)]
        tied = Q(**{self.column: value, f"pk__{'lt' if backwards else 'gt'}": pk_value})
        beyond = Q(**{f"{self.column}__{'lt' if self.descending != backwards else 'gt'}": value})
        stretches = (beyond,) if self.column in ("id", "pk") else (tied, beyond)
        return [self.sort(rows.filter(stretch), backwards) for stretch in stretches]

    def cursor(self, row: Model) -> str:
        """Where a row stands in this order."""
        value = getattr(row, self.column)
        if isinstance(value, datetime):
            value = value.isoformat().replace("+00:00", "Z")  # a plus is a blank in an address
        return f"{value}~{row.pk}"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of its neighbours ('' for none)."""

    rows: list[Row]
    earlier: str
    later: str


def read_rows(rows: QuerySet[Row], ranges: Sequence[QuerySet[Row]], many: int) -> list[Row]:
    """The first rows of several stretches, one after another, each row whole and once."""
    if len(ranges) == 1:
        return list(ranges[0][:many])
    keys: dict[Any, None] = {}
    for stretch in ranges:
        if len(keys) < many:
            more = stretch.exclude(pk__in=keys).values_list("pk", flat=True)
            keys |= dict.fromkeys(more[: many - len(keys)])
    found = {row.pk: row for row in rows.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def count_up_to(rows: QuerySet[Row], many: int) -> list[int] | None:
    """The keys of the rows where there are at most `many`; None for more, without looking at them all."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: many + 1])
    return keys if len(keys) <= many else None


def estimate(rows: QuerySet[Row]) -> int:
    """How many rows the planner of the database thinks there are; it looks at none."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def read_page(rows: QuerySet[Row], order: Order, *, after: str, before: str, size: int) -> Page[Row]:
    """The page behind `after`, or the one that ends ahead of `before`."""
    backwards = bool(before) and not after
    found = read_rows(rows, order.ranges(rows, before or after, backwards), size + 1)
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_earlier, has_later = (has_more, True) if backwards else (bool(after), has_more)
    return Page(
        rows=found,
        earlier=order.cursor(found[0]) if found and has_earlier else "",
        later=order.cursor(found[-1]) if found and has_later else "",
    )
