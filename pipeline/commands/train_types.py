"""Train image type heads on labelled images: one for all, and one a category where that is better."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.head_store import save_head
from pipeline.training.type_fit import NEVER, TypeTarget, fit_heads
from pipeline.training.type_heads import TypeRecipe
from pipeline.training.type_rows import read_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, required=True, help="folder that the labels' files are under")
    parser.add_argument("--labels", type=Path, required=True, help="CSV with the columns file,category,type")
    parser.add_argument("--products", type=Path, help="JSON Lines that say which files are one product")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the heads; give it to select --heads"
    )
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--precision", type=float, default=0.95, help="of named images, on held-out folds")
    parser.add_argument("--min-rows", type=int, default=40, help="labelled images for a category's own head")
    parser.add_argument(
        "--sources", default="", help="where the images come from and their licence, for the card"
    )


def run(args: argparse.Namespace) -> int:
    """Write the heads and a line on each; returns 0."""
    backbone = load_backbone(PipelineConfig().backbone)
    rows = read_rows(args.labels, args.images, args.products, backbone)
    recipe = replace(TypeRecipe(), min_rows=args.min_rows)
    target = TypeTarget(args.folds, args.precision, recipe=recipe)
    card = {"sources": args.sources or str(args.labels.name)}
    for head in fit_heads(rows, backbone.signature, target, card):
        halved = {name: part.astype(np.float16).astype(np.float32) for name, part in head.arrays.items()}
        path = save_head(replace(head, arrays=halved), args.out)
        found = head.card["figures"]
        right = found["precision"] or 0.0
        told = [name for name, limit in head.card["thresholds"].items() if limit < NEVER]
        print(
            f"{path}: {head.card['scope']}, {head.card['rows']} images; held out: "
            f"accuracy {found['accuracy']:.3f}, names {found['coverage']:.0%} with precision {right:.3f}; "
            f"tells {', '.join(told) or 'nothing'}"
        )
    return 0
