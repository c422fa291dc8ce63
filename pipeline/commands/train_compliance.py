"""Train a compliance judge of your own (weapon, violence ...) from two folders of examples."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pipeline.backbone import Backbone, load_backbone
from pipeline.config import PipelineConfig
from pipeline.folders import list_files
from pipeline.head_store import save_head
from pipeline.images import UnreadableImage, decode
from pipeline.records import RgbArray
from pipeline.training.compliance_techniques import TECHNIQUES, Examples

COLUMNS = ("accuracy", "precision", "recall", "auc", "false_share")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--positives", type=Path, required=True, help="folder of images with the defect")
    parser.add_argument("--negatives", type=Path, required=True, help="folder of images without it")
    parser.add_argument("--name", required=True, help="the defect, for instance weapon")
    parser.add_argument("--out", type=Path, required=True, help="the head's file, NAME.npz")
    parser.add_argument("--precision", type=float, default=0.95, help="share of flags that must be right")
    parser.add_argument(
        "--techniques", default="logistic,forest", help=f"to compare, of {', '.join(TECHNIQUES)}; '' for none"
    )
    parser.add_argument("--json", type=Path, help="write the figures of all techniques here too")


def read_folder(folder: Path, backbone: Backbone) -> list[RgbArray]:
    """The backbone's inputs of all readable images under a folder, in order of their names.

    Says on stderr which files it passes over. Raises ValueError where there is no folder.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder")
    found = []
    for path in tqdm(list_files(folder), unit="image", desc=folder.name):
        try:
            found.append(backbone.to_input(decode(path.read_bytes(), max_side_px=512).rgb))
        except UnreadableImage as error:
            print(f"{path}: passed over: {error.message}", file=sys.stderr)
    return found


def run(args: argparse.Namespace) -> int:
    """Fits, saves, prints the figures; returns 0."""
    from pipeline.training.compliance import check_counts, compare_techniques, train_judge

    if args.out.suffix != ".npz" or not args.name.isidentifier() or not 0 < args.precision < 1:
        raise ValueError("--out must end in .npz, --name be one word, --precision lie between 0 and 1.")
    backbone = load_backbone(PipelineConfig().backbone)
    positives, negatives = (read_folder(folder, backbone) for folder in (args.positives, args.negatives))
    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    check_counts(args.name, labels)
    inputs = np.stack([*positives, *negatives])
    embeddings = np.concatenate([backbone.embed(inputs[row : row + 16]) for row in range(0, len(inputs), 16)])
    examples = Examples(embeddings, labels, inputs, backbone.signature)
    head = train_judge(args.name, examples, args.precision)
    path = save_head(replace(head, name=args.out.stem), args.out.parent)
    print(f"{'held out':12} " + " ".join(f"{name:>11}" for name in COLUMNS))
    found = compare_techniques(examples, [n for n in args.techniques.split(",") if n], args.precision)
    for name, figures in found.items():
        print(f"{name:12} " + " ".join(f"{figures[column]:11.3f}" for column in COLUMNS))
    if args.json:
        args.json.write_text(
            json.dumps({"shipped": head.card["figures"], "techniques": found}, indent=1) + "\n"
        )
    print(
        f"{path}: logistic, {len(positives)} images with and {len(negatives)} without {args.name}, "
        f"threshold {head.threshold:.3f}; use it with --slot {args.name}={path}"
    )
    return 0
