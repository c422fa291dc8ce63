"""Judge image files; prints one JSON line an image, in the order given.

A line: {"file", "size": [width, height] or null, "width", "height", "bytes", "format", "unreadable": null or
the reason, "judges": {name: {"score", "threshold", "flag", ...}}}. Scores are 0 to 1, higher is worse; a
judge with no model has score null and says so in "note".
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.assess import Assessor
from pipeline.compliance.slots import read_slot
from pipeline.config import ComplianceConfig, PipelineConfig
from pipeline.images import UnreadableImage, read_file
from pipeline.records import Assessment

AT_ONCE = 32  # files whose bytes are in memory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", type=Path, help="image file")
    parser.add_argument("--backbone", default=PipelineConfig().backbone, help="source of the network")
    parser.add_argument("--slot", action="append", default=[], help="DEFECT=FILE.npz, see train-compliance")


def run(args: argparse.Namespace) -> int:
    """Returns 0 also where a file could not be read: that is what its line says."""
    slots = tuple(read_slot(text) for text in args.slot)
    assessor = Assessor(PipelineConfig(backbone=args.backbone, compliance=ComplianceConfig(slots=slots)))
    for start in range(0, len(args.images), AT_ONCE):
        for path, line in assess_files(assessor, args.images[start : start + AT_ONCE]):
            print(json.dumps({"file": str(path), **line}, ensure_ascii=False), flush=True)
    return 0


def assess_files(assessor: Assessor, paths: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each path with its line; a file that is missing has a line too."""
    held: list[tuple[str, bytes]] = []
    refused: dict[int, str] = {}
    for index, path in enumerate(paths):
        try:
            held.append((str(index), read_file(path, assessor.config.decode)))
        except UnreadableImage as error:
            refused[index] = error.message
    found = {int(one.key): one for one in assessor.assess(held)}
    for index, path in enumerate(paths):
        yield path, describe(found.get(index) or _refuse(path, refused[index]))


def describe(assessment: Assessment) -> dict[str, Any]:
    """The line's fields beside the file's name; `size` is [width, height] in px, null where unreadable."""
    is_readable = assessment.unreadable is None
    return {
        "size": [assessment.width_px, assessment.height_px] if is_readable else None,
        "width": assessment.width_px if is_readable else None,
        "height": assessment.height_px if is_readable else None,
        "bytes": assessment.byte_size,
        "format": assessment.format or None,
        "unreadable": assessment.unreadable,
        "judges": {name: word.as_json() for name, word in assessment.judgements.items()},
    }


def _refuse(path: Path, reason: str) -> Assessment:
    """The record of a file that was not even read."""
    byte_size = path.stat().st_size if path.is_file() else 0
    return Assessment(str(path), 0, 0, byte_size, "", unreadable=reason)
