"""Where a picture lies: an http(s) address or a file below a catalog's image folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

MAX_SOURCE_BYTES = 2000  # bytes; longer addresses are cut or refused by servers and browsers alike
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://|^(data|javascript|mailto|file|blob):", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class UnusableSource(ValueError):
    """A path or an address that can't be taken; the message is for a person."""


@dataclass(frozen=True)
class ImageSource:
    """One picture as the catalog names it (`name`) and as it is found (`source`: address or absolute path).

    `stamp` is size and time of a local file, so that a replaced file is noticed; '' for addresses.
    `problem` says that a file is not there now: it keeps its place in the catalog, as it may come back.
    """

    name: str
    source: str
    stamp: str = ""
    problem: str = ""


Locate = Callable[[str], ImageSource]  # finds what a catalog names; raises UnusableSource


def is_address(source: str) -> bool:
    """Whether it is fetched from the network."""
    return source[:8].lower().startswith(("http://", "https://"))


def locate(name: str, images_dir: Path) -> ImageSource:
    """The picture that a catalog names; `images_dir` must be resolved. Raises UnusableSource."""
    return locate_by(name, partial(_locate_file, images_dir=images_dir))


def locate_address(name: str) -> ImageSource:
    """The same where paths are not taken: they would be this machine's, and the file came from elsewhere."""
    if "://" not in name:
        raise UnusableSource("Only http and https addresses are taken here.")
    return locate_by(name, _refuse_path)


def locate_by(name: str, find_file: Locate) -> ImageSource:
    """The same, paths found by `find_file`; what has the form of an address is never one.

    Addresses are checked for form only; whether they lead to a public host is checked when fetching.
    """
    explain_form(name)
    scheme = _SCHEME.match(name)
    if scheme is None:
        return find_file(name)
    if not is_address(name):
        found = (scheme.group(1) or scheme.group(2)).lower()
        raise UnusableSource(f"'{found}:' addresses are not taken; give a path, or http or https.")
    check_address(name)
    return ImageSource(name, name)


def explain_form(name: str) -> None:
    """Raises UnusableSource for what neither a path nor an address may be."""
    if not name.strip():
        raise UnusableSource("The path or address is empty.")
    if _UNPRINTABLE.search(name):
        raise UnusableSource("The path or address contains a control character.")
    try:
        length = len(name.encode())
    except UnicodeEncodeError as error:
        raise UnusableSource("The path or address contains half a character.") from error
    if length > MAX_SOURCE_BYTES:
        raise UnusableSource(f"The path or address is {length} bytes long; at most {MAX_SOURCE_BYTES}.")


def check_address(url: str) -> None:
    """Raises UnusableSource unless the address is http(s) with a host and without credentials."""
    explain_form(url)
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise UnusableSource("The address is malformed.") from error
    if parts.scheme not in ("http", "https"):
        raise UnusableSource("Only http and https addresses are taken.")
    if not host or re.search(r"[\s<>\"\\^`{|}]", parts.netloc):
        raise UnusableSource("The address has no valid host.")
    if "@" in parts.netloc:
        raise UnusableSource("The address contains a user name or password; remove it.")


def _refuse_path(name: str) -> ImageSource:
    raise UnusableSource("Only http and https addresses are taken here.")


def _locate_file(name: str, images_dir: Path) -> ImageSource:
    try:
        path = (images_dir / name).resolve()
        is_inside = path.is_relative_to(images_dir)  # what lies outside is not even looked at
        found = path.stat() if is_inside and path.exists() else None
    except (OSError, ValueError, RuntimeError) as error:
        raise UnusableSource("The path cannot be read.") from error
    if not is_inside:
        raise UnusableSource("The path leads out of the folder of images.")
    if len(str(path).encode()) > MAX_SOURCE_BYTES:
        raise UnusableSource(f"The full path is longer than {MAX_SOURCE_BYTES} bytes.")
    if found is None:
        return ImageSource(name, str(path), problem="There is no such file in the folder of images.")
    if not path.is_file():
        raise UnusableSource("The path is a folder or device, not a file.")
    return ImageSource(name, str(path), f"{found.st_size}-{found.st_mtime_ns}")
