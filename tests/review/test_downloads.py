"""Downloads of exports: whole, in parts, for admins or by a signed address, and nothing else."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client

from review.actions import exports, files
from review.models import SnapshotExport
from tests.review.exported import export, read
from tests.review.labelled import freeze, make_labelled
from tests.review.test_exports import folder  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def made() -> SnapshotExport:
    make_labelled(9)
    return export(freeze(), "csv")


@pytest.fixture
def data(made: SnapshotExport) -> bytes:
    return read(made)


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def get(client: Client, made: SnapshotExport, **headers: str) -> HttpResponse:
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: Any = client.get(f"/data/exports/{made.pk}/0/", headers=asked)
    return answer  # type: ignore[no-any-return]


def body(answer: Any) -> bytes:
    assert isinstance(answer, FileResponse | StreamingHttpResponse)
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_the_whole_file_comes_with_its_name_length_and_checksum(
    admin: Client, made: SnapshotExport, data: bytes
) -> None:
    answer = get(admin, made)
    assert body(answer) == data
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["ETag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="blur-{made.snapshot_id}-labels.csv"'
    )


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=10-10", slice(10, 11)),
        ("bytes=5-999999999", slice(5, None)),
        ("bytes=-999999999", slice(0, None)),
    ],
)
def test_a_part_is_sent_as_it_was_asked_for(
    admin: Client, made: SnapshotExport, data: bytes, wanted: str, part: slice
) -> None:
    answer = get(admin, made, range=wanted)
    assert answer.status_code == 206
    assert body(answer) == data[part]
    first = data.index(data[part])
    last = first + len(data[part]) - 1
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
    assert answer.headers["Content-Length"] == str(len(data[part]))


def test_a_download_that_broke_off_goes_on(admin: Client, made: SnapshotExport, data: bytes) -> None:
    first = get(admin, made, range="bytes=0-499")
    tag = first.headers["ETag"]
    rest = get(admin, made, range="bytes=500-", if_range=tag)
    assert body(first) + body(rest) == data


def test_a_part_of_a_file_that_is_another_by_now_is_the_whole(
    admin: Client, made: SnapshotExport, data: bytes
) -> None:
    answer = get(admin, made, range="bytes=500-", if_range='"of another file"')
    assert answer.status_code == 200
    assert body(answer) == data


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=-0"])
def test_bytes_that_are_not_there_are_refused(
    admin: Client, made: SnapshotExport, data: bytes, wanted: str
) -> None:
    answer = get(admin, made, range=wanted)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(data)}"


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,5-9", "bytes=9-3", "bytes=-", "lines=0-1", "bytes=a-b", "x" * 999]
)
def test_a_range_that_is_none_gives_the_whole_file(
    admin: Client, made: SnapshotExport, data: bytes, wanted: str
) -> None:
    assert body(get(admin, made, range=wanted)) == data


def test_only_the_head_is_sent_where_only_that_is_asked(admin: Client, made: SnapshotExport) -> None:
    answer = admin.head(f"/data/exports/{made.pk}/0/")
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_checksums_are_as_sha256sum_reads_them(admin: Client, made: SnapshotExport, data: bytes) -> None:
    answer = admin.get(f"/data/exports/{made.pk}/sums/")
    assert answer.content.decode() == (
        f"{hashlib.sha256(data).hexdigest()}  blur-{made.snapshot_id}-labels.csv\n"
    )


def test_a_signed_address_needs_no_log_in(client: Client, made: SnapshotExport, data: bytes) -> None:
    assert body(client.get(files.make_link(made.pk, 0))) == data


def test_a_signed_address_is_for_its_file_alone(client: Client, made: SnapshotExport) -> None:
    key = files.make_link(made.pk, 0).split("key=")[1]
    other = exports.start(snapshot=made.snapshot, format="jsonl", by=None, now=made.created_at)
    exports.write(other.pk)
    for address in (f"/data/exports/{other.pk}/0/", f"/data/exports/{made.pk}/1/"):
        assert client.get(f"{address}?key={key}").status_code == 404


@pytest.mark.parametrize("spoil", [lambda key: key[:-1] + "-", lambda key: "", lambda key: "x"])
def test_a_spoilt_key_opens_nothing(client: Client, made: SnapshotExport, spoil: Any) -> None:
    key = spoil(files.make_link(made.pk, 0).split("key=")[1])
    assert client.get(f"/data/exports/{made.pk}/0/?key={key}").status_code in (302, 404)


def test_an_old_address_opens_nothing(
    client: Client, made: SnapshotExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = files.make_link(made.pk, 0)
    later = time.time() + files.LINK_LASTS_S + 5
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get(address).status_code == 404


def test_a_file_that_is_not_written_or_is_gone_is_not_found(admin: Client, made: SnapshotExport) -> None:
    assert admin.get(f"/data/exports/{made.pk}/7/").status_code == 404
    going = exports.start(snapshot=made.snapshot, format="jsonl", by=None, now=made.created_at)
    assert admin.get(f"/data/exports/{going.pk}/0/").status_code == 404
    files.default_storage.delete(exports.name_kept(made, "labels.csv"))
    assert get(admin, made).status_code == 404
