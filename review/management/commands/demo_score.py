"""manage.py demo_score: how well the stored proposals do on the drawn catalog, whose truth is known."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.score import read_lines, score
from review.actions.selections import describe
from review.models import RunProduct

TRUTH = Path(settings.BASE_DIR) / "demo" / "catalog" / "truth.jsonl"


class Command(BaseCommand):
    """Compare the newest selection of every demo product with what was planted in its pictures."""

    help = "Compare the stored proposals of the demo catalog with its recorded truth."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--truth", type=Path, default=TRUTH, help="recorded truth, JSON Lines")
        parser.add_argument("--details", action="store_true", help="name the pictures that went wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            truth = read_lines(options["truth"])
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['truth']} cannot be read: {error}") from error
        selections = list(find_selections(truth))
        if not selections:
            raise CommandError(
                "No demo product was selected yet: run manage.py load_demo, then select --all."
            )
        table = score(truth, selections)
        self.stdout.write(table.render(options["details"]))
        self.stdout.write(
            f"{len(selections)} of {len(truth)} products; none of them was used in training. "
            f"Lowest figure {table.lowest():.3f}."
        )


def find_selections(truth: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """The newest finished selection of each product, its pictures by the truth's names."""
    for product in truth:
        finished = RunProduct.objects.filter(product__external_id=product["id"]).exclude(
            outcome__in=[RunProduct.Outcome.WAITING, RunProduct.Outcome.FAILED]
        )
        last = finished.select_related("product__category").order_by("-pk").first()
        selection = describe(last) if last else None
        if selection is not None:
            yield rename(selection, [image["file"] for image in product["images"]])


def rename(selection: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """The selection with the truth's short names for the paths that were imported."""

    def shorten(source: str | None) -> str | None:
        return next((name for name in files if source and f"/{source}".endswith(f"/{name}")), source)

    items = [
        {**item, "file": shorten(item["file"]), "duplicate_of": shorten(item["duplicate_of"])}
        for item in selection["items"]
    ]
    return {**selection, "items": items, "after": [shorten(source) for source in selection["after"]]}
