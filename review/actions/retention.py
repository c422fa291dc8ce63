"""Files that were made for people, or sent by them, go after a while; what they were made from stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from review.actions import exports, files
from review.models import LabelImport, SnapshotExport, Work

State = Work.State
OVER = (State.DONE, State.FAILED, State.STOPPED)
GONE_AT = "gone_at"  # in an export's progress: when its files were deleted


def lasts() -> timedelta:
    """How long a file is kept from the day on which it was finished, or read."""
    return timedelta(days=settings.KEEP_FILES_DAYS)


def clean(now: datetime) -> int:
    """Delete what is too old; how many exports and sent files that were. Killed, it is done again."""
    count = 0
    for pk in list(_old_exports(now)):
        count += _delete_export(pk, now)
    for pk in list(_old_imports(now)):
        count += _delete_import(pk, now)
    return count


def _old_exports(now: datetime) -> Iterator[int]:
    rows = SnapshotExport.objects.filter(state__in=OVER, finished_at__lt=now - lasts()).exclude(files=[])
    yield from rows.order_by("pk").values_list("pk", flat=True)


def _old_imports(now: datetime) -> Iterator[int]:
    rows = LabelImport.objects.filter(state__in=OVER, finished_at__lt=now - lasts()).exclude(path="")
    yield from rows.order_by("pk").values_list("pk", flat=True)


@transaction.atomic
def _delete_export(pk: int, now: datetime) -> bool:
    """One that somebody asked for again meanwhile is left alone."""
    row = SnapshotExport.objects.select_for_update().filter(pk=pk, state__in=OVER).first()
    if row is None:
        return False
    for told in row.files:
        files.discard(exports.name_kept(row, told["name"]))
    if row.state == State.DONE:
        row.state = State.STOPPED  # from where it can be asked for again
    row.files, row.progress = [], {GONE_AT: now.isoformat()}
    row.save(update_fields=["state", "files", "progress"])
    return True


@transaction.atomic
def _delete_import(pk: int, now: datetime) -> bool:
    """The report stays, and so do the labels and pictures that were read."""
    row = LabelImport.objects.select_for_update().filter(pk=pk, state__in=OVER).exclude(path="").first()
    if row is None:
        return False
    files.discard(row.path)
    row.path = ""
    row.save(update_fields=["path"])
    return True
