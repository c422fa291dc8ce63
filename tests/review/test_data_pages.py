"""Pages of data sets: freezing, counts, what changed, files; and files of labels that are sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from review import tasks
from review.actions import exports, snapshots
from review.models import LabelImport, Snapshot, SnapshotExport
from review.views.data_sets import tell_counts
from tests.review.exported import export
from tests.review.factories import make_image
from tests.review.labelled import freeze, label, make_labelled
from tests.review.test_exports import folder  # noqa: F401  (fixtures)
from tests.review.test_label_imports import csv_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
PART = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    hinted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append((task.name, *args)))
    return hinted


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_without_labels_the_page_says_where_they_come_from(admin: Client) -> None:
    page = admin.get("/data/").content.decode()
    assert "There is no label yet" in page
    assert "/data/imports/" in page


def test_an_admin_freezes_a_data_set(admin: Client, ada: User, hints: list[Any]) -> None:
    make_labelled(4)
    assert "blur (4)" in admin.get("/data/").content.decode()
    answer = admin.post("/data/", {"judge": "blur", "name": "first", "sources": ["specialist"]})
    asked = Snapshot.objects.get()
    assert answer.headers["Location"] == f"/data/{asked.pk}/"
    assert (asked.name, asked.created_by, asked.filters["sources"]) == ("first", ada, ["specialist"])
    assert hints == [("review.tasks.freeze_snapshot", asked.pk)]


def test_without_a_name_it_is_called_by_its_judge_in_words(admin: Client) -> None:
    admin.post("/data/", {"judge": "small_object"})
    assert Snapshot.objects.get().name.startswith("Small product, ")


def test_all_sources_are_no_filter(admin: Client) -> None:
    admin.post("/data/", {"judge": "blur", "sources": ["specialist", "gold", "consensus"]})
    assert "sources" not in Snapshot.objects.get().filters


@pytest.mark.parametrize(
    ("sent", "words"),
    [({"judge": ""}, "which judge"), ({"judge": "blur", "category": "Nowhere"}, "no such category")],
)
def test_what_cannot_be_frozen_says_why(admin: Client, sent: dict[str, str], words: str) -> None:
    make_labelled(1)
    answer = admin.post("/data/", sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_frozen_one_shows_its_counts_and_digest_and_is_not_fetched_again(admin: Client) -> None:
    make_labelled(9)
    frozen = freeze()
    page = admin.get(f"/data/{frozen.pk}/").content.decode()
    assert frozen.digest in page
    assert "9 labels" in page
    assert "hx-get" not in page


def test_one_that_is_made_is_fetched_again(admin: Client) -> None:
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=timezone.now())
    part = admin.get(f"/data/{asked.pk}/", headers=PART).content.decode()
    assert "waiting for a worker" in part
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part


def test_one_that_failed_says_why_and_is_tried_again(admin: Client, hints: list[Any]) -> None:
    frozen = freeze()
    assert "There is no label" in admin.get(f"/data/{frozen.pk}/").content.decode()
    admin.post(f"/data/{frozen.pk}/again/")
    assert hints == [("review.tasks.freeze_snapshot", frozen.pk)]


def test_what_was_left_out_and_what_looks_alike_is_told(admin: Client) -> None:
    make_labelled(6)
    frozen = freeze()
    pair = {"image": "a" * 64, "side": "test", "other": "b" * 64, "other_side": "train", "cosine": 0.99}
    near = {"of": 9, "checked": 7, "found": 1, "pairs": [pair]}
    report = {"groups_on_two_sides": 3, "pairs_across_sides": 1, "near_copies": near}
    Snapshot.objects.update(progress=report)
    page = admin.get(f"/data/{frozen.pk}/").content.decode()
    for words in ("3 labels were left out", "1 pair was left out", "1 picture looks very much", "7 of the 9"):
        assert words in page


def test_values_and_sides_are_named_in_the_language_of_the_page(admin: Client) -> None:
    make_labelled(6)
    frozen = freeze()
    pair = {"image": "a" * 64, "side": "validation", "other": "b" * 64, "other_side": "train", "cosine": 0.99}
    near = {"of": 9, "checked": 7, "found": 1, "pairs": [pair]}
    Snapshot.objects.update(progress={"near_copies": near})
    page = admin.get(f"/data/{frozen.pk}/", headers={"accept-language": "de"}).content.decode()
    assert "Validierung / Training" in page
    with translation.override("de"):
        told = tell_counts(Snapshot(judge="type", counts={"train": {"lifestyle": 4}}))
    assert told["table"] == [("Szene", [4, 0, 0])]


def test_two_data_sets_are_compared_the_older_one_first(admin: Client) -> None:
    images = make_labelled(9)
    old = freeze()
    now = timezone.now()
    label(images[1], "blur", now=now)
    label(make_image(), "fine", now=now)
    new = freeze(now=now)
    for address in (f"/data/{new.pk}/?with={old.pk}", f"/data/{old.pk}/?with={new.pk}"):
        page = admin.get(address).content.decode()
        assert "No → Yes" in page
        assert "added" in page
        assert "removed" not in page


@pytest.mark.parametrize("chosen", ["999", "x", "9" * 30])
def test_a_data_set_that_is_not_there_is_not_compared_with(admin: Client, chosen: str) -> None:
    make_labelled(3)
    assert admin.get(f"/data/{freeze().pk}/?with={chosen}").status_code == 404


def test_only_data_sets_of_one_judge_are_compared(admin: Client) -> None:
    images = make_labelled(3)
    label(images[0], "front", subject="type")
    frozen, other = freeze(), freeze("type")
    assert admin.get(f"/data/{frozen.pk}/?with={other.pk}").status_code == 404


def test_an_export_is_asked_for_once(admin: Client, hints: list[Any]) -> None:
    make_labelled(3)
    frozen = freeze()
    for _ in range(2):
        assert admin.post(f"/data/{frozen.pk}/exports/", {"format": "csv"}).status_code == 302
    asked = SnapshotExport.objects.get()
    assert hints == [("review.tasks.export_snapshot", asked.pk)] * 2
    assert "waiting for a worker" in admin.get(f"/data/{frozen.pk}/").content.decode()


def test_a_format_that_cannot_be_had_says_why(admin: Client) -> None:
    left, right = make_image(), make_image()
    label(left, "duplicate", subject="pair", other_id=right.pk)
    frozen = freeze("pair")
    assert "COCO" not in admin.get(f"/data/{frozen.pk}/").content.decode()
    answer = admin.post(f"/data/{frozen.pk}/exports/", {"format": "coco"})
    assert answer.status_code == 400
    assert "no pairs" in answer.content.decode()


def test_pages_cost_the_same_for_few_and_for_many(admin: Client, django_assert_max_num_queries: Any) -> None:
    make_labelled(6)
    for _ in range(8):
        frozen = freeze()
        send(csv_of("abc,blur,yes,"))
    for format in ("csv", "jsonl", "parquet"):
        export(frozen, format)
    for address in ("/data/", f"/data/{frozen.pk}/", "/data/imports/"):
        with django_assert_max_num_queries(9):
            admin.get(address)


def test_a_file_of_labels_is_taken_and_read(admin: Client, ada: User, hints: list[Any]) -> None:
    file = SimpleUploadedFile("labels.csv", csv_of("abc,blur,yes,"))
    answer = admin.post("/data/imports/", {"file": file, "judge": "blur", "dry": "on"})
    taken = LabelImport.objects.get()
    assert answer.headers["Location"] == f"/data/imports/{taken.pk}/"
    assert (taken.created_by, taken.format, taken.is_dry_run) == (ada, "csv", True)
    assert hints == [("review.tasks.import_labels", taken.pk)]
    assert 'hx-trigger="every 2s"' in admin.get(f"/data/imports/{taken.pk}/").content.decode()


@pytest.mark.parametrize("name", ["labels.doc", None])
def test_a_file_that_is_not_taken_says_why(admin: Client, name: str | None) -> None:
    sent = {"file": SimpleUploadedFile(name, b"x")} if name else {}
    answer = admin.post("/data/imports/", sent)
    assert answer.status_code == 400
    assert "The file was not taken" in answer.content.decode()
    assert not LabelImport.objects.exists()


def test_a_report_tells_counts_and_refused_rows(admin: Client) -> None:
    report = send(csv_of(f"{make_image().sha256},blur,yes,", "<script>,blur,yes,"))
    page = admin.get(f"/data/imports/{report.pk}/").content.decode()
    assert "2 rows read" in page
    assert "no SHA-256" in page
    assert "<script>" not in page
    assert report.sha256 in page


def test_a_report_that_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get("/data/imports/999/").status_code == 404


def test_forgotten_work_of_every_kind_is_sent_out_again(hints: list[Any]) -> None:
    make_labelled(2)
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=timezone.now())
    file = exports.start(snapshot=freeze(), format="csv", by=None, now=timezone.now())
    taken = LabelImport.objects.create(file_name="a.csv", format="csv")
    tasks.resume_work()
    names = {"freeze_snapshot": asked.pk, "export_snapshot": file.pk, "import_labels": taken.pk}
    assert {(f"review.tasks.{name}", pk) for name, pk in names.items()} <= set(hints)
