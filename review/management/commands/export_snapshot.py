"""manage.py export_snapshot: a frozen data set as files, with their checksums beside them."""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from review.actions import exports, files
from review.models import Snapshot, SnapshotExport

PAUSE_S = 0.5


class Command(BaseCommand):
    """Writes what is not written yet; killed and started again, it goes on where it was."""

    help = "Write a frozen data set as files in one format."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("snapshot", type=int, metavar="ID", help="number of the data set")
        parser.add_argument("--format", choices=list(exports.FORMATS), default="csv")
        parser.add_argument("--out", type=Path, required=True, help="file; a folder where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        snapshot = Snapshot.objects.filter(pk=options["snapshot"]).first()
        if snapshot is None:
            raise CommandError(f"There is no data set {options['snapshot']}.")
        try:
            export = exports.start(snapshot=snapshot, format=options["format"], by=None, now=timezone.now())
        except exports.UnableToExport as error:
            raise CommandError(str(error)) from error
        self.write_it(export)
        out: Path = options["out"]
        if len(export.files) > 1:
            out.mkdir(parents=True, exist_ok=True)
        for told in export.files:
            place = out / told["name"] if len(export.files) > 1 else out
            copy_out(exports.name_kept(export, told["name"]), place, told["sha256"])
            self.stdout.write(f"{told['sha256']}  {place}")

    def write_it(self, export: SnapshotExport) -> None:
        """Have it written, by this process or by the worker that has it already."""
        told = False
        while export.state != SnapshotExport.State.DONE:
            if export.state in (SnapshotExport.State.FAILED, SnapshotExport.State.STOPPED):
                raise CommandError(export.error or "It was stopped.")
            if not exports.write(export.pk):
                if not told:
                    self.stderr.write("A worker has it; this waits until it is done, or its lease is over.")
                told = True
                time.sleep(PAUSE_S)
            export.refresh_from_db()


def copy_out(name: str, place: Path, sha256: str) -> None:
    """Copy a file out of the store, with its checksum beside it as `sha256sum --check` reads it."""
    found = hashlib.sha256()
    with files.open_kept(name) as source, place.open("wb") as target:
        while block := source.read(files.BLOCK):
            found.update(block)
            target.write(block)
    if found.hexdigest() != sha256:
        raise CommandError(f"{place}: the file in the store is not what was written. Delete the export.")
    place.with_name(place.name + ".sha256").write_text(f"{sha256}  {place.name}\n")
