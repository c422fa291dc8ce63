"""Pages that stay quick at any depth: a page begins after the last row of the one before, not at a count."""

from __future__ import annotations

from collections.abc import Callable
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

    def after(self, rows: QuerySet[Row], cursor: str, backwards: bool = False) -> QuerySet[Row]:
        """Only the rows behind a cursor; a cursor that makes no sense is the beginning."""
        text, _, pk = cursor.rpartition("~")
        try:
            value, pk_value = self.read(text), int(pk)
        except (ValueError, TypeError):
            return rows
        beyond = "lt" if self.descending != backwards else "gt"
        tie = Q(**{self.column: value, f"pk__{'lt' if backwards else 'gt'}": pk_value})
        return rows.filter(Q(**{f"{self.column}__{beyond}": value}) | tie)

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


def read_page(rows: QuerySet[Row], order: Order, *, after: str, before: str, size: int) -> Page[Row]:
    """The page behind `after`, or the one that ends ahead of `before`."""
    backwards = bool(before) and not after
    wanted = order.sort(order.after(rows, before or after, backwards), backwards)
    found = list(wanted[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_earlier, has_later = (has_more, True) if backwards else (bool(after), has_more)
    return Page(
        rows=found,
        earlier=order.cursor(found[0]) if found and has_earlier else "",
        later=order.cursor(found[-1]) if found and has_later else "",
    )
