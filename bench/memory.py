"""Memory over very many images: the same products again and again through one selector."""

from __future__ import annotations

import sys
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.products import CHUNK, list_paths
from pipeline.catalog_records import ParsedProduct
from pipeline.selection_files import FileSelector

MARKS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


def run(products: list[ParsedProduct], images: int) -> list[dict[str, Any]]:
    """Resident megabytes at MARKS and at the end; prints each as it comes."""
    selector, seen = FileSelector(), 0
    marks = [mark for mark in MARKS if mark < images] + [images]
    found: list[dict[str, Any]] = []
    stream = cycle(products)
    while marks and products:
        chunk = list(islice(stream, CHUNK))
        selector.select(chunk)
        seen += len(list_paths(chunk))
        if seen >= marks[0]:
            marks = [mark for mark in marks if mark > seen]
            found.append({"images": seen, "resident_mb": round(read_resident_mb())})
            print(f"  {seen:>8} images {found[-1]['resident_mb']:>6} MB", file=sys.stderr, flush=True)
    return found


def read_resident_mb() -> float:
    """What this process holds in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status does not tell VmRSS")
