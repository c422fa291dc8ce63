"""Train the judges of blur, small objects and placeholders from folders of clean photos."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.head_store import HEADS_FOLDER, save_head
from pipeline.training import quality
from pipeline.training.lettering import find_lettering

KNOWN_FAILURES = (
    "blur: pictures with hardly any edge (plain cloth, glass) and photos taken with a soft phone camera; "
    "small_object: scenes, where the object is guessed by GrabCut; thin objects in a large frame; "
    "placeholder: product drawings, swatches of one colour and packages of large flat print"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--images", nargs="+", type=Path, required=True, metavar="DIR", help="one catalog each"
    )
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the heads")
    parser.add_argument("--limit", type=int, default=150, help="photos a folder, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sources", default="", help="what the photos are and their licences, for the card")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Writes quality_*.npz and their cards; the same folders and seed give the same heads."""
    backbone = load_backbone(PipelineConfig().backbone)
    photos = quality.list_photos(args.images, args.limit, args.seed)
    fonts = sorted({path for paths in find_lettering().fonts.values() for path in paths})
    made = quality.make_samples(photos, fonts, backbone, args.seed)
    samples = list(tqdm(made, unit=" pictures", disable=args.quiet, mininterval=2))
    card: dict[str, object] = {
        "judge_of": "quality (II.A)",
        "trained_on": args.sources or [folder.name for folder in args.images],
        "defects": "made from the photos, or drawn (placeholders)",
        "command": f"python -m pipeline train-quality --limit {args.limit} --seed {args.seed}",
        "known_failures": KNOWN_FAILURES,
    }
    for head in quality.train(samples, backbone, card, tqdm.write):
        print(save_head(head, args.out))
    return 0
