"""Say whether two image files show the same picture, and why."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.config import DedupConfig
from pipeline.dedup import COMPARATORS, Comparator, explain_comparison, load_comparator
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
    try:
        contents = [_read(path) for path in (args.a, args.b)]
        found = _compare(load_comparator(args.comparator), args, contents, want_residual=True)
        paper = _compare(load_comparator("ensemble"), args, contents)
    except UnreadableImage as error:
        print(f"compare: {error.message}", file=sys.stderr)
        return 2
    same_bytes = hashlib.sha256(contents[0]).digest() == hashlib.sha256(contents[1]).digest()
    print(json.dumps(as_json(found, same_bytes) | {"paper": _list_distances(paper)}))
    return _write_residual(args.residual, found.residual) if args.residual else 0


def as_json(found: PairComparison, same_bytes: bool = False) -> dict[str, Any]:
    """The form that `compare` prints; the same bytes are the same picture whatever is measured."""
    if same_bytes:
        found = replace(found, duplicate=True, decided_by="sha256")
    return {
        **_list_distances(found),
        "decided_by": found.decided_by,
        "probability": found.probability,
        "sentence": explain_comparison(found),
        "matrix": None if found.matrix is None else list(found.matrix),
        "spots": [list(spot) for spot in found.spots],
    }


def _list_distances(found: PairComparison) -> dict[str, Any]:
    return {
        "duplicate": bool(found.duplicate),
        "distances": dict(found.distances),
        "thresholds": dict(found.thresholds),
    }


def _read(path: Path) -> bytes:
    try:
        return read_file(path)
    except UnreadableImage as error:
        raise UnreadableImage(error.code, f"{path}: {error.message}") from error


def _compare(
    comparator: Comparator, args: argparse.Namespace, contents: list[bytes], want_residual: bool = False
) -> PairComparison:
    prepared = []
    for path, content in zip((args.a, args.b), contents, strict=True):
        try:
            prepared.append(comparator.prepare(content))
        except UnreadableImage as error:
            raise UnreadableImage(error.code, f"{path}: {error.message}") from error
    return comparator.compare(prepared[0], prepared[1], want_residual=want_residual)


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
