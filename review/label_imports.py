"""Labels that somebody sent in a file: read by a worker, every row checked, none written twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from pipeline.images import UnreadableImage, decode
from pipeline.labels import IMAGE_TYPES
from review import ingest
from review.actions import files, labels, work
from review.actions.label_files import Refused, Stated, UnreadableFile
from review.actions.label_intake import READERS
from review.actions.labels import JUDGE
from review.models import Image, Label, LabelImport, Offer

ROWS_AT_ONCE = 500
PICTURES_AT_ONCE = 50  # rows that carry their pictures: up to 16 MB each
MOST_PROBLEMS = 100  # told one by one; all are counted
Clock = Callable[[], datetime]


def read(import_id: int, clock: Clock = timezone.now) -> bool:
    """Read a file that was kept; False if it is somebody else's. What was read before a kill stays read."""
    wanted = work.claim(LabelImport, import_id, clock())
    if wanted is None:
        return False
    try:
        with files.open_kept(wanted.path) as file:
            if not wanted.sha256:
                work.renew(wanted, clock(), sha256=hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]
            file.seek(0)
            _read_all(wanted, file, clock)
        work.finish(wanted, clock())
    except work.LeaseLost:
        return False
    except UnreadableFile as error:
        work.fail(wanted, f"{error} What was read before it is kept.", clock())
    except files.NotKept:
        work.fail(wanted, "The file is not in the store any more. Send it again.", clock())
    return True


def _read_all(wanted: LabelImport, file: IO[bytes], clock: Clock) -> None:
    reader = READERS[wanted.format][1]
    carries = wanted.format in ("folder", "webdataset")
    rows = islice(reader(file), wanted.progress.get("rows", 0), None)
    while some := list(islice(rows, PICTURES_AT_ONCE if carries else ROWS_AT_ONCE)):
        with transaction.atomic():
            counts, problems = _write_rows(wanted, some, clock())
            done = wanted.progress.get("rows", 0) + len(some)
            work.renew(
                wanted,
                clock(),
                progress=wanted.progress | {"rows": done},
                counts={key: wanted.counts.get(key, 0) + count for key, count in counts.items()},
                problems=(wanted.problems + problems)[:MOST_PROBLEMS],
            )


def _write_rows(
    wanted: LabelImport, rows: Sequence[Stated | Refused], now: datetime
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Write down what can be; counts of new, known and refused rows, and the problems."""
    checked = [_keep_pictures(wanted, row) if isinstance(row, Stated) else row for row in rows]
    images = _find_images(checked)
    made: list[Label] = []
    problems = []
    for row in checked:
        found = _make(wanted, row, images, now) if isinstance(row, Stated) else row
        if isinstance(found, Refused):
            problems.append({"line": found.line, "reason": found.reason[:300]})
        else:
            made.append(found)
    fresh = list(_without_known(made))
    if not wanted.is_dry_run:
        Label.objects.bulk_create(fresh, ignore_conflicts=True)
    counts = {"new": len(fresh), "known": len(made) - len(fresh), "refused": len(problems)}
    return counts, problems


def _keep_pictures(wanted: LabelImport, row: Stated) -> Stated | Refused:
    """The row with its pictures' names, once they are checked and in the store."""
    try:
        names = [_keep(data, wanted.is_dry_run) for data in (row.data, row.other_data) if data is not None]
    except UnreadableImage as error:
        return Refused(row.line, error.message)
    if not names:
        return row
    other = names[1] if len(names) == 2 else ""
    return replace(row, sha256=names[0], other_sha256=other, data=b"")


def _keep(data: bytes, is_dry_run: bool) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    if is_dry_run:
        decode(data, max_side_px=160)
        return sha256
    row = ingest.keep_picture(data)
    if row.unreadable:
        raise UnreadableImage("unreadable", row.unreadable)
    return sha256


def _find_images(rows: Sequence[Stated | Refused]) -> dict[str, tuple[int, int | None, str]]:
    """SHA-256 -> (id, its first product, why it is unreadable) of those in the catalog."""
    wanted = {sha for row in rows if isinstance(row, Stated) for sha in (row.sha256, row.other_sha256) if sha}
    found = Image.objects.filter(sha256__in=wanted).values_list("sha256", "pk", "unreadable")
    known = {sha256: (pk, unreadable) for sha256, pk, unreadable in found}
    offers = Offer.objects.filter(image_id__in=[pk for pk, _ in known.values()]).order_by()
    products = dict(offers.values_list("image_id").annotate(Min("product_id")))
    return {sha256: (pk, products.get(pk), unreadable) for sha256, (pk, unreadable) in known.items()}


def _make(
    wanted: LabelImport, row: Stated, images: dict[str, tuple[int, int | None, str]], now: datetime
) -> Label | Refused:
    """The label that a row means, or why it means none."""
    judge, source = row.judge or wanted.judge, row.source or wanted.source
    if problem := _find_problem(judge, source, row):
        return Refused(row.line, problem)
    ids: list[int | None] = []
    for sha256 in filter(None, (row.sha256, row.other_sha256)):
        pk, _, unreadable = images.get(sha256, (None, None, ""))
        if unreadable or (pk is None and not (wanted.is_dry_run and row.data is not None)):
            return Refused(row.line, unreadable or f"There is no picture {sha256[:12]} in the catalog.")
        ids.append(pk)
    return labels.make(
        subject=judge,
        image_id=ids[0] or 0,  # of a dry run, a picture that would be new
        other_id=ids[1] if len(ids) == 2 else None,
        product_id=images.get(row.sha256, (None, None, ""))[1],
        value=_value(judge, row.value),
        source=source,
        by=wanted.created_by,
        now=now,
        provenance={"import": wanted.pk, "file": wanted.file_name, "line": row.line},
        import_key=f"{wanted.sha256}:{row.line}",
    )


def _find_problem(judge: str, source: str, row: Stated) -> str:
    """What is wrong with a row, whatever the catalog holds; '' for nothing."""
    if not JUDGE.fullmatch(judge):
        return f"It does not say for which judge it is ({judge[:40]!r})." if judge else "It names no judge."
    if source not in Label.Source.values:
        return f"Labels do not come from {source[:40]!r}."
    if labels.is_of_two(judge) != bool(row.other_sha256):
        return f"A label of {judge} needs {'two pictures' if labels.is_of_two(judge) else 'one picture'}."
    if row.sha256 == row.other_sha256:
        return "Both pictures are the same one."
    return "" if _value(judge, row.value) else f"{row.value[:40]!r} is no value of {judge}."


def _value(judge: str, said: str) -> str:
    """How a value of a file is kept; '' where it is none of the judge's."""
    if judge == labels.TYPE:
        return said if said in IMAGE_TYPES else ""
    if judge == labels.PAIR:
        return said if said in ("duplicate", "different") else ""
    own = {judge: labels.YES, labels.FINE: labels.NO}.get(said, said) if judge != labels.HERO else said
    return labels.value_of(judge, own)


def _without_known(made: Sequence[Label]) -> Iterator[Label]:
    """Those that the same file did not say before, and nobody else from the same source."""
    keys = set(
        Label.objects.filter(import_key__in=[label.import_key for label in made]).values_list(
            "import_key", flat=True
        )
    )
    alike = Label.objects.filter(
        image_id__in={label.image_id for label in made}, withdrawn_at__isnull=True
    ).filter(decision__undone_by__isnull=True)
    columns = ("subject", "image_id", "other_id", "value", "source")
    known = set(alike.values_list(*columns))
    for label in made:
        fact = tuple(getattr(label, column) for column in columns)
        if label.import_key not in keys and (fact not in known or not label.image_id):
            yield label
            known.add(fact)
