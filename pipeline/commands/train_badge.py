"""Train the badge and watermark network on overlays drawn over photos, and write it with its card."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config import PipelineConfig
from pipeline.head_store import HEADS_FOLDER
from pipeline.images import UnreadableImage, decode
from pipeline.records import RgbArray
from pipeline.training.lettering import FONT_FOLDERS

HELD_OUT = 6  # every sixth photo sets calibration and thresholds
# of clean held-out pictures; they bear far more print than a catalog's. A badge is taken for print sooner.
FALSE_SHARE = {"badge": 0.004, "watermark": 0.007}
PHOTO_SIDE_PX = 640


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of clean photos")
    parser.add_argument("--fonts", type=Path, nargs="*", default=list(FONT_FOLDERS), help="folders of fonts")
    parser.add_argument("--examples", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the weights")


def read_photos(folders: list[Path]) -> list[RgbArray]:
    """Every readable photo under the folders, at most 640 px. Raises ValueError when there is none."""
    photos = []
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file()):
        try:
            photos.append(decode(path.read_bytes(), max_side_px=PHOTO_SIDE_PX).rgb)
        except UnreadableImage:
            continue
    if len(photos) < 2 * HELD_OUT:
        raise ValueError(f"{len(photos)} photos found; at least {2 * HELD_OUT} are needed")
    return photos


def calibrate(logits: np.ndarray, present: np.ndarray, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Calibration, thresholds and figures by kind, from held-out logits (N,K) and presence (N,K)."""
    from sklearn.linear_model import LogisticRegression

    clean = ~present.any(axis=1)
    card: dict[str, Any] = {"calibration": {}, "thresholds": {}, "figures": {}}
    for slot, kind in enumerate(kinds):
        rows = present[:, slot] | clean
        model = LogisticRegression(C=10).fit(logits[rows, slot : slot + 1], present[rows, slot])
        chances = model.predict_proba(logits[:, slot : slot + 1])[:, 1]
        limit = float(np.quantile(chances[clean], 1 - FALSE_SHARE[kind]))
        found = float((chances[present[:, slot]] >= limit).mean())
        card["calibration"][kind] = {"scale": float(model.coef_[0, 0]), "shift": float(model.intercept_[0])}
        card["thresholds"][kind] = limit
        card["figures"][kind] = {"recall": round(found, 4), "false_share": FALSE_SHARE[kind]}
    return card


def run(args: argparse.Namespace) -> int:
    """Draws, fits, calibrates on photos held out, saves; returns 0."""
    from pipeline.backbone_sources import build_module, read_spec
    from pipeline.training import overlay_net
    from pipeline.training.lettering import find_lettering
    from pipeline.training.overlay_examples import KINDS, draw_examples

    photos = read_photos(args.images)
    lettering = find_lettering(tuple(args.fonts), without=("Symbol", "Math"))
    print(f"{len(photos)} photos, {len(lettering.fonts['latin'])} fonts, {len(lettering.fonts)} scripts")
    examples = draw_examples(photos, args.examples, args.seed, lettering)
    source = PipelineConfig().backbone
    trunk = overlay_net.Trunk(build_module(read_spec(source)))
    features = overlay_net.see(trunk, examples)
    held = examples.photo % HELD_OUT == 0
    head = overlay_net.fit_head(overlay_net.select_rows(features, ~held), args.epochs, args.seed)
    rest = overlay_net.select_rows(features, held)
    card = calibrate(overlay_net.rate_examples(head, rest), rest.present, KINDS)
    card |= {
        "backbone": source,
        "sources": [folder.name for folder in args.images],
        "examples": args.examples,
        "epochs": args.epochs,
        "seed": args.seed,
    }
    overlay_net.save_detector(overlay_net.OverlayNet(trunk, head), card, args.out)
    print(card["figures"])
    return 0
