"""Weigh anew what speaks for a badge, on trials drawn over photos, and write it into the network's card."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.commands.train_badge import HELD_OUT, read_photos
from pipeline.compliance.flat_things import NAME
from pipeline.compliance.overlay import read_card
from pipeline.compliance.overlay_maps import load_maps_head
from pipeline.head_store import HEADS_FOLDER, Head, save_head
from pipeline.images import decode
from pipeline.records import FloatArray
from pipeline.training.badge_trials import Trial
from pipeline.training.lettering import FONT_FOLDERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of clean photos")
    parser.add_argument("--fonts", type=Path, nargs="*", default=list(FONT_FOLDERS), help="folders of fonts")
    parser.add_argument(
        "--without", nargs="*", default=[], help="fonts to leave out, by parts of their names"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder of the network and its card")


def run(args: argparse.Namespace) -> int:
    """Draws trials, fits the badge's weights and threshold, leaves the rest of the card; returns 0."""
    from pipeline.training.badge_scores import fit_badge
    from pipeline.training.badge_trials import draw_trials
    from pipeline.training.lettering import find_lettering
    from pipeline.training.overlay_fit import write_card

    card, backbone = read_card(args.out), load_backbone()
    head = load_maps_head(args.out, backbone.signature)
    lettering = find_lettering(tuple(args.fonts), without=("Symbol", "Math", *args.without))
    trials = list(draw_trials(read_photos(args.images), HELD_OUT, args.seed, lettering))

    def look(trial: Trial) -> tuple[FloatArray, FloatArray]:
        entry = backbone.to_input(decode(trial.data).at(backbone.spec.side_px))
        embeddings, _, maps = backbone.see_maps(entry[None])
        return embeddings[0], head.weigh(maps)[0]

    fit = fit_badge(args.out, trials, look)
    for part, told in fit.card.items():
        card[part]["badge"] = told
    card["trials"] = {"badge": len(trials), "seed": args.seed}
    write_card({name: told for name, told in card.items() if name != "format"}, args.out)
    about: dict[str, Any] = {name: card[name] for name in ("licences", "sources") if name in card}
    save_head(describe_flatness(fit.flatness, backbone.signature, about), args.out)
    print(card["thresholds"], card["figures"])
    return 0


def describe_flatness(
    flatness: tuple[FloatArray, float, float], backbone: str, about: dict[str, Any]
) -> Head:
    """The judge of flat things as a head on unit embeddings."""
    weights, shift, limit = flatness
    plain = {"mean": np.zeros(len(weights), np.float32), "scale": np.ones(len(weights), np.float32)}
    arrays = plain | {"weight0": weights[:, None], "bias0": np.array([shift], np.float32)}
    card = {
        "classes": [NAME],
        "unit": True,
        "threshold": limit,
        "backbone": backbone,
        "features": "embedding of the whole picture",
        "trained_on": "doubtful trials of weigh-badges: photos against drawn covers, packs and cards",
        "command": "see overlay.json",
    }
    return Head(NAME, arrays, card | about)
