"""Train the badge and watermark network on overlays drawn over photos, and write it with its card."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.compliance import overlay_maps
from pipeline.compliance.overlay import NAME
from pipeline.folders import list_files
from pipeline.head_store import HEADS_FOLDER
from pipeline.images import UnreadableImage, decode
from pipeline.records import FloatArray, RgbArray
from pipeline.training.lettering import FONT_FOLDERS

HELD_OUT = 6  # every sixth photo sets calibration and thresholds
PHOTO_SIDE_PX = 560


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of clean photos")
    parser.add_argument("--fonts", type=Path, nargs="*", default=list(FONT_FOLDERS), help="folders of fonts")
    parser.add_argument(
        "--without", nargs="*", default=[], help="fonts to leave out, by parts of their names"
    )
    parser.add_argument(
        "--steps", type=int, default=3600, help="of 16 pictures each; 0 keeps the network in --out"
    )
    parser.add_argument("--going-on", type=Path, help="folder of a head to take further")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the weights")


def read_photos(folders: list[Path]) -> list[list[RgbArray]]:
    """Every readable photo of each folder, at most 560 px. Raises ValueError when there are too few."""
    found: list[list[RgbArray]] = []
    for folder in folders:
        photos = []
        for path in list_files(folder):
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


def run(args: argparse.Namespace) -> int:
    """Draws and fits, sets scores and thresholds on photos held out, saves; returns 0."""
    from pipeline.training import overlay_fit, overlay_thresholds
    from pipeline.training.lettering import find_lettering
    from pipeline.training.staging import prepare

    learned, held = split(read_photos(args.images))
    lettering = find_lettering(tuple(args.fonts), without=("Symbol", "Math", *args.without))
    print(f"{len(learned)} photos, {len(lettering.fonts['latin'])} fonts, {len(lettering.fonts)} scripts")
    card_path = args.out / f"{NAME}.json"
    kept = json.loads(card_path.read_text()) if card_path.exists() else {}
    if args.steps:
        seen = [prepare(photo) for photo in learned]
        head = overlay_fit.fit(seen, args.steps, args.seed, lettering, going_on=args.going_on)
        overlay_fit.save_network(head, args.out)
    pictures, present = overlay_thresholds.draw_held_out(held, args.seed, lettering)
    opinions = hear_maps(args.out, pictures)
    card = overlay_thresholds.fit_card(args.out, pictures, present, opinions) | {
        "sources": [folder.name for folder in args.images],
        "photos": {"learned": len(learned), "held_out": len(held)},
        "fonts": len({font for fonts in lettering.fonts.values() for font in fonts}),
        "steps": args.steps or kept.get("steps", 0),
        "seed": args.seed,
    }
    overlay_fit.write_card(card, args.out)
    print(card["figures"])
    return 0


def hear_maps(folder: Path, pictures: list[RgbArray]) -> FloatArray | None:
    """What the folder's overlay_maps says of the pictures, float32 (N,kinds,3); None where it has none."""
    if not (folder / f"{overlay_maps.NAME}.json").exists():
        return None
    backbone = load_backbone()
    head, told = overlay_maps.load_maps_head(folder, backbone.signature), list[FloatArray]()
    for start in range(0, len(pictures), overlay_maps.LOTS[0]):
        part = [backbone.to_input(picture) for picture in pictures[start : start + overlay_maps.LOTS[0]]]
        told.append(head.weigh(backbone.see_maps(np.stack(part))[2]))
    return np.concatenate(told)
