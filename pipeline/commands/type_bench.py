"""Cross-validate image type heads on labelled images: shared, a category, against logistic regression."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.images import UnreadableImage, decode
from pipeline.training.type_bench import TypeRows, compare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, required=True, help="folder that the labels' files are under")
    parser.add_argument("--labels", type=Path, required=True, help="CSV with the columns file,category,type")
    parser.add_argument("--products", type=Path, help="JSON Lines that say which files are one product")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures here too")


def read_groups(path: Path | None) -> dict[str, str]:
    """File -> product, of the plain product list."""
    groups: dict[str, str] = {}
    for line in path.read_text().splitlines() if path else []:
        product = json.loads(line)
        groups |= {image["file"]: str(product["id"]) for image in product.get("images", [])}
    return groups


def read_rows(labels: Path, images: Path, groups: dict[str, str]) -> TypeRows:
    """The labelled images that can be read, embedded as they are and mirrored. Raises ValueError for none."""
    backbone = load_backbone(PipelineConfig().backbone)
    kept, inputs = [], []
    with labels.open(newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                picture = decode((images / row["file"]).read_bytes(), max_side_px=512).rgb
            except (UnreadableImage, OSError, KeyError) as error:
                print(f"{row}: passed over: {error}", file=sys.stderr)
                continue
            kept.append(row)
            inputs.append(backbone.to_input(picture))
    if not kept:
        raise ValueError(f"{labels} names no readable image under {images}")
    batch = np.stack(inputs)
    classes, targets = np.unique([row["type"] for row in kept], return_inverse=True)
    products = [groups.get(row["file"], row["file"]) for row in kept]
    return TypeRows(
        backbone.embed(batch),
        backbone.embed(np.ascontiguousarray(batch[:, :, ::-1])),
        targets,
        tuple(classes.tolist()),
        np.unique(products, return_inverse=True)[1],
        tuple(row.get("category", "") for row in kept),
    )


def run(args: argparse.Namespace) -> int:
    """Print a table; returns 0."""
    rows = read_rows(args.labels, args.images, read_groups(args.products))
    figures = compare(rows, args.folds)
    products = len(np.unique(rows.groups))
    print(f"{len(rows.targets)} images of {products} products, {len(rows.classes)} types, {args.folds} folds")
    print(f"{'':36} {'accuracy':>9} {'macro F1':>9} {'ECE':>7} {'coverage at 95 %':>17}")
    for name, found in figures.items():
        print(
            f"{name:36} {found['accuracy']:9.3f} {found['macro_f1']:9.3f} "
            f"{found['calibration_error']:7.3f} {found['coverage_at_95']:17.3f}"
        )
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
