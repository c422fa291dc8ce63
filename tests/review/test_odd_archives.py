"""Odd, broken and ill-meant ZIP files: each has its sentence, and holds nothing else up."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from review.actions import sent_archives, sent_catalogs, zip_files
from review.models import Offer, Product
from tests.review.archives import ONE, TWO, reasons, say, send
from tests.review.factories import draw_picture
from tests.review.test_exports import folder  # noqa: F401  (fixture)
from tests.review.test_label_imports import pack_zip
from tests.review.test_odd_uploads import damage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def lock(packed: bytes) -> bytes:
    """The flag of a password, in the heads of all files but the first."""
    names = zipfile.ZipFile(io.BytesIO(packed)).infolist()[1:]
    changed = bytearray(packed)
    for info in names:
        changed[info.header_offset + 6] |= 1
        at = changed.rindex(b"PK\x01\x02", 0, changed.rindex(info.filename.encode()))
        changed[at + 8] |= 1
    return bytes(changed)


def link(target: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("catalog.jsonl", say("a.png", "https://media.example/b.jpg"))
        info = zipfile.ZipInfo("a.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return kept.getvalue()


def pack_beside(data: bytes, how: int = zipfile.ZIP_STORED) -> bytes:
    """A catalog of one picture of these bytes and one address."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("catalog.jsonl", say("a.png", "https://media.example/b.jpg"))
        archive.writestr("a.png", data, compress_type=how)
    return kept.getvalue()


def break_last(packed: bytes) -> bytes:
    at = zipfile.ZipFile(io.BytesIO(packed)).infolist()[1].header_offset
    return packed[:at] + damage(packed[at:])


@pytest.mark.parametrize("said", ["../../etc/passwd", "/../x.png", "a/../../../x.png"])
def test_no_path_leads_out_of_it(said: str) -> None:
    report = send({"spring/catalog.jsonl": say(said, "a.png"), "spring/a.png": ONE, "etc/passwd": b"x"})
    assert reasons(report) == [f"The path leads out of the ZIP file. ({said})"]
    assert list(Offer.objects.values_list("source", flat=True)) == ["sent:/a.png"]


@pytest.mark.parametrize("name", ["../../evil.png", "/evil.png", "a/../../evil.png"])
def test_a_file_whose_name_leads_out_is_passed_over_and_nothing_is_written_there(
    name: str, tmp_path: Path
) -> None:
    report = send({"catalog.jsonl": say("evil.png"), name: ONE})
    assert (
        f"A name leads out of the ZIP file; its file is passed over: '{name}'" in reasons(report, "note")[0]
    )
    assert reasons(report) == ["There is no such file in the ZIP file. (evil.png)"]
    assert not list(tmp_path.parent.rglob("evil.png"))


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (lock(pack_beside(ONE)), "The file is locked by a password; pack it without one."),
        (link("/etc/passwd"), "This is no file but a link or a device."),
        (break_last(pack_beside(ONE)), "The file is broken in the ZIP file."),
        (pack_beside(ONE, zipfile.ZIP_BZIP2), "The file is packed in a way that is not read"),
        (pack_beside(b"\0" * (16 << 20) + b"!", zipfile.ZIP_DEFLATED), "The file is larger than 16 MB."),
        (pack_beside(b""), "The file is empty."),
        (pack_beside(b"<html>log in</html>"), "This is not an image but an HTML page."),
        (pack_beside(pack_zip({"a.png": ONE})), "This is a ZIP archive, a type that cannot be used"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_picture_is_refused_alone(packed: bytes, why: str) -> None:
    report = send(packed)
    (told,) = reasons(report)
    assert told.startswith(why) and told.endswith("(a.png)")
    assert dict(Offer.objects.values_list("source", "state")) == {
        "sent:/a.png": "refused", "https://media.example/b.jpg": "pending",
    }  # fmt: skip
    assert report.failure == ""


def test_a_head_that_lies_about_its_size_is_not_believed() -> None:
    packed = bytearray(pack_beside(b"\0" * (18 << 20), zipfile.ZIP_DEFLATED))
    at = packed.rindex(b"PK\x01\x02")
    packed[at + 24 : at + 28] = struct.pack("<I", 100)
    assert reasons(send(bytes(packed))) == ["The file is broken in the ZIP file. (a.png)"]


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        ({}, "The ZIP file is empty."),
        ({"a.png": ONE}, "There is no catalog in the ZIP file"),
        ({"inner.zip": b"PK"}, "There is another ZIP file in the ZIP file"),
        ({"a.csv": b"", "b.csv": b""}, "Several files of the ZIP file may be the catalog: 'a.csv', 'b.csv'."),
        ({"[Content_Types].xml": b"", "xl/book.xml": b""}, "This is a spreadsheet"),
        ({"a.csv": b"neither\n"}, "The file is neither JSON Lines"),
        (b"PK\x03\x04 cut off", "The ZIP file (or spreadsheet) is broken"),
        (pack_zip({"catalog.jsonl": say("a.png"), "a.png": ONE})[:-30], "The ZIP file (or"),
        (damage(pack_zip({"a.jsonl": b"0123456789" * 99})), "The catalog in the ZIP file, 'a.jsonl': The"),
    ],
)  # fmt: skip
def test_what_is_no_such_archive_says_so_in_its_report(packed: bytes | dict[str, bytes], why: str) -> None:
    report = send(packed)
    assert report.failure.startswith(why)
    assert report.finished_at


def test_what_unpacks_to_far_more_than_it_weighs_is_given_up_and_what_was_read_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zip_files, "FREE_BYTES", 5 << 20)
    monkeypatch.setattr(sent_catalogs, "ARCHIVE_BATCH", 1)
    lines = b"".join(say(f"{n}.png", product=f"p{n}") for n in range(9))
    report = send(
        {"catalog.jsonl": lines} | {f"{n}.png": draw_picture(n) + b"\0" * (2 << 20) for n in range(9)}
    )
    assert report.failure == "The ZIP file unpacks to over 20 times its size; it is not read on."
    assert Product.objects.count() == 2


def test_too_many_files_or_too_long_a_list_of_them_is_refused() -> None:
    packed = pack_zip({"a.png": ONE, "b.png": TWO, "c.png": ONE})
    with pytest.raises(zip_files.TooLong, match="holds 3 files; at most 2"), open_zip(packed, most=2):
        pass
    with pytest.raises(zip_files.TooLong, match="longer than 0 MB"), open_zip(packed, longest=100):
        pass
    names = pack_zip(
        {"catalog.jsonl": say("a.png"), "a.png": ONE} | {"x" * 60_000 + str(n): b"" for n in range(400)}
    )
    assert send(names).failure == "The ZIP file's list of its files is longer than 20 MB. Split it."


def open_zip(packed: bytes, **limits: int) -> AbstractContextManager[zipfile.ZipFile]:
    return zip_files.open_zip(io.BytesIO(packed), **limits)


def test_an_archive_larger_than_any_is_refused_before_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_catalogs, "LARGEST_ARCHIVE_BYTES", 1 << 30)

    class Endless(io.BytesIO):
        def seek(self, place: int, whence: int = 0) -> int:
            return (2 << 30) if whence == 2 else super().seek(place, whence)

    with pytest.raises(sent_catalogs.UnableToImport, match="larger than 1 GB"):
        sent_catalogs.start(file=Endless(pack_zip({"a.csv": b""})), name="a.zip")
    assert sent_archives.is_archive(io.BytesIO(pack_zip({})))
