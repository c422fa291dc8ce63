"""Large files that workers make for people: kept in the store beside the pictures, read in parts."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

LINK_LASTS_S = 24 * 3600  # a copied address; long enough for a slow line, and no key for ever
BLOCK = 1 << 20


class NotKept(Exception):
    """There is no such file in the store."""


def locate_draft(name: str) -> Path:
    """Where a file is written until it is whole: on this machine's disk."""
    folder = settings.VAR_DIR / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return Path(folder / name)


def keep(name: str, draft: Path) -> None:
    """Move a whole file into the store under its name; one of that name is replaced."""
    if isinstance(default_storage, FileSystemStorage):
        place = Path(default_storage.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(draft, place)
        return
    with draft.open("rb") as file:
        default_storage.save(name, File(file))
    draft.unlink()


def take_in(name: str, source: IO[bytes] | File[Any]) -> None:
    """Keep what somebody sent."""
    draft = locate_draft(name.replace("/", "-"))
    with draft.open("wb") as file:
        shutil.copyfileobj(source, file, BLOCK)
    keep(name, draft)


def discard(name: str) -> None:
    """Delete a kept file; one that is not there is no trouble."""
    default_storage.delete(name)
    if isinstance(default_storage, FileSystemStorage):
        with suppress(OSError):  # others lie in the folder still, or it is gone
            Path(default_storage.path(name)).parent.rmdir()


def open_kept(name: str) -> IO[bytes]:
    """The file, to be read from any place. Raises NotKept."""
    try:
        found: IO[bytes] = default_storage.open(name, "rb")
    except FileNotFoundError as error:
        raise NotKept(name) from error
    return found


def find_address(name: str, download_name: str) -> str | None:
    """Where an object store itself serves the file, with ranges and for an hour; None for a local folder."""
    if isinstance(default_storage, FileSystemStorage):
        return None
    said = {"ResponseContentDisposition": f'attachment; filename="{download_name}"'}
    return str(default_storage.url(name, parameters=said))  # type: ignore[call-arg]


def make_link(export_id: int, number: int) -> str:
    """An address of an export's file that needs no log-in, for programs that go on where they stopped."""
    address = reverse("export-file", args=[export_id, number])
    return f"{address}?key={_signer().sign(f'{export_id}/{number}').rsplit('/', 1)[1]}"


def is_link(export_id: int, number: int, key: str) -> bool:
    """Whether the key was made here for this file, and not too long ago."""
    try:
        said = _signer().unsign(f"{export_id}/{key}", max_age=LINK_LASTS_S)
    except BadSignature:
        return False
    return said == f"{export_id}/{number}"


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="review.export")
