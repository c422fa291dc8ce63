"""A catalog in CSV: one row a picture; the rows of a product may lie anywhere in the file."""

from __future__ import annotations

import csv
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from pipeline.catalog_json import parse_object
from pipeline.catalog_records import NotACatalog, ParsedProduct, Refusal, RefusedField, read_id
from pipeline.sources import Locate

COLUMNS = ("product_id", "title", "description", "category", "supplier", "position", "image")
REQUIRED = ("product_id", "image")
DELIMITERS = (",", ";", "\t")
MAX_ROW_LINES = 100  # a cell with line breaks is rarely longer; a forgotten quote swallows no more
MAX_ROWS = 5000  # of one product
_LAST = 2**31  # place of a row without a position: after those with one, in the order of the file
NEVER_CLOSED = "A quote that opens in this row is never closed."
_CUT = -1  # in place of a line's number: there was no further line
Line = tuple[int, str | Refusal]


def parse_csv(lines: Iterable[Line], locate: Locate, supplier: str) -> Iterator[ParsedProduct | Refusal]:
    """Products in the order of their first rows, after all refused rows.

    The rows are laid down in a temporary database on disk, which sorts them: memory stays constant
    however far apart a product's rows lie.
    """
    with closing(sqlite3.connect("")) as rows:  # '' is a private database on disk, gone when closed
        rows.execute("CREATE TABLE row (id TEXT, line INT, position INT, cells TEXT)")
        yield from _lay_down(lines, rows)
        rows.execute("CREATE INDEX by_product ON row (id, line)")
        rows.execute("CREATE TABLE product AS SELECT id, MIN(line) AS line FROM row GROUP BY id")
        for product_id, line in rows.execute("SELECT id, line FROM product ORDER BY line"):
            yield _build(product_id, line, rows, locate, supplier)


def read_header(text: str) -> tuple[list[str], str] | None:
    """Column names and delimiter of a first line, or None if it is no header of ours."""
    for delimiter in DELIMITERS:
        try:
            names = [name.strip().lower() for name in next(csv.reader([text], delimiter=delimiter))]
        except (StopIteration, csv.Error):
            continue
        if "product_id" in names:
            return names, delimiter
    return None


def _lay_down(lines: Iterable[Line], rows: sqlite3.Connection) -> Iterator[Refusal]:
    """Store every sound row; yield what is refused."""
    source = iter(lines)
    number, first = next(source, (1, ""))
    header = read_header(first) if isinstance(first, str) else None
    if header is None:
        raise NotACatalog("The first line does not name the columns: " + ",".join(COLUMNS))
    names, delimiter = header
    yield from _check_columns(names, number)
    for number, record in _read_records(source, delimiter):
        if isinstance(record, Refusal):
            yield record
            continue
        try:
            _store(rows, names, number, record)
        except RefusedField as error:
            where = names.index("product_id")
            shown = record[where][:200] if len(record) > where else ""
            yield Refusal(number, shown.replace("\x00", ""), error.field, error.reason)


def _check_columns(names: list[str], line: int) -> Iterator[Refusal]:
    for name in REQUIRED:
        if name not in names:
            raise NotACatalog(f"The column '{name}' is missing; the first line must name the columns.")
    if len(set(names)) < len(names):
        raise NotACatalog("A column is named twice in the first line.")
    for name in names:
        if name not in COLUMNS:
            yield Refusal(
                line, "", name[:100], f"The column '{name[:60]}' is not known; it is ignored.", "note"
            )


def _read_records(lines: Iterator[Line], delimiter: str) -> Iterator[tuple[int, list[str] | Refusal]]:
    """Records with the number of their first line; a cell in quotes may run over several lines.

    Each record has a reader of its own, so that a quote that is never closed costs its row alone.
    """
    ahead: deque[Line] = deque()
    while True:
        taken: list[Line] = []
        feed = _feed(ahead, lines, taken)
        try:
            record: list[str] | None = next(csv.reader(feed, delimiter=delimiter), None)
            problem = NEVER_CLOSED if len(taken) > MAX_ROW_LINES else ""
        except csv.Error as error:
            record, problem = [], f"The row cannot be read: {error}."
        if not taken:
            return
        number, first = taken[0]
        if isinstance(first, Refusal):
            yield first.line, first
        elif problem or taken[-1][0] == _CUT:
            ahead.extendleft(reversed([line for line in taken[1:] if line[0] != _CUT]))
            yield (
                number,
                Refusal(number, "", "", problem or "A quote that opens in this row is never closed."),
            )
        elif record:
            yield number, record


def _feed(ahead: deque[Line], lines: Iterator[Line], taken: list[Line]) -> Iterator[str]:
    """Lines for one record, noted in `taken`; a mark is left where there was no next line to give."""
    while len(taken) <= MAX_ROW_LINES:
        number, text = ahead.popleft() if ahead else next(lines, (_CUT, ""))
        if taken and isinstance(text, Refusal):
            ahead.appendleft((number, text))
            number, text = _CUT, ""
        if number != _CUT or taken:
            taken.append((number, text))
        if number == _CUT or isinstance(text, Refusal):
            return
        yield text


def _store(rows: sqlite3.Connection, names: list[str], line: int, record: list[str]) -> None:
    if len(record) != len(names):
        raise RefusedField("", f"The row has {len(record)} cells; the first line names {len(names)} columns.")
    cells = dict(zip(names, record, strict=True))
    product_id = read_id(cells["product_id"], "product_id")
    position = cells.get("position", "").strip()
    if position and not (position.isdecimal() and len(position) < 11 and int(position) < _LAST):
        raise RefusedField("position", f"The position must be a whole number, not '{position[:40]}'.")
    if any("\x00" in cell for cell in record):
        raise RefusedField("", "The row contains a NUL character.")
    kept = "\x00".join(cells.get(name, "") for name in COLUMNS)
    place = int(position) if position else _LAST
    rows.execute("INSERT INTO row VALUES (?, ?, ?, ?)", (product_id, line, place, kept))


def _build(
    product_id: str, line: int, rows: sqlite3.Connection, locate: Locate, supplier: str
) -> ParsedProduct | Refusal:
    """One product from its rows: the first row that fills a field wins, suppliers in order of appearance."""
    found = rows.execute(
        "SELECT line, cells FROM row WHERE id = ? ORDER BY position, line LIMIT ?", (product_id, MAX_ROWS + 1)
    ).fetchall()
    if len(found) > MAX_ROWS:
        return Refusal(line, product_id, "", f"The product has more than {MAX_ROWS} rows.")
    read = [(number, dict(zip(COLUMNS, cells.split("\x00"), strict=True))) for number, cells in found]
    by_line = [cells for _, cells in sorted(read, key=lambda row: row[0])]
    offers: dict[str, list[str]] = {cells["supplier"].strip(): [] for cells in by_line}
    origin: dict[tuple[str, int], int] = {}
    for number, cells in read:
        name, image = cells["supplier"].strip(), cells["image"].strip()
        if image:
            origin[name, len(offers[name])] = number
            offers[name].append(image)
    data: dict[str, Any] = {"id": product_id}
    for column in ("title", "description", "category"):
        data[column] = next((cells[column] for cells in by_line if cells[column].strip()), None)
    data["offers"] = [{"supplier": name, "images": images} for name, images in offers.items()]
    try:
        product = parse_object(data, line, locate, supplier)
    except RefusedField as error:
        return Refusal(line, product_id, error.field.rsplit(".", 1)[-1], error.reason)
    refusals = tuple(_point_at_row(refusal, list(offers), origin) for refusal in product.refusals)
    return replace(product, lines=len(found), refusals=refusals)


def _point_at_row(refusal: Refusal, suppliers: list[str], origin: dict[tuple[str, int], int]) -> Refusal:
    """A refused picture's own row instead of its place in a structure that the file does not have."""
    parts = refusal.field.split(".")
    if len(parts) == 4 and parts[0] == "offers":
        line = origin.get((suppliers[int(parts[1])], int(parts[3])), refusal.line)
        return replace(refusal, line=line, field="image")
    return refusal
