"""Pictures in threes - clean, with an overlay, with a sticker - for the head on the maps (II.B)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.backbone import to_input
from pipeline.records import RgbArray
from pipeline.training.badge_trials import draw_flat
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, Examples, draw_visible, shrink_maps, store
from pipeline.training.staging import Photo, stage
from pipeline.training.stickers import draw_visible_sticker

SIDE_PX, CELLS = 224, 28
FLAT_SHARE = 0.15  # of the pictures: gift cards, covers, packs and drawings, besides those that are staged
WATERMARK_SHARE = 0.5  # of the overlays; every sticker is a badge

Drawn = tuple[RgbArray, np.ndarray, tuple[bool, bool]]  # a picture, its maps, and which kinds it bears


def draw_triples(photos: Sequence[Photo], count: int, seed: Sequence[int], lettering: Lettering) -> Examples:
    """3 x `count` seeded examples at 224 px with covers of 28 x 28 cells.

    As all three are of one picture, nothing but the overlay tells them apart.
    """
    rng = np.random.default_rng(seed)
    drawn = [one for _ in range(count) for one in _draw_three(photos, rng, lettering)]
    pixels = np.stack([to_input(store(rgb, rng), SIDE_PX) for rgb, _, _ in drawn])
    return Examples(pixels, np.stack([maps for _, maps, _ in drawn]), np.array([told for *_, told in drawn]))


def _draw_three(photos: Sequence[Photo], rng: np.random.Generator, lettering: Lettering) -> list[Drawn]:
    is_flat = rng.random() < FLAT_SHARE
    picture = draw_flat(photos, rng, lettering) if is_flat else stage(photos, rng, lettering)
    kind = int(rng.random() < WATERMARK_SHARE)
    laid = draw_visible(picture, rng, lettering, KINDS[kind])
    bears = (bool(laid.badge.any()) or not kind, bool(laid.watermark.any()) or bool(kind))
    nothing = np.zeros(picture.shape[:2], np.uint8)
    empty = np.zeros((CELLS, CELLS, len(KINDS)), np.uint8)
    three: list[Drawn] = [(picture, empty, (False, False))]
    three.append((laid.rgb, shrink_maps(laid.badge, laid.watermark, CELLS), bears))
    stuck = draw_visible_sticker(picture, rng, lettering)
    if stuck is not None:
        mask = np.where(stuck[1], 255, 0).astype(np.uint8)
        three.append((stuck[0], shrink_maps(mask, nothing, CELLS), (True, False)))
    return three
