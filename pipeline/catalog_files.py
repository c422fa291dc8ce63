"""Catalog files of all three forms -> products and refusals, line by line, in constant memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pipeline.catalog_csv import parse_csv, read_header
from pipeline.catalog_json import KNOWN_FIELDS, parse_object
from pipeline.catalog_records import NotACatalog, ParsedProduct, Refusal, RefusedField, read_text
from pipeline.sources import Locate, locate

MAX_LINE_BYTES = 1024 * 1024  # a product with 500 addresses fits; a file without line ends does not
_SKIP_BYTES = 1024 * 1024
_PROBED_LINES = 20

Parsed = ParsedProduct | Refusal


def parse(
    path: Path, images_dir: Path | None = None, supplier: str = "", find: Locate | None = None
) -> Iterator[Parsed]:
    """Yields every product, or why it is refused; the form is told by the content.

    Forms: JSON Lines as documented in docs/catalog-format.md, its plain variant with `images`, and CSV.
    Pictures are found by `find`, for instance `locate_address` for a file that came from elsewhere;
    without it, paths are taken below `images_dir` (default: the file's folder). `supplier` names the
    supplier of pictures without one. Raises NotACatalog if the file as a whole is none, OSError if it
    can't be read. A broken line is yielded as a Refusal and never stops the rest; so is a product whose
    id was seen before.
    """
    find = find or _search_folder((images_dir or path.parent).resolve())
    with path.open("rb") as file:
        if detect_form(file) == "csv":
            found: Iterator[Parsed] = parse_csv(read_lines(file), find, supplier)
        else:
            found = _parse_json_lines(file, find, supplier)
        yield from _refuse_repeated(found)


def count_lines(path: Path) -> int:
    """Line ends of a file, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_SKIP_BYTES), b""))


def detect_form(file: BinaryIO) -> str:
    """'csv' or 'json', by the first lines; leaves the file at its start. Raises NotACatalog."""
    start = file.read(4)
    file.seek(0)
    for archive in (b"\x1f\x8b", b"PK\x03\x04", b"BZh"):
        if start.startswith(archive):
            raise NotACatalog(
                "The file is compressed, or a spreadsheet (.xlsx, .ods): unpack it, or save the sheet as CSV."
            )
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start:
        raise NotACatalog("The file is not UTF-8 text (UTF-16, or not text at all); save it as UTF-8.")
    probed = [text for (_, text), _ in zip(read_lines(file), range(_PROBED_LINES), strict=False)]
    file.seek(0)
    texts = [text.strip() for text in probed if isinstance(text, str) and text.strip()]
    if texts and read_header(texts[0]) is not None and not texts[0].startswith("{"):
        return "csv"
    if any(text.startswith("{") for text in texts):
        return "json"
    if not probed:
        raise NotACatalog("The file is empty.")
    if texts and texts[0].startswith("["):
        raise NotACatalog("The file is one JSON list; write one product a line (JSON Lines) instead.")
    raise NotACatalog(
        "The file is neither JSON Lines (one {...} a line) nor a CSV "
        "whose first line names the columns product_id and image."
    )


def read_lines(file: BinaryIO) -> Iterator[tuple[int, str | Refusal]]:
    """Numbered lines with their ends, from 1; one that is too long or no UTF-8 becomes a Refusal."""
    number = 0
    while raw := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(_SKIP_BYTES)
            allowed = MAX_LINE_BYTES // 2**20
            yield number, Refusal(number, "", "", f"The line is longer than {allowed} MB.")
            continue
        try:
            yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            place = error.start + 1
            yield number, Refusal(number, "", "", f"The line is not UTF-8 text (at its byte {place}).")


def _search_folder(folder: Path) -> Locate:
    if not folder.is_dir():
        raise NotACatalog(f"There is no folder {folder}.")
    return partial(locate, images_dir=folder)


def _parse_json_lines(file: BinaryIO, find: Locate, supplier: str) -> Iterator[Parsed]:
    noted: set[str] = set()
    for number, text in read_lines(file):
        if isinstance(text, Refusal):
            yield text
        elif text.strip():
            data = None
            try:
                data = _load(text)
                if isinstance(data, dict) and "offers" in data:
                    yield from _note_unknown(data, number, noted)
                yield parse_object(data, number, find, supplier)
            except RefusedField as error:
                yield Refusal(number, _show_id(data), error.field, error.reason)


def _load(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"at its character {error.pos + 1}"
        raise RefusedField("", f"The line is not valid JSON: {error.msg} ({where}).") from error
    except (ValueError, RecursionError) as error:
        raise RefusedField(
            "", "The line is not valid JSON: it is nested too deep or a number is too long."
        ) from error


def _note_unknown(data: dict[str, object], line: int, noted: set[str]) -> Iterator[Refusal]:
    """Each unknown field once a file: most often a slip of the pen that would go unseen."""
    for name in data.keys() - KNOWN_FIELDS - noted:
        if len(noted) < 100:  # a file whose field names are data must not fill the memory
            noted.add(name)
            shown = name[:60].encode("utf-8", "replace").decode().replace("\x00", "")
            yield Refusal(
                line, _show_id(data), shown, f"The field '{shown}' is not known; it is ignored.", "note"
            )


def _show_id(data: object) -> str:
    """The product's id for a message, if it has one that can be shown."""
    try:
        return read_text(str(data["id"]), "id", 200) if isinstance(data, dict) and "id" in data else ""
    except RefusedField:
        return ""


def _refuse_repeated(found: Iterator[Parsed]) -> Iterator[Parsed]:
    """The first line of an id counts; ids seen are kept in a temporary database on disk."""
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INT) WITHOUT ROWID")
        for item in found:
            if isinstance(item, ParsedProduct):
                known = seen.execute("SELECT line FROM seen WHERE id = ?", (item.id,)).fetchone()
                if known:
                    reason = f"The id was on line {known[0]} already; that line counts."
                    yield Refusal(item.line, item.id, "id", reason)
                    continue
                seen.execute("INSERT INTO seen VALUES (?, ?)", (item.id, item.line))
            yield item
