"""Reading a catalog file into the database, batch by batch, with a report of what became of every line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from pipeline.catalog_files import Parsed, parse
from pipeline.catalog_records import NotACatalog, ParsedProduct, Refusal
from review.actions.catalog import REFUSED, Tally, write_products
from review.models import CatalogImport, Category, ImportProblem

BATCH_LINES = 500  # of one transaction: a killed import loses no more than this, and memory stays flat
MAX_REASON_CHARS = 500
SENT = (
    "sent/"  # before the name of a file that came by a page and lies in the store; others are absolute paths
)
_LOCK = 0x536D6172  # of PostgreSQL's advisory locks; given back by the server when our connection ends

Watch = Callable[[CatalogImport], None]


class UnableToImport(Exception):
    """The import did not start; the message is for a person."""


def import_catalog(
    *,
    path: Path,
    images_dir: Path | None = None,
    supplier: str = "",
    is_dry_run: bool = False,
    watch: Watch = lambda report: None,
) -> CatalogImport:
    """Import a file and keep the report; running it again changes nothing, also after a kill.

    `supplier` names the supplier of pictures without one; then the file is a feed that leaves the
    offers of suppliers it does not name alone. A dry run writes its report only. `watch` is called
    after every batch. Raises UnableToImport while another import runs.
    """
    with only_import():
        _close_interrupted()
        said = {"path": str(path)[:1000], "supplier": supplier[:200], "is_dry_run": is_dry_run}
        report = CatalogImport.objects.create(**said)
        read_into(report, parse(path, images_dir, supplier), is_feed=bool(supplier), watch=watch)
        return report


def read_into(
    report: CatalogImport,
    found: Iterator[Parsed],
    *,
    is_feed: bool = False,
    batch_lines: int = 0,
    watch: Watch = lambda report: None,
) -> None:
    """Write what a file says, and in its report what became of every line. Hold `only_import` meanwhile."""
    tally = Tally()
    try:
        for batch in _batches(found, batch_lines or BATCH_LINES):
            _write_batch(batch, report, tally, is_feed=is_feed)
            watch(report)
    except NotACatalog as error:
        report.failure = str(error)[:MAX_REASON_CHARS]
    except OSError as error:
        report.failure = f"The file cannot be read: {error.strerror or error}."[:MAX_REASON_CHARS]
    report.finished_at = timezone.now()
    report.save()


@contextmanager
def only_import() -> Iterator[None]:
    """One import at a time; raises UnableToImport where another one is at work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise UnableToImport("Another import is running; wait until it is done.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _close_interrupted() -> None:
    """Reports that nobody will finish: we hold the lock, so nobody else is at work. Sent files wait."""
    words = "It was interrupted; import the file again to complete it."
    left = CatalogImport.objects.filter(finished_at__isnull=True).exclude(path__startswith=SENT)
    left.update(failure=words, finished_at=timezone.now())


def _batches(found: Iterator[Parsed], lines: int) -> Iterator[list[Parsed]]:
    while batch := list(islice(found, lines)):
        yield batch


def _write_batch(batch: list[Parsed], report: CatalogImport, tally: Tally, *, is_feed: bool) -> None:
    """One transaction for the products, then the report; a dry run takes the first back."""
    products = [item for item in batch if isinstance(item, ParsedProduct)]
    refusals = [item for item in batch if isinstance(item, Refusal)]
    refusals += [refusal for product in products for refusal in product.refusals]
    refusals += _note_new_categories(products, tally)
    with transaction.atomic():
        note = {"import": report.pk}
        tally.add(write_products(products, is_feed=is_feed, now=timezone.now(), note=note))
        transaction.set_rollback(report.is_dry_run)
    for refusal in refusals:
        tally.products[REFUSED] += refusal.what == "product"
        tally.images[REFUSED] += refusal.what == "image"
    report.lines_read += sum(product.lines for product in products)
    report.lines_read += sum(isinstance(item, Refusal) and item.what == "product" for item in batch)
    report.products, report.images = dict(+tally.products), dict(+tally.images)
    with transaction.atomic():
        ImportProblem.objects.bulk_create(_make_problem(report, refusal) for refusal in refusals)
        report.save()


def _note_new_categories(products: list[ParsedProduct], tally: Tally) -> list[Refusal]:
    """A category that the catalog did not have may be a typing error: its first line is named."""
    first = {product.category: product for product in reversed(products) if product.category}
    known = Category.objects.filter(path__in=list(first)).values_list("path", flat=True)
    new = [path for path in first if path not in tally.new_categories.union(known)]
    tally.new_categories.update(new)
    words = "The category '{}' was not known; it was made, and has no image types of its own yet."
    return [Refusal(first[path].line, first[path].id, "category", words.format(path), "note") for path in new]


def _make_problem(report: CatalogImport, refusal: Refusal) -> ImportProblem:
    return ImportProblem(
        catalog_import=report,
        what=refusal.what,
        line=refusal.line,
        product_id_text=refusal.product_id[:200],
        field=refusal.field[:100],
        reason=refusal.reason.replace("\x00", "")[:MAX_REASON_CHARS],
    )


def find_problems(report: CatalogImport, first: int) -> list[ImportProblem]:
    """The first refused lines in the order of the file."""
    return list(report.problems.exclude(what=ImportProblem.What.NOTE).order_by("line", "pk")[:first])
