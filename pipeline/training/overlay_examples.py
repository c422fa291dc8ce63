"""Pairs of pictures, one without and one with a drawn overlay: what the badge judge learns from (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.backbone import to_input
from pipeline.records import RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlays import Overlaid, draw_overlays
from pipeline.training.staging import Photo, stage

SIDE_PX = 320
STRIDE = 8
KINDS = ("badge", "watermark")
WATERMARK_SHARE = 0.42  # of the overlays
MIN_COVER = {"badge": 0.002, "watermark": 0.004}  # of the picture; less than that is drawn once more
TRIES = 5


@dataclass(frozen=True)
class Examples:
    """`pixels` uint8 (N,S,S,3); `maps` uint8 (N,S/8,S/8,2), 0 to 255, badge and watermark cover;
    `present` bool (N,2): which kinds the picture bears."""

    pixels: RgbArray
    maps: RgbArray
    present: np.ndarray


def draw_pairs(photos: Sequence[Photo], count: int, seed: Sequence[int], lettering: Lettering) -> Examples:
    """2 x `count` seeded examples: each staged picture without an overlay, then with one.

    As both are of one picture, nothing but the overlay tells them apart.
    """
    rng = np.random.default_rng(seed)
    cells = SIDE_PX // STRIDE
    pixels = np.zeros((2 * count, SIDE_PX, SIDE_PX, 3), np.uint8)
    maps = np.zeros((2 * count, cells, cells, 2), np.uint8)
    present = np.zeros((2 * count, 2), bool)
    for row in range(0, 2 * count, 2):
        picture = stage(photos, rng, lettering)
        kind = int(rng.random() < WATERMARK_SHARE)
        drawn = draw_visible(picture, rng, lettering, KINDS[kind])
        pixels[row], pixels[row + 1] = finish(picture, rng), finish(drawn.rgb, rng)
        maps[row + 1] = shrink_maps(drawn.badge, drawn.watermark, cells)
        present[row + 1] = drawn.badge.any() or not kind, drawn.watermark.any() or bool(kind)
    return Examples(pixels, maps, present)


def draw_visible(picture: RgbArray, rng: np.random.Generator, lettering: Lettering, kind: str) -> Overlaid:
    """An overlay of the kind that covers enough to be seen, if one is drawn within a few tries."""
    for _ in range(TRIES):
        drawn = draw_overlays(picture, rng, lettering, kind)
        if float(((drawn.badge | drawn.watermark) > 100).mean()) > MIN_COVER[kind]:
            break
    return drawn


def shrink_maps(badge: np.ndarray, watermark: np.ndarray, cells: int) -> np.ndarray:
    """uint8 (cells,cells,2) from masks uint8 (H,W), 0 to 255: cover of each cell, letters' gaps closed.

    The masks are framed as `to_input` frames the photo.
    """
    both = np.dstack([badge, watermark, np.zeros_like(badge)])
    reach = max(3, max(badge.shape) // 50)
    closed = cv2.morphologyEx(both, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    height, width = badge.shape
    side = max(height, width)
    square = np.zeros((side, side, 3), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = closed
    return np.asarray(cv2.resize(square, (cells, cells), interpolation=cv2.INTER_AREA)[..., :2], np.uint8)


def finish(picture: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The picture as a shop might store it, framed for the network."""
    return to_input(store(picture, rng), SIDE_PX)


def store(picture: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The picture as a shop might store it: softened, shrunk, sharpened or compressed, or as it is."""
    chance = rng.random()
    if chance < 0.12:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.1))), np.uint8)
    elif chance < 0.22:
        scale = float(rng.uniform(0.55, 0.9))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture = np.asarray(small, np.uint8)
    elif chance < 0.3:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = np.asarray(cv2.addWeighted(picture, 1.6, soft, -0.6, 0), np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(40, 97))
        stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        picture = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)
    return picture
