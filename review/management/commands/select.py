"""manage.py select: propose better sets for many products, by the workers or right here."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from review import tasks
from review.actions import runs
from review.actions.run_progress import Progress, list_failures, measure
from review.models import Product, RunBatch, SelectionRun
from smartimg.celery import app

PAUSE_S = 0.5
QUIET_S = 30.0
PATIENCE_S = 60.0  # without progress, until it is asked again whether any worker is there
NO_WORKER = (
    "No worker answers. Start them with ./run (or `celery -A smartimg worker -Q fetch,vision,default`), "
    "or add --inline to do the work in this process."
)


class Command(BaseCommand):
    """Start a run over products; with --wait or --inline, follow it to its end."""

    help = "Select the best image set of many products and store proposals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        scope = parser.add_mutually_exclusive_group(required=True)
        scope.add_argument("--all", action="store_true", help="every product")
        scope.add_argument("--category", help="the products of a category and of those below it")
        scope.add_argument(
            "--products", type=Path, help="file with one product id, or JSON with 'id', a line"
        )
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--wait", action="store_true", help="show progress until the workers are done")
        how.add_argument("--inline", action="store_true", help="do the work in this process, without workers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["wait"] and not has_workers():
            raise CommandError(f"{NO_WORKER} Nothing was started.")
        try:
            run = runs.start(scope=self.read_scope(options), by=None, now=timezone.now())
        except runs.UnableToStart as error:
            raise CommandError(str(error)) from error
        address = f"{settings.BASE_URL}/runs/{run.pk}/"
        self.stdout.write(f"Run {run.pk} has started; see {address}")
        if not options["inline"]:
            tasks.hint(tasks.plan_run, run.pk)
        if options["wait"] or options["inline"]:
            self.follow(run, inline=options["inline"])

    def read_scope(self, options: dict[str, Any]) -> dict[str, Any]:
        """The run's scope; ids that no product has are named and left out."""
        if options["category"]:
            return {"category": options["category"]}
        if not options["products"]:
            return {"all": True}
        wanted = read_ids(options["products"])
        known = set(Product.objects.filter(external_id__in=wanted).values_list("external_id", flat=True))
        unknown = [product_id for product_id in wanted if product_id not in known]
        if unknown:
            named = ", ".join(unknown[:10]) + (" ..." if len(unknown) > 10 else "")
            self.stderr.write(f"{len(unknown)} products are not in the catalog and left out: {named}")
        return {"products": [product_id for product_id in wanted if product_id in known]}

    def follow(self, run: SelectionRun, *, inline: bool) -> None:
        """Show progress to the end, then the summary; what failed makes the command fail."""
        if inline:
            runs.plan(run_id=run.pk, now=timezone.now())
        try:
            watch(run, inline=inline)
        except KeyboardInterrupt:
            raise CommandError(f"Run {run.pk} was left as it is; workers go on with it.") from None
        progress = measure(run, timezone.now())
        for line in summarise(progress):
            self.stdout.write(line)
        for row in list_failures(run):
            self.stderr.write(f"failed: {row.product.external_id}: {row.reason}")
        if progress.failed:
            raise CommandError(f"{progress.failed} products failed; their sets are as they were.")


def read_ids(path: Path) -> list[str]:
    """Product ids, each once, in the file's order."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    found = [read_id(line.strip(), path, number) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise CommandError(f"{path} names no product.")
    return list(dict.fromkeys(found))


def read_id(line: str, path: Path, number: int) -> str:
    """The id of one line."""
    if not line.startswith("{"):
        return line
    try:
        return str(json.loads(line)["id"])
    except (ValueError, KeyError) as error:
        raise CommandError(f"{path} line {number} is neither an id nor JSON with an 'id'.") from error


def has_workers() -> bool:
    """Whether any worker answers within two seconds."""
    try:
        return bool(app.control.inspect(timeout=2.0).ping())
    except Exception as error:  # each transport has its own errors
        raise CommandError(f"The broker does not answer ({error}).") from error


def watch(run: SelectionRun, *, inline: bool) -> None:
    """A bar until the run is done; inline, the work is done between two looks."""
    # Where nobody looks at a bar that moves, one line every half minute says that it goes on.
    interval_s = 0.5 if sys.stderr.isatty() else QUIET_S
    bar = tqdm(unit=" products", mininterval=interval_s, miniters=0, dynamic_ncols=True)
    moved_at, seen = time.monotonic(), (-1, -1)
    with bar:
        while True:
            run.refresh_from_db()
            progress = measure(run, timezone.now())
            show(bar, progress)
            if progress.is_done:
                return
            if (progress.done, progress.images) != seen:
                moved_at, seen = time.monotonic(), (progress.done, progress.images)
            elif not inline and time.monotonic() - moved_at > PATIENCE_S:
                tqdm.write("No progress for a while." if has_workers() else NO_WORKER)
                moved_at = time.monotonic()
            if not (inline and work(run)):
                time.sleep(PAUSE_S)


def show(bar: tqdm[None], progress: Progress) -> None:
    """Products done, without those that are passed over, and the rate of images."""
    bar.total = progress.to_do
    words = f"{progress.images_a_second:.1f} images/s, {progress.failed} failed"
    bar.set_postfix_str(words, refresh=progress.is_done)
    bar.update(progress.to_do - progress.waiting - bar.n)


def work(run: SelectionRun) -> bool:
    """Do one batch here; False when others hold all that is left."""
    from review import batches

    now = timezone.now()
    runs.give_up_lost_batches(run_id=run.pk, now=now)
    runs.finish_if_complete(run_id=run.pk, now=now)
    turn = runs.next_batch(run_id=run.pk, now=now)
    if turn is None:
        return False
    number, state = turn
    if state == RunBatch.State.FETCHING and not batches.fetch(run_id=run.pk, number=number):
        return False
    return batches.judge(run_id=run.pk, number=number)


def summarise(progress: Progress) -> list[str]:
    """The closing lines."""
    passed = ", ".join(f"{reason} {count}" for reason, count in progress.passed_over)
    dropped = ", ".join(f"{reason} {count}" for reason, count in progress.dropped)
    return [
        f"looked at       {progress.looked_at} products: {progress.proposed} proposals, "
        f"{progress.unchanged} already the best set",
        f"passed over     {progress.passed_over_count}" + (f": {passed}" if passed else ""),
        f"images dropped  {sum(count for _, count in progress.dropped)}"
        + (f": {dropped}" if dropped else ""),
        f"images          {progress.images} looked at, {progress.images_known} of them known from before, "
        f"{progress.images_a_second:.1f} a second, {progress.seconds:.0f} s",
    ]
