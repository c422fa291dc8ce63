"""Files of labels that somebody sends: CSV, JSON Lines, Parquet, COCO; row by row, nothing believed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from review.actions.json_stream import BadJson, ObjectReader

LONGEST_LINE = 1 << 20
LONGEST_HEAD = 1 << 12
MOST_IMAGES = 2_000_000  # of a COCO file: their names are held in memory, about 130 bytes each
LARGEST_GROUP = 512 << 20  # bytes of a Parquet row group, unpacked


class UnreadableFile(Exception):
    """The file cannot be read on; says why in a person's words."""


@dataclass(frozen=True)
class Stated:
    """What one row says; pictures by their SHA-256, or by their bytes where the file carries them."""

    line: int
    value: str
    sha256: str = ""
    other_sha256: str = ""
    judge: str = ""
    source: str = ""
    data: bytes | None = None
    other_data: bytes | None = None


@dataclass(frozen=True)
class Refused:
    """A row that says nothing that can be used, and why."""

    line: int
    reason: str


Rows = Iterator[Stated | Refused]
Reader = Callable[[IO[bytes]], Rows]


def read_csv(file: IO[bytes]) -> Rows:
    """CSV with a head that names at least sha256 and value."""
    delimiter = find_delimiter(file.read(LONGEST_HEAD))
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    rows = csv.DictReader(text, strict=True, delimiter=delimiter)
    try:
        _require_columns(rows.fieldnames or [])
        for row in rows:
            yield _state(rows.line_num, row)
    except csv.Error as error:
        raise UnreadableFile(f"Behind line {rows.line_num}: {error}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Behind line {rows.line_num}: this is no UTF-8 text.") from error


def find_delimiter(start: bytes) -> str:
    """Spreadsheets of some countries part the cells of a table by semicolons, some by tabs."""
    head = next(iter(start[:LONGEST_HEAD].splitlines()), b"")
    return next((mark for mark in ";\t" if mark.encode() in head), ",")


def read_json_lines(file: IO[bytes]) -> Rows:
    """A JSON object a line."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFile(f"Line {number} is longer than a megabyte.")
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield Refused(number, "This line is no JSON.")
            continue
        yield _state(number, row) if isinstance(row, dict) else Refused(number, "This is no JSON object.")


def read_parquet(file: IO[bytes]) -> Rows:
    """Parquet with at least the columns sha256 and value."""
    import pyarrow  # so that no page loads it
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(file)
        _require_columns(table.schema_arrow.names)
        groups = [table.metadata.row_group(number) for number in range(table.metadata.num_row_groups)]
        if any(group.total_byte_size > LARGEST_GROUP for group in groups):
            raise UnreadableFile("A row group is larger than 512 MB. Write smaller ones.")
        columns = [name for name in table.schema_arrow.names if name in _COLUMNS]
        number = 0
        for batch in table.iter_batches(batch_size=5000, columns=columns):
            for row in batch.to_pylist():
                number += 1
                yield _state(number, row)
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise UnreadableFile(f"This is no Parquet file that can be read: {str(error)[:200]}") from error


def read_coco(file: IO[bytes]) -> Rows:
    """COCO's JSON; a picture is known by its 'sha256', or by a file name that is one."""
    try:
        judge, names, images = _read_coco_head(file)
        number = 0
        for key, said in _read_coco_items(file):
            if key == "annotations":
                number += 1
                yield _state_annotation(number, said, judge, names, images)
    except UnicodeDecodeError as error:
        raise UnreadableFile("This is no UTF-8 text.") from error
    except (BadJson, ValueError) as error:  # a ValueError: a number of thousands of digits
        raise UnreadableFile(f"This is no JSON that can be read: {error}.") from error


def _read_coco_items(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig")
    try:
        yield from ObjectReader(text).read_items()
    finally:
        text.detach()  # it would close the file


def _read_coco_head(file: IO[bytes]) -> tuple[str, dict[Any, str], dict[Any, bytes]]:
    """The judge if it is named, the categories' names, and the pictures' contents, by their ids."""
    judge = ""
    names: dict[Any, str] = {}
    images: dict[Any, bytes] = {}
    for key, item in _read_coco_items(file):
        if not isinstance(item, dict):
            continue
        if key == "info":
            judge = str(item.get("judge", ""))
        elif key == "categories":
            names[_key(item.get("id"))] = str(item.get("name", ""))
        elif key == "images":
            sha256 = str(
                item.get("sha256") or str(item.get("file_name", "")).rsplit("/", 1)[-1].split(".")[0]
            )
            if len(images) == MOST_IMAGES:
                raise UnreadableFile(f"A COCO file can hold {MOST_IMAGES:,} pictures; split it.")
            if is_sha256(sha256):
                images[_key(item.get("id"))] = bytes.fromhex(sha256)
    return judge, names, images


def _key(value: Any) -> Any:
    return value if isinstance(value, int | str) else None


def _state_annotation(
    number: int, said: Any, judge: str, names: dict[Any, str], images: dict[Any, bytes]
) -> Stated | Refused:
    if not isinstance(said, dict):
        return Refused(number, "This annotation is no JSON object.")
    image, name = images.get(_key(said.get("image_id"))), names.get(_key(said.get("category_id")))
    if image is None:
        return Refused(number, "Its picture is not among the images, or has no SHA-256.")
    if name is None:
        return Refused(number, "Its category is not among the categories.")
    return _state(
        number, {"sha256": image.hex(), "value": name, "judge": judge, "source": said.get("source", "")}
    )


_COLUMNS = ("sha256", "other_sha256", "judge", "value", "source")


def _require_columns(names: Any) -> None:
    for wanted in ("sha256", "value"):
        if wanted not in names:
            raise UnreadableFile(f"There is no column {wanted!r}. Needed: sha256, value.")


def _state(line: int, row: dict[str, Any]) -> Stated | Refused:
    found: dict[str, str] = {}
    for name in _COLUMNS:
        value = row.get(name) or ""
        if not isinstance(value, str):
            return Refused(line, f"{name} is no text.")
        found[name] = value.strip()
    for name in ("sha256", "other_sha256"):
        found[name] = found[name].lower()
        if (found[name] or name == "sha256") and not is_sha256(found[name]):
            return Refused(line, f"{name} is no SHA-256: {found[name][:20]!r}.")
    return Stated(line, found.pop("value"), **found)  # type: ignore[arg-type]


def is_sha256(text: str) -> bool:
    """Whether it is 64 small hexadecimal digits."""
    return len(text) == 64 and not set(text) - set("0123456789abcdef")
