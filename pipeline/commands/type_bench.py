"""Cross-validate image type heads on labelled images: shared, a category, against logistic regression."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.training.type_bench import REFERENCE, SHIPPED, compare
from pipeline.training.type_rows import read_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, required=True, help="folder that the labels' files are under")
    parser.add_argument("--labels", type=Path, required=True, help="CSV with the columns file,category,type")
    parser.add_argument("--products", type=Path, help="JSON Lines that say which files are one product")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", default="", help="names of techniques, with commas between (default: all)")
    parser.add_argument("--json", type=Path, help="write the figures here too")


def run(args: argparse.Namespace) -> int:
    """Print a table line by line; returns 0."""
    backbone = load_backbone(PipelineConfig().backbone)
    rows = read_rows(args.labels, args.images, args.products, backbone)
    products = len(np.unique(rows.groups))
    print(f"{len(rows.targets)} images of {products} products, {len(rows.classes)} types, {args.folds} folds")
    print(f"{'':36} {'accuracy':>9} {'macro F1':>9} {'ECE':>7} {'coverage at 95 %':>17}")
    figures: dict[str, dict[str, Any]] = {}
    wanted = [name.strip() for name in args.only.split(",") if name.strip()]
    for name, found in compare(rows, args.folds, backbone.spec, wanted):
        figures[name] = found
        print(
            f"{name:36} {found['accuracy']:9.3f} {found['macro_f1']:9.3f} "
            f"{found['calibration_error']:7.3f} {found['coverage_at_95']:17.3f}",
            flush=True,
        )
    _print_gain(figures)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def _print_gain(figures: dict[str, dict[str, Any]]) -> None:
    """How far what ships is from the plain reference."""
    if not {REFERENCE, SHIPPED} <= set(figures):
        return
    ours, plain = figures[SHIPPED], figures[REFERENCE]
    gains = ", ".join(f"{name} {ours[name] - plain[name]:+.3f}" for name in plain)
    print(f"{SHIPPED} against {REFERENCE}: {gains}")
