"""Exports of data sets, and what stands in their files, for tests."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from typing import Any

import pyarrow.parquet

from review.actions import exports, files
from review.models import Snapshot, SnapshotExport
from tests.review.factories import make_pictured_image
from tests.review.labelled import NOW, freeze, label


def export(snapshot: Snapshot, format: str) -> SnapshotExport:
    asked = exports.start(snapshot=snapshot, format=format, by=None, now=NOW)
    assert exports.write(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    return asked


def read(made: SnapshotExport, number: int = 0) -> bytes:
    with files.open_kept(exports.name_kept(made, made.files[number]["name"])) as file:
        return file.read()


def read_tar(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def facts_of(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    return set(snapshot.rows.values_list("image__sha256", "value", "side"))


def facts_in(rows: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(row["sha256"], row["value"], row["side"]) for row in rows}


def parse(format: str, data: bytes) -> list[dict[str, Any]]:
    if format == "csv":
        return list(csv.DictReader(io.StringIO(data.decode())))
    if format == "jsonl":
        return [json.loads(line) for line in data.splitlines()]
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    return rows


def make_small(format: str, rows: int = 0) -> exports.Format:
    known = exports.FORMATS[format]
    return exports.Format(known.word, known.suffix, known.draft, 2, rows or known.rows, known.by_side)


def freeze_pairs() -> Snapshot:
    for number in range(0, 8, 2):
        left, right = make_pictured_image(number), make_pictured_image(number + 1)
        label(left, "duplicate", subject="pair", other_id=right.pk)
    return freeze("pair")
