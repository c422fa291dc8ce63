"""Train the badge and watermark head on the backbone's maps, on overlays drawn over photos (II.B)."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands.train_badge import read_photos, split
from pipeline.head_store import HEADS_FOLDER
from pipeline.training.lettering import FONT_FOLDERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of clean photos")
    parser.add_argument("--fonts", type=Path, nargs="*", default=list(FONT_FOLDERS), help="folders of fonts")
    parser.add_argument(
        "--without", nargs="*", default=[], help="fonts to leave out, by parts of their names"
    )
    parser.add_argument("--steps", type=int, default=5000, help="of 20 pictures each")
    parser.add_argument("--stock", type=int, default=3000, help="pictures drawn once, for all steps")
    parser.add_argument("--weights", type=Path, help="file for the weights too, to go on from")
    parser.add_argument("--going-on", type=Path, help="file of weights to begin with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the weights")


def run(args: argparse.Namespace) -> int:
    """Draws and fits, saves the head with its card; returns 0. `weigh-badges` must follow."""
    from pipeline.backbone import load_backbone
    from pipeline.training import overlay_maps_fit
    from pipeline.training.lettering import find_lettering
    from pipeline.training.overlay_maps_examples import draw_stock
    from pipeline.training.staging import prepare

    learned, held = split(read_photos(args.images))
    lettering = find_lettering(tuple(args.fonts), without=("Symbol", "Math", *args.without))
    backbone = load_backbone()
    print(f"{len(learned)} photos, {len(lettering.fonts['latin'])} fonts", flush=True)
    seen = [prepare(photo) for photo in learned]
    stock = draw_stock(seen, args.stock, args.seed, lettering)
    head = overlay_maps_fit.fit(stock, args.steps, args.seed, backbone, going_on=args.going_on)
    if args.weights:
        overlay_maps_fit.save_weights(head, args.weights)
    overlay_maps_fit.save_head(head, args.out)
    card = {
        "backbone": backbone.signature,
        "sources": [folder.name for folder in args.images],
        "photos": {"learned": len(learned), "held_out": len(held)},
        "fonts": len({font for fonts in lettering.fonts.values() for font in fonts}),
        "stock": args.stock,
        "steps": args.steps,
        "seed": args.seed,
    }
    overlay_maps_fit.write_card(card, args.out)
    return 0
