"""Measure how well each technique tells copies from different pictures, on labelled pairs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from pipeline.dedup.bench import draw_table, measure_technique, read_pairs
from pipeline.dedup.techniques import list_techniques, load_techniques
from pipeline.progress import interval_s

MISTAKES_SHOWN = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Pictures, pairs, techniques and where the figures go."""
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the pictures")
    parser.add_argument("--pairs", type=Path, required=True, metavar="CSV", help="columns a,b,label")
    parser.add_argument("--techniques", metavar="a,b,...", help=f"of {', '.join(list_techniques())}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures and mistakes here")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pairs")


def run(args: argparse.Namespace) -> int:
    """Print a table, and name what could not be read; 2 where no pair is left to measure."""
    cv2.setNumThreads(1)  # milliseconds are of one core
    if not args.images.is_dir():
        raise ValueError(
            f"{args.images} is no folder; --images names the one that the pairs' paths start at."
        )
    if args.json and not args.json.parent.is_dir():
        raise ValueError(f"{args.json.parent} is no folder, so the figures cannot be written there.")
    names = [name.strip() for name in args.techniques.split(",")] if args.techniques else None
    pairs = read_pairs(args.pairs, args.limit)
    rows: list[dict[str, Any]] = []
    report: list[dict[str, Any]] = []
    unreadable: dict[str, str] = {}
    for technique in load_techniques(names):
        progress = tqdm(pairs, desc=technique.name, unit="pair", leave=False, mininterval=interval_s())
        outcome = measure_technique(technique, args.images, progress)
        rows.append(outcome.summary())
        report.append({**rows[-1], "mistakes": outcome.mistakes()[:MISTAKES_SHOWN]})
        unreadable |= outcome.unreadable
    print(draw_table(rows))
    for name, reason in unreadable.items():
        print(f"dedup-bench: left out {name}: {reason}", file=sys.stderr)
    if args.json:
        args.json.write_text(json.dumps({"techniques": report, "unreadable": unreadable}, indent=1))
    return 2 if all(row["pairs"] == 0 for row in rows) else 0
