"""A catalog that an admin sends by the page: read by a worker, once, and never from this machine's disk."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from review import tasks
from review.actions import sent_catalogs, work
from review.actions.catalog_import import UnableToImport, import_catalog
from review.models import CatalogImport, Offer, Product
from tests.review.test_exports import folder  # noqa: F401  (fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def say(*images: str, product: str = "p1") -> bytes:
    offers = [{"supplier": "Norda", "images": list(images)}]
    return json.dumps({"id": product, "title": "Zoe armchair", "offers": offers}).encode() + b"\n"


def send(data: bytes, name: str = "catalog.jsonl", **said: Any) -> CatalogImport:
    return sent_catalogs.start(file=io.BytesIO(data), name=name, **said)


def test_an_admin_sends_a_catalog_and_finds_its_report(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints: list[Any] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args: hints.append((task.name, *args)))
    client.force_login(ada)
    file = SimpleUploadedFile("C:\\\\shop\\\\spring.jsonl", say("https://media.example/a.jpg"))
    answer = client.post("/imports/", {"file": file})
    report = CatalogImport.objects.get()
    assert answer.headers["Location"] == f"/imports/{report.pk}/"
    assert hints == [("review.tasks.import_catalog", report.pk)]
    assert "Waiting to be read" in client.get(f"/imports/{report.pk}/").content.decode()
    address, by_htmx = f"/imports/{report.pk}/?running", {"hx-request": "true"}
    assert "HX-Refresh" not in client.get(address, headers=by_htmx).headers
    tasks.import_catalog(report.pk)
    assert client.get(address, headers=by_htmx).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(f"/imports/{report.pk}/", headers=by_htmx).headers
    page = client.get(f"/imports/{report.pk}/").content.decode()
    assert "1 line read" in page
    assert 'href="/runs/"' in page
    assert "Have them looked at" in page
    assert Product.objects.get().title == "Zoe armchair"


def test_a_path_of_this_machine_is_refused_and_an_address_taken() -> None:
    report = send(say("/etc/passwd", "secret.jpg", "https://media.example/a.jpg"))
    assert sent_catalogs.read(report.pk)
    assert list(Offer.objects.values_list("source", flat=True)) == ["https://media.example/a.jpg"]
    refused = report.problems.filter(what="image")
    assert [problem.field for problem in refused] == ["offers.0.images.0", "offers.0.images.1"]
    assert all("Only http and https addresses" in problem.reason for problem in refused)


def test_a_csv_is_read_as_well() -> None:
    report = send(
        b"product_id,supplier,image\np1,Norda,https://media.example/a.jpg\np1,Norda,b.jpg\n", "a.csv"
    )
    assert sent_catalogs.read(report.pk)
    assert Offer.objects.count() == 1
    assert report.problems.filter(what="image").count() == 1


def test_it_is_read_once_and_its_file_goes() -> None:
    report = send(say("https://media.example/a.jpg"))
    assert sent_catalogs.read(report.pk)
    assert not sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert (report.lines_read, report.products) == (1, {"new": 1})
    report.finished_at = None
    report.save()
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert report.failure == sent_catalogs.LOST


def test_a_dry_run_changes_nothing() -> None:
    report = send(say("https://media.example/a.jpg"), is_dry_run=True)
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert (report.products, Product.objects.count()) == ({"new": 1}, 0)


def test_after_a_kill_it_is_found_again_and_read_from_its_first_line(tmp_path: Any) -> None:
    report = send(say("https://media.example/a.jpg") + say("https://media.example/b.jpg", product="p2"))
    CatalogImport.objects.update(
        lines_read=1, products={"new": 1}, started_at=timezone.now() - timedelta(hours=1)
    )
    other = tmp_path / "other.jsonl"
    other.write_bytes(say("https://media.example/c.jpg", product="p3"))
    import_catalog(path=other)  # closes what nobody will finish, and leaves what waits alone
    assert sent_catalogs.list_forgotten(timezone.now()) == [report.pk]
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert (report.lines_read, report.products, report.failure) == (2, {"new": 2}, "")
    assert sent_catalogs.list_forgotten(timezone.now()) == []


def test_a_file_that_ends_its_worker_each_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise MemoryError

    report = send(say("https://media.example/a.jpg"))
    with monkeypatch.context() as patch:
        patch.setattr(sent_catalogs, "read_into", die)
        for _ in range(work.MOST_ATTEMPTS):
            with pytest.raises(MemoryError):
                sent_catalogs.read(report.pk)
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert (report.failure, Product.objects.count()) == (sent_catalogs.GIVEN_UP, 0)
    assert not sent_catalogs.read(report.pk)


def test_while_another_import_is_at_work_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise UnableToImport("Another import is running.")

    report = send(say("https://media.example/a.jpg"))
    with monkeypatch.context() as patch:
        patch.setattr(sent_catalogs, "only_import", refuse)
        assert not sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert report.finished_at is None
    assert sent_catalogs.read(report.pk)


@pytest.mark.parametrize("data", [None, b""])
def test_no_file_or_an_empty_one_is_refused_in_words(client: Client, ada: User, data: bytes | None) -> None:
    client.force_login(ada)
    fields = {} if data is None else {"file": SimpleUploadedFile("a.csv", data)}
    answer = client.post("/imports/", fields)
    assert answer.status_code == 400
    assert "The file was not taken." in answer.content.decode()
    assert not CatalogImport.objects.exists()


def test_what_is_no_catalog_says_so_in_its_report() -> None:
    report = send(b"PK\x03\x04 a spreadsheet", "catalog.xlsx")
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    assert "spreadsheet" in report.failure
