"""Importing a catalog: what becomes of products, offers and published sets, again and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from review.actions import catalog_import
from review.actions.catalog_import import UnableToImport, import_catalog
from review.models import CatalogImport, Category, Event, Offer, Product, PublishedImage, PublishedSet
from tests.review.factories import make_image, publish_images

pytestmark = pytest.mark.django_db
Import = Callable[..., CatalogImport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "abcd":
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    return tmp_path


@pytest.fixture
def load(folder: Path) -> Import:
    """Imports these lines."""

    def load_lines(*lines: Any, **options: Any) -> CatalogImport:
        path = folder / "products.jsonl"
        path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
        return import_catalog(path=path, **options)

    return load_lines


def chair(*offers: tuple[str, list[str]], **changes: Any) -> dict[str, Any]:
    named = [{"supplier": supplier, "images": images} for supplier, images in offers]
    named = named or [{"supplier": "Nord", "images": ["a.jpg", "b.jpg"]}]
    return {"id": "p1", "title": "Chair", "category": "Home > Chairs", "offers": named} | changes


def shown(product_id: str = "p1") -> list[list[str]]:
    """The file names of every published set, oldest first."""
    sets = PublishedSet.objects.filter(product__external_id=product_id).order_by("number")
    return [[Path(one.source).name for one in row.images.order_by("position")] for row in sets]


def offered(is_retired: bool = False) -> list[tuple[str, str, int]]:
    rows = Offer.objects.filter(is_retired=is_retired).order_by("supplier__name", "position")
    return [(row.supplier.name, Path(row.source).name, row.position) for row in rows]


def test_it_writes_products_offers_and_the_set_that_is_shown(load: Import) -> None:
    report = load(chair(("Nord", ["b.jpg", "a.jpg"]), ("Sud", ["https://x.example/1.jpg"])))
    product = Product.objects.get()
    assert (product.title, str(product.category), product.category_from) == ("Chair", "Chairs", "given")
    assert offered() == [("Nord", "b.jpg", 0), ("Nord", "a.jpg", 1), ("Sud", "1.jpg", 0)]
    assert shown() == [["b.jpg", "a.jpg"]]
    assert (report.products, report.images, report.failure) == ({"new": 1}, {"new": 3}, "")
    assert report.finished_at is not None
    assert Event.objects.get().kind == "imported"


def test_running_it_twice_changes_nothing(load: Import) -> None:
    load(chair(current=["b.jpg"]), chair(id="p2"))
    before = [list(model.objects.order_by("pk").values()) for model in (Product, Offer, PublishedSet, Event)]
    report = load(chair(current=["b.jpg"]), chair(id="p2"))
    assert [list(m.objects.order_by("pk").values()) for m in (Product, Offer, PublishedSet, Event)] == before
    assert (report.products, report.images) == ({"unchanged": 2}, {"unchanged": 4})


def test_views_a_week_are_taken_over_and_stay_where_a_line_does_not_tell(load: Import) -> None:
    for said, expected in (({"views_a_week": 70}, 70), ({}, 70), ({"views_a_week": 0}, 0)):
        load(chair(title=f"Chair {expected}", **said))
        assert Product.objects.get().views_a_week == expected


def test_broken_lines_and_pictures_are_reported_and_stop_nothing(load: Import) -> None:
    report = load("{broken\n", chair(("Nord", ["a.jpg", "none.jpg"])), chair(id="p2"), chair(id="p2"))
    assert (report.products, report.images) == ({"new": 2, "refused": 2}, {"new": 3, "refused": 1})
    problems = [(p.line, p.what, p.field) for p in report.problems.exclude(what="note").order_by("line")]
    assert problems == [(1, "product", ""), (2, "image", "offers.0.images.1"), (4, "product", "id")]


def test_a_dry_run_reports_the_same_and_writes_nothing(load: Import) -> None:
    report = load("{broken\n", chair(), is_dry_run=True)
    assert (report.products, report.images) == ({"new": 1, "refused": 1}, {"new": 2})
    assert [(row.line, row.what) for row in report.problems.order_by("line")] == [(1, "product"), (2, "note")]
    for model in (Product, Offer, PublishedSet, Category, Event):
        assert not model.objects.exists()


def test_offers_are_moved_made_and_retired_and_come_back(load: Import) -> None:
    load(chair(("Nord", ["a.jpg", "b.jpg"]), ("Sud", ["c.jpg"])))
    report = load(chair(("Nord", ["b.jpg", "d.jpg"])))
    assert offered() == [("Nord", "b.jpg", 0), ("Nord", "d.jpg", 1)]
    assert {name for _, name, _ in offered(is_retired=True)} == {"a.jpg", "c.jpg"}
    assert report.images == {"new": 1, "changed": 1, "no longer offered": 2}
    load(chair(("Nord", ["a.jpg", "b.jpg"]), ("Sud", ["c.jpg"])))
    assert len(offered()) == 3


def test_a_feed_leaves_alone_what_other_suppliers_offer(load: Import) -> None:
    load(chair(("Nord", ["a.jpg"]), ("Sud", ["c.jpg"])))
    load({"id": "p1", "images": ["b.jpg"]}, supplier="Nord")
    assert offered() == [("Nord", "b.jpg", 0), ("Sud", "c.jpg", 0)]
    assert Product.objects.get().title == "Chair"
    assert shown() == [["a.jpg"]]


def test_a_replaced_file_is_fetched_anew(load: Import, folder: Path) -> None:
    load(chair())
    Offer.objects.update(state=Offer.State.FETCHED, image=make_image())
    (folder / "a.jpg").write_bytes(b"another picture")
    report = load(chair())
    states = {Path(offer.source).name: offer.state for offer in Offer.objects.all()}
    assert states == {"a.jpg": "pending", "b.jpg": "fetched"}
    assert report.images == {"changed": 1, "unchanged": 1}


def test_a_missing_file_is_seen_on_the_product_and_taken_when_it_comes_back(
    load: Import, folder: Path
) -> None:
    line = chair(("Nord", ["a.jpg", "late.jpg"]))
    load(line)
    offer = Offer.objects.get(position=1)
    assert (offer.state, offer.refusal_code) == ("refused", "missing")
    assert load(line).products == {"unchanged": 1}
    (folder / "late.jpg").write_bytes(b"late")
    load(line)
    offer.refresh_from_db()
    assert (offer.state, offer.refusal) == ("pending", "")
    assert shown() == [["a.jpg", "late.jpg"]]


def test_a_picture_that_is_gone_for_now_keeps_its_bytes(load: Import, folder: Path) -> None:
    load(chair())
    Offer.objects.update(state=Offer.State.FETCHED, image=make_image())
    (folder / "a.jpg").unlink()
    load(chair())
    assert set(Offer.objects.values_list("state", "is_retired")) == {("fetched", False)}


def decide(images: int = 1) -> None:
    """A specialist's set follows."""
    row = publish_images(Product.objects.get(), [make_image() for _ in range(images)])
    PublishedSet.objects.filter(pk=row.pk).update(origin=PublishedSet.Origin.DECISION)


def test_a_decision_stands_while_the_catalog_says_what_it_said(load: Import) -> None:
    load(chair(current=["b.jpg", "a.jpg"]))
    decide()
    load(chair(current=["b.jpg", "a.jpg"], title="Oak chair"))
    assert len(shown()) == 2


def test_a_new_statement_of_the_catalog_is_published(load: Import) -> None:
    load(chair(current=["b.jpg", "a.jpg"]))
    decide()
    load(chair(current=["a.jpg"]))
    assert shown()[2] == ["a.jpg"]
    assert PublishedSet.objects.latest("number").origin == PublishedSet.Origin.IMPORT


def test_a_catalog_that_repeats_what_was_decided_publishes_nothing(load: Import) -> None:
    load(chair(current=["b.jpg", "a.jpg"]))
    last = PublishedSet.objects.get()
    row = PublishedSet.objects.create(product=last.product, number=2, origin=PublishedSet.Origin.DECISION)
    source = last.images.get(position=1).source
    PublishedImage.objects.create(published_set=row, position=0, source=source)
    load(chair(current=["a.jpg"]))
    assert len(shown()) == 2
    decide()
    load(chair(current=["a.jpg"], title="Oak chair"))
    assert len(shown()) == 3


def test_a_default_set_follows_the_first_offer_until_somebody_decides(load: Import) -> None:
    load(chair(("Nord", ["a.jpg"])))
    load(chair(("Nord", ["a.jpg", "b.jpg"])))
    assert shown() == [["a.jpg"], ["a.jpg", "b.jpg"]]
    decide()
    load(chair(("Nord", ["c.jpg"])))
    assert len(shown()) == 3


def test_a_set_of_pictures_that_are_here_already_knows_them_at_once(load: Import) -> None:
    load(chair())
    image = make_image()
    Offer.objects.filter(position=1).update(state=Offer.State.FETCHED, image=image)
    load(chair(current=["b.jpg"]))
    assert PublishedImage.objects.get(published_set__number=2).image == image


def test_a_predicted_category_outlives_an_import_that_gives_none(load: Import) -> None:
    load(chair(category=None))
    found = Category.objects.create(path="Home > Chairs")
    predicted = {"category": found, "category_from": "predicted", "category_confidence": 0.9}
    Product.objects.update(**predicted)
    load(chair(category=None, title="Oak chair"))
    assert Product.objects.get().category_from == "predicted"
    load(chair(category="Home > Stools"))
    product = Product.objects.get()
    assert (str(product.category), product.category_from, product.category_confidence) == (
        "Stools",
        "given",
        None,
    )


def test_a_killed_import_is_completed_by_the_next(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [chair(id=f"p{number}") for number in range(5)]
    monkeypatch.setattr(catalog_import, "BATCH_LINES", 2)
    seen: list[int] = []

    def pull_the_plug(report: CatalogImport) -> None:
        seen.append(report.lines_read)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(*lines, watch=pull_the_plug)
    assert Product.objects.count() == 4
    report = load(*lines)
    assert report.products == {"unchanged": 4, "new": 1}
    assert "interrupted" in CatalogImport.objects.order_by("pk")[0].failure
    assert PublishedSet.objects.count() == 5


def test_two_imports_do_not_run_at_once(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [catalog_import._LOCK])
            with pytest.raises(UnableToImport, match="Another import is running"):
                load(chair())
            cursor.execute("SELECT pg_advisory_unlock(%s)", [catalog_import._LOCK])
    finally:
        other.close()
    assert load(chair()).products == {"new": 1}


def test_the_command_prints_counts_reasons_and_where_the_report_is(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = folder / "products.jsonl"
    path.write_text(json.dumps(chair(("Nord", ["a.jpg", "none.jpg"]))) + "\n{broken\n")
    out = StringIO()
    call_command("import_catalog", str(path), stdout=out)
    text = out.getvalue()
    assert "products: 1 new, 1 refused" in text
    assert "images:   1 new, 1 refused" in text
    assert "line 1 (p1 offers.0.images.1): There is no such file" in text
    assert "line 2: The line is not valid JSON" in text
    assert f"/imports/{CatalogImport.objects.get().pk}/" in text
    assert capfd.readouterr().err == ""  # no bar in a file that is read at once


def test_the_command_fails_with_the_reason_for_what_is_no_catalog(folder: Path) -> None:
    (folder / "notes.txt").write_text("hello\n")
    with pytest.raises(CommandError, match="neither JSON Lines"):
        call_command("import_catalog", str(folder / "notes.txt"), stdout=StringIO())
    assert "neither JSON Lines" in CatalogImport.objects.get().failure
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_catalog", str(folder / "none.jsonl"), stdout=StringIO())


@pytest.mark.catalogs
def test_the_real_catalogs_are_read_whole(shared_data: Path) -> None:
    report = import_catalog(path=shared_data / "products.jsonl")
    assert report.products == {"new": 435}
    assert report.images == {"new": 935}
    assert Product.objects.filter(category=None).count() == 79
    assert timezone.now() >= report.started_at
