"""ZIP files that people send, read within limits: nothing that one says of itself is believed."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

MOST_MEMBERS = 100_000
LARGEST_LIST = 20 << 20  # bytes of the archive's list of its files, which is read in one piece
# Pictures are packed already: what unpacks to so many times its size is made to fill a machine.
MOST_TIMES_LARGER = 20
FREE_BYTES = 256 << 20  # unpacked, before that is looked at
BLOCK = 1 << 20
_LOCKED = 0x1  # of a member's flags
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


class UnreadableZip(Exception):
    """The file cannot be read on; says why in a person's words."""


class TooLong(UnreadableZip):
    """Its list of files is longer than is read."""


class UnreadableMember(Exception):
    """One file in it cannot be read; says why in a person's words."""


class _Bounded:
    """A file that gives no piece so large that it would fill the memory."""

    def __init__(self, file: IO[bytes], largest: int) -> None:
        self.file, self.largest = file, largest

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.largest + 1 if size < 0 else min(size, self.largest + 1))
        if len(data) > self.largest:
            raise TooLong(
                f"The ZIP file's list of its files is longer than {self.largest >> 20} MB. Split it."
            )
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


@contextmanager
def open_zip(
    file: IO[bytes], *, most: int = MOST_MEMBERS, longest: int = LARGEST_LIST
) -> Iterator[zipfile.ZipFile]:
    """The archive, its list of at most so many files and bytes read. Raises UnreadableZip, TooLong."""
    try:
        archive = zipfile.ZipFile(_Bounded(file, longest))  # type: ignore[call-overload]
    except _BROKEN as error:
        raise UnreadableZip(
            "The ZIP file (or spreadsheet) is broken, or was cut off on its way. Send it again."
        ) from error
    with archive:
        if (found := len(archive.infolist())) > most:
            raise TooLong(f"The ZIP file holds {found:,} files; at most {most:,}. Split it.")
        yield archive


class Unpacker:
    """Reads members, each and all together within limits that their heads can't change."""

    def __init__(self, archive: zipfile.ZipFile, packed_bytes: int) -> None:
        self.archive = archive
        self.left = max(FREE_BYTES, packed_bytes * MOST_TIMES_LARGER)

    def read(self, member: zipfile.ZipInfo, largest: int) -> bytes:
        """A member's bytes. Raises UnreadableMember, UnreadableZip."""
        kept = io.BytesIO()
        self.copy(member, kept, largest)
        return kept.getvalue()

    def copy(self, member: zipfile.ZipInfo, to: IO[bytes], largest: int) -> None:
        """Write a member's bytes to a file, block by block. Raises UnreadableMember, UnreadableZip."""
        check_head(member, largest)
        try:
            with self.archive.open(member) as opened:
                self._copy(opened, to, largest)
        except _BROKEN as error:
            raise UnreadableMember("The file is broken in the ZIP file.") from error

    def _copy(self, opened: IO[bytes], to: IO[bytes], largest: int) -> None:
        written = 0
        while block := opened.read(BLOCK):
            written += len(block)
            self.left -= len(block)
            if self.left < 0:
                raise UnreadableZip(
                    f"The ZIP file unpacks to over {MOST_TIMES_LARGER} times its size; it is not read on."
                )
            if written > largest:
                raise _too_large(largest)
            to.write(block)


def check_head(member: zipfile.ZipInfo, largest: int) -> None:
    """Raises UnreadableMember for what is not worth opening."""
    if member.flag_bits & _LOCKED:
        raise UnreadableMember("The file is locked by a password; pack it without one.")
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        raise UnreadableMember("This is no file but a link or a device.")
    if member.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):  # others ask for memory as they like
        raise UnreadableMember(
            "The file is packed in a way that is not read; pack it by the usual one (deflate)."
        )
    if member.file_size > largest:
        raise _too_large(largest)


def _too_large(largest: int) -> UnreadableMember:
    return UnreadableMember(f"The file is larger than {largest >> 20} MB.")
