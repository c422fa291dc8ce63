"""A frozen data set as files: asked for here, written by a worker that goes on where a killed one stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.actions import files, work
from review.actions.export_archives import FolderDraft, ShardDraft
from review.actions.export_formats import CocoDraft, CsvDraft, Draft, JsonLinesDraft, ParquetDraft
from review.actions.export_rows import Piece, find_piece
from review.actions.labels import is_of_two
from review.models import Side, Snapshot, SnapshotExport

ROWS_A_FILE = 1_000_000  # of Parquet: a killed one is begun anew, which takes some seconds
SAMPLES_A_SHARD = 5_000  # of a WebDataset: about a gigabyte of pictures
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Format:
    """How a data set can be had: `rows` of a file at most, `by_side` where every side has its own files."""

    word: str | Promise
    suffix: str
    draft: Callable[[Path, Snapshot, int], Draft]
    rows_at_once: int = 50_000
    rows: int = 0
    by_side: bool = False
    takes_pairs: bool = True


FORMATS = {
    "csv": Format("CSV", ".csv", CsvDraft),
    "jsonl": Format("JSON Lines", ".jsonl", JsonLinesDraft),
    "parquet": Format("Parquet", ".parquet", ParquetDraft, rows=ROWS_A_FILE),
    "coco": Format("COCO", ".json", CocoDraft, by_side=True, takes_pairs=False, rows_at_once=5000),
    "folder": Format(gettext_lazy("image folder (tar)"), ".tar", FolderDraft, rows_at_once=200),
    "webdataset": Format(
        gettext_lazy("WebDataset shards"), ".tar", ShardDraft, 200, SAMPLES_A_SHARD, by_side=True
    ),
}


class UnableToExport(Exception):
    """It cannot be had so; says why in a person's words."""


@dataclass(frozen=True)
class Plan:
    """One file to be: its name, how many rows, and of which side ('' for all)."""

    name: str
    rows: int
    side: str = ""


def start(*, snapshot: Snapshot, format: str, by: User | None, now: datetime) -> SnapshotExport:
    """Ask for a data set in a format; asked again, it is the same one, and one that stopped goes on."""
    if format not in FORMATS:
        raise UnableToExport(
            _("There is no format {name}. Known: {known}.").format(name=format[:20], known=", ".join(FORMATS))
        )
    if snapshot.frozen_at is None:
        raise UnableToExport(_("The data set is not frozen yet."))
    if is_of_two(snapshot.judge) and not FORMATS[format].takes_pairs:
        word = FORMATS[format].word
        raise UnableToExport(_("{format} has no pairs of pictures. Take another format.").format(format=word))
    going = SnapshotExport.objects.exclude(state=SnapshotExport.State.FAILED)
    export, _made = going.get_or_create(
        snapshot=snapshot, format=format, defaults={"created_by": by, "created_at": now}
    )
    if export.state == SnapshotExport.State.STOPPED:
        work.try_again(SnapshotExport, export.pk)
    return export


def plan_files(snapshot: Snapshot, format: str) -> list[Plan]:
    """The files that an export consists of; the same ones whenever it is asked."""
    known = FORMATS[format]
    sizes = {side: sum(snapshot.counts.get(side, {}).values()) for side in Side.values}
    if not known.by_side:
        sizes = {"": sum(sizes.values())}
    return [plan for side, rows in sizes.items() if rows for plan in _plan_side(known, side, rows)]


def _plan_side(known: Format, side: str, rows: int) -> Iterator[Plan]:
    a_file = known.rows or rows
    word = side or "labels"
    for number in range(-(-rows // a_file)):
        several = f"-{number:06d}" if known.rows and (rows > a_file or known.by_side) else ""
        yield Plan(f"{word}{several}{known.suffix}", min(a_file, rows - number * a_file), side)


def write(export_id: int, clock: Clock = timezone.now) -> bool:
    """Write the files of an export that was asked for; False if it is somebody else's."""
    export = work.claim(SnapshotExport, export_id, clock())
    if export is None:
        return False
    plans = plan_files(export.snapshot, export.format)
    try:
        for number in range(len(export.files), len(plans)):
            _write_file(export, plans, number, clock)
        work.finish(export, clock(), progress=export.progress | {"done": export.progress.get("total", 0)})
    except (work.LeaseLost, BlockingIOError):
        return False
    except OSError as error:
        for plan in plans:  # a full disk is not to stay full
            _locate_draft(export, plan).unlink(missing_ok=True)
        work.fail(export, f"The files could not be written: {error.strerror or error}.", clock())
    return True


def _write_file(export: SnapshotExport, plans: list[Plan], number: int, clock: Clock) -> None:
    plan, known = plans[number], FORMATS[export.format]
    path = _locate_draft(export, plan)
    place = _find_place(export, plans, number, path)
    draft = known.draft(path, export.snapshot, place["size"])
    while piece := _find_next(export, plan, place, known.rows_at_once):
        draft.add(piece)
        place |= {"upto": piece.last, "rows": place["rows"] + piece.rows}
        place["size"] = draft.size() or 0
        _note(export, plans, place, draft, clock)
    draft.finish()
    told = {"name": plan.name, "byte_size": path.stat().st_size, "sha256": _digest(path, export, clock)}
    files.keep(name_kept(export, plan.name), path)
    export.progress.pop("file", None)
    after = place["upto"]
    work.renew(
        export, clock(), files=[*export.files, told], progress=export.progress | {"after": {plan.side: after}}
    )


def _locate_draft(export: SnapshotExport, plan: Plan) -> Path:
    return files.locate_draft(f"{export.pk}-{plan.name}.draft")


def _find_place(export: SnapshotExport, plans: list[Plan], number: int, path: Path) -> dict[str, Any]:
    """Where to go on within a file: behind what is safe of it, or at its first row."""
    place: dict[str, Any] | None = export.progress.get("file")
    if place and place["size"] and path.exists() and path.stat().st_size >= place["size"]:
        return dict(place)
    after = export.progress.get("after", {}).get(plans[number].side, 0)
    return {"upto": after, "rows": 0, "size": 0}


def _find_next(export: SnapshotExport, plan: Plan, place: dict[str, Any], at_once: int) -> Piece | None:
    at_most = min(at_once, plan.rows - place["rows"])
    return find_piece(export.snapshot, place["upto"], at_most, plan.side) if at_most else None


def _note(
    export: SnapshotExport, plans: list[Plan], place: dict[str, Any], draft: Draft, clock: Clock
) -> None:
    """Write down how far it is; a worker that comes after goes on from here."""
    done = sum(plan.rows for plan in plans[: len(export.files)]) + place["rows"]
    total = sum(plan.rows for plan in plans)
    missing = export.progress.get("missing", 0) + getattr(draft, "missing", 0)
    if hasattr(draft, "missing"):
        draft.missing = 0
    said = {"done": done, "total": total, "missing": missing, "file": dict(place)}
    work.renew(export, clock(), progress=export.progress | said)


def _digest(path: Path, export: SnapshotExport, clock: Clock) -> str:
    """SHA-256 of the whole file; a long one is held meanwhile."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        for number, block in enumerate(iter(lambda: file.read(files.BLOCK), b"")):
            found.update(block)
            if number % 1024 == 1023:
                work.renew(export, clock())
    return found.hexdigest()


def name_kept(export: SnapshotExport, name: str) -> str:
    """Where a file lies in the store."""
    return f"exports/{export.pk}/{name}"


def name_download(export: SnapshotExport, name: str) -> str:
    """What a file is called where somebody saves it."""
    return f"{export.snapshot.judge}-{export.snapshot.pk}-{name}"


def list_sums(export: SnapshotExport) -> str:
    """The checksums, as `sha256sum --check` reads them."""
    return "".join(f"{file['sha256']}  {name_download(export, file['name'])}\n" for file in export.files)
