"""The work on one batch of a run, start to end; may be killed anywhere and run again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from review import inference, ingest
from review.actions import proposals, runs
from review.actions.proposals import Draft, SetChanged
from review.actions.runs import Claim, LeaseLost
from review.candidates import Candidates, gather
from review.heartbeat import Heartbeat
from review.models import Offer, RunBatch, RunProduct
from review.stopping import Stopping

logger = logging.getLogger(__name__)

# The machine's trouble, not the product's: the batch is tried again as a whole.
TRANSIENT = (OperationalError, InterfaceError, MemoryError)
MAX_ROUNDS = 3  # a set that changes as often while one product is selected is left for a retry

Work = Callable[[Claim, Heartbeat], None]
Select = Callable[[Candidates], Draft]


def fetch(*, run_id: int, number: int) -> bool:
    """Fetch a batch's pictures and hand it on to be judged; False when it is somebody else's."""
    return _work_on(run_id, number, RunBatch.State.FETCHING, _fetch)


def judge(*, run_id: int, number: int) -> bool:
    """Judge a batch's pictures, store its proposals and close it; False when it is somebody else's."""
    return _work_on(run_id, number, RunBatch.State.JUDGING, _judge)


def _work_on(run_id: int, number: int, state: str, work: Work) -> bool:
    held = runs.claim(run_id=run_id, number=number, state=state, now=timezone.now())
    if held is None:
        return False
    try:
        with Heartbeat(held) as beat:
            work(held, beat)
    except LeaseLost:
        logger.warning("run %s batch %s was taken over by another worker", run_id, number)
        return False
    except Stopping:
        logger.info("run %s batch %s goes back, the worker stops", run_id, number)
        runs.put_back(held)
        return False
    except Exception as error:
        logger.exception("run %s batch %s was not finished", run_id, number)
        runs.give_back(held, error=f"{type(error).__name__}: {error}", now=timezone.now())
        return False
    return True


def _fetch(held: Claim, beat: Heartbeat) -> None:
    products = _waiting(held).values("product")
    offers = Offer.objects.filter(product__in=products).worth_fetching(timezone.now())
    ingest.fetch_offers(offers.order_by("pk"), beat.check)
    runs.hand_on(held, now=timezone.now())


def _judge(held: Claim, beat: Heartbeat) -> None:
    rows = list(_waiting(held).select_related("product__category").order_by("pk"))
    fresh = inference.look_at((row.product for row in rows), beat.check)
    selector, judges = inference.load_selector(held.run_id), inference.load_judges()
    runs.note_config(run_id=held.run_id, digest=selector.config.digest())
    for row in rows:
        beat.check()
        _judge_product(row, lambda candidates: inference.select(candidates, fresh, selector, judges))
    runs.close(held, now=timezone.now())


def _waiting(held: Claim) -> QuerySet[RunProduct]:
    return RunProduct.objects.filter(batch_id=held.batch_id, outcome=RunProduct.Outcome.WAITING)


def _judge_product(row: RunProduct, select: Select) -> None:
    """Give one product its outcome; what goes wrong with it holds nothing else up."""
    try:
        for _ in range(MAX_ROUNDS):
            if _try_product(row, select):
                return
        reason = "Its set changed again and again while it was judged; retry."
    except TRANSIENT:
        raise
    except Exception as error:
        logger.exception("product %s was not judged", row.product.external_id)
        reason = f"It could not be judged ({type(error).__name__}: {error})."
    proposals.fail(run_product_id=row.pk, reason=reason)


def _try_product(row: RunProduct, select: Select) -> bool:
    """False when somebody published another set meanwhile."""
    draft = select(gather(row.product))
    try:
        proposals.store(run_product_id=row.pk, draft=draft, now=timezone.now())
    except SetChanged:
        return False
    return True
