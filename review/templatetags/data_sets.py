"""What the pages of data sets say in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils.text import capfirst

from review.actions import retention
from review.models import LabelImport, Side, Snapshot, SnapshotExport
from review.views.question_words import name_subject

register = Library()


@register.filter
def by_side(counts: Mapping[str, Mapping[str, int]]) -> list[int]:
    """Rows of each side, in the order of the sides."""
    return [sum(counts.get(side, {}).values()) for side in Side.values]


@register.filter
def side_word(side: str) -> str:
    """What a side is called."""
    return str(Side(side).label) if side in Side.values else side


@register.filter
def data_set_name(snapshot: Snapshot) -> str:
    """Its name, behind its judge where that does not begin with it."""
    judge = capfirst(name_subject(snapshot.judge))
    is_said = snapshot.name.casefold().startswith(judge.casefold())
    return snapshot.name if is_said else f"{judge}: {snapshot.name}"


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


@register.filter
def kept_until(work: SnapshotExport | LabelImport) -> datetime | None:
    """When its files will be deleted; None where they are being made, or gone."""
    has_files = work.path if isinstance(work, LabelImport) else work.files
    return work.finished_at + retention.lasts() if has_files and work.finished_at else None


@register.filter
def gone_at(export: SnapshotExport) -> datetime | None:
    """When its files were deleted for their age."""
    found = export.progress.get(retention.GONE_AT)
    return datetime.fromisoformat(found) if found and not export.files else None
