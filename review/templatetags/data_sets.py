"""What the pages of data sets say in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template import Library

from review.models import Side, SnapshotExport

register = Library()


@register.filter
def by_side(counts: Mapping[str, Mapping[str, int]]) -> list[int]:
    """Rows of each side, in the order of the sides."""
    return [sum(counts.get(side, {}).values()) for side in Side.values]


@register.filter
def bytes_of(export: SnapshotExport) -> int:
    """The size of all its files."""
    return sum(int(file["byte_size"]) for file in export.files)


@register.filter
def done_of(progress: Mapping[str, Any]) -> int:
    """How many rows are done."""
    return int(progress.get("done", 0))


@register.filter
def total_of(progress: Mapping[str, Any]) -> int:
    """How many rows there are; at least one, as a bar needs it."""
    return int(progress.get("total", 0)) or 1
