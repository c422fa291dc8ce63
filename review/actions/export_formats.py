"""Files of rows: CSV, JSON Lines, Parquet, COCO. Written piece by piece, in memory that does not grow."""

from __future__ import annotations

import fcntl
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from review.actions.export_rows import COLUMNS, Piece, copy_csv, copy_json, read_pictures
from review.models import Snapshot

FULL_PICTURE = 0, 0  # a label of the whole picture has its whole as the box


class Draft(Protocol):
    """A file in the making. `size` is how many bytes of it are safe; None where only a whole file is."""

    def add(self, piece: Piece) -> None: ...

    def size(self) -> int | None: ...

    def finish(self) -> None: ...


def open_at(path: Path, size: int) -> IO[bytes]:
    """The file, cut off behind its safe bytes, so that what a killed worker wrote after them is gone.

    Raises BlockingIOError while a worker that lost its lease still has it open.
    """
    path.touch()
    file = path.open("r+b")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.truncate(size)
    file.seek(size)
    return file


def settle(file: IO[bytes]) -> int:
    """Bring what was written to the disk; gives the size."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


class CsvDraft:
    """Comma-separated values with a head, UTF-8."""

    def __init__(self, path: Path, snapshot: Snapshot, size: int) -> None:
        self.file = open_at(path, size)
        if not size:
            self.file.write(",".join(COLUMNS).encode() + b"\n")

    def add(self, piece: Piece) -> None:
        self.file.writelines(self.blocks(piece))

    def blocks(self, piece: Piece) -> Iterator[bytes]:
        return copy_csv(piece)

    def size(self) -> int | None:
        return settle(self.file)

    def finish(self) -> None:
        settle(self.file)
        self.file.close()


class JsonLinesDraft(CsvDraft):
    """A JSON object a line, UTF-8."""

    def __init__(self, path: Path, snapshot: Snapshot, size: int) -> None:
        self.file = open_at(path, size)

    def blocks(self, piece: Piece) -> Iterator[bytes]:
        return copy_json(piece)


class ParquetDraft:
    """Parquet, a row group a piece, Zstandard."""

    def __init__(self, path: Path, snapshot: Snapshot, size: int) -> None:
        import pyarrow  # so that no page loads it
        import pyarrow.parquet

        told = {"judge": snapshot.judge, "digest": snapshot.digest, "name": snapshot.name}
        columns = [pyarrow.field(name, pyarrow.string()) for name in COLUMNS]
        self.schema = pyarrow.schema(columns, metadata=told)
        self.file = open_at(path, 0)
        self.writer = pyarrow.parquet.ParquetWriter(self.file, self.schema, compression="zstd")

    def add(self, piece: Piece) -> None:
        from pyarrow import csv

        lines = io.BytesIO(b"".join(copy_csv(piece)))
        read = csv.ReadOptions(column_names=list(COLUMNS), use_threads=False)
        types = csv.ConvertOptions(column_types=self.schema, strings_can_be_null=False)
        table = csv.read_csv(lines, read, csv.ParseOptions(newlines_in_values=True), types)
        self.writer.write_table(table.replace_schema_metadata(self.schema.metadata))

    def size(self) -> int | None:
        return None

    def finish(self) -> None:
        self.writer.close()
        settle(self.file)
        self.file.close()


class CocoDraft:
    """COCO's JSON: images, annotations whose box is the whole picture, and the values as categories."""

    def __init__(self, path: Path, snapshot: Snapshot, size: int) -> None:
        values = sorted({value for of_side in snapshot.counts.values() for value in of_side})
        self.categories = {value: number for number, value in enumerate(values, 1)}
        self.annotations = path.with_suffix(".annotations")
        self.images_file, self.annotations_file = open_at(path, 0), open_at(self.annotations, 0)
        told = {"description": snapshot.name, "judge": snapshot.judge, "digest": snapshot.digest}
        listed = [{"id": number, "name": value} for value, number in self.categories.items()]
        head = {"info": told, "categories": listed}
        self.images_file.write(json.dumps(head)[:-1].encode() + b', "images": [\n')
        self.count = 0

    def add(self, piece: Piece) -> None:
        for row in read_pictures(piece):
            comma = b",\n" if self.count else b""
            self.count += 1
            name = f"{row.sha256}{suffix_of(row.format)}"
            image = {"id": self.count, "file_name": name, "sha256": row.sha256}
            image |= {"width": row.width_px, "height": row.height_px}
            self.images_file.write(comma + json.dumps(image).encode())
            said = {"category_id": self.categories[row.value], "source": row.source, "iscrowd": 0}
            box = {"bbox": [*FULL_PICTURE, row.width_px, row.height_px], "area": row.width_px * row.height_px}
            ids = {"id": self.count, "image_id": self.count}
            self.annotations_file.write(comma + json.dumps(ids | said | box).encode())

    def size(self) -> int | None:
        return None

    def finish(self) -> None:
        self.images_file.write(b'],\n"annotations": [\n')
        self.annotations_file.seek(0)
        while block := self.annotations_file.read(1 << 20):
            self.images_file.write(block)
        self.images_file.write(b"]}\n")
        settle(self.images_file)
        self.images_file.close()
        self.annotations_file.close()
        self.annotations.unlink()


def suffix_of(kind: str) -> str:
    """The suffix of a picture's file by its kind: '.jpg'."""
    return {"JPEG": ".jpg", "TIFF": ".tif", "": ".bin"}.get(kind, f".{kind.lower()}")


def describe(row: Any) -> bytes:
    """What stands beside a picture in an archive."""
    said = {"sha256": row.sha256, "other_sha256": row.other_sha256, "value": row.value}
    said |= {"source": row.source, "side": row.side, "group": row.group}
    return json.dumps({key: value for key, value in said.items() if value is not None}).encode()
