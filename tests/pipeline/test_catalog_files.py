"""Catalog files: three forms in, products and refusals out, whatever is in the file."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.catalog_files import MAX_LINE_BYTES, count_lines, parse
from pipeline.catalog_records import NotACatalog, ParsedProduct, Refusal

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a catalog beside a folder that holds a.jpg, b.jpg and c.jpg."""
    (tmp_path / "secret.txt").write_text("not yours")
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.jpg").write_bytes(b"picture")

    def write_file(*lines: Any, name: str = "products.jsonl") -> Path:
        rows = [line if isinstance(line, bytes) else _to_text(line).encode() for line in lines]
        (folder / name).write_bytes(b"\n".join(rows) + b"\n")
        return folder / name

    return write_file


def _to_text(line: Any) -> str:
    return line if isinstance(line, str) else json.dumps(line)


def chair(**changes: Any) -> dict[str, Any]:
    """A sound product in the documented form."""
    offers = [{"supplier": "Nord", "images": ["a.jpg", "b.jpg"]}]
    return {"id": "p1", "title": "Chair", "category": "Home > Chairs", "offers": offers} | changes


def read(path: Path, **options: Any) -> tuple[list[ParsedProduct], list[Refusal]]:
    """Products and refusals apart, those of images among the latter."""
    found = list(parse(path, **options))
    products = [item for item in found if isinstance(item, ParsedProduct)]
    refusals = [item for item in found if isinstance(item, Refusal)]
    return products, refusals + [refusal for product in products for refusal in product.refusals]


def names(product: ParsedProduct) -> list[tuple[str, list[str]]]:
    return [(offer.supplier, [image.name for image in offer.images]) for offer in product.offers]


def test_it_reads_the_documented_form(write: Write) -> None:
    sud = {"supplier": "Sud", "images": ["https://x.example/1"]}
    offers = [{"supplier": "Nord", "images": ["a.jpg"]}, sud]
    more = {"curated": True, "description": " Oak ", "views_a_week": 70}
    path = write(chair(offers=offers, current=["https://x.example/1"], **more))
    [product], refusals = read(path)
    assert not refusals
    assert names(product) == [("Nord", ["a.jpg"]), ("Sud", ["https://x.example/1"])]
    assert product.offers[0].images[0].source == str(path.parent / "a.jpg")
    said = (product.description, product.category, product.is_curated, product.views_a_week)
    assert said == ("Oak", "Home > Chairs", True, 70)
    assert [image.name for image in product.shown] == ["https://x.example/1"]


def test_it_shows_the_first_offer_where_no_current_set_is_stated(write: Write) -> None:
    [product], _ = read(write(chair()))
    assert product.current is None
    assert [image.name for image in product.shown] == ["a.jpg", "b.jpg"]


def test_it_reads_the_plain_form(write: Write) -> None:
    line = {
        "id": 7,
        "source": "spree",
        "title": None,
        "images": [{"file": "a.jpg", "view": "1"}],
        "licence": "MIT",
    }
    [product], refusals = read(write(line))
    assert (product.id, names(product), refusals) == ("7", [("spree", ["a.jpg"])], [])


def test_it_reads_csv_rows_wherever_they_lie_and_by_position(write: Write) -> None:
    [one, two], refusals = read(
        write(
            "product_id,title,description,category,supplier,position,image",
            'p1,Chair,"A ""good"" one,\nof oak",Home>Chairs,Nord,1,b.jpg',
            "p2,Table,,,Nord,,a.jpg",
            "p1,,,,Sud,0,c.jpg",
            "p1,,,,Nord,0,a.jpg",
            name="products.csv",
        )
    )
    assert not refusals
    assert names(one) == [("Nord", ["a.jpg", "b.jpg"]), ("Sud", ["c.jpg"])]
    assert (one.description, one.category) == ('A "good" one,\nof oak', "Home > Chairs")
    assert (one.lines, two.id, two.line) == (3, "p2", 4)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_it_reads_what_spreadsheets_write(write: Write, delimiter: str) -> None:
    rows = ("product_id,supplier,image", "p1,Nord,a.jpg")
    path = write(*(f"{row}\r".replace(",", delimiter) for row in rows), name="products.csv")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    [product], refusals = read(path)
    assert (names(product), refusals) == ([("Nord", ["a.jpg"])], [])


BROKEN_LINES = [
    ('{"id": "p2", ', "", "not valid JSON"),
    ("[" * 100_000, "", "nested too deep"),
    ('["p2"]', "", "must be a JSON object, not a list"),
    (chair(id=None), "id", "missing"),
    (chair(id=True), "id", "must be text, not true or false"),
    (chair(id=".."), "id", "cannot be used"),
    (chair(id="p2", title=["x"]), "title", "must be text, not a list"),
    (chair(id="p2", title="a\x00b"), "title", "NUL"),
    ('{"id": "p2", "title": "\\ud800", "offers": []}', "title", "lone surrogate"),
    (chair(id="p2", title="x" * 501), "title", "501 characters long; at most 500"),
    (chair(id="p2", category="A > > B"), "category", "empty part"),
    (chair(id="p2", offers=None), "offers", "missing"),
    (chair(id="p2", offers={"supplier": "x"}), "offers", "must be a list, not an object"),
    (chair(id="p2", offers=["a.jpg"]), "offers.0", "must be an object, not text"),
    (chair(id="p2", offers=[{"images": ["a.jpg"]}]), "offers.0.supplier", "missing"),
    (chair(id="p2", offers=[{"supplier": "N", "images": "a.jpg"}]), "offers.0.images", "must be a list"),
    (chair(id="p2", offers=[{"supplier": "N", "images": ["a.jpg"] * 501}]), "offers.0.images", "at most 500"),
    (chair(id="p2", current="a.jpg"), "current", "must be a list"),
    (chair(id="p2", curated="yes"), "curated", "must be true or false"),
    (chair(id="p2", views_a_week=-1), "views_a_week", "must be a whole number"),
    (chair(title="The same id again"), "id", "was on line 1 already"),
    (b'{"id": "p2", "title": "\xff"}', "", "not UTF-8 text (at its byte 24)"),
    (b'{"id": "' + b"x" * MAX_LINE_BYTES + b'"}', "", "longer than 1 MB"),
]


@pytest.mark.parametrize(("line", "field", "reason"), BROKEN_LINES, ids=[case[2] for case in BROKEN_LINES])
def test_it_refuses_a_broken_line_and_reads_on(write: Write, line: Any, field: str, reason: str) -> None:
    products, [refusal] = read(write(chair(), line, chair(id="p3")))
    assert [product.id for product in products] == ["p1", "p3"]
    assert (refusal.line, refusal.field, refusal.what) == (2, field, "product")
    assert reason in refusal.reason


BROKEN_IMAGES = [
    ("../secret.txt", "leads out of the folder"),
    ("/etc/passwd", "leads out of the folder"),
    (".", "not a file"),
    ("", "is empty"),
    ("a\x00.jpg", "control character"),
    ("\udcff.jpg", "half a character"),
    (5, "not a number"),
    ("ftp://x.example/a.jpg", "'ftp:' addresses are not taken"),
    ("file:///etc/passwd", "'file:' addresses are not taken"),
    ("data:image/png;base64,AAAA", "'data:' addresses are not taken"),
    ("https://sam:secret@x.example/a.jpg", "user name or password"),
    ("https:///a.jpg", "no valid host"),
    ("https://x.example:port/a.jpg", "malformed"),
    ("https://x.example/" + "a" * 2000, "2018 bytes long"),
]


@pytest.mark.parametrize(("image", "reason"), BROKEN_IMAGES, ids=[case[1] for case in BROKEN_IMAGES])
def test_it_refuses_a_picture_alone(write: Write, image: Any, reason: str) -> None:
    [product], [refusal] = read(write(chair(offers=[{"supplier": "N", "images": ["a.jpg", image, "b.jpg"]}])))
    assert names(product) == [("N", ["a.jpg", "b.jpg"])]
    assert (refusal.line, refusal.field, refusal.what) == (1, "offers.0.images.1", "image")
    assert reason in refusal.reason


def test_a_missing_file_keeps_its_place_for_when_it_comes_back(write: Write) -> None:
    line = chair(offers=[{"supplier": "N", "images": ["missing.jpg", "a.jpg"]}])
    [product], [refusal] = read(write(line))
    assert names(product) == [("N", ["missing.jpg", "a.jpg"])]
    assert (refusal.what, refusal.field) == ("image", "offers.0.images.0")
    assert "no such file" in refusal.reason


def test_a_password_is_not_shown_in_the_report(write: Write) -> None:
    _, [refusal] = read(
        write(chair(offers=[{"supplier": "N", "images": ["https://sam:secret@x.example/a"]}]))
    )
    assert "secret" not in refusal.reason


@pytest.mark.parametrize("said", ["Home > Chairs", "Home>Chairs", " Home  ->  Chairs "])
def test_a_category_is_written_one_way(write: Write, said: str) -> None:
    [product], _ = read(write(chair(category=said)))
    assert product.category == "Home > Chairs"


def test_it_refuses_a_link_that_leads_out_of_the_folder(write: Write) -> None:
    path = write(chair(offers=[{"supplier": "N", "images": ["link.jpg"]}]))
    (path.parent / "link.jpg").symlink_to(path.parent.parent / "secret.txt")
    _, [refusal] = read(path)
    assert "leads out of the folder" in refusal.reason


BROKEN_ROWS = [
    (",Chair,Nord,0,a.jpg", "product_id", "missing"),
    ("p2,Chair,Nord,0", "", "has 4 cells; the first line names 5"),
    ("p2,Chair,Nord,first,a.jpg", "position", "whole number, not 'first'"),
    ('p2,"Chair,Nord,0,a.jpg', "", "never closed"),
    ("p2,Chair,,0,a.jpg", "supplier", "missing"),
    (b"p2,\xff,Nord,0,a.jpg", "", "not UTF-8"),
    (b"p2,\x00,Nord,0,a.jpg", "", "NUL"),
    ("p2,Chair,Nord,0,missing.jpg", "image", "no such file"),
]


@pytest.mark.parametrize(("row", "field", "reason"), BROKEN_ROWS, ids=[case[2] for case in BROKEN_ROWS])
def test_it_refuses_a_broken_row_and_reads_on(write: Write, row: Any, field: str, reason: str) -> None:
    head, sound = "product_id,title,supplier,position,image", "p{0},Chair,Nord,0,a.jpg"
    path = write(head, sound.format(1), row, sound.format(3), sound.format(4), name="products.csv")
    products, [refusal] = read(path)
    assert [product.id for product in products if product.id != "p2"] == ["p1", "p3", "p4"]
    assert (refusal.line, refusal.field) == (3, field)
    assert reason in refusal.reason


def test_it_says_that_an_unknown_field_or_column_is_ignored(write: Write) -> None:
    products, [note] = read(write(chair(curent=["b.jpg"]), chair(id="p2", curent=[])))
    assert len(products) == 2
    assert (note.what, note.line, note.field) == ("note", 1, "curent")
    _, [note] = read(write("product_id,supplier,image,colour", "p1,N,a.jpg,red", name="products.csv"))
    assert (note.what, note.field) == ("note", "colour")


def test_it_says_that_a_picture_is_listed_twice(write: Write) -> None:
    [product], [note] = read(write(chair(offers=[{"supplier": "N", "images": ["a.jpg", "./a.jpg"]}])))
    assert (names(product), note.what, note.field) == ([("N", ["a.jpg"])], "note", "offers.0.images.1")


def test_what_the_shop_shows_but_nobody_offers_stays_a_candidate(write: Write) -> None:
    [product], _ = read(write(chair(current=["c.jpg", "a.jpg"])))
    assert names(product) == [("Nord", ["a.jpg", "b.jpg"]), ("shop", ["c.jpg"])]


def test_the_named_supplier_stands_in_where_none_is_given(write: Write) -> None:
    offers = [{"images": ["a.jpg"]}, {"supplier": "Sud", "images": ["b.jpg"]}]
    [product], refusals = read(write(chair(offers=offers)), supplier="Nord")
    assert (names(product), refusals) == ([("Nord", ["a.jpg"]), ("Sud", ["b.jpg"])], [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"hello\nworld\n", "neither JSON Lines"),
        (b'[{"id": "p1"}]', "one JSON list"),
        (b"product_id,title\np1,Chair\n", "'image' is missing"),
        (b"product_id,image,image\n", "named twice"),
        ('{"id": "p1"}'.encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00", "compressed"),
    ],
)
def test_it_says_why_a_file_is_no_catalog(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "catalog"
    path.write_bytes(content)
    with pytest.raises(NotACatalog, match=reason):
        list(parse(path))


def test_a_digest_changes_with_anything_said_and_with_a_replaced_file(write: Write) -> None:
    path = write(chair())
    [first], _ = read(path)
    [same], _ = read(write(chair()))
    [other], _ = read(write(chair(description="Oak")))
    (path.parent / "a.jpg").write_bytes(b"another picture")
    [replaced], _ = read(write(chair()))
    assert first.digest() == same.digest()
    assert len({first.digest(), other.digest(), replaced.digest()}) == 3


def measure_peak_bytes(folder: Path, products: int) -> int:
    path = folder / f"{products}.jsonl"
    offers = [{"supplier": "Nord", "images": ["https://x.example/a.jpg"]}]
    with path.open("w") as file:
        for number in range(products):
            file.write(json.dumps(chair(id=f"p{number}", description="x" * 500, offers=offers)) + "\n")
    assert count_lines(path) == products
    tracemalloc.start()
    assert sum(isinstance(item, ParsedProduct) for item in parse(path)) == products
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_stays_constant_over_many_products(tmp_path: Path) -> None:
    measure_peak_bytes(tmp_path, 10)
    few = measure_peak_bytes(tmp_path, 500)
    assert measure_peak_bytes(tmp_path, 5000) < few + 200_000
