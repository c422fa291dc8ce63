"""A catalog and its pictures in one ZIP file -> products and refusals, as the file alone gives them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

from pipeline.catalog_files import Parsed, parse
from pipeline.catalog_records import NotACatalog, Refusal
from review.actions.sent_pictures import SentPictures, is_inside, show, tidy
from review.actions.zip_files import Unpacker, UnreadableMember, UnreadableZip, open_zip

LARGEST_CATALOG = 1 << 30
TABLES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
TEXT = ".txt"  # beside a table it is about the table
SPREADSHEET = (
    "This is a spreadsheet, not a ZIP file with a catalog: save the sheet as CSV, and send that, "
    "or that and its pictures in a ZIP file."
)
MOST_NOTES = 20  # of odd names, one by one


def is_archive(file: IO[bytes]) -> bool:
    """Whether it is a ZIP file, by its first bytes; leaves the file at its start."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in (b"PK\x03\x04", b"PK\x05\x06")  # the second: an empty one


def parse_archive(file: IO[bytes], *, supplier: str = "", keeps: bool = True) -> Iterator[Parsed]:
    """Yields what `pipeline.catalog_files.parse` does; pictures that lines name go to the store if `keeps`.

    Raises NotACatalog for an archive that can't be read on.
    """
    packed_bytes = file.seek(0, 2)
    file.seek(0)
    try:
        with open_zip(file) as archive, tempfile.NamedTemporaryFile() as draft:
            members: dict[str, ZipInfo] = {}
            notes = list(_list_members(archive, members))
            name = _find_catalog(members)
            unpacker = Unpacker(archive, packed_bytes)
            _unpack_catalog(unpacker, members.pop(name), draft)
            folder = name.rpartition("/")[0]
            pictures = SentPictures(unpacker, members, folder, supplier, keeps)
            yield from notes
            yield from parse(Path(draft.name), supplier=supplier, find=pictures.locate)
            yield from pictures.list_unnamed()
    except UnreadableZip as error:
        raise NotACatalog(str(error)) from error


def _unpack_catalog(unpacker: Unpacker, member: ZipInfo, draft: IO[bytes]) -> None:
    try:
        unpacker.copy(member, draft, LARGEST_CATALOG)
    except UnreadableMember as error:
        raise NotACatalog(f"The catalog in the ZIP file, {show(member.filename)}: {error}") from error
    draft.flush()


def _list_members(archive: ZipFile, members: dict[str, ZipInfo]) -> Iterator[Refusal]:
    """Fills in the files by their tidy names; a note of each name that is passed over."""
    count = 0
    for member in archive.infolist():
        name = tidy(member.filename)
        if member.filename.endswith(("/", "\\")) or _is_left_by_system(name):
            continue
        said = ""
        if not is_inside(member.filename) or not name:
            said = f"A name leads out of the ZIP file; its file is passed over: {show(member.filename)}."
        elif name in members:
            said = f"Two files of the ZIP file have one name; the first counts: {show(member.filename)}."
        else:
            members[name] = member
        count += bool(said)
        if said and count <= MOST_NOTES:
            yield Refusal(0, "", "", said, "note")


def _is_left_by_system(name: str) -> bool:
    """What file managers put beside the files that people see."""
    last = name.rpartition("/")[2]
    return (
        name.startswith("__MACOSX/")
        or last.startswith("._")
        or last in (".DS_Store", "Thumbs.db", "desktop.ini")
    )


def _find_catalog(members: dict[str, ZipInfo]) -> str:
    """The name of the catalog's file: a table before a text, the nearest to the top. Raises NotACatalog."""
    if "[Content_Types].xml" in members or "mimetype" in members:
        raise NotACatalog(SPREADSHEET)
    found = [name for name in members if name.lower().endswith((*TABLES, TEXT))]
    if not found:
        raise NotACatalog(_explain_absence(members))
    best = min(map(_rank, found))
    likely = [name for name in found if _rank(name) == best]
    if len(likely) > 1:
        shown = ", ".join(show(name) for name in sorted(likely)[:5])
        raise NotACatalog(
            f"Several files of the ZIP file may be the catalog: {shown}. Send one of them at a time."
        )
    return likely[0]


def _rank(name: str) -> tuple[bool, int]:
    return name.lower().endswith(TEXT), name.count("/")


def _explain_absence(members: dict[str, ZipInfo]) -> str:
    if not members:
        return "The ZIP file is empty."
    if any(name.lower().endswith(".zip") for name in members):
        return "There is another ZIP file in the ZIP file, and no catalog beside it: send the inner one."
    return "There is no catalog in the ZIP file: a file that ends in .jsonl, .json, .csv, .tsv or .txt."
