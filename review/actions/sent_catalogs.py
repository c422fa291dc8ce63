"""Catalogs that an admin sends by a page: kept here, read by a worker, again from the start after a kill."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pipeline.catalog_files import parse
from review.actions import files, work
from review.actions.catalog_import import SENT, UnableToImport, only_import, read_into
from review.models import CatalogImport

LARGEST_BYTES = 1 << 30  # some million products; pictures are not in the file
FORGOTTEN_AFTER = timedelta(minutes=2)
LOST = "The file is not in the store any more. Send it again."
GIVEN_UP = f"Given up: whoever read it was lost {work.MOST_ATTEMPTS} times."


def start(*, file: IO[bytes] | File[Any], name: str, is_dry_run: bool = False) -> CatalogImport:
    """Keep a catalog to be read. Raises UnableToImport, in the person's words, for one that never can be."""
    size = file.seek(0, 2) or file.tell()
    if not size:
        raise UnableToImport(_("The file is empty."))
    if size > LARGEST_BYTES:
        raise UnableToImport(_("The file is larger than {n} GB. Split it.").format(n=LARGEST_BYTES >> 30))
    with transaction.atomic():
        shown = SENT + PurePath(name.replace("\\", "/")).name[-300:]
        report = CatalogImport.objects.create(path=shown, is_dry_run=is_dry_run)
        file.seek(0)
        files.take_in(_name_kept(report.pk), file)
    return report


def read(report_id: int) -> bool:
    """Read a catalog that was sent; False if it was read, or another import is at work: it is tried again.

    Only addresses of pictures are taken: a path would be one of this machine's. Begun again after a
    kill, it is read from its first line, which changes nothing that was written already.
    """
    try:
        with only_import():
            report = _list_waiting().filter(pk=report_id).first()
            if report is None:
                return False
            if _begin_anew(report):
                _read(report)
    except UnableToImport:
        return False
    files.discard(_name_kept(report_id))
    return True


def list_forgotten(now: datetime) -> list[int]:
    """Those whose message was lost, or whose worker was killed."""
    found = _list_waiting().filter(started_at__lt=now - FORGOTTEN_AFTER)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _list_waiting() -> Any:
    return CatalogImport.objects.filter(finished_at=None, path__startswith=SENT)


def _begin_anew(report: CatalogImport) -> bool:
    """Whether it may be begun once more: a file that ends its worker each time would never stop doing so."""
    if report.attempts >= work.MOST_ATTEMPTS:
        report.failure, report.finished_at = GIVEN_UP, timezone.now()
        report.save()
        return False
    report.problems.all().delete()
    report.lines_read, report.products, report.images = 0, {}, {}
    report.attempts += 1
    report.save()
    return True


def _read(report: CatalogImport) -> None:
    with tempfile.NamedTemporaryFile() as draft:
        try:
            with files.open_kept(_name_kept(report.pk)) as kept:
                shutil.copyfileobj(kept, draft, files.BLOCK)
        except files.NotKept:
            report.failure, report.finished_at = LOST, timezone.now()
            report.save()
            return
        draft.flush()
        read_into(report, parse(Path(draft.name), takes_paths=False))


def _name_kept(report_id: int) -> str:
    return f"catalogs/{report_id}"
