"""manage.py import_labels: read a file of labels, with a report of what was refused and why."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from review import label_imports
from review.actions import label_intake
from review.models import Label, LabelImport


class Command(BaseCommand):
    """The same file twice changes nothing."""

    help = (
        "Read labels from CSV, JSON Lines, Parquet, COCO, an image folder (tar, zip) or a WebDataset shard."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--format", choices=list(label_intake.READERS), default="", help="else by its name"
        )
        parser.add_argument(
            "--judge", default="", help="of rows that name none: type, blur, badge, pair, ..."
        )
        parser.add_argument("--source", choices=Label.Source.values, default=Label.Source.SPECIALIST)
        parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        said = {name: options[name] for name in ("format", "judge", "source")}
        try:
            with path.open("rb") as file:
                taken = label_intake.start(
                    file=file,
                    name=path.name,
                    by=None,
                    now=timezone.now(),
                    is_dry_run=options["dry_run"],
                    **said,
                )
        except (label_intake.UnableToImport, OSError) as error:
            raise CommandError(str(error)) from error
        label_imports.read(taken.pk)
        taken.refresh_from_db()
        self.report(taken)

    def report(self, taken: LabelImport) -> None:
        """The counts, and every refused row that is listed."""
        counts = {name: taken.counts.get(name, 0) for name in ("new", "known", "refused")}
        note = " (dry run, nothing was written)" if taken.is_dry_run else ""
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()) + note)
        for problem in taken.problems:
            self.stdout.write(f"row {problem['line']}: {problem['reason']}")
        if (more := counts["refused"] - len(taken.problems)) > 0:
            self.stdout.write(f"... and {more} more")
        if taken.state == LabelImport.State.FAILED:
            raise CommandError(taken.error)
