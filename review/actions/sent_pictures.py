"""Pictures that come with a catalog in a ZIP file: found by the names that its lines use, kept by content."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from zipfile import ZipInfo

from pipeline.catalog_records import Refusal
from pipeline.config import DecodeLimits
from pipeline.image_kinds import explain_unusable
from pipeline.sources import MAX_SOURCE_BYTES, ImageSource, UnusableSource, locate_by
from review.actions import store
from review.actions.zip_files import Unpacker, UnreadableMember

SENT = "sent:"  # begins the source of such an offer, whose stamp is the content's SHA-256
LARGEST_PICTURE = DecodeLimits().max_bytes
NOT_THERE = "There is no such file in the ZIP file."


class SentPictures:
    """Finds what a catalog's lines name. A picture that can't be read keeps its place, as it may come again.

    `folder` is where the catalog lies in the archive ('' or 'a/b'); `owner` is whose feed it is, so that
    files of one name from two suppliers are two. Without `keeps` nothing is written to the store.
    """

    def __init__(
        self, unpacker: Unpacker, members: Mapping[str, ZipInfo], folder: str, owner: str, keeps: bool
    ) -> None:
        self.unpacker = unpacker
        self.members = members
        self.folder = folder
        self.prefix = SENT + owner.replace("%", "%25").replace("/", "%2F") + "/"
        self.keeps = keeps
        self.found: dict[str, tuple[str, str]] = {}  # member -> (content's SHA-256, what is wrong with it)

    def locate(self, name: str) -> ImageSource:
        """What a line names: an address, or a file of the archive. Raises UnusableSource."""
        return locate_by(name, self._find)

    def list_unnamed(self) -> Iterator[Refusal]:
        """A note where files lie in the archive that no line names: most often a slip of the pen."""
        unnamed = [name for name in self.members if name not in self.found]
        if unnamed:
            count, first = f"{len(unnamed):,}", show(unnamed[0])
            words = f"Files of the ZIP file that no line names: {count}, the first is {first}."
            yield Refusal(0, "", "", words, "note")

    def _find(self, name: str) -> ImageSource:
        said = tidy(name)
        member = next((path for path in self._list_places(said) if path in self.members), "")
        source = self.prefix + said
        if len(source.encode()) > MAX_SOURCE_BYTES:
            raise UnusableSource(f"The full path is longer than {MAX_SOURCE_BYTES} bytes.")
        if not member:
            return ImageSource(name, source, problem=NOT_THERE)
        if member not in self.found:
            self.found[member] = self._read(self.members[member])
        stamp, problem = self.found[member]
        return ImageSource(name, source, stamp, problem)

    def _list_places(self, said: str) -> Iterator[str]:
        """Beside the catalog first, as a command would; then from the archive's top."""
        for path in (f"{self.folder}/{said}", said):
            parts = fold(path)
            if parts is None:
                raise UnusableSource("The path leads out of the ZIP file.")
            yield "/".join(parts)

    def _read(self, member: ZipInfo) -> tuple[str, str]:
        try:
            data = self.unpacker.read(member, LARGEST_PICTURE)
        except UnreadableMember as error:
            return "", str(error)
        if unusable := explain_unusable(data):
            return "", unusable[1]
        sha256 = hashlib.sha256(data).hexdigest()
        if self.keeps:
            store.put_original(sha256, data)
        return sha256, ""


def tidy(name: str) -> str:
    """A path as archives of all systems come to write it: slashes, no '.', composed letters."""
    return "/".join(
        part
        for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
        if part not in ("", ".")
    )


def fold(path: str) -> list[str] | None:
    """Its parts without '..'; None where it leads out."""
    parts: list[str] = []
    for part in path.split("/"):
        if part != "..":
            parts += [part] if part else []
        elif parts:
            parts.pop()
        else:
            return None
    return parts


def is_inside(name: str) -> bool:
    """Whether a name is one of a file below the archive's top."""
    return not name.startswith(("/", "\\")) and fold(tidy(name)) is not None and "\0" not in name


def show(name: str) -> str:
    """A file's name for a message: a byte that is no sign is written out."""
    shown = name[:80].encode("utf-8", "backslashreplace").decode().replace("\0", "")
    return f"'{shown}{'...' if len(name) > 80 else ''}'"
