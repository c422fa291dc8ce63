"""Logs that do not grow for ever."""

from __future__ import annotations

from pathlib import Path

LARGEST_BYTES = 10_000_000


def rotate(folder: Path) -> None:
    """At a start: keep one former part of each large log."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST_BYTES:
            log.replace(log.with_suffix(".log.1"))
