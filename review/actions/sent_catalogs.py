"""Catalogs that an admin sends by a page: kept here, read by a worker, again from the start after a kill.

One is a file with addresses, or a ZIP file of it and its pictures; either may be a supplier's feed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pipeline.catalog_files import Parsed, parse
from pipeline.catalog_records import MAX_SUPPLIER_CHARS, RefusedField, read_text
from pipeline.sources import locate_address
from review.actions import files, sent_archives, work
from review.actions.catalog_import import SENT, UnableToImport, only_import, read_into
from review.models import CatalogImport

LARGEST_BYTES = 1 << 30  # some million products
LARGEST_ARCHIVE_BYTES = 8 << 30  # with pictures
ARCHIVE_BATCH = 20  # products of a transaction: their pictures are unpacked before it
FORGOTTEN_AFTER = timedelta(minutes=2)
LOST = "The file is not in the store any more. Send it again."
GIVEN_UP = f"Given up: whoever read it was lost {work.MOST_ATTEMPTS} times."


def start(
    *, file: IO[bytes] | File[Any], name: str, supplier: str = "", is_dry_run: bool = False
) -> CatalogImport:
    """Keep a catalog to be read. Raises UnableToImport, in the person's words, for one that never can be.

    With a `supplier` it is that one's feed: what others offer stays as it is.
    """
    _check_size(file)
    with transaction.atomic():
        shown = SENT + PurePath(name.replace("\\", "/")).name[-300:]
        said = {"supplier": _read_supplier(supplier), "is_dry_run": is_dry_run}
        report = CatalogImport.objects.create(path=shown, **said)
        file.seek(0)
        files.take_in(_name_kept(report.pk), file)
    return report


def _check_size(file: IO[bytes] | File[Any]) -> None:
    size = file.seek(0, 2) or file.tell()
    if not size:
        raise UnableToImport(_("The file is empty."))
    largest = LARGEST_ARCHIVE_BYTES if sent_archives.is_archive(file) else LARGEST_BYTES
    if size > largest:
        raise UnableToImport(_("The file is larger than {n} GB. Split it.").format(n=largest >> 30))


def _read_supplier(said: str) -> str:
    try:
        return " ".join(read_text(said, "supplier", MAX_SUPPLIER_CHARS).split())
    except RefusedField as error:
        raise UnableToImport(
            _(
                "The supplier's name cannot be kept: at most {n} signs, all of them letters or the like."
            ).format(n=MAX_SUPPLIER_CHARS)
        ) from error


def read(report_id: int) -> bool:
    """Read a catalog that was sent; False if it was read, or another import is at work: it is tried again.

    Pictures are taken by their addresses or from the ZIP file itself: any other path would be one of
    this machine's. Begun again after a kill, it is read from its first line, which changes nothing
    that was written already.
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
    try:
        kept = files.open_kept(_name_kept(report.pk))
    except files.NotKept:
        report.failure, report.finished_at = LOST, timezone.now()
        report.save()
        return
    with kept, closing(_parse(report, kept)) as found:
        batch_lines = ARCHIVE_BATCH if sent_archives.is_archive(kept) else 0
        read_into(report, found, is_feed=bool(report.supplier), batch_lines=batch_lines)


def _parse(report: CatalogImport, kept: IO[bytes]) -> Generator[Parsed, None, None]:
    if sent_archives.is_archive(kept):
        yield from sent_archives.parse_archive(kept, supplier=report.supplier, keeps=not report.is_dry_run)
        return
    with tempfile.NamedTemporaryFile() as draft:
        shutil.copyfileobj(kept, draft, files.BLOCK)
        draft.flush()
        yield from parse(Path(draft.name), supplier=report.supplier, find=locate_address)


def _name_kept(report_id: int) -> str:
    return f"catalogs/{report_id}"
