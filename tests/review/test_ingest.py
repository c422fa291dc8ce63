"""Fetching offers: what is stored, what is refused, and what their products' sets learn of it."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image as Pillow
from pytest_django.fixtures import Settings

from review import ingest
from review.actions import store
from review.models import Image, Offer, Product, PublishedImage, PublishedSet, Supplier
from tests.review.factories import draw_picture, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalog(settings: Settings, tmp_path: Path) -> Path:
    """A folder of suppliers' files, and a store beside it."""
    options = {"location": str(tmp_path / "store")}
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def offer(
    source: Path | str, product: Product | None = None, supplier: str = "Nord", **said: object
) -> Offer:
    row = Supplier.objects.get_or_create(name=supplier)[0]
    product = product or make_product()
    return Offer.objects.create(product=product, supplier=row, source=str(source), position=0, **said)


def write(catalog: Path, name: str, data: bytes) -> Path:
    path = catalog / name
    path.write_bytes(data)
    return path


def fetch() -> ingest.FetchCounts:
    return ingest.fetch_offers(Offer.objects.worth_fetching(timezone.now()))


def test_a_picture_is_stored_once_however_many_send_it(catalog: Path) -> None:
    product = make_product()
    offer(write(catalog, "a.png", draw_picture(1)), product)
    offer(write(catalog, "b.png", draw_picture(1)), product, supplier="Sud")
    assert fetch() == ingest.FetchCounts(fetched=2)
    image = Image.objects.get()
    assert (image.format, image.width_px, image.height_px) == ("PNG", 320, 320)
    assert set(Offer.objects.values_list("state", "image", "refusal")) == {("fetched", image.pk, "")}
    assert store.read_original(image.sha256) == draw_picture(1)
    for side_px in store.SIDES_PX:
        assert store.read_rendition(image.sha256, side_px)[8:12] == b"WEBP"


def test_nothing_is_left_to_do_a_second_time(catalog: Path) -> None:
    offer(write(catalog, "a.png", draw_picture(1)))
    fetch()
    assert fetch() == ingest.FetchCounts()


def test_the_sets_that_named_a_picture_learn_of_it(catalog: Path) -> None:
    found = offer(write(catalog, "a.png", draw_picture(1)))
    shown = PublishedSet.objects.create(product=found.product, number=1, origin="import")
    PublishedImage.objects.create(published_set=shown, position=0, source=found.source)
    other = PublishedSet.objects.create(product=make_product(), number=1, origin="import")
    PublishedImage.objects.create(published_set=other, position=0, source=found.source)
    fetch()
    assert shown.images.get().image == Image.objects.get()
    assert other.images.get().image is None


def cut_jpeg() -> bytes:
    kept = io.BytesIO()
    Pillow.open(io.BytesIO(draw_picture(3))).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()[:-200]


BROKEN = [
    (b"", "The file is empty."),
    (b"<html><body>Log in</body></html>", "This is not an image but an HTML page."),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG drawing"),
    (cut_jpeg(), "The file is cut off"),
    (b"\xff\xd8\xff\xe0" + b"x" * 100, "cut off"),
]


@pytest.mark.parametrize(("data", "reason"), BROKEN, ids=[case[1] for case in BROKEN])
def test_an_unreadable_file_has_its_reason_at_the_offer(catalog: Path, data: bytes, reason: str) -> None:
    broken = offer(write(catalog, "a.jpg", data))
    offer(write(catalog, "b.png", draw_picture(2)), broken.product, supplier="Sud")
    assert fetch() == ingest.FetchCounts(fetched=1, refused=1)
    broken.refresh_from_db()
    assert (broken.state, broken.refusal_code) == ("refused", "unreadable")
    assert reason in broken.refusal
    assert broken.image is not None
    assert broken.image.unreadable == broken.refusal
    assert store.read_original(broken.image.sha256) == data


def test_a_source_that_gives_nothing_has_its_reason_at_the_offer(catalog: Path) -> None:
    gone = offer(catalog / "gone.jpg")
    inner = offer("http://127.0.0.1/a.jpg")
    assert fetch() == ingest.FetchCounts(refused=2)
    gone.refresh_from_db()
    inner.refresh_from_db()
    assert (gone.refusal, gone.image) == ("The file is no longer there.", None)
    assert "not a public address" in inner.refusal


@pytest.fixture
def supplier_host(catalog: Path) -> Iterator[str]:
    """A supplier's server on this machine that shows the folder of files."""
    answer = partial(SimpleHTTPRequestHandler, directory=str(catalog))
    server = ThreadingHTTPServer(("127.0.0.1", 0), answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_listed_host_is_fetched_from(catalog: Path, supplier_host: str, settings: Settings) -> None:
    write(catalog, "a.png", draw_picture(1))
    row = offer(f"http://{supplier_host}/a.png")
    settings.FETCH_ALLOW = [supplier_host]
    assert fetch() == ingest.FetchCounts(fetched=1)
    row.refresh_from_db()
    assert row.image is not None
    assert row.image.byte_size == len(draw_picture(1))


def test_only_what_may_have_passed_is_asked_for_again_and_only_after_a_while(catalog: Path) -> None:
    now = timezone.now()
    long_ago = now - timedelta(hours=1)
    refused: dict[str, Any] = {"state": Offer.State.REFUSED, "refusal": "no"}
    offer("https://a.example/1", refusal_code="timeout", fetched_at=now, **refused)
    late = offer("https://a.example/2", refusal_code="timeout", fetched_at=long_ago, **refused)
    offer("https://a.example/3", refusal_code="http_status", fetched_at=long_ago, **refused)
    offer("https://a.example/4", is_retired=True)
    assert list(Offer.objects.worth_fetching(now)) == [late]


def test_a_file_that_is_replaced_while_it_is_read_stays_to_be_fetched(catalog: Path) -> None:
    row = offer(write(catalog, "a.png", draw_picture(1)), stamp="1")
    read = list(Offer.objects.all())
    Offer.objects.update(stamp="2")
    ingest.fetch_offers(read)
    row.refresh_from_db()
    assert row.state == Offer.State.PENDING


def test_a_renewal_that_fails_keeps_the_picture(catalog: Path) -> None:
    row = offer(write(catalog, "a.png", draw_picture(1)))
    fetch()
    Path(row.source).unlink()
    Offer.objects.update(state=Offer.State.PENDING)
    fetch()
    row.refresh_from_db()
    assert (row.state, row.image) == ("refused", Image.objects.get())
