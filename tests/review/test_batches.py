"""A batch from its first claim to its proposals, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django.fixtures import Settings

from review import batches, inference, ingest, stopping
from review.actions import runs, store
from review.models import (
    ImageAnalysis,
    Offer,
    Product,
    Proposal,
    PublishedImage,
    PublishedSet,
    RunProduct,
    SelectionRun,
    Supplier,
)
from tests.review.factories import draw_picture, make_product
from tests.review.judges import FakeAssessor

pytestmark = pytest.mark.django_db
Outcome = RunProduct.Outcome


@pytest.fixture(autouse=True)
def assessor(monkeypatch: pytest.MonkeyPatch) -> FakeAssessor:
    fake = FakeAssessor()
    monkeypatch.setattr(inference, "load_assessor", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "store")},
        }
    }
    return tmp_path


def make_files(folder: Path, *pictures: bytes) -> Product:
    """A product whose pictures are files still to be fetched, all of them shown."""
    product = make_product()
    supplier = Supplier.objects.get_or_create(name="Norda")[0]
    shown = PublishedSet.objects.create(product=product, number=1, origin=PublishedSet.Origin.IMPORT)
    for place, data in enumerate(pictures):
        path = folder / f"{product.external_id}-{place}.png"
        path.write_bytes(data)
        Offer.objects.create(product=product, supplier=supplier, source=str(path), position=place)
        PublishedImage.objects.create(published_set=shown, position=place, source=str(path))
    return product


def start_run() -> SelectionRun:
    run = runs.start(scope={"all": True}, by=None, now=timezone.now())
    runs.plan(run_id=run.pk, now=timezone.now())
    return run


def work_through(run: SelectionRun) -> None:
    for number in range(run.batches.count()):
        batches.fetch(run_id=run.pk, number=number)
        batches.judge(run_id=run.pk, number=number)
    run.refresh_from_db()


def outcome_of(run: SelectionRun, product: Product) -> RunProduct:
    return run.products.get(product=product)


def test_pictures_are_fetched_and_judged_and_a_proposal_is_stored(folder: Path) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2, side_px=80), draw_picture(3))
    run = start_run()
    work_through(run)
    assert run.state == SelectionRun.State.DONE
    dropped = Proposal.objects.get(product=product).items.get(verdict="drop")
    assert (dropped.reason, dropped.before_position) == ("resolution", 1)
    assert dropped.evidence["judges"]["resolution"]["flag"] is True
    assert dropped.proposal.config_digest == run.config_digest != ""


def test_a_picture_that_was_judged_before_is_not_judged_again(folder: Path, assessor: FakeAssessor) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    work_through(start_run())
    first = len(assessor.seen)
    run = start_run()
    work_through(run)
    assert (first, len(assessor.seen)) == (2, 2)
    assert run.batches.get().images_known == 2


def test_what_is_stored_of_a_picture_reads_back_as_it_was(folder: Path, assessor: FakeAssessor) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    work_through(start_run())
    image = ImageAnalysis.objects.select_related("image").first()
    assert image is not None
    (said,) = assessor.assess([(image.image.sha256, store.read_original(image.image.sha256))])
    (read,) = inference.read_assessments([image.image]).values()
    assert (read.judgements, read.framing, read.descriptors) == (
        said.judgements,
        said.framing,
        said.descriptors,
    )
    assert read.embedding is not None
    assert said.embedding is not None
    assert (read.embedding == said.embedding).all()


def test_a_picture_that_only_the_judges_could_not_decode_is_unreadable(folder: Path) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    work_through(start_run())
    analysis = ImageAnalysis.objects.select_related("image").first()
    assert analysis is not None
    ImageAnalysis.objects.filter(pk=analysis.pk).update(framing={}, judgements={})
    (read,) = inference.read_assessments([analysis.image]).values()
    assert read.unreadable == "The picture cannot be decoded."


def test_a_second_worker_with_the_same_batch_does_nothing(folder: Path) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    run = start_run()
    assert batches.fetch(run_id=run.pk, number=0)
    assert not batches.fetch(run_id=run.pk, number=0)
    assert batches.judge(run_id=run.pk, number=0)
    assert not batches.judge(run_id=run.pk, number=0)


def test_a_batch_whose_worker_was_killed_goes_on_where_it_stood(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (make_files(folder, draw_picture(n), draw_picture(n, side_px=80)) for n in (1, 2))
    run = start_run()
    batches.fetch(run_id=run.pk, number=0)

    class Killed(BaseException):
        """Nothing in the code catches a kill."""

    real = batches._judge_product

    def die_at_second(row: RunProduct, select: batches.Select) -> None:
        if row.product_id == second.pk:
            raise Killed
        real(row, select)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(batches, "_judge_product", die_at_second)
        batches.judge(run_id=run.pk, number=0)
    assert not batches.judge(run_id=run.pk, number=0)  # the dead worker's lease still holds
    run.batches.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert batches.judge(run_id=run.pk, number=0)
    assert [p.proposals.count() for p in (first, second)] == [1, 1]


@pytest.fixture
def stop() -> Iterator[None]:
    """The worker is asked to stop, and afterwards no more."""
    stopping.ask_to_stop()
    yield
    stopping.work_again()


@pytest.mark.parametrize("work", [batches.fetch, batches.judge])
def test_a_worker_that_is_asked_to_stop_puts_its_batch_back_and_no_attempt_counts(
    folder: Path, work: Callable[..., bool], request: pytest.FixtureRequest
) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    run = start_run()
    if work is batches.judge:
        batches.fetch(run_id=run.pk, number=0)
    request.getfixturevalue("stop")
    for _ in range(runs.MAX_ATTEMPTS + 1):
        assert not work(run_id=run.pk, number=0)
    stopping.work_again()
    assert run.batches.get().attempts == 0
    work_through(run)
    assert run.state == SelectionRun.State.DONE
    assert run.products.get().outcome == Outcome.UNCHANGED


def test_one_product_that_cannot_be_judged_holds_nothing_else_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = make_files(folder, draw_picture(1), draw_picture(2))
    good = make_files(folder, draw_picture(3), draw_picture(1, side_px=80))
    real = inference.select

    def stumble(candidates: object, *known: object) -> object:
        if candidates.record.id == bad.external_id:  # type: ignore[attr-defined]
            raise ValueError("odd picture")
        return real(candidates, *known)  # type: ignore[arg-type]

    monkeypatch.setattr(inference, "select", stumble)
    run = start_run()
    work_through(run)
    assert outcome_of(run, good).outcome == Outcome.PROPOSED
    failed = outcome_of(run, bad)
    assert (failed.outcome, failed.reason) == (
        Outcome.FAILED,
        "It could not be judged (ValueError: odd picture).",
    )


def test_trouble_of_the_machine_is_not_held_against_the_product(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2))

    def lose_database(*_: object) -> None:
        raise OperationalError("the connection is lost")

    run = start_run()
    batches.fetch(run_id=run.pk, number=0)
    with monkeypatch.context() as patch:
        patch.setattr(inference, "select", lose_database)
        assert not batches.judge(run_id=run.pk, number=0)
    assert outcome_of(run, product).outcome == Outcome.WAITING
    assert run.batches.get().error == "OperationalError: the connection is lost"
    assert batches.judge(run_id=run.pk, number=0)


def test_a_picture_that_is_gone_from_the_store_is_named(folder: Path) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2))
    run = start_run()
    batches.fetch(run_id=run.pk, number=0)
    sha256 = product.offers.get(position=0).image.sha256  # type: ignore[union-attr]
    (folder / "store" / store.name_original(sha256)).unlink()
    batches.judge(run_id=run.pk, number=0)
    assert f"not in the store any more: {sha256[:12]}" in outcome_of(run, product).reason


def test_an_unreadable_file_is_dropped_with_its_reason(folder: Path) -> None:
    cut = draw_picture(2)[:300]
    product = make_files(folder, draw_picture(1), cut, draw_picture(3))
    run = start_run()
    work_through(run)
    dropped = Proposal.objects.get(product=product).items.get(verdict="drop")
    assert dropped.reason == "unreadable"
    assert dropped.image.unreadable


def test_a_product_of_which_one_picture_arrives_is_passed_over_with_what_went_wrong(folder: Path) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2))
    Path(product.offers.get(position=1).source).unlink()
    run = start_run()
    work_through(run)
    found = outcome_of(run, product)
    assert found.outcome == Outcome.PASSED_OVER
    assert found.reason.startswith("fewer than two images (1 refused: ")


def test_a_set_that_is_published_while_it_is_judged_is_judged_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2, side_px=80), draw_picture(3))
    real = inference.select
    rounds: list[int] = []

    def publish_meanwhile(candidates: object, *known: object) -> object:
        draft = real(candidates, *known)  # type: ignore[arg-type]
        if not rounds:
            last = product.offers.get(position=0)
            newer = PublishedSet.objects.create(product=product, number=2, origin="import")
            PublishedImage.objects.create(
                published_set=newer, position=0, source=last.source, image=last.image
            )
        rounds.append(1)
        return draft

    monkeypatch.setattr(inference, "select", publish_meanwhile)
    run = start_run()
    work_through(run)
    proposal = Proposal.objects.get(product=product)
    assert proposal.based_on is not None
    assert (len(rounds), proposal.based_on.number) == (2, 2)


def test_a_failing_fetch_is_tried_again_and_then_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2))

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(ingest, "fetch_offers", fail)
    run = start_run()
    for _ in range(runs.MAX_ATTEMPTS):
        assert not batches.fetch(run_id=run.pk, number=0)
    assert outcome_of(run, product).reason == "OSError: the disk is full"
