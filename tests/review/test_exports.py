"""Data sets as files: every format holds every row, and a killed worker's file goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from review.actions import export_archives, export_formats, export_rows, exports, files, store, work
from review.models import Image, Snapshot, SnapshotExport
from tests.review.exported import export, facts_in, facts_of, freeze_pairs, make_small, parse, read, read_tar
from tests.review.factories import make_pictured_image
from tests.review.labelled import LATER, NOW, freeze, label, make_labelled

pytestmark = pytest.mark.django_db
DONE, WORKING = SnapshotExport.State.DONE, SnapshotExport.State.WORKING


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Pictures, drafts and files of a test lie in a folder of its own."""
    options = {"location": str(tmp_path / "store"), "base_url": None}
    own = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**django_settings.STORAGES, "default": own}
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def frozen() -> Snapshot:
    """Nine labels, in pieces of two."""
    make_labelled(9, products=4)
    return freeze()


@pytest.fixture
def pictured() -> Snapshot:
    """Six labels of pictures that are in the store."""
    for number in range(6):
        label(make_pictured_image(number), "blur" if number % 2 else "fine")
    return freeze()


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_a_file_of_rows_holds_every_row(frozen: Snapshot, format: str) -> None:
    made = export(frozen, format)
    rows = parse(format, read(made))
    assert facts_in(rows) == facts_of(frozen)
    assert set(rows[0]) == set(export_rows.COLUMNS)
    assert rows[0]["product"].startswith("p")
    assert rows[0]["category"] == "Furniture > Armchairs"
    assert (made.state, made.progress["done"], made.progress["total"]) == (DONE, 9, 9)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_odd_names_come_through_whole(frozen: Snapshot, format: str) -> None:
    odd = 'A "chair", \\ 50 % \t für\nzwei'
    row = frozen.rows.select_related("product").first()
    assert row is not None and row.product is not None
    row.product.external_id = odd
    row.product.save()
    rows = parse(format, read(export(frozen, format)))
    assert odd in {row["product"] for row in rows}


def test_the_checksum_is_that_of_the_file(frozen: Snapshot) -> None:
    made = export(frozen, "csv")
    told = made.files[0]
    assert told["sha256"] == hashlib.sha256(read(made)).hexdigest()
    assert told["byte_size"] == len(read(made))
    assert exports.list_sums(made) == f"{told['sha256']}  blur-{frozen.pk}-labels.csv\n"


def test_the_digest_can_be_made_again_of_the_file(frozen: Snapshot) -> None:
    columns = ("sha256", "other_sha256", "value", "source", "side")
    rows = sorted([row[name] for name in columns] for row in parse("csv", read(export(frozen, "csv"))))
    lines = "".join("\t".join(row) + "\n" for row in rows)
    assert hashlib.sha256(lines.encode()).hexdigest() == frozen.digest


def test_coco_has_a_file_for_each_side_with_the_whole_picture_as_box(pictured: Snapshot) -> None:
    made = export(pictured, "coco")
    assert [file["name"] for file in made.files] == ["train.json", "validation.json", "test.json"]
    facts = set()
    for number, side in enumerate(("train", "validation", "test")):
        coco = json.loads(read(made, number))
        names = {one["id"]: one["name"] for one in coco["categories"]}
        images = {one["id"]: one for one in coco["images"]}
        for said in coco["annotations"]:
            image = images[said["image_id"]]
            assert said["bbox"] == [0, 0, image["width"], image["height"]] == [0, 0, 320, 320]
            facts.add((image["sha256"], names[said["category_id"]], side))
    assert facts == facts_of(pictured)


def test_an_image_folder_holds_the_pictures_as_they_came(pictured: Snapshot) -> None:
    members = read_tar(read(export(pictured, "folder")))
    assert set(members) == {f"{side}/{value}/{sha}.png" for sha, value, side in facts_of(pictured)}
    assert all(hashlib.sha256(data).hexdigest() in name for name, data in members.items())


def test_shards_hold_samples_that_share_a_name(pictured: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exports.FORMATS, "webdataset", make_small("webdataset", rows=2))
    made = export(pictured, "webdataset")
    names = [file["name"] for file in made.files]
    assert names[:2] == ["train-000000.tar", "train-000001.tar"]
    facts = set()
    for number in range(len(names)):
        members = read_tar(read(made, number))
        keys = {name.split(".")[0] for name in members}
        for key in keys:
            said = json.loads(members[f"{key}.json"])
            assert members[f"{key}.cls"] == str(["no", "yes"].index(said["value"])).encode()
            assert hashlib.sha256(members[f"{key}.png"]).hexdigest() == key
            facts.add((key, said["value"], said["side"]))
    assert facts == facts_of(pictured)


@pytest.mark.parametrize(("format", "ends"), [("folder", "/left.png"), ("webdataset", ".left.png")])
def test_archives_of_pairs_hold_both_pictures(format: str, ends: str) -> None:
    pairs = freeze_pairs()
    made = export(pairs, format)
    members: dict[str, bytes] = {}
    for number in range(len(made.files)):
        members |= read_tar(read(made, number))
    assert len([name for name in members if name.endswith(ends)]) == pairs.rows.count() == 4


def test_pairs_stand_in_files_of_rows() -> None:
    pairs = freeze_pairs()
    rows = parse("csv", read(export(pairs, "csv")))
    assert {len(row["other_sha256"]) for row in rows} == {64}


def test_a_format_that_has_no_pairs_is_refused_in_words() -> None:
    with pytest.raises(exports.UnableToExport, match="no pairs"):
        exports.start(snapshot=freeze_pairs(), format="coco", by=None, now=NOW)


def test_a_picture_that_is_gone_is_counted(pictured: Snapshot) -> None:
    gone = pictured.rows.order_by("pk")[2].image.sha256
    path = Path(store.default_storage.path(store.name_original(gone)))  # type: ignore[attr-defined]
    path.unlink()
    made = export(pictured, "folder")
    assert made.progress["missing"] == 1
    assert len(read_tar(read(made))) == 5


FORMATS = list(exports.FORMATS)
DRAFTS: dict[str, Any] = {"csv": export_formats.CsvDraft, "jsonl": export_formats.JsonLinesDraft}
DRAFTS |= {"parquet": export_formats.ParquetDraft, "coco": export_formats.CocoDraft}
DRAFTS |= {"folder": export_archives.FolderDraft, "webdataset": export_archives.ShardDraft}


@pytest.mark.parametrize("format", FORMATS)
def test_a_killed_export_goes_on_and_is_the_same_file(
    pictured: Snapshot, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.FORMATS, format, make_small(format))
    whole = export(pictured, format)
    sums = [file["sha256"] for file in whole.files]
    whole.delete()
    asked = exports.start(snapshot=pictured, format=format, by=None, now=NOW)
    add, calls = DRAFTS[format].add, []

    def die_in_the_second(self: Any, piece: Any) -> None:
        calls.append(piece)
        add(self, piece)
        if len(calls) == 2:
            {"coco": lambda: self.images_file, "parquet": lambda: self.writer}.get(
                format, lambda: self.file
            )().close()
            raise KeyboardInterrupt

    monkeypatch.setattr(DRAFTS[format], "add", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        exports.write(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.progress["done"]) == (WORKING, 2)
    assert exports.write(asked.pk, lambda: LATER)
    asked.refresh_from_db()
    assert asked.state == DONE
    assert [file["sha256"] for file in asked.files] == sums
    if format in ("csv", "jsonl", "folder"):
        assert sum(piece.rows for piece in calls) == 6 + 2  # only the piece that was lost is made again


def test_a_draft_that_is_not_there_any_more_is_begun_anew(
    frozen: Snapshot, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    asked = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    place = {"upto": 10**9, "rows": 4, "size": 100}
    SnapshotExport.objects.update(progress={"file": place})
    assert exports.write(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    assert facts_in(parse("csv", read(asked))) == facts_of(frozen)


def test_a_worker_that_lost_its_lease_and_writes_on_spoils_nothing(frozen: Snapshot, folder: Path) -> None:
    asked = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    path = files.locate_draft(f"{asked.pk}-labels.csv.draft")
    slow = export_formats.CsvDraft(path, frozen, 0)
    assert not exports.write(asked.pk, lambda: NOW)
    slow.finish()
    assert exports.write(asked.pk, lambda: LATER)


def test_a_full_disk_is_told_and_not_left_full(
    frozen: Snapshot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_formats.CsvDraft, "add", be_full)
    made = export(frozen, "csv")
    assert made.state == SnapshotExport.State.FAILED
    assert "No space left" in made.error
    assert list((folder / "exports").iterdir()) == []
    again = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    assert again.pk != made.pk


def test_asked_twice_it_is_one(frozen: Snapshot) -> None:
    first = export(frozen, "csv")
    second = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    assert first == second
    assert not exports.write(second.pk, lambda: LATER)


def test_a_stopped_one_goes_on_when_it_is_asked_for_again(frozen: Snapshot) -> None:
    asked = exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    assert work.stop(SnapshotExport, asked.pk, NOW)
    exports.start(snapshot=frozen, format="csv", by=None, now=NOW)
    assert exports.write(asked.pk, lambda: NOW)


def test_what_is_not_frozen_cannot_be_had(frozen: Snapshot) -> None:
    waiting = Snapshot.objects.create(name="later", judge="blur")
    with pytest.raises(exports.UnableToExport, match="not frozen"):
        exports.start(snapshot=waiting, format="csv", by=None, now=NOW)
    with pytest.raises(exports.UnableToExport, match="no format"):
        exports.start(snapshot=frozen, format="xml", by=None, now=NOW)


@pytest.mark.parametrize("value", ["../../etc", "a/b", "..", ".", "front\0"])
def test_a_value_cannot_lead_out_of_its_folder(value: str) -> None:
    name = export_archives.name_value(value)
    assert "/" not in name
    assert "." not in name
    assert "\0" not in name


def test_rows_say_nothing_of_pictures_outside_the_data_set(frozen: Snapshot) -> None:
    label(make_pictured_image(77), "blur")
    shas = {row["sha256"] for row in parse("jsonl", read(export(frozen, "jsonl")))}
    assert Image.objects.count() > len(shas) == 9
