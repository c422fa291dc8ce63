"""Every bad input has its own message where a person or a program looks, and holds nothing else up."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.authtoken.models import Token

from review import ingest, tasks
from review.actions.catalog_import import import_catalog
from review.models import CatalogImport, Offer, Product, RunProduct
from tests.pipeline.test_aggregate import QUICK, Server
from tests.pipeline.test_aggregate import server as server
from tests.pipeline.test_odd_catalogs import UNREADABLE, list_readable
from tests.review.factories import draw_picture

pytestmark = pytest.mark.django_db

URLS = {  # what a supplier's server does -> what is said of it
    "/silent": "stopped sending",
    "/dripping": "No full answer within 0.8 seconds",
    "/endless": "The file is larger than",
    "/page": "The address answers with an HTML page, not with a picture.",
    "/gone": "The server answered with status 404 (not found).",
    "/loop": "More than 5 redirects.",
    "/redirect?http://10.0.0.1/a.jpg": "which is not a public address",
    "/redirect?file:///etc/passwd": "Only http and https addresses are taken.",
    "/lying": "The file is cut off",  # claims HTML, starts like a JPEG: the bytes count
}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A catalog's folder with one good picture, and a store beside it."""
    options = {"location": str(tmp_path / "store")}
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    (tmp_path / "good.png").write_bytes(draw_picture(1))
    (tmp_path / "other.png").write_bytes(draw_picture(2))
    return tmp_path


def load(folder: Path, *lines: Any) -> CatalogImport:
    path = folder / "catalog.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return import_catalog(path=path)


def chair(*images: str, **said: Any) -> dict[str, Any]:
    return {"id": "p1", "title": "Chair", "offers": [{"supplier": "Nord", "images": list(images)}], **said}


def fetch() -> dict[str, str]:
    """Fetches what is to be had; the state of every picture by its name."""
    ingest.fetch_offers(Offer.objects.worth_fetching(timezone.now()))
    rows = Offer.objects.values_list("source", "state")
    return {source.rpartition("/")[2]: state for source, state in rows}


def read_product_page(client: Client, sam: User) -> str:
    client.force_login(sam)
    return html.unescape(client.get("/products/p1/").content.decode())


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_product_page_says_why_a_file_cannot_be_used(
    folder: Path, client: Client, sam: User, name: str
) -> None:
    data, message = UNREADABLE[name]
    (folder / name).write_bytes(data)
    load(folder, chair("good.png", name, "other.png"))
    assert fetch() == {"good.png": "fetched", name: "refused", "other.png": "fetched"}
    expected = "The file is larger than 16 MB." if name == "fat.jpg" else message
    assert read_product_page(client, sam).count(expected) >= 1


def test_odd_pictures_are_shown_like_others(folder: Path, client: Client, sam: User) -> None:
    files = list_readable()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    load(folder, chair(*files))
    assert set(fetch().values()) == {"fetched"}
    page = read_product_page(client, sam)
    assert "200 × 200 GIF" in page
    assert "30 × 3000 PNG" in page
    assert "1 × 1 PNG" in page
    assert "catalog-refused" not in page


@pytest.mark.parametrize("path", URLS)
def test_the_product_page_says_why_an_address_gives_nothing(
    folder: Path,
    client: Client,
    sam: User,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    path: str,
) -> None:
    settings.FETCH_ALLOW = ["127.0.0.1"]
    monkeypatch.setattr(ingest, "make_limits", lambda: replace(QUICK, max_bytes=2**20))
    load(folder, chair("good.png", server.url(path), "other.png"))
    states = list(fetch().values())
    assert sorted(states) == ["fetched", "fetched", "refused"]
    assert URLS[path] in read_product_page(client, sam)


def test_a_private_address_is_refused_on_the_product_page(folder: Path, client: Client, sam: User) -> None:
    load(folder, chair("good.png", "http://169.254.169.254/latest/meta-data", "http://localhost/a.jpg"))
    fetch()
    assert read_product_page(client, sam).count("is not a public address; the operator can allow it") == 2


def read_report(client: Client, ada: User, report: CatalogImport) -> str:
    client.force_login(ada)
    return html.unescape(client.get(f"/imports/{report.pk}/").content.decode())


def test_the_import_report_names_broken_lines_and_keeps_the_rest(
    folder: Path, client: Client, ada: User
) -> None:
    report = load(
        folder, "{broken", chair("good.png", "none.png", "ftp://x/a.jpg"), chair("good.png"), {"id": "p2"}
    )
    page = read_report(client, ada, report)
    for words in (
        "The line is not valid JSON",
        "There is no such file in the folder of images. (none.png)",
        "'ftp:' addresses are not taken",
        "The id was on line 2 already",
        "'offers' is missing.",
    ):
        assert words in page
    assert Product.objects.get().external_id == "p1"


def test_the_import_report_names_a_category_that_was_not_known_once(
    folder: Path, client: Client, ada: User
) -> None:
    lines = [
        chair("good.png", category="Home > Chiars"),
        chair("other.png", id="p2", category="Home > Chiars"),
    ]
    words = "The category 'Home > Chiars' was not known"
    first = read_report(client, ada, load(folder, *lines))
    assert first.count(words) == 1
    assert words not in read_report(client, ada, load(folder, *lines))


@pytest.fixture
def machine(ada: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A program of an admin; its runs are handed to nobody."""
    monkeypatch.setattr(tasks, "send_batches", lambda run_id: None)
    return Client(headers={"authorization": f"Token {Token.objects.create(user=ada).key}"})


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"id": None}, "id"),
    ({"id": "x" * 201}, "id"),
    ({"id": {"a": 1}}, "id"),
    ({"title": ["x"]}, "title"),
    ({"title": "a\0b"}, "title"),
    ({"description": 5}, "description"),
    ({"description": "x" * 50_001}, "description"),
    ({"category": "A > > B"}, "category"),
    ({"category": 5}, "category"),
    ({"curated": "yes"}, "curated"),
    ({"current": "https://a.example/1.jpg"}, "current"),
    ({"current": ["http://10.0.0.1/1.jpg"]}, "current.0"),
    ({"offers": {}}, "offers"),
    ({"offers": ["x"]}, "offers.0"),
    ({"offers": [{"supplier": 5, "images": []}]}, "offers.0.supplier"),
    ({"offers": [{"supplier": "N"}]}, "offers.0.images"),
    ({"offers": [{"supplier": "N", "images": [None]}]}, "offers.0.images.0"),
    ({"offers": [{"supplier": "N", "images": ["https://a.example/x"] * 501}]}, "offers.0.images"),
    ({"offers": [{"supplier": "N", "images": ["http://[::ffff:10.0.0.1]/x"]}]}, "offers.0.images.0"),
    ({"offers": [{"supplier": "N", "images": ["https://" + "a" * 2000]}]}, "offers.0.images.0"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=[f"{f}-{n}" for n, (_, f) in enumerate(WRONG)])
def test_the_api_names_the_field_that_is_wrong(machine: Client, change: dict[str, Any], field: str) -> None:
    body = chair("https://a.example/1.jpg", "https://a.example/2.jpg") | change
    answer = machine.post("/api/v1/selections/", body, content_type="application/json")
    assert answer.status_code == 400
    assert field in {problem["field"] for problem in answer.json()["errors"] if problem["message"]}
    assert not Product.objects.exists()


@pytest.mark.parametrize("wait", ["abc", "-1", "nan", "inf", "", "1e999", "%00"])
def test_the_api_refuses_a_wait_that_is_no_time(machine: Client, wait: str) -> None:
    answer = machine.post(f"/api/v1/selections/?wait={wait}", chair(), content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "wait")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (json.dumps({"id": "x" * 3 * 2**20}), "application/json", 413),
        ("id=x", "application/x-www-form-urlencoded", 415),
        ("\ud800".encode("utf-8", "surrogatepass"), "application/json", 400),
        ('{"id": ' + "9" * 5000 + "}", "application/json", 400),
        ("", "application/json", 400),
    ],
)
def test_the_api_refuses_a_body_that_it_cannot_take(
    machine: Client, body: str | bytes, kind: str, status: int
) -> None:
    answer = machine.post("/api/v1/selections/", body, content_type=kind)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


def test_a_product_that_shows_nothing_has_an_empty_set(machine: Client) -> None:
    Product.objects.create(external_id="bare", title="Bare")
    told = machine.get("/api/v1/products/bare/images/").json()
    assert (told["set"], told["published_at"], told["images"]) == (0, None, [])


def test_the_api_names_what_could_not_be_used_and_why(
    folder: Path, machine: Client, server: Server, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.FETCH_ALLOW = ["127.0.0.1"]
    monkeypatch.setattr(ingest, "make_limits", lambda: QUICK)
    bad = [server.url(path) for path in ("/gone", "/lying", "/page")]
    told = machine.post("/api/v1/selections/", chair(*bad), content_type="application/json").json()
    fetch()
    RunProduct.objects.update(outcome="passed_over", reason="no pictures")
    items = machine.get(told["status_url"]).json()["selection"]["items"]
    assert [(item["file"], item["reason"], item["duplicate_of"]) for item in items] == [
        (url, "unreadable", None) for url in bad
    ]
    assert all(
        item["evidence"]["unreadable"].startswith(words)
        for item, words in zip(
            items, ("The server answered", "The file is cut off", "The address"), strict=True
        )
    )
