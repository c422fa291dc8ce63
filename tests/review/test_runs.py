"""A run plans once, its batches have one worker each, and it ends once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from review.actions import runs
from review.actions.runs import Claim, LeaseLost, UnableToStart
from review.models import Offer, Product, RunBatch, RunProduct, SelectionRun, Supplier
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FETCHING, JUDGING = RunBatch.State.FETCHING, RunBatch.State.JUDGING


def make_offered(count: int = 2, category: str = "Furniture > Armchairs") -> Product:
    """A product with so many pictures that still are to be fetched."""
    product = make_product(category=category)
    supplier = Supplier.objects.get_or_create(name="Norda")[0]
    for place in range(count):
        Offer.objects.create(product=product, supplier=supplier, source=f"{place}.jpg", position=place)
    return product


def start_run(**scope: object) -> SelectionRun:
    run = runs.start(scope=scope or {"all": True}, by=None, now=NOW)
    runs.plan(run_id=run.pk, now=NOW)
    return run


def claim(run: SelectionRun, state: str = FETCHING, now: datetime = NOW, number: int = 0) -> Claim | None:
    return runs.claim(run_id=run.pk, number=number, state=state, now=now)


def claim_for_sure(run: SelectionRun, state: str = FETCHING, now: datetime = NOW) -> Claim:
    held = claim(run, state, now)
    assert held is not None
    return held


def state_of(run: SelectionRun) -> str:
    return SelectionRun.objects.get(pk=run.pk).state


def test_it_splits_the_products_into_batches(settings: Settings) -> None:
    settings.BATCH_SIZE = 2
    for _ in range(5):
        make_offered()
    run = start_run()
    sizes = [batch.products.count() for batch in run.batches.order_by("number")]
    assert sizes == [2, 2, 1]


def test_it_plans_the_same_however_the_products_are_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BATCH_SIZE = 3
    monkeypatch.setattr(runs, "CHUNK", 2)
    for _ in range(8):
        make_offered()
    run = start_run()
    assert [batch.products.count() for batch in run.batches.order_by("number")] == [3, 3, 2]
    assert run.products.values("product").distinct().count() == 8


def test_it_passes_over_products_with_too_few_different_pictures_and_says_why() -> None:
    product = make_offered(2)
    same = make_image()
    product.offers.update(image=same, state=Offer.State.FETCHED)
    run = start_run()
    found = run.products.get()
    assert (found.outcome, found.reason) == (RunProduct.Outcome.PASSED_OVER, runs.TOO_FEW)


def test_retired_and_refused_pictures_do_not_count() -> None:
    product = make_offered(4)
    product.offers.filter(position=0).update(is_retired=True)
    product.offers.filter(position__in=[1, 2]).update(state=Offer.State.REFUSED, refusal="empty")
    assert start_run().products.get().reason == runs.TOO_FEW


def test_it_passes_over_what_was_curated_by_hand() -> None:
    product = make_offered()
    Product.objects.filter(pk=product.pk).update(is_curated=True)
    assert start_run().products.get().reason == runs.CURATED


def test_a_run_with_nothing_to_do_is_done_at_once() -> None:
    make_offered(1)
    run = start_run()
    run.refresh_from_db()
    assert run.state == SelectionRun.State.DONE
    assert run.finished_at is not None


def test_planning_twice_changes_nothing() -> None:
    make_offered()
    run = start_run()
    assert not runs.plan(run_id=run.pk, now=NOW)
    assert run.products.count() == 1


def test_a_category_takes_in_what_lies_below_it() -> None:
    make_offered(category="Furniture > Armchairs")
    make_offered(category="Furniture > Armchairs > Leather")
    make_offered(category="Furniture > Armchairs and more")
    assert start_run(category="Furniture > Armchairs").products.count() == 2


def test_an_unknown_category_cannot_be_started() -> None:
    make_offered()
    with pytest.raises(UnableToStart, match="no category “Garden”"):
        runs.start(scope={"category": "Garden"}, by=None, now=NOW)


def test_an_empty_catalog_cannot_be_started() -> None:
    with pytest.raises(UnableToStart, match="import a catalog first"):
        runs.start(scope={"all": True}, by=None, now=NOW)


def test_only_one_worker_gets_a_batch() -> None:
    make_offered()
    run = start_run()
    assert claim(run) is not None
    assert claim(run) is None


def test_a_batch_whose_worker_died_is_free_when_its_lease_has_run_out(settings: Settings) -> None:
    make_offered()
    run = start_run()
    lost = claim_for_sure(run)
    later = NOW + timedelta(seconds=settings.LEASE_S + 1)
    assert claim(run, now=later) is not None
    with pytest.raises(LeaseLost):
        runs.hand_on(lost, now=later)


def test_a_renewed_lease_keeps_others_away(settings: Settings) -> None:
    make_offered()
    run = start_run()
    held = claim_for_sure(run)
    later = NOW + timedelta(seconds=settings.LEASE_S - 1)
    runs.renew(held, now=later)
    assert claim(run, now=later + timedelta(seconds=2)) is None


def test_a_batch_is_fetched_then_judged_and_ends_the_run() -> None:
    make_offered()
    run = start_run()
    runs.hand_on(claim_for_sure(run), now=NOW)
    assert claim(run, FETCHING) is None
    runs.close(claim_for_sure(run, JUDGING), now=NOW)
    assert state_of(run) == SelectionRun.State.DONE


def test_a_run_ends_with_its_last_batch_and_only_once(settings: Settings) -> None:
    settings.BATCH_SIZE = 1
    make_offered(), make_offered()
    run = start_run()
    run.batches.filter(number=0).update(state=RunBatch.State.DONE)
    assert not runs.finish_if_complete(run_id=run.pk, now=NOW)
    run.batches.update(state=RunBatch.State.DONE)
    assert runs.finish_if_complete(run_id=run.pk, now=NOW)
    assert not runs.finish_if_complete(run_id=run.pk, now=NOW)


def test_a_promised_batch_is_not_promised_again_but_can_be_claimed() -> None:
    make_offered()
    run = start_run()
    assert runs.promise_batches(run_id=run.pk, now=NOW) == [(0, FETCHING)]
    assert runs.promise_batches(run_id=run.pk, now=NOW) == []
    assert claim(run) is not None


def test_no_more_batches_are_promised_than_the_window_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BATCH_SIZE = 1
    monkeypatch.setattr(runs, "WINDOW", 2)
    for _ in range(3):
        make_offered()
    run = start_run()
    assert len(runs.promise_batches(run_id=run.pk, now=NOW)) == 2
    runs.close(claim_for_sure(run), now=NOW)
    assert runs.promise_batches(run_id=run.pk, now=NOW) == [(2, FETCHING)]


def test_a_batch_that_took_three_workers_down_is_given_up_with_the_reason(settings: Settings) -> None:
    make_offered()
    run = start_run()
    now = NOW
    for _ in range(runs.MAX_ATTEMPTS):
        assert claim(run, now=now) is not None
        now += timedelta(seconds=settings.LEASE_S + 1)
    assert claim(run, now=now) is None
    assert runs.give_up_lost_batches(run_id=run.pk, now=now) == 1
    found = run.products.get()
    assert (found.outcome, found.reason) == (RunProduct.Outcome.FAILED, runs.WORKER_LOST)
    assert state_of(run) == SelectionRun.State.DONE


def test_a_batch_that_is_still_worked_on_is_not_given_up(settings: Settings) -> None:
    make_offered()
    run = start_run()
    now = NOW
    for _ in range(runs.MAX_ATTEMPTS):
        claim_for_sure(run, now=now)
        now += timedelta(seconds=settings.LEASE_S + 1)
    assert runs.give_up_lost_batches(run_id=run.pk, now=now - timedelta(seconds=2)) == 0


def test_an_error_of_the_whole_batch_is_kept_and_shown_when_it_happens_again_and_again() -> None:
    make_offered()
    run = start_run()
    for _ in range(runs.MAX_ATTEMPTS):
        runs.give_back(claim_for_sure(run), error="OSError: the disk is full", now=NOW)
    assert run.products.get().reason == "OSError: the disk is full"


def test_retrying_opens_what_failed_and_only_that(settings: Settings) -> None:
    settings.BATCH_SIZE = 1
    make_offered(), make_offered()
    run = start_run()
    good, bad = run.batches.order_by("number")
    good.products.update(outcome=RunProduct.Outcome.PROPOSED)
    bad.products.update(outcome=RunProduct.Outcome.FAILED, reason="broken")
    run.batches.update(state=RunBatch.State.DONE)
    runs.finish_if_complete(run_id=run.pk, now=NOW)

    assert runs.retry(run=run, now=NOW) == 1
    assert state_of(run) == SelectionRun.State.RUNNING
    assert runs.promise_batches(run_id=run.pk, now=NOW) == [(bad.number, FETCHING)]
    assert runs.retry(run=run, now=NOW) == 0
