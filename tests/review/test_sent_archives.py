"""A catalog and its pictures in one ZIP file: taken by content, and nothing that was there is lost by it."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from review import ingest
from review.actions import sent_catalogs, sent_pictures, store, zip_files
from review.models import CatalogImport, Image, Offer, Product, PublishedSet, Supplier
from tests.review.archives import ONE, TWO, fetch, list_files, reasons, say, send
from tests.review.test_exports import folder  # noqa: F401  (fixture)
from tests.review.test_label_imports import pack_zip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_a_catalog_and_its_pictures_are_taken_together() -> None:
    report = send(
        {
            "spring/catalog.jsonl": say("front.png", "views/back.png"),
            "spring/front.png": ONE,
            "spring/views/back.png": TWO,
        }
    )
    assert (report.failure, report.products, report.images) == ("", {"new": 1}, {"new": 2})
    assert fetch() == ingest.FetchCounts(fetched=2)
    shown = PublishedSet.objects.get().images.order_by("position")
    assert [store.read_original(place.image.sha256) for place in shown if place.image] == [ONE, TWO]
    assert not report.problems.exists()


def test_a_csv_and_addresses_beside_pictures_are_read_as_well() -> None:
    rows = b"product_id,supplier,image\np1,Norda,a.png\np1,Norda,https://media.example/b.jpg\n"
    send({"products.csv": rows, "README.txt": b"read me", "a.png": ONE})
    assert set(Offer.objects.values_list("source", flat=True)) == {
        "sent:/a.png",
        "https://media.example/b.jpg",
    }


@pytest.mark.parametrize(
    ("said", "packed"),
    [
        ("pictures\\a.png", "spring/pictures/a.png"),
        ("./pictures/a.png", "spring\\pictures\\a.png"),
        ("../shared/a.png", "shared/a.png"),
        ("shared/a.png", "shared/a.png"),
        ("Stühle/a.png", unicodedata.normalize("NFD", "spring/Stühle/a.png")),
    ],
)
def test_a_picture_is_found_however_systems_write_its_path(said: str, packed: str) -> None:
    send({"spring/catalog.jsonl": say(said), packed: ONE, "__MACOSX/spring/._a.png": b"x"})
    assert fetch() == ingest.FetchCounts(fetched=1)


def test_a_broken_line_holds_nothing_else_up() -> None:
    report = send(
        {
            "catalog.jsonl": say("a.png") + b"{no json}\n" + say("b.png", product="p2"),
            "a.png": ONE,
            "b.png": TWO,
        }
    )
    assert report.products == {"new": 2, "refused": 1}
    assert fetch() == ingest.FetchCounts(fetched=2)


def test_sent_again_it_changes_nothing_and_a_new_picture_of_the_name_is_fetched() -> None:
    send({"catalog.jsonl": say("a.png"), "a.png": ONE})
    fetch()
    again = send({"catalog.jsonl": say("a.png"), "a.png": ONE})
    assert (again.products, again.images) == ({"unchanged": 1}, {"unchanged": 1})
    assert send({"catalog.jsonl": say("a.png"), "a.png": TWO}).images == {"changed": 1}
    assert fetch() == ingest.FetchCounts(fetched=1)
    offer = Offer.objects.get()
    assert offer.image is not None
    assert store.read_original(offer.image.sha256) == TWO


@pytest.mark.parametrize("packed", [{}, {"a.png": b""}, {"a.png": b"<html>"}])
def test_a_picture_that_is_missing_or_broken_this_time_keeps_what_was_there(packed: dict[str, bytes]) -> None:
    send({"catalog.jsonl": say("a.png"), "a.png": ONE})
    fetch()
    report = send({"catalog.jsonl": say("a.png"), **packed})
    offer = Offer.objects.get()
    assert (offer.state, offer.is_retired, Image.objects.get()) == ("fetched", False, offer.image)
    assert len(reasons(report)) == 1


def test_files_of_one_name_from_two_suppliers_are_two() -> None:
    send({"catalog.jsonl": say("1.png", supplier=""), "1.png": ONE}, supplier=" Norda ")
    report = send({"catalog.jsonl": say("1.png", supplier=""), "1.png": TWO}, supplier="A/B % C")
    assert (report.supplier, report.images) == ("A/B % C", {"new": 1})
    assert fetch() == ingest.FetchCounts(fetched=2)
    found = Offer.objects.order_by("pk").values_list("supplier__name", "source", "is_retired")
    assert list(found) == [("Norda", "sent:Norda/1.png", False), ("A/B % C", "sent:A%2FB %25 C/1.png", False)]
    assert Image.objects.count() == 2


def test_files_of_one_name_for_two_products_are_two() -> None:
    send({"catalog.jsonl": say("1.png"), "1.png": ONE})
    send({"catalog.jsonl": say("1.png", product="p2"), "1.png": TWO})
    assert fetch() == ingest.FetchCounts(fetched=2)
    found = {offer.product.external_id: offer.image for offer in Offer.objects.all()}
    assert [store.read_original(found[name].sha256) for name in ("p1", "p2") if found[name]] == [ONE, TWO]  # type: ignore[union-attr]


def test_a_dry_run_leaves_nothing_behind(folder: Path) -> None:  # noqa: F811
    report = send({"catalog.jsonl": say("a.png", "gone.png"), "a.png": ONE}, is_dry_run=True)
    assert (report.products, report.images) == ({"new": 1}, {"new": 1, "refused": 1})
    assert (list_files(folder), Product.objects.count()) == ([], 0)


def test_files_that_no_line_names_are_noted_and_not_kept(folder: Path) -> None:  # noqa: F811
    report = send({"catalog.jsonl": say("a.png"), "a.png": ONE, "aa.png": TWO})
    assert reasons(report, "note") == ["Files of the ZIP file that no line names: 1, the first is 'aa.png'."]
    assert len(list_files(folder)) == 1


def test_a_picture_that_many_lines_name_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    unpack = zip_files.Unpacker.read

    def count(self: zip_files.Unpacker, member: zipfile.ZipInfo, largest: int) -> bytes:
        read.append(member.filename)
        return unpack(self, member, largest)

    monkeypatch.setattr(zip_files.Unpacker, "read", count)
    send({"catalog.jsonl": say("a.png", current=["a.png"]) + say("a.png", product="p2"), "a.png": ONE})
    assert read == ["a.png"]


def test_after_a_kill_it_is_read_from_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(self: sent_pictures.SentPictures, member: zipfile.ZipInfo) -> Any:
        if member.filename == "b.png":
            raise Killed
        return look(self, member)

    look = sent_pictures.SentPictures._read
    packed = pack_zip(
        {"catalog.jsonl": say("a.png") + say("b.png", product="p2"), "a.png": ONE, "b.png": TWO}
    )
    monkeypatch.setattr(sent_catalogs, "ARCHIVE_BATCH", 1)
    report = sent_catalogs.start(file=io.BytesIO(packed), name="spring.zip")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(sent_pictures.SentPictures, "_read", die)
        sent_catalogs.read(report.pk)
    assert Product.objects.count() == 1
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert (report.failure, report.lines_read, report.attempts) == ("", 2, 2)
    assert fetch() == ingest.FetchCounts(fetched=2)


def test_a_file_that_went_from_the_store_is_said_so_at_its_picture() -> None:
    send({"catalog.jsonl": say("a.png"), "a.png": ONE})
    Offer.objects.update(stamp="0" * 64)
    assert fetch() == ingest.FetchCounts(refused=1)
    assert Offer.objects.get().refusal == "The file that was sent is not there any more; send it again."
    send({"catalog.jsonl": say("a.png", curated=False), "a.png": TWO})
    assert fetch() == ingest.FetchCounts(fetched=1)


def test_an_admin_sends_a_suppliers_feed_by_the_page(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    send({"catalog.jsonl": say("a.png", supplier="Solvik"), "a.png": ONE})
    monkeypatch.setattr("review.tasks.hint", lambda task, *args: task(*args))
    client.force_login(ada)
    assert '<option value="Solvik">' in client.get("/imports/").content.decode()
    file = SimpleUploadedFile(
        "norda.zip", pack_zip({"feed.csv": b"product_id,image\np1,b.png\n", "b.png": TWO})
    )
    answer = client.post("/imports/", {"file": file, "supplier": "Norda"})
    report = CatalogImport.objects.latest("pk")
    assert (answer.status_code, report.supplier, report.failure) == (302, "Norda", "")
    assert "feed of Norda" in client.get(f"/imports/{report.pk}/").content.decode()
    assert set(Offer.objects.values_list("supplier__name", "is_retired")) == {
        ("Solvik", False),
        ("Norda", False),
    }
    assert Product.objects.get().title == "Zoe armchair"


def test_a_supplier_that_is_no_name_is_refused_in_words_and_the_form_kept(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.post("/imports/", {"file": SimpleUploadedFile("a.csv", b"x"), "supplier": "N" * 201})
    assert answer.status_code == 400
    assert "at most 200 signs" in answer.content.decode()
    assert f'value="{"N" * 201}"' in answer.content.decode()
    assert not (CatalogImport.objects.exists() or Supplier.objects.exists())
