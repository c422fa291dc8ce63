"""Say whether two image files show the same picture, and why."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.config import DedupConfig
from pipeline.dedup import COMPARATORS, load_comparator
from pipeline.images import UnreadableImage, read_file
from pipeline.records import FloatArray, PairComparison


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two images, the comparator, and where to put the map of differences."""
    parser.add_argument("a", type=Path, help="an image file")
    parser.add_argument("b", type=Path, help="another image file")
    parser.add_argument("--comparator", choices=sorted(COMPARATORS), default=DedupConfig.comparator)
    parser.add_argument("--residual", type=Path, metavar="FILE.png", help="write the map of differences here")


def run(args: argparse.Namespace) -> int:
    """Print one JSON object; 2 where an image cannot be used."""
    comparator = load_comparator(args.comparator)
    contents, prepared = [], []
    for path in (args.a, args.b):
        try:
            contents.append(read_file(path))
            prepared.append(comparator.prepare(contents[-1]))
        except UnreadableImage as error:
            print(f"compare: {path}: {error.message}", file=sys.stderr)
            return 2
    found = comparator.compare(prepared[0], prepared[1], want_residual=args.residual is not None)
    same_bytes = hashlib.sha256(contents[0]).digest() == hashlib.sha256(contents[1]).digest()
    print(json.dumps(as_json(found, same_bytes)))
    return _write_residual(args.residual, found.residual) if args.residual else 0


def as_json(found: PairComparison, same_bytes: bool = False) -> dict[str, Any]:
    """The form that `compare` prints; the same bytes are the same picture whatever is measured."""
    return {
        "duplicate": bool(found.duplicate or same_bytes),
        "distances": dict(found.distances),
        "thresholds": dict(found.thresholds),
        "decided_by": "sha256" if same_bytes else found.decided_by,
        "probability": found.probability,
    }


def _write_residual(path: Path, residual: FloatArray | None) -> int:
    if residual is None:
        print(
            "compare: these pictures could not be laid over each other, so there is no map", file=sys.stderr
        )
        return 0
    written, data = cv2.imencode(".png", np.round(residual * 255).astype(np.uint8))
    if written:
        path.write_bytes(data.tobytes())
    return 0
