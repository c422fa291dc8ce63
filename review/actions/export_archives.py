"""Files that carry the pictures: a folder for each value as one tar file, and WebDataset shards."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from review.actions import store
from review.actions.export_formats import describe, open_at, settle, suffix_of
from review.actions.export_rows import Picture, Piece, read_pictures
from review.models import Snapshot

_END = bytes(2 * tarfile.BLOCKSIZE)

Members = Iterator[tuple[str, bytes]]


class FolderDraft:
    """side/value/picture, as torchvision's ImageFolder reads it: one tar file that only ever grows."""

    def __init__(self, path: Path, snapshot: Snapshot, size: int) -> None:
        self.file = open_at(path, size)
        self.snapshot = snapshot
        self.classes = sorted({value for of_side in snapshot.counts.values() for value in of_side})
        self.missing = 0

    def add(self, piece: Piece) -> None:
        for row in read_pictures(piece):
            try:
                for name, data in list(self.list_members(row)):
                    self._add_member(name, data)
            except store.NotStored:
                self.missing += 1

    def list_members(self, row: Picture) -> Members:
        """(name, bytes) of a row's files. Raises NotStored where a picture's bytes are gone."""
        where = f"{row.side}/{name_value(row.value)}/{row.sha256}"
        if row.other_sha256 is None:
            yield where + suffix_of(row.format), store.read_original(row.sha256)
            return
        where += f"-{row.other_sha256}"
        yield f"{where}/left{suffix_of(row.format)}", store.read_original(row.sha256)
        yield f"{where}/right{suffix_of(row.other_format or '')}", store.read_original(row.other_sha256)

    def _add_member(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        member.mtime = int(self.snapshot.created_at.timestamp())  # the same data set is the same file
        self.file.write(member.tobuf(tarfile.GNU_FORMAT))
        self.file.write(data + bytes(-len(data) % tarfile.BLOCKSIZE))

    def size(self) -> int | None:
        return settle(self.file)

    def finish(self) -> None:
        self.file.write(_END)
        settle(self.file)
        self.file.close()


class ShardDraft(FolderDraft):
    """One shard of a WebDataset: files of one sample share their name up to the first dot."""

    def list_members(self, row: Picture) -> Members:
        """The picture or both, the number of the class, and what else is known."""
        key = row.sha256 if row.other_sha256 is None else f"{row.sha256}-{row.other_sha256}"
        first = "" if row.other_sha256 is None else ".left"
        yield f"{key}{first}{suffix_of(row.format)}", store.read_original(row.sha256)
        if row.other_sha256 is not None:
            yield f"{key}.right{suffix_of(row.other_format or '')}", store.read_original(row.other_sha256)
        yield f"{key}.cls", str(self.classes.index(row.value)).encode()
        yield f"{key}.json", describe(row)


def name_value(value: str) -> str:
    """A value as the name of a folder; nothing in it can lead elsewhere."""
    return quote(value, safe=" ").replace(".", "%2E")
