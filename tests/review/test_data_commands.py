"""Data sets and labels on the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from review.actions import exports
from review.models import Label, SnapshotExport
from tests.review.exported import export, read
from tests.review.factories import make_image
from tests.review.labelled import freeze, make_labelled
from tests.review.test_exports import folder, pictured  # noqa: F401  (fixtures)
from tests.review.test_label_imports import csv_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_a_data_set_is_written_with_its_checksum_beside_it(tmp_path: Path, capsys: Any) -> None:
    make_labelled(5)
    out = tmp_path / "labels.csv"
    call_command("export_snapshot", freeze().pk, "--out", str(out))
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    assert (tmp_path / "labels.csv.sha256").read_text() == f"{sha256}  labels.csv\n"
    assert sha256 in capsys.readouterr().out


def test_several_files_go_into_a_folder(pictured: Any, tmp_path: Path) -> None:  # noqa: F811
    call_command("export_snapshot", pictured.pk, "--format", "coco", "--out", str(tmp_path / "coco"))
    assert {path.name for path in (tmp_path / "coco").glob("*.json")} == {
        file["name"] for file in SnapshotExport.objects.get().files
    }


def test_what_is_written_already_is_only_copied(tmp_path: Path) -> None:
    make_labelled(5)
    made = export(freeze(), "jsonl")
    out = tmp_path / "out.jsonl"
    call_command("export_snapshot", made.snapshot_id, "--format", "jsonl", "--out", str(out))
    assert out.read_bytes() == read(made)
    assert SnapshotExport.objects.count() == 1


def test_a_file_that_was_spoilt_in_the_store_is_not_handed_out(tmp_path: Path) -> None:
    make_labelled(5)
    made = export(freeze(), "csv")
    path = Path(exports.files.default_storage.path(exports.name_kept(made, "labels.csv")))  # type: ignore[attr-defined]
    path.write_bytes(b"spoilt")
    with pytest.raises(CommandError, match="not what was written"):
        call_command("export_snapshot", made.snapshot_id, "--out", str(tmp_path / "out.csv"))


def test_a_failed_one_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_labelled(3)
    frozen = freeze()

    def be_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("review.actions.export_formats.CsvDraft.add", be_full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("export_snapshot", frozen.pk, "--out", str(tmp_path / "out.csv"))


def test_a_data_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no data set 999"):
        call_command("export_snapshot", 999, "--out", str(tmp_path / "out.csv"))


def test_a_file_of_labels_is_read_and_reported(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(csv_of(f"{make_image().sha256},blur,yes,", "abc,blur,yes,"))
    call_command("import_labels", str(path))
    said = capsys.readouterr().out
    assert "1 new, 0 known, 1 refused" in said
    assert "row 3: sha256 is no SHA-256: 'abc'." in said
    call_command("import_labels", str(path))
    assert "0 new, 1 known, 1 refused" in capsys.readouterr().out
    assert Label.objects.count() == 1


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(csv_of(f"{make_image().sha256},blur,yes,"))
    call_command("import_labels", str(path), "--dry-run")
    assert "nothing was written" in capsys.readouterr().out
    assert not Label.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("labels.doc", "does not tell"), ("none.csv", "No such file"), ("bad.csv", "no column")],
)
def test_a_file_that_cannot_be_read_fails_in_words(tmp_path: Path, name: str, words: str) -> None:
    if name != "none.csv":
        (tmp_path / name).write_text("a,b\n")
    with pytest.raises(CommandError, match=words):
        call_command("import_labels", str(tmp_path / name))
