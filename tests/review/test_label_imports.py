"""Files of labels: every format reads back what was exported, and bad rows are told one by one."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from review import label_imports
from review.actions import exports, files, label_archives, label_files, label_intake, labels, work
from review.models import Image, Label, LabelImport
from tests.review.exported import export, freeze_pairs, read
from tests.review.factories import draw_picture, make_image, make_pictured_image
from tests.review.labelled import LATER, NOW, label
from tests.review.said import check_german
from tests.review.test_exports import folder, pictured  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def send(data: bytes, name: str = "labels.csv", **said: Any) -> LabelImport:
    taken = label_intake.start(file=io.BytesIO(data), name=name, by=None, now=NOW, **said)
    assert label_imports.read(taken.pk, lambda: NOW)
    taken.refresh_from_db()
    check_german(taken.error, *reasons(taken))
    return taken


def list_facts() -> set[tuple[str, str | None, str, str]]:
    rows = Label.objects.values_list("image__sha256", "other__sha256", "subject", "value")
    return set(rows)


def pack_tar(members: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return kept.getvalue()


def pack_zip(members: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return kept.getvalue()


def reasons(report: LabelImport) -> list[str]:
    return [problem["reason"] for problem in report.problems]


def forget_labels() -> set[tuple[str, str | None, str, str]]:
    known = list_facts()
    Label.objects.all().delete()
    return known


@pytest.mark.parametrize("format", list(exports.FORMATS))
def test_what_was_exported_is_read_back(pictured: Any, format: str) -> None:  # noqa: F811
    made = export(pictured, format)
    known = forget_labels()
    for number, file in enumerate(made.files):
        report = send(read(made, number), file["name"], judge="blur")
        assert (report.state, report.counts["refused"]) == (LabelImport.State.DONE, 0), report.problems
    assert list_facts() == known


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "folder", "webdataset"])
def test_pairs_are_read_back(format: str) -> None:
    made = export(freeze_pairs(), format)
    known = forget_labels()
    for number, file in enumerate(made.files):
        assert send(read(made, number), file["name"], judge="pair").counts["refused"] == 0
    assert {(frozenset((a, b)), value) for a, b, _, value in list_facts()} == {
        (frozenset((a, b)), value) for a, b, _, value in known
    }


def csv_of(*rows: str) -> bytes:
    return "\n".join(("sha256,judge,value,source", *rows)).encode()


def test_the_same_file_twice_writes_nothing_twice() -> None:
    data = csv_of(f"{make_image().sha256},blur,yes,gold", f"{make_image().sha256},blur,no,")
    assert send(data).counts == {"new": 2, "known": 0, "refused": 0}
    Label.objects.update(withdrawn_at=NOW)  # and what was taken back stays so
    assert send(data).counts == {"new": 0, "known": 2, "refused": 0}
    assert Label.objects.count() == 2


def test_what_is_known_from_elsewhere_is_not_said_again() -> None:
    image = make_image()
    label(image, "blur")
    assert send(csv_of(f"{image.sha256},blur,yes,specialist")).counts["known"] == 1
    assert send(csv_of(f"{image.sha256},blur,yes,gold")).counts["new"] == 1


def test_a_label_says_where_it_is_from() -> None:
    image = make_image()
    report = send(csv_of(f"{image.sha256},badge,no,"), source="gold")
    made = Label.objects.get()
    assert (made.kind, made.subject, made.value, made.source) == ("compliance", "badge", "fine", "gold")
    assert made.provenance == {"import": report.pk, "file": "labels.csv", "line": 2}


def test_a_file_that_names_no_judge_takes_the_one_that_was_chosen() -> None:
    image = make_image()
    data = f"sha256,value\n{image.sha256},front\n".encode()
    assert reasons(send(data)) == ["It names no judge."]
    assert send(data, judge="type").counts["new"] == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("abc,blur,yes,", "no SHA-256"),
        ("{unknown},blur,yes,", "no picture"),
        ("{sha},blur,perhaps,", "no value of blur"),
        ("{sha},type,diagonal,", "no value of type"),
        ("{sha},Blur!,yes,", "which judge"),
        ("{sha},blur,yes,rumour", "do not come from"),
        ("{sha},pair,duplicate,", "two pictures"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_are_read(row: str, words: str) -> None:
    image = make_image()
    bad = row.format(sha=image.sha256, unknown="0" * 64)
    report = send(csv_of(bad, f"{image.sha256},blur,yes,"))
    assert report.counts == {"new": 1, "known": 0, "refused": 1}
    assert report.problems[0]["line"] == 2
    assert words in reasons(report)[0]


def test_the_first_problems_are_told_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_imports, "MOST_PROBLEMS", 3)
    report = send(csv_of(*["abc,blur,yes,"] * 5))
    assert (len(report.problems), report.counts["refused"]) == (3, 5)


def test_a_dry_run_reports_and_writes_nothing() -> None:
    image = make_image()
    report = send(csv_of(f"{image.sha256},blur,yes,", "abc,blur,yes,"), is_dry_run=True)
    assert report.counts == {"new": 1, "known": 0, "refused": 1}
    assert not Label.objects.exists()


def test_a_dry_run_of_pictures_keeps_none() -> None:
    report = send(pack_tar({"blur/1.png": draw_picture(1)}), "a.tar", judge="blur", is_dry_run=True)
    assert report.counts == {"new": 1, "known": 0, "refused": 0}
    assert not Image.objects.exists()


def test_pictures_of_an_archive_are_checked_and_kept() -> None:
    members = {"train/yes/a.png": draw_picture(1), "train/no/b.png": draw_picture(2)}
    report = send(pack_tar(members | {"train/yes/c.png": b"<html>"}), "a.tar", judge="badge")
    assert report.counts == {"new": 2, "known": 0, "refused": 1}
    assert "not an image" in reasons(report)[0]
    assert {(row.value, row.image.width_px) for row in Label.objects.all()} == {("badge", 320), ("fine", 320)}


@pytest.mark.parametrize("pack", [pack_tar, pack_zip])
@pytest.mark.parametrize("name", ["../../etc/yes/a.png", "/etc/yes/a.png", "yes/../../a.png"])
def test_a_path_that_leads_out_of_the_archive_is_refused(pack: Any, name: str) -> None:
    name_kept = "a.tar" if pack is pack_tar else "a.zip"
    report = send(pack({name: draw_picture(1)}), name_kept, judge="badge", format="folder")
    assert "leads out of the archive" in reasons(report)[0]
    assert not Label.objects.exists()


def test_a_link_is_no_file() -> None:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        info = tarfile.TarInfo("yes/a.png")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    report = send(kept.getvalue(), "a.tar", judge="badge")
    assert "a link or a device" in reasons(report)[0]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_archives, "FREE_BYTES", 1 << 20)
    bomb = pack_zip({f"yes/{number}.png": bytes(1 << 20) for number in range(9)})
    report = send(bomb, "a.zip", judge="badge")
    assert report.state == LabelImport.State.FAILED
    assert "20 times its size" in report.error


def test_a_member_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_archives, "LARGEST_MEMBER", 100)
    report = send(pack_zip({"yes/a.png": draw_picture(1)}), "a.zip", judge="badge")
    assert "larger than" in reasons(report)[0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"picture,label\n1,2\n", "no column 'sha256'"),
        ("a.csv", b'sha256,value\n"abc,1\n', "Behind line 1"),
        ("a.csv", b"sha256,value\n\xff\xfe,1\n", "no UTF-8"),
        ("a.parquet", b"PAR1 not really", "no Parquet file"),
        ("a.json", b'{"images": [{"id": 1}', "expected , or ]"),
        ("a.json", b"[1, 2]", "expected {"),
        ("a.tar", b"\x1f\x8b compressed", "archive is broken"),
        ("a.zip", b"PK\x03\x04 cut off", "The ZIP file (or spreadsheet) is broken"),
        ("a.jsonl", b"x" * (1 << 20), "longer than a megabyte"),
    ],
)
def test_a_broken_file_fails_in_words(name: str, data: bytes, words: str) -> None:
    report = send(data, name, judge="blur")
    assert report.state == LabelImport.State.FAILED
    assert words in report.error


@pytest.mark.parametrize("line", [b"{", b"[]", b'"text"', b'{"sha256": 5, "value": "yes"}', b"[" * 99999])
def test_a_line_that_is_no_object_is_refused_alone(line: bytes) -> None:
    good = json.dumps({"sha256": make_image().sha256, "judge": "blur", "value": "yes"}).encode()
    report = send(line + b"\n\n" + good + b"\n", "a.jsonl")
    assert report.counts == {"new": 1, "known": 0, "refused": 1}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "labels.xls"}, "does not tell the format"),
        ({"name": "a.tar.gz"}, "unpacked to .tar first"),
        ({"format": "xml"}, "no format"),
        ({"judge": "no such!"}, "judge's name"),
        ({"source": "rumour"}, "Labels come from"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_kept(said: dict[str, str], words: str) -> None:
    usual: dict[str, Any] = {"file": io.BytesIO(b""), "name": "a.csv", "by": None, "now": NOW}
    with pytest.raises(label_intake.UnableToImport, match=words):
        label_intake.start(**(usual | said))
    assert not LabelImport.objects.exists()


def test_a_reading_whose_worker_was_killed_goes_on_behind_what_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(label_imports, "ROWS_AT_ONCE", 2)
    data = csv_of(*[f"{make_image().sha256},blur,yes," for _ in range(5)], "abc,blur,yes,")
    taken = label_intake.start(file=io.BytesIO(data), name="a.csv", by=None, now=NOW)
    renew, calls = work.renew, []

    def die_at_the_third(*said: Any, **fields: Any) -> None:
        calls.append(fields)
        if len(calls) == 3:
            raise KeyboardInterrupt
        renew(*said, **fields)

    monkeypatch.setattr(work, "renew", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        label_imports.read(taken.pk, lambda: NOW)
    assert Label.objects.count() == 2
    assert label_imports.read(taken.pk, lambda: LATER)
    taken.refresh_from_db()
    assert taken.counts == {"new": 5, "known": 0, "refused": 1}
    assert Label.objects.count() == 5


def test_a_large_row_group_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_files, "LARGEST_GROUP", 10)
    kept = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"sha256": ["a"], "value": ["b"]}), kept)
    assert "row group" in send(kept.getvalue(), "a.parquet").error


def test_hero_choices_come_back_as_they_were() -> None:
    left, right = make_pictured_image(1), make_pictured_image(2)
    head = "sha256,other_sha256,judge,value\n"
    send(f"{head}{left.sha256},{right.sha256},hero,second\n".encode())
    assert [row.value for row in labels.current("hero")] == ["second"]
    assert Label.objects.get().image == right


def test_a_file_that_is_gone_says_so(folder: Path) -> None:  # noqa: F811
    taken = label_intake.start(file=io.BytesIO(b"x"), name="a.csv", by=None, now=NOW)
    with files.open_kept(taken.path) as file:
        Path(file.name).unlink()
    label_imports.read(taken.pk, lambda: NOW)
    taken.refresh_from_db()
    assert "not in the store" in taken.error
    check_german(taken.error, *reasons(taken))
