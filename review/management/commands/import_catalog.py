"""`manage.py import_catalog PATH`: read a catalog into the database and say what became of every line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from tqdm import tqdm

from pipeline.catalog_files import count_lines
from review.actions.catalog_import import UnableToImport, find_problems, import_catalog
from review.models import CatalogImport

SHOWN_PROBLEMS = 20


class Command(BaseCommand):
    """Imports a catalog file."""

    help = "Import products and their suppliers' pictures from a catalog (JSON Lines or CSV)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and how to read it."""
        parser.add_argument("path", type=Path, help="the catalog; its form is told by its content")
        parser.add_argument(
            "--images", type=Path, metavar="DIR", help="paths are below it; default: PATH's folder"
        )
        parser.add_argument(
            "--supplier", default="", metavar="NAME", help="whose pictures without a supplier are"
        )
        parser.add_argument("--dry-run", action="store_true", help="report, but write nothing to the catalog")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import with a progress bar, then print the report."""
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        # Where nobody looks at a bar that moves, one line every half minute says that it goes on, if it does.
        interval_s = 0.2 if sys.stderr.isatty() else 30.0
        told = {"mininterval": interval_s, "delay": interval_s, "file": sys.stderr}
        with tqdm(total=count_lines(path), unit=" lines", **told) as bar:
            try:
                report = import_catalog(
                    path=path.resolve(),
                    images_dir=options["images"],
                    supplier=options["supplier"].strip(),
                    is_dry_run=options["dry_run"],
                    watch=lambda report: self.show_progress(bar, report),
                )
            except UnableToImport as error:
                raise CommandError(str(error)) from error
        self.print_report(report)
        if report.failure:
            raise CommandError(report.failure)

    def show_progress(self, bar: tqdm, report: CatalogImport) -> None:
        """Move the bar to the lines read so far."""
        bar.update(min(report.lines_read, bar.total or report.lines_read) - bar.n)

    def print_report(self, report: CatalogImport) -> None:
        """Counts, the first refused lines, and where the rest is."""
        self.stdout.write("products: " + describe_counts(report.products))
        self.stdout.write("images:   " + describe_counts(report.images))
        problems = find_problems(report, SHOWN_PROBLEMS + 1)
        for problem in problems[:SHOWN_PROBLEMS]:
            where = " ".join(part for part in (problem.product_id_text, problem.field) if part)
            self.stdout.write(f"  line {problem.line}{f' ({where})' if where else ''}: {problem.reason}")
        if len(problems) > SHOWN_PROBLEMS:
            self.stdout.write("  and more; all are in the report")
        if report.is_dry_run:
            self.stdout.write("Dry run: the catalog was not changed.")
        self.stdout.write(f"Report: {settings.BASE_URL}{reverse('import-report', args=[report.pk])}")


def describe_counts(counts: dict[str, int]) -> str:
    """'3 new, 1 refused'."""
    order = ("new", "changed", "unchanged", "no longer offered", "refused")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts.get(word)) or "none"
