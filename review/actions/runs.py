"""Selection runs: what they cover, and how their batches are claimed, handed on and closed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from review.models import Category, Offer, Product, RunBatch, RunProduct, SelectionRun
from review.models.catalog import TRANSIENT_REFUSALS

MAX_ATTEMPTS = 3  # a batch that took its worker down this often is not tried again by itself
WINDOW = 16  # batches of a run that are promised to workers at a time; the rest wait in the database
OPEN_STATES = (RunBatch.State.FETCHING, RunBatch.State.JUDGING)
CHUNK = 2000  # rows a statement

TOO_FEW = noop("fewer than two different pictures")
CURATED = noop("curated by hand")
WORKER_LOST = f"its worker ended without a word {MAX_ATTEMPTS} times"


class UnableToStart(Exception):
    """The run would cover nothing; says why in a person's words."""


class LeaseLost(Exception):
    """Somebody else works on this batch by now."""


@dataclass(frozen=True)
class Claim:
    """The right to work on one batch until the lease runs out, unless it is renewed."""

    batch_id: int
    run_id: int
    number: int
    token: str


def lease(now: datetime) -> datetime:
    """When a lease that is taken now runs out."""
    return now + timedelta(seconds=settings.LEASE_S)


def products_in(scope: dict[str, Any]) -> QuerySet[Product]:
    """The products of {'all': true}, {'category': path} or {'products': [external ids]}."""
    if scope.get("all"):
        return Product.objects.all()
    if "category" in scope:
        path = scope["category"]
        below = Q(category__path=path) | Q(category__path__startswith=path + " > ")
        return Product.objects.filter(below)
    return Product.objects.filter(external_id__in=scope.get("products", []))


@transaction.atomic
def start(*, scope: dict[str, Any], by: User | None, now: datetime) -> SelectionRun:
    """A run that is still to be planned; the caller enqueues the planning."""
    path = scope.get("category")
    if path and not Category.objects.filter(Q(path=path) | Q(path__startswith=path + " > ")).exists():
        raise UnableToStart(_("There is no category “{path}”.").format(path=path))
    if not products_in(scope).exists():
        raise UnableToStart(_("There are no products to look at: import a catalog first."))
    return SelectionRun.objects.create(scope=scope, created_by=by, created_at=now)


@transaction.atomic
def plan(*, run_id: int, now: datetime) -> bool:
    """Write down every product and batch of the run, all or nothing; False when that was done before."""
    run = SelectionRun.objects.select_for_update().get(pk=run_id)
    if run.state != SelectionRun.State.PLANNED:
        return False
    waiting: list[int] = []
    number = 0
    for rows in _in_chunks(_with_picture_counts(products_in(run.scope))):
        waiting += _pass_over(run, rows)
        whole = len(waiting) - len(waiting) % settings.BATCH_SIZE
        number = _make_batches(run, number, waiting[:whole])
        waiting = waiting[whole:]
    _make_batches(run, number, waiting)
    run.state = SelectionRun.State.RUNNING
    run.save(update_fields=["state"])
    finish_if_complete(run_id=run_id, now=now)
    return True


def _with_picture_counts(products: QuerySet[Product]) -> QuerySet[Product]:
    """Products with `pictures`: how many different ones are offered, as far as is known before fetching."""
    had = ~Q(offers__state=Offer.State.REFUSED) | Q(offers__image__unreadable="")
    usable = Q(offers__is_retired=False) & (had | Q(offers__refusal_code__in=TRANSIENT_REFUSALS))
    name = Coalesce("offers__image__sha256", "offers__source")
    return products.annotate(pictures=Count(name, filter=usable, distinct=True)).order_by("pk")


def _in_chunks(products: QuerySet[Product]) -> Iterator[list[Product]]:
    last = 0
    while rows := list(products.filter(pk__gt=last).only("pk", "is_curated")[:CHUNK]):
        yield rows
        last = rows[-1].pk


def _pass_over(run: SelectionRun, rows: list[Product]) -> list[int]:
    """Note the products that are passed over; returns the ids of the others."""
    waiting, passed = [], []
    for product in rows:
        few = product.pictures < 2  # type: ignore[attr-defined]
        reason = CURATED if product.is_curated else TOO_FEW if few else ""
        if reason:
            outcome = RunProduct.Outcome.PASSED_OVER
            passed.append(RunProduct(run=run, product_id=product.pk, outcome=outcome, reason=reason))
        else:
            waiting.append(product.pk)
    RunProduct.objects.bulk_create(passed)
    return waiting


def _make_batches(run: SelectionRun, number: int, product_ids: list[int]) -> int:
    """Batches of at most BATCH_SIZE products, counted on from `number`; returns the next number."""
    size = settings.BATCH_SIZE
    groups = [product_ids[at : at + size] for at in range(0, len(product_ids), size)]
    batches = [RunBatch(run=run, number=number + at) for at in range(len(groups))]
    RunBatch.objects.bulk_create(batches)
    rows = [
        RunProduct(run=run, batch=batch, product_id=pk)
        for batch, group in zip(batches, groups, strict=True)
        for pk in group
    ]
    RunProduct.objects.bulk_create(rows, batch_size=CHUNK)
    return number + len(groups)


@transaction.atomic
def promise_batches(*, run_id: int, now: datetime) -> list[tuple[int, str]]:
    """(number, state) of the batches whose turn it is, each promised for one lease; the caller enqueues them.

    What is promised or being worked on is not named again before its lease runs out, so that a lost
    message costs a pause and a slow queue does not fill with copies.
    """
    SelectionRun.objects.select_for_update().get(pk=run_id)  # one promiser at a time
    still_open = RunBatch.objects.filter(run_id=run_id, state__in=OPEN_STATES)
    room = WINDOW - still_open.filter(leased_until__gte=now).count()
    if room <= 0:
        return []
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    turn = list(still_open.filter(free).order_by("number")[:room])
    RunBatch.objects.filter(pk__in=[batch.pk for batch in turn]).update(
        leased_until=lease(now), lease_token=""
    )
    return [(batch.number, batch.state) for batch in turn]


def next_batch(*, run_id: int, now: datetime) -> tuple[int, str] | None:
    """(number, state) of a batch that nobody works on, for a process that asks no queue."""
    idle = Q(lease_token="") | Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = RunBatch.objects.filter(idle, run_id=run_id, state__in=OPEN_STATES)
    return rows.order_by("number").values_list("number", "state").first()


def claim(*, run_id: int, number: int, state: str, now: datetime) -> Claim | None:
    """Take a batch that nobody works on; None is the normal answer to whoever comes second."""
    token = uuid.uuid4().hex
    free = Q(lease_token="") | Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = RunBatch.objects.filter(free, run_id=run_id, number=number, state=state, attempts__lt=MAX_ATTEMPTS)
    taken = rows.update(
        lease_token=token,
        leased_until=lease(now),
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
    )
    if not taken:
        return None
    batch_id = RunBatch.objects.values_list("pk", flat=True).get(run_id=run_id, number=number)
    return Claim(batch_id=batch_id, run_id=run_id, number=number, token=token)


def renew(held: Claim, *, now: datetime) -> None:
    """Hold on to a batch for another lease; raises LeaseLost."""
    if not _held(held).update(leased_until=lease(now)):
        raise LeaseLost


def hand_on(held: Claim, *, now: datetime) -> None:
    """Fetching is done: the batch may be judged. It stays promised, for the caller enqueues that at once."""
    changed = _held(held).update(
        state=RunBatch.State.JUDGING, lease_token="", leased_until=lease(now), attempts=0, error=""
    )
    if not changed:
        raise LeaseLost


def close(held: Claim, *, now: datetime) -> None:
    """The batch is done, and the run too if it was the last one."""
    changed = _held(held).update(
        state=RunBatch.State.DONE, lease_token="", leased_until=None, finished_at=now, error=""
    )
    if not changed:
        raise LeaseLost
    finish_if_complete(run_id=held.run_id, now=now)


def give_back(held: Claim, *, error: str, now: datetime) -> None:
    """The work failed as a whole: note why, and leave the batch to the next attempt, if there is one."""
    _held(held).update(lease_token="", leased_until=now, error=error[:1000])
    give_up_lost_batches(run_id=held.run_id, now=now)


def put_back(held: Claim) -> None:
    """The worker stops in good order: as if the batch had not been claimed."""
    _held(held).update(lease_token="", leased_until=None, attempts=F("attempts") - 1)


def _held(held: Claim) -> QuerySet[RunBatch]:
    return RunBatch.objects.filter(pk=held.batch_id, lease_token=held.token)


@transaction.atomic
def give_up_lost_batches(*, run_id: int, now: datetime) -> int:
    """Close, as failed and with the reason, what was tried often enough; returns how many."""
    spent = RunBatch.objects.select_for_update().filter(
        Q(leased_until__lte=now) | Q(leased_until__isnull=True),
        run_id=run_id,
        state__in=OPEN_STATES,
        attempts__gte=MAX_ATTEMPTS,
    )
    rows = list(spent)
    for batch in rows:
        batch.error = batch.error or WORKER_LOST
        batch.state, batch.finished_at = RunBatch.State.FAILED, now
        batch.lease_token, batch.leased_until = "", None
        batch.save()
        waiting = batch.products.filter(outcome=RunProduct.Outcome.WAITING)
        waiting.update(outcome=RunProduct.Outcome.FAILED, reason=batch.error[:500])
    if rows:
        finish_if_complete(run_id=run_id, now=now)
    return len(rows)


def finish_if_complete(*, run_id: int, now: datetime) -> bool:
    """Close the run when its last batch is closed; True for the one caller that closed it."""
    still_open = RunBatch.objects.filter(run=OuterRef("pk"), state__in=OPEN_STATES)
    rows = SelectionRun.objects.filter(~Exists(still_open), pk=run_id, state=SelectionRun.State.RUNNING)
    return bool(rows.update(state=SelectionRun.State.DONE, finished_at=now))


@transaction.atomic
def retry(*, run: SelectionRun, now: datetime) -> int:
    """Open the failed products and their batches again; returns how many products. Twice is as once."""
    run = SelectionRun.objects.select_for_update().get(pk=run.pk)
    failed = run.products.filter(outcome=RunProduct.Outcome.FAILED)
    batch_ids = set(failed.values_list("batch_id", flat=True))
    count = failed.update(outcome=RunProduct.Outcome.WAITING, reason="")
    if count:
        RunBatch.objects.filter(pk__in=batch_ids).update(
            state=RunBatch.State.FETCHING,
            attempts=0,
            error="",
            lease_token="",
            leased_until=None,
            finished_at=None,
        )
        SelectionRun.objects.filter(pk=run.pk).update(state=SelectionRun.State.RUNNING, finished_at=None)
    return count


def note_config(*, run_id: int, digest: str) -> None:
    """Keep the configuration that the run's first proposals were made with."""
    SelectionRun.objects.filter(pk=run_id, config_digest="").update(config_digest=digest)


def unfinished() -> QuerySet[SelectionRun]:
    """Runs that somebody still has to plan or work on, oldest first."""
    return SelectionRun.objects.exclude(state=SelectionRun.State.DONE).order_by("pk")
