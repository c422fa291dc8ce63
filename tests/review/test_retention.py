"""Files go after a while, and can be had again; what they were made from stays."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from review import label_imports, tasks
from review.actions import exports, label_intake, retention
from review.models import Label, LabelImport, SnapshotExport, SnapshotRow
from tests.review.heads import lay_ground
from tests.review.labelled import freeze, make_labelled
from tests.review.test_label_imports import csv_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(days=31)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(tasks, "hint", lambda *_, **__: None)


@pytest.fixture
def export() -> SnapshotExport:
    make_labelled(8)
    made = exports.start(snapshot=freeze(), format="csv", by=None, now=NOW)
    assert exports.write(made.pk, lambda: NOW)
    made.refresh_from_db()
    return made


def read(export: SnapshotExport) -> bytes:
    with default_storage.open(exports.name_kept(export, export.files[0]["name"])) as file:
        return bytes(file.read())


def send_labels() -> LabelImport:
    sha256 = make_labelled(1)[0].sha256
    file = BytesIO(csv_of(f"{sha256},badge,yes,"))
    made = label_intake.start(file=file, name="labels.csv", by=None, now=NOW)
    assert label_imports.read(made.pk, lambda: NOW)
    made.refresh_from_db()
    return made


def test_an_export_is_deleted_after_its_days_and_not_before(export: SnapshotExport) -> None:
    name = exports.name_kept(export, export.files[0]["name"])
    assert retention.clean(NOW + timedelta(days=29)) == 0
    assert default_storage.exists(name)
    assert retention.clean(LATER) == 1
    assert not default_storage.exists(name)
    assert retention.clean(LATER) == 0


def test_the_days_are_a_setting(export: SnapshotExport, settings: Any) -> None:
    settings.KEEP_FILES_DAYS = 90
    assert retention.clean(LATER) == 0


def test_the_data_set_stays_and_the_same_bytes_can_be_written_again(export: SnapshotExport) -> None:
    before, rows = read(export), SnapshotRow.objects.count()
    retention.clean(LATER)
    again = exports.start(snapshot=export.snapshot, format="csv", by=None, now=LATER)
    assert (again.pk, SnapshotRow.objects.count()) == (export.pk, rows)
    assert exports.write(again.pk, lambda: LATER)
    again.refresh_from_db()
    assert (again.state, read(again)) == ("done", before)
    assert retention.clean(LATER + timedelta(days=29)) == 0  # its days begin anew


def test_one_that_is_being_written_again_is_left_alone(export: SnapshotExport) -> None:
    SnapshotExport.objects.update(state="waiting")
    assert retention.clean(LATER) == 0


def test_the_page_says_until_when_and_offers_to_write_it_again(
    export: SnapshotExport, client: Client, ada: User
) -> None:
    client.force_login(ada)
    address = f"/data/{export.snapshot_id}/"
    until = (NOW + timedelta(days=30)).strftime("%-d %B %Y")
    assert f"kept until {until}" in client.get(address).text
    retention.clean(LATER)
    page = client.get(address).text
    assert f"deleted for its age on {LATER.strftime('%-d %B %Y')}" in page
    assert page.count("Write CSV") == 1
    client.post(f"{address}exports/", {"format": "csv"})
    assert SnapshotExport.objects.get().state == "waiting"
    assert "deleted for its age" not in client.get(address).text


def test_a_sent_file_goes_and_its_labels_and_report_stay(client: Client, ada: User) -> None:
    sent = send_labels()
    path = sent.path
    client.force_login(ada)
    assert "kept until" in client.get(f"/data/imports/{sent.pk}/").text
    assert retention.clean(LATER) == 1
    assert not default_storage.exists(path)
    assert Label.objects.filter(subject="badge").count() == 1
    page = client.get(f"/data/imports/{sent.pk}/").text
    assert "deleted for its age; the labels stay" in page
    assert retention.clean(LATER) == 0


def test_a_file_that_is_gone_already_holds_nothing_up(export: SnapshotExport) -> None:
    default_storage.delete(exports.name_kept(export, export.files[0]["name"]))
    send_labels()
    assert retention.clean(LATER) == 2
