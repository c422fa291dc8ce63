"""Files of labels that somebody sends: taken in here, read by a worker (`review.label_imports`)."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.actions import files, label_archives, label_files
from review.actions.label_files import Reader
from review.actions.labels import JUDGE
from review.models import Label, LabelImport

READERS: dict[str, tuple[str | Promise, Reader]] = {
    "csv": ("CSV", label_files.read_csv),
    "jsonl": ("JSON Lines", label_files.read_json_lines),
    "parquet": ("Parquet", label_files.read_parquet),
    "coco": ("COCO", label_files.read_coco),
    "folder": (gettext_lazy("image folder (tar, zip)"), label_archives.read_folder),
    "webdataset": (gettext_lazy("WebDataset shard"), label_archives.read_shards),
}
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".json": "coco"}
LARGEST_FILE = 8 << 30


class UnableToImport(Exception):
    """The file is not taken; says why in a person's words."""


def start(
    *,
    file: IO[bytes] | File[Any],
    name: str,
    by: User | None,
    now: datetime,
    format: str = "",
    judge: str = "",
    source: str = Label.Source.SPECIALIST,
    is_dry_run: bool = False,
) -> LabelImport:
    """Keep a file of labels to be read; `judge` and `source` are of rows that do not say.

    Without a format it is told from the file's name. A dry run reports, and writes nothing.
    """
    format = format or guess_format(name, file)
    _check(file, format, judge, source)
    said = {"format": format, "judge": judge, "source": source, "is_dry_run": is_dry_run}
    with transaction.atomic():
        made = LabelImport.objects.create(file_name=name[-300:], created_by=by, created_at=now, **said)
        made.path = f"imports/{made.pk}/labels"
        made.save(update_fields=["path"])
        file.seek(0)
        files.take_in(made.path, file)
    return made


def _check(file: IO[bytes] | File[Any], format: str, judge: str, source: str) -> None:
    """Raises UnableToImport for what is wrong whatever the file holds."""
    if judge and not JUDGE.fullmatch(judge):
        raise UnableToImport(_("A judge's name has small letters, digits and underscores, 40 at most."))
    if source not in Label.Source.values:
        raise UnableToImport(_("Labels come from {known}.").format(known=", ".join(Label.Source.values)))
    if _measure(file) > LARGEST_FILE:
        raise UnableToImport(_("The file is larger than {n} GB. Split it.").format(n=LARGEST_FILE >> 30))
    if format not in READERS:
        raise UnableToImport(
            _("There is no format {name}. Known: {known}.").format(name=format[:20], known=", ".join(READERS))
        )


def guess_format(name: str, file: IO[bytes] | File[Any]) -> str:
    """The format that a file's name says; of a tar file, what it holds."""
    lower = name.lower()
    if lower.endswith(".tar"):
        return "webdataset" if label_archives.is_shard(file) else "folder"  # type: ignore[arg-type]
    if lower.endswith(".zip"):
        return "folder"
    for suffix, format in _SUFFIXES.items():
        if lower.endswith(suffix):
            return format
    raise UnableToImport(
        _(
            "{name}: the name does not tell the format. Known are .csv, .jsonl, .parquet, .json (COCO), "
            ".tar and .zip; a .tar.gz is to be unpacked to .tar first."
        ).format(name=name[-60:])
    )


def _measure(file: IO[bytes] | File[Any]) -> int:
    return file.seek(0, 2) or file.tell()
