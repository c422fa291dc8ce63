"""Large files in the store: kept whole, replaced whole, and sent by an object store itself."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client

from review.actions import files
from review.models import SnapshotExport
from tests.review.exported import export
from tests.review.labelled import freeze, make_labelled
from tests.review.test_exports import folder  # noqa: F401  (fixture)

pytestmark = pytest.mark.usefixtures("folder")


def use_bucket(settings: Any) -> None:
    """A store that signs addresses and is never spoken to."""
    options: dict[str, Any] = {
        "bucket_name": "smartimg",
        "access_key": "key",
        "secret_key": "secret",
        "region_name": "eu-1",
    }
    options |= {"endpoint_url": "http://store.example", "querystring_auth": True}
    own = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**django_settings.STORAGES, "default": own}


def test_a_draft_is_moved_into_the_store_and_can_be_replaced() -> None:
    for data in (b"first", b"second"):
        draft = files.locate_draft("1-labels.csv.draft")
        draft.write_bytes(data)
        files.keep("exports/1/labels.csv", draft)
        assert not draft.exists()
        with files.open_kept("exports/1/labels.csv") as file:
            assert file.read() == data


def test_what_somebody_sends_is_kept_under_our_name(folder: Path) -> None:  # noqa: F811
    files.take_in("imports/3/labels", io.BytesIO(b"sent"))
    with files.open_kept("imports/3/labels") as file:
        assert file.read() == b"sent"
    assert list((folder / "exports").iterdir()) == []


def test_a_file_that_is_not_there_is_not_kept() -> None:
    with pytest.raises(files.NotKept):
        files.open_kept("exports/9/labels.csv")


def test_a_local_folder_has_no_address_of_its_own() -> None:
    assert files.find_address("exports/1/labels.csv", "blur.csv") is None


def test_an_object_store_has_a_signed_address_with_the_name_to_save_under(settings: Any) -> None:
    use_bucket(settings)
    address = urlsplit(files.find_address("exports/1/labels.csv", "blur-1-labels.csv") or "")
    said = parse_qs(address.query)
    assert address.path == "/smartimg/exports/1/labels.csv"
    assert said["response-content-disposition"] == ['attachment; filename="blur-1-labels.csv"']
    assert any("signature" in name.lower() for name in said)


@pytest.mark.django_db
def test_a_download_is_sent_on_to_the_object_store(client: Client, ada: User, settings: Any) -> None:
    make_labelled(3)
    made = export(freeze(), "csv")
    use_bucket(settings)
    client.force_login(ada)
    answer = client.get(f"/data/exports/{made.pk}/0/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://store.example/smartimg/exports/")
    assert SnapshotExport.objects.get() == made
