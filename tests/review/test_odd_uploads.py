"""Files as spreadsheets, other systems and ill-meaning people make them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.authtoken.models import Token

from pipeline.catalog_files import parse
from pipeline.catalog_records import NotACatalog, ParsedProduct, Refusal
from review.actions import question_upload
from review.models import Label, Product, Question
from tests.review.exported import export, read
from tests.review.exported import parse as parse_export
from tests.review.factories import make_image, make_product
from tests.review.labelled import freeze, label, offer
from tests.review.test_exports import folder  # noqa: F401  (a fixture)
from tests.review.test_label_imports import pack_tar, pack_zip, reasons, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def damage(archive: bytes) -> bytes:
    """The packed bytes of the first member are noise; its head is whole."""
    name_length = struct.unpack("<H", archive[26:28])[0]
    start = 30 + name_length
    return archive[:start] + b"\xff" * 20 + archive[start + 20 :]


def test_a_damaged_member_ends_a_file_of_labels_in_words(db: None) -> None:
    report = send(damage(pack_zip({"blur/a.png": b"0123456789" * 99})), "a.zip", judge="blur")
    assert (report.state, "The archive is broken" in report.error) == ("failed", True)


def test_a_name_that_is_no_text_is_told_with_its_row(db: None) -> None:
    members = pack_tar({"\udce4\udcff.png": b"x", "blur/none.png": b"no picture"})
    report = send(members, "a.tar", format="folder", judge="blur")
    assert report.state == "done"
    assert reasons(report)[0] == "\\udce4\\udcff.png: no folder says what it shows."
    assert report.counts["refused"] == 2


@pytest.mark.parametrize("mark", [";", "\t"])
def test_labels_saved_by_a_spreadsheet_are_read(mark: str) -> None:
    image = make_image()
    table = f"\ufeffsha256{mark}value\r\n{image.sha256}{mark}yes\r\n"
    report = send(table.encode(), judge="blur")
    assert report.counts == {"new": 1, "known": 0, "refused": 0}
    assert Label.objects.get().value == "blur"


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def ask(admin: Client, data: bytes) -> tuple[int, str]:
    file = SimpleUploadedFile("a", data)
    answer = admin.post("/questions/", {"subject": "blur", "file": file}, follow=True)
    return answer.status_code, answer.content.decode()


def test_questions_are_read_from_a_spreadsheet_too(admin: Client) -> None:
    image = make_image()
    _, page = ask(admin, f"\ufeffname;image\r\nchair;{image.sha256}\r\nstool;\0\r\n".encode())
    assert "1 question was made." in page
    assert "is no SHA-256 sum." in page


def test_a_table_without_an_end_is_not_held_in_memory(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_upload, "MOST_ROWS", 3)
    status, page = ask(admin, b"image\n" + b"a\n" * 4)
    assert (status, "more than 3 rows" in page) == (400, True)


def test_a_damaged_picture_of_an_archive_is_told_by_its_name(admin: Client) -> None:
    _, page = ask(admin, damage(pack_zip({"a.png": b"0123456789" * 99})))
    assert "a.png: damaged, or locked by a password." in page
    assert not Question.objects.exists()


def test_an_archive_whose_names_are_no_text_is_refused(admin: Client) -> None:
    archive = bytearray(pack_zip({"aäa.png": b"x"}))
    place = archive.rindex("ä".encode())
    archive[place : place + 2] = b"\xff\xff"
    assert ask(admin, bytes(archive))[0] == 400


def test_a_formula_is_text_in_a_table_and_whole_in_other_files() -> None:
    product = make_product(category="@SUM(A1)")
    Product.objects.filter(pk=product.pk).update(external_id='=HYPERLINK("http://x")')
    image = make_image()
    offer(image, product)
    label(image, product_id=product.pk)
    frozen = freeze()
    rows = {name: parse_export(name, read(export(frozen, name)))[0] for name in ("csv", "jsonl")}
    assert (rows["csv"]["product"], rows["csv"]["category"]) == ('\'=HYPERLINK("http://x")', "'@SUM(A1)")
    assert (rows["jsonl"]["product"], rows["jsonl"]["category"]) == ('=HYPERLINK("http://x")', "@SUM(A1)")
    assert rows["csv"]["sha256"] == image.sha256


def test_a_spreadsheet_in_place_of_a_catalog_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog.xlsx").write_bytes(pack_zip({"[Content_Types].xml": b"<x/>"}))
    with pytest.raises(NotACatalog, match="save the sheet as CSV"):
        list(parse(tmp_path / "catalog.xlsx"))


@pytest.mark.parametrize("url", ["http://[::1", "http://a:99999/x", "http://[zz]/", "http://\u2100.com/"])
def test_a_malformed_address_is_told_with_its_field(ada: User, url: str) -> None:
    client = Client(headers={"authorization": f"Token {Token.objects.create(user=ada).key}"})
    body = {"id": "p", "title": "Chair", "offers": [{"supplier": "Nord", "images": [url]}]}
    answer = client.post("/api/v1/selections/", body, content_type="application/json")
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["field"], "malformed" in error["message"]) == ("offers.0.images.0", True)


def test_a_number_without_an_end_is_refused_where_it_stands(tmp_path: Path) -> None:
    report = send(b'{"images": [{"id": ' + b"9" * 5000 + b"}]}", "a.json", judge="blur")
    assert (report.state, "no JSON that can be read" in report.error) == ("failed", True)
    rows = f"product_id,position,image\np,{'9' * 5000},http://a.example/1\nq,1,http://a.example/2\n"
    (tmp_path / "catalog.csv").write_text(rows)
    refused, taken = parse(tmp_path / "catalog.csv", supplier="Norda")
    assert isinstance(refused, Refusal) and "position" in refused.reason
    assert isinstance(taken, ParsedProduct) and taken.id == "q"
