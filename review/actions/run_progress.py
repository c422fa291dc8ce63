"""How far a run is and what it did, for the run page and the command line; reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, Sum

from review.models import Product, RunBatch, RunProduct, SelectionRun

Outcome = RunProduct.Outcome
SHOWN_FAILURES = 50


@dataclass(frozen=True)
class Progress:
    """A run in numbers; `dropped` and `passed_over` are (reason, how many), most first."""

    total: int
    waiting: int
    proposed: int
    unchanged: int
    failed: int
    images: int
    images_known: int
    seconds: float
    dropped: list[tuple[str, int]]
    passed_over: list[tuple[str, int]]
    is_planned: bool
    is_done: bool
    fetching: int
    judging: int

    @property
    def passed_over_count(self) -> int:
        return sum(count for _, count in self.passed_over)

    @property
    def to_do(self) -> int:
        """Products that are not passed over."""
        return self.total - self.passed_over_count

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def looked_at(self) -> int:
        return self.proposed + self.unchanged

    @property
    def images_a_second(self) -> float:
        return self.images / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the rate so far; None while there is none."""
        settled = self.looked_at + self.failed
        return self.waiting * self.seconds / settled if settled and self.seconds else None


def measure(run: SelectionRun, now: datetime) -> Progress:
    """Count what the run has done until now."""
    outcomes = dict(run.products.order_by().values_list("outcome").annotate(Count("pk")))
    batches = run.batches.aggregate(
        images=Sum("images_judged"),
        known=Sum("images_known"),
        began_at=Min("started_at"),
        fetching=Count("pk", filter=Q(state=RunBatch.State.FETCHING)),
        judging=Count("pk", filter=Q(state=RunBatch.State.JUDGING)),
    )
    began_at, ended_at = batches["began_at"], run.finished_at or now
    return Progress(
        total=sum(outcomes.values()),
        waiting=outcomes.get(Outcome.WAITING, 0),
        proposed=outcomes.get(Outcome.PROPOSED, 0),
        unchanged=outcomes.get(Outcome.UNCHANGED, 0),
        failed=outcomes.get(Outcome.FAILED, 0),
        images=batches["images"] or 0,
        images_known=batches["known"] or 0,
        seconds=(ended_at - began_at).total_seconds() if began_at else 0.0,
        dropped=_count_drops(run),
        passed_over=_count_reasons(run),
        is_planned=run.state != SelectionRun.State.PLANNED,
        is_done=run.state == SelectionRun.State.DONE,
        fetching=batches["fetching"],
        judging=batches["judging"],
    )


def _count_drops(run: SelectionRun) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for dropped in run.batches.exclude(dropped={}).values_list("dropped", flat=True):
        counts.update(dropped)
    return counts.most_common()


def _count_reasons(run: SelectionRun) -> list[tuple[str, int]]:
    passed = run.products.filter(outcome=Outcome.PASSED_OVER).order_by()
    rows = passed.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    return list(rows[:SHOWN_FAILURES])


def list_failures(run: SelectionRun, among: QuerySet[Product] | None = None) -> list[RunProduct]:
    """The first products that failed, with their reasons; of those that somebody may see."""
    failed = run.products.filter(outcome=Outcome.FAILED).select_related("product")
    if among is not None:
        failed = failed.filter(product__in=among)
    return list(failed.order_by("pk")[:SHOWN_FAILURES])


def list_delays(run: SelectionRun) -> list[RunBatch]:
    """Batches that are tried again after an error."""
    again = run.batches.filter(state__in=[RunBatch.State.FETCHING, RunBatch.State.JUDGING])
    return list(again.exclude(error="").order_by("number")[:SHOWN_FAILURES])
