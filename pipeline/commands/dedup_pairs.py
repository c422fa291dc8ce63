"""Make labelled pairs of copies and near-copies from any catalog, to measure comparators with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from pipeline.dedup.pairs import PairMaker, read_groups, write_pairs
from pipeline.progress import interval_s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The catalog, where to write, and what to make."""
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the pictures")
    parser.add_argument(
        "--groups", type=Path, required=True, metavar="CSV",
        help="columns file,product and, if known, type,color,category",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="gets images/ and pairs.csv")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same pairs")
    parser.add_argument("--count", type=int, default=1000, help="pairs to make (default 1000)")
    parser.add_argument(
        "--edit-shares", type=float, nargs=2, default=(0.003, 0.06), metavar=("LEAST", "MOST"),
        help="area of a local edit over the object's (default 0.003 0.06)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Write the pairs, and say so where the catalog gave fewer than asked; 2 where it gave none."""
    least, most = args.edit_shares
    if not 0 < least <= most < 1:
        raise ValueError("--edit-shares needs two shares between 0 and 1, the smaller one first.")
    maker = PairMaker(args.images, read_groups(args.groups), args.seed, (least, most))
    made = write_pairs(
        args.out, tqdm(maker.make(args.count), total=args.count, unit="pair", mininterval=interval_s())
    )
    print(f"{made} pairs in {args.out / 'pairs.csv'}")
    if made < args.count:
        print(f"dedup-pairs: these pictures gave {made} of {args.count} pairs", file=sys.stderr)
    return 0 if made else 2
