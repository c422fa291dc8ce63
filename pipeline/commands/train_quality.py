"""Train the judges of blur, small objects and placeholders from folders of clean photos."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from tqdm import tqdm

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.head_store import HEADS_FOLDER, save_head
from pipeline.progress import interval_s
from pipeline.training import quality
from pipeline.training.lettering import find_lettering

KNOWN_FAILURES = (
    "blur: mild motion along the object's main edges, photos taken with a soft phone camera; "
    "small_object: scenes, where the object is guessed by GrabCut; "
    "placeholder: bare logos that are sold as such, posters and cards of one word, signs with a letter, "
    "plain covers; words on a blurred photo are missed"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--images", nargs="+", type=Path, required=True, metavar="DIR", help="one catalog each"
    )
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the heads")
    parser.add_argument(
        "--judges", nargs="+", choices=list(quality.RECIPES), default=list(quality.RECIPES), metavar="NAME",
        help=f"train these alone: {', '.join(quality.RECIPES)}",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, default=100, help="photos a folder, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sources", default="", help="what the photos are and their licences, for the card")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Writes quality_*.npz and their cards; the same folders and seed give the same heads."""
    backbone = load_backbone(PipelineConfig().backbone)
    photos = quality.list_photos(args.images, args.limit, args.seed)
    made = quality.make_samples(photos, find_lettering(), backbone, args.seed)
    samples = list(tqdm(made, unit=" pictures", disable=args.quiet, mininterval=interval_s()))
    if not samples:
        raise ValueError("None of the photos can be read.")
    card: dict[str, object] = {
        "judge_of": "quality (II.A)",
        "trained_on": args.sources or [folder.name for folder in args.images],
        "defects": "made from the photos, or drawn (placeholders)",
        "command": tell_command(args),
        "known_failures": KNOWN_FAILURES,
    }
    for head in quality.train(samples, backbone, card, tqdm.write, args.judges):
        print(save_head(head, args.out))
    return 0


def tell_command(args: argparse.Namespace) -> str:
    """The command that makes the same heads again, with the folders' own names."""
    folders = " ".join(folder.name for folder in args.images)
    sources = f" --sources {shlex.quote(args.sources)}" if args.sources else ""
    judges = "" if args.judges == list(quality.RECIPES) else f" --judges {' '.join(args.judges)}"
    options = f"--limit {args.limit} --seed {args.seed}{sources}"
    return f"python -m pipeline train-quality --images {folders}{judges} {options}"
