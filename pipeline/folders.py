"""Files below a folder, as a person sees them: links are followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each folder from this one down, and its files' names, both in order of their names.

    Links to folders are followed; a folder that is reached twice, or holds itself by a link, comes once.
    """
    seen: set[str] = set()
    for path, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(path)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        yield Path(path), sorted(names)


def list_files(folder: Path) -> list[Path]:
    """All files below a folder, in order of their paths."""
    return sorted(path / name for path, names in walk(folder) for name in names if (path / name).is_file())
