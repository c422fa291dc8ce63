"""Train a compliance judge of your own (weapon, violence ...) from two folders of examples."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pipeline.backbone import Backbone, load_backbone
from pipeline.config import PipelineConfig
from pipeline.head_store import save_head
from pipeline.images import UnreadableImage, decode
from pipeline.records import FloatArray


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--positives", type=Path, required=True, help="folder of images with the defect")
    parser.add_argument("--negatives", type=Path, required=True, help="folder of images without it")
    parser.add_argument("--name", required=True, help="the defect, for instance weapon")
    parser.add_argument("--out", type=Path, required=True, help="the head's file, NAME.npz")


def embed_folder(folder: Path, backbone: Backbone) -> FloatArray:
    """Embeddings (N,D) of all readable images under a folder, in order of their names.

    Says on stderr which files it passes over. Raises ValueError where there is no folder.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder")
    parts = []
    for path in tqdm(sorted(p for p in folder.rglob("*") if p.is_file()), unit="image", desc=folder.name):
        try:
            picture = decode(path.read_bytes(), max_side_px=512).rgb
        except UnreadableImage as error:
            print(f"{path}: passed over: {error.message}", file=sys.stderr)
            continue
        parts.append(backbone.embed(backbone.to_input(picture)[None]))
    return np.concatenate(parts) if parts else np.zeros((0, backbone.dim), np.float32)


def run(args: argparse.Namespace) -> int:
    """Fits, saves, prints the figures; returns 0."""
    from pipeline.training.compliance import train_judge

    backbone = load_backbone(PipelineConfig().backbone)
    found = [embed_folder(folder, backbone) for folder in (args.positives, args.negatives)]
    head = train_judge(args.name, found[0], found[1], backbone.signature)
    named = type(head)(args.out.stem, head.arrays, head.card)
    path = save_head(named, args.out.parent)
    figures = head.card["figures"]
    print(
        f"{path}: {figures['positives']} with and {figures['negatives']} without {args.name}; "
        f"held-out AUC {figures['auc']:.3f}, threshold {head.threshold:.3f}"
    )
    return 0
