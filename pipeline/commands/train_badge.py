"""Train the badge and watermark network on overlays drawn over photos, and write it with its card."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.head_store import HEADS_FOLDER
from pipeline.images import UnreadableImage, decode
from pipeline.records import RgbArray
from pipeline.training.lettering import FONT_FOLDERS

HELD_OUT = 6  # every sixth photo sets calibration and thresholds
ROUNDS = 4  # pairs drawn of each photo held out
FALSE_SHARE = {"badge": 0.01, "watermark": 0.01}  # of clean pictures held out
PHOTO_SIDE_PX = 560


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of clean photos")
    parser.add_argument("--fonts", type=Path, nargs="*", default=list(FONT_FOLDERS), help="folders of fonts")
    parser.add_argument(
        "--without", nargs="*", default=[], help="fonts to leave out, by parts of their names"
    )
    parser.add_argument("--steps", type=int, default=3600, help="of 16 pictures each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the weights")


def read_photos(folders: list[Path]) -> list[list[RgbArray]]:
    """Every readable photo of each folder, at most 560 px. Raises ValueError when there are too few."""
    found: list[list[RgbArray]] = []
    for folder in folders:
        photos = []
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            try:
                photos.append(decode(path.read_bytes(), max_side_px=PHOTO_SIDE_PX).rgb)
            except UnreadableImage:
                continue
        found.append(photos)
    total = sum(map(len, found))
    if total < 2 * HELD_OUT:
        raise ValueError(f"{total} photos found; at least {2 * HELD_OUT} are needed")
    return [photos for photos in found if photos]


def split(photos: list[list[RgbArray]]) -> tuple[list[RgbArray], list[RgbArray]]:
    """Photos to learn from, those of small folders several times over, and photos held out."""
    largest, learned, held = max(map(len, photos)), list[RgbArray](), list[RgbArray]()
    for folder in photos:
        times = max(1, round(float(np.sqrt(largest / len(folder)))))
        learned += [photo for row, photo in enumerate(folder) if row % HELD_OUT] * times
        held += folder[::HELD_OUT]
    return learned, held


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
    """Draws and fits, calibrates on photos held out, saves; returns 0."""
    from pipeline.backbone import to_input
    from pipeline.training import overlay_fit
    from pipeline.training.lettering import find_lettering
    from pipeline.training.overlay_examples import KINDS, SIDE_PX, draw_pairs
    from pipeline.training.staging import prepare

    learned, held = split(read_photos(args.images))
    lettering = find_lettering(tuple(args.fonts), without=("Symbol", "Math", *args.without))
    print(f"{len(learned)} photos, {len(lettering.fonts['latin'])} fonts, {len(lettering.fonts)} scripts")
    head = overlay_fit.fit([prepare(photo) for photo in learned], args.steps, args.seed, lettering)
    drawn = draw_pairs(
        [prepare(photo) for photo in held], ROUNDS * len(held), (args.seed, -1 % 2**32), lettering
    )
    plain = np.stack([to_input(photo, SIDE_PX) for photo in held])
    logits = overlay_fit.rate_pictures(head, np.concatenate([drawn.pixels, plain]))
    present = np.concatenate([drawn.present, np.zeros((len(held), len(KINDS)), bool)])
    card = calibrate(logits, present, KINDS) | {
        "sources": [folder.name for folder in args.images],
        "photos": {"learned": len(learned), "held_out": len(held)},
        "fonts": len({font for fonts in lettering.fonts.values() for font in fonts}),
        "steps": args.steps,
        "seed": args.seed,
    }
    overlay_fit.save_detector(head, card, args.out)
    print(card["figures"])
    return 0
