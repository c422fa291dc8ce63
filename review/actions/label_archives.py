"""Labelled pictures in archives: image folders (tar, zip), WebDataset shards; nothing is put on the disk."""

from __future__ import annotations

import json
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import unquote

from pipeline.config import DecodeLimits
from review.actions.label_files import Refused, Rows, Stated, UnreadableFile
from review.actions.zip_files import FREE_BYTES, MOST_TIMES_LARGER, TooLong, UnreadableZip, open_zip

LARGEST_MEMBER = DecodeLimits().max_bytes
# Of a ZIP file's list. An export's picture takes 80 to 210 bytes there, so that 8 GB of small ones (16 kB)
# come back whole; half a million of them need 300 MB of memory. A tar file has no list, and no such bound.
MOST_FILES = 500_000
LARGEST_LIST = 128 << 20  # bytes
_MOST_PARTS = 8  # files of a sample that are looked at
BROKEN = (  # what reading an archive may end with
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, RuntimeError),
)
_PAIR = re.compile(r"[0-9a-f]{64}-[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    """A file of an archive; without bytes where it is refused, and why."""

    number: int
    name: str
    data: bytes = b""
    refusal: str = ""


def read_folder(file: IO[bytes]) -> Rows:
    """value/picture or side/value/picture; of pairs side/value/<left>-<right>/left and right."""
    waiting: dict[str, Member] = {}  # the one half of a pair
    for member in _read_members(file):
        path = PurePosixPath(member.name)
        if member.refusal or len(path.parts) < 2:
            yield Refused(
                member.number, member.refusal or f"{_show(member.name)}: no folder says what it shows."
            )
        elif not _PAIR.fullmatch(path.parent.name):
            yield Stated(member.number, _value_of(path.parent), data=member.data)
        elif (place := str(path.parent)) not in waiting:
            if len(waiting) >= 100:
                raise UnreadableFile("A hundred pairs have only one of their pictures.")
            waiting[place] = member
        else:
            left, right = sorted((waiting.pop(place), member), key=lambda half: half.name)
            value = _value_of(path.parent.parent)
            yield Stated(member.number, value, data=left.data, other_data=right.data)
    for member in waiting.values():
        yield Refused(member.number, f"{_show(member.name)}: the other picture of its pair is missing.")


def _value_of(folder: PurePosixPath) -> str:
    return unquote(folder.name)


def read_shards(file: IO[bytes]) -> Rows:
    """Samples: files in a row that share their name up to the first dot; the JSON says the value."""
    for _, members in groupby(_read_members(file), key=lambda member: member.name.split(".")[0]):
        yield _state_sample(list(islice(members, _MOST_PARTS)))


def _state_sample(members: list[Member]) -> Stated | Refused:
    number, key = members[0].number, _show(members[0].name.split(".")[0])
    if refused := next((member.refusal for member in members if member.refusal), ""):
        return Refused(number, refused)
    parts = {member.name.split(".", 1)[-1]: member.data for member in members}
    try:
        said = json.loads(parts.pop("json"))
        value = said["value"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return Refused(number, f"{key}: no JSON beside it says its value.")
    pictures = [data for suffix, data in sorted(parts.items()) if suffix not in ("cls", "txt")]
    if not isinstance(value, str) or not 1 <= len(pictures) <= 2:
        return Refused(number, f"{key}: needs one picture, or two of a pair, and a value.")
    source = said.get("source", "")
    other = pictures[1] if len(pictures) == 2 else None
    known = source if isinstance(source, str) else ""
    return Stated(number, value, source=known, data=pictures[0], other_data=other)


def is_shard(file: IO[bytes]) -> bool:
    """Whether a tar file holds samples, and no folders."""
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r|") as archive:
            first = archive.next()
    except (tarfile.TarError, OSError, EOFError):
        return False
    return first is not None and "/" not in first.name.removeprefix("./")


def _read_members(file: IO[bytes]) -> Iterator[Member]:
    file.seek(0, os.SEEK_END)
    budget = max(FREE_BYTES, file.tell() * MOST_TIMES_LARGER)
    file.seek(0)
    is_zip = file.read(4).startswith(b"PK")
    file.seek(0)
    try:
        for member in _read_zip(file) if is_zip else _read_tar(file):
            budget -= len(member.data)
            if budget < 0:
                raise UnreadableFile(f"It unpacks to more than {MOST_TIMES_LARGER} times its size.")
            yield member
    except TooLong as error:
        raise UnreadableFile(f"{error} Or send a tar file: it may hold any number.") from error
    except UnreadableZip as error:
        raise UnreadableFile(str(error)) from error
    except BROKEN as error:
        raise UnreadableFile(f"The archive is broken, or of a kind that is not read: {error}.") from error


def _read_tar(file: IO[bytes]) -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        number = 0
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # it would keep a line of each
            if info.isdir():
                continue
            number += 1
            refusal = _refuse(info.name, info.size, is_file=info.isreg())
            opened = None if refusal else archive.extractfile(info)
            yield Member(number, info.name, opened.read() if opened else b"", refusal)


def _read_zip(file: IO[bytes]) -> Iterator[Member]:
    with open_zip(file, most=MOST_FILES, longest=LARGEST_LIST) as archive:
        for number, info in enumerate(archive.infolist(), 1):
            if info.is_dir():
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            refusal = _refuse(info.filename, info.file_size, is_file=kind in (0, stat.S_IFREG))
            data = b"" if refusal else _read_limited(archive, info)
            if len(data) > LARGEST_MEMBER:  # its head lied
                data, refusal = b"", _refuse(info.filename, len(data), is_file=True)
            yield Member(number, info.filename, data, refusal)


def _read_limited(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as opened:
        return opened.read(LARGEST_MEMBER + 1)


def _refuse(name: str, size: int, *, is_file: bool) -> str:
    """Why a member is not read; '' where it is."""
    shown = _show(name)
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\0" in name:
        return f"{shown}: its name leads out of the archive."
    if not is_file:
        return f"{shown}: this is no file but a link or a device."
    if size > LARGEST_MEMBER:
        return f"{shown}: larger than {LARGEST_MEMBER >> 20} MB."
    return ""


def _show(name: str) -> str:
    """A member's name for a message: a byte that is no sign is written out."""
    return name[:80].encode("utf-8", "backslashreplace").decode().replace("\0", "")
