"""Judge image files; prints one JSON line an image, in the order given."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.assess import Assessor
from pipeline.config import PipelineConfig
from pipeline.records import Assessment

AT_ONCE = 32  # files whose bytes are in memory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", type=Path, help="image file")
    parser.add_argument("--backbone", default=PipelineConfig().backbone, help="source of the network")


def run(args: argparse.Namespace) -> int:
    """Returns 1 when a file could not be read, else 0."""
    assessor = Assessor(PipelineConfig(backbone=args.backbone))
    unreadable = 0
    for start in range(0, len(args.images), AT_ONCE):
        for path, line in assess_files(assessor, args.images[start : start + AT_ONCE]):
            unreadable += line["unreadable"] is not None
            print(json.dumps({"file": str(path), **line}, ensure_ascii=False), flush=True)
    return 1 if unreadable else 0


def assess_files(assessor: Assessor, paths: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each path with its line; a file that is missing has a line too."""
    held: list[tuple[str, bytes]] = []
    refused: dict[int, str] = {}
    for index, path in enumerate(paths):
        try:
            held.append((str(index), path.read_bytes()))
        except OSError as error:
            refused[index] = f"The file cannot be opened: {error.strerror or error}."
    found = {int(one.key): one for one in assessor.assess(held)}
    for index, path in enumerate(paths):
        yield path, describe(found[index]) if index in found else _refuse(refused[index])


def describe(assessment: Assessment) -> dict[str, Any]:
    """The line's fields beside the file's name."""
    return {
        "width": assessment.width_px,
        "height": assessment.height_px,
        "bytes": assessment.byte_size,
        "format": assessment.format or None,
        "unreadable": assessment.unreadable,
        "judges": {name: word.as_json() for name, word in assessment.judgements.items()},
    }


def _refuse(reason: str) -> dict[str, Any]:
    return {"width": 0, "height": 0, "bytes": 0, "format": None, "unreadable": reason, "judges": {}}
