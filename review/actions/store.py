"""Pictures' bytes by their content: the original once, renditions beside it, and signed addresses to them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

SIDES_PX = (160, 480, 1200)
ORIGINAL = "original"
DRAWING = 2  # number of the maps' form: a change gives new names, and old files are left alone
DIFFERENCE = "difference"  # maps of where two pictures differ; beside the pictures, and none themselves
_SIGNATURE_CHARS = 24  # 96 bits of HMAC-SHA-256: beyond guessing, and short in a page with 100 pictures


class NotStored(Exception):
    """There are no such bytes in the store."""


def image_url(sha256: str, side_px: int) -> str:
    """The address of a rendition; whoever has it may see the picture, nobody can make one up."""
    return _make_url(str(side_px), f"{sha256}.webp")


def original_url(sha256: str) -> str:
    """The address of the file as the supplier sent it."""
    return _make_url(ORIGINAL, sha256)


def difference_url(name: str) -> str:
    """The address of a map of differences."""
    return _make_url(DIFFERENCE, f"{name}.png")


def is_signed(size: str, name: str, signature: str) -> bool:
    """Whether the signature was made here for this picture in this size."""
    return constant_time_compare(signature, _sign(size, name))


def read_original(sha256: str) -> bytes:
    """The file as it came. Raises NotStored."""
    return _read(name_original(sha256))


def read_rendition(sha256: str, side_px: int) -> bytes:
    """WebP bytes of a side. Raises NotStored."""
    return _read(name_rendition(sha256, side_px))


def read_numbers(name: str) -> dict[str, Any]:
    """What was measured of a pair. Raises NotStored."""
    return dict(json.loads(read_difference(name, "json")))


def read_difference(name: str, suffix: str) -> bytes:
    """What was kept of a compared pair: its map ('png') or its numbers ('json'). Raises NotStored."""
    return _read(_locate_difference(name, suffix))


def put_difference(name: str, suffix: str, data: bytes) -> None:
    """Keep a map or the numbers of a compared pair, if they are not there yet."""
    _write_once(_locate_difference(name, suffix), data)


def put_picture(sha256: str, original: bytes, renditions: Mapping[int, bytes]) -> None:
    """Write what is not there yet; renditions first, so that an original always has its own."""
    for side_px, data in renditions.items():
        _write_once(name_rendition(sha256, side_px), data)
    _write_once(name_original(sha256), original)


def put_original(sha256: str, data: bytes) -> None:
    """Write a file that was sent, before it is looked at; its renditions follow when it is."""
    _write_once(name_original(sha256), data)


def put_rendition(sha256: str, side_px: int, data: bytes) -> None:
    """Write one rendition, if it is not there yet."""
    _write_once(name_rendition(sha256, side_px), data)


def read_model(name: str) -> bytes:
    """The file of a trained model, or of a training that goes on. Raises NotStored."""
    return _read(name)


def put_model(name: str, data: bytes) -> None:
    """Keep such a file; its name says what is in it, so one that is there is right."""
    _write_once(name, data)


def drop_model(name: str) -> None:
    """Take away what a training does not need any more."""
    default_storage.delete(name)


def name_original(sha256: str) -> str:
    """Where an original lies; two levels keep folders small."""
    return f"{ORIGINAL}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def name_rendition(sha256: str, side_px: int) -> str:
    """Where a rendition lies."""
    return f"webp/{side_px}/{sha256[:2]}/{sha256[2:4]}/{sha256}.webp"


def name_difference(left: str, right: str, version: str) -> str:
    """What a pair's map is called; `version` names the comparator that made it."""
    return f"{left}-{right}.{version}.{DRAWING}"


def _locate_difference(name: str, suffix: str) -> str:
    return f"{DIFFERENCE}/{name[:2]}/{name[2:4]}/{name}.{suffix}"


def _make_url(size: str, name: str) -> str:
    return f"{reverse('picture', args=[size, name])}?s={_sign(size, name)}"


@lru_cache(maxsize=4096)
def _sign_with(key: str, size: str, name: str) -> str:
    made = salted_hmac("review.picture", f"{size}/{name}", secret=key, algorithm="sha256")
    return made.hexdigest()[:_SIGNATURE_CHARS]


def _sign(size: str, name: str) -> str:
    return _sign_with(settings.SECRET_KEY, size, name)


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name, "rb") as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise NotStored(name) from error


def _write_once(name: str, data: bytes) -> None:
    """The same content has the same name, so what is there is right; a killed write leaves no half."""
    if default_storage.exists(name):
        return
    if not isinstance(default_storage, FileSystemStorage):  # such stores write whole objects
        default_storage.save(name, ContentFile(data))
        return
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
