"""The store of pictures, and the addresses under which they are shown."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Pillow
from pytest_django.fixtures import Settings

from pipeline.images import render_renditions
from review.actions import store
from tests.review.factories import draw_picture


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A store of the test's own."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    return tmp_path


@pytest.fixture
def picture() -> str:
    """SHA-256 of a stored picture."""
    data = draw_picture(1)
    sha256 = hashlib.sha256(data).hexdigest()
    store.put_picture(sha256, data, render_renditions(data))
    return sha256


def test_the_same_content_is_one_file_and_is_not_written_twice(folder: Path, picture: str) -> None:
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert len(files) == 4
    store.put_picture(picture, draw_picture(1), render_renditions(draw_picture(1)))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == files


def test_a_write_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store.put_picture("ab" * 32, b"picture", {})
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_store_without_a_folder_is_written_through_its_storage(settings: Settings, picture: str) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    with pytest.raises(store.NotStored):
        store.read_original(picture)
    store.put_picture(picture, b"picture", {160: b"small"})
    assert (store.read_original(picture), store.read_rendition(picture, 160)) == (b"picture", b"small")


@pytest.mark.parametrize("side_px", store.SIDES_PX)
def test_a_rendition_is_shown_and_kept_for_ever(client: Client, picture: str, side_px: int) -> None:
    answer = client.get(store.image_url(picture, side_px))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.has_header("Set-Cookie")
    assert max(Pillow.open(io.BytesIO(answer.content)).size) == min(320, side_px)


def test_a_known_rendition_is_not_sent_again(client: Client, picture: str) -> None:
    url = store.image_url(picture, 160)
    etag = client.get(url)["ETag"]
    answer = client.get(url, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


def test_the_original_is_only_to_be_saved(client: Client, picture: str) -> None:
    answer = client.get(store.original_url(picture))
    assert answer.content == draw_picture(1)
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == f'attachment; filename="{picture[:16]}.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_original_that_is_no_picture_is_never_shown_as_a_page(client: Client) -> None:
    page = b"<html><script>alert(1)</script></html>"
    sha256 = hashlib.sha256(page).hexdigest()
    store.put_picture(sha256, page, {})
    answer = client.get(store.original_url(sha256))
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_wrong_signature_finds_nothing(client: Client, picture: str) -> None:
    url, signature = store.image_url(picture, 160).split("?s=")
    other = store.image_url(picture, 480).split("?s=")[1]
    for tried in (url, f"{url}?s=", f"{url}?s={other}", f"{url}?s={signature[:-1]}x", f"{url}?s=\u00e9"):
        assert client.get(tried).status_code == 404


WRONG = [("999", "ab" * 32 + ".webp"), ("160", "..webp"), ("x", "ab" * 32)]


@pytest.mark.parametrize(("size", "name"), WRONG)
def test_a_signature_for_what_cannot_be_finds_nothing(client: Client, size: str, name: str) -> None:
    assert client.get(store._make_url(size, name)).status_code == 404


def test_a_missing_rendition_is_made_again(client: Client, picture: str) -> None:
    default_storage.delete(store.name_rendition(picture, 480))
    assert client.get(store.image_url(picture, 480)).status_code == 200
    assert default_storage.exists(store.name_rendition(picture, 480))


def test_a_picture_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(store.image_url("ab" * 32, 480)).status_code == 404
    assert client.get(store.original_url("ab" * 32)).status_code == 404


def test_showing_a_picture_asks_nothing_of_the_database(
    client: Client, picture: str, db: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get(store.image_url(picture, 160)).status_code == 200
