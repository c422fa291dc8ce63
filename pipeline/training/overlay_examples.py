"""Photos with and without drawn overlays: what the badge and watermark judge learns from (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.backbone import to_input
from pipeline.foreground import find_object
from pipeline.records import FloatArray, RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlays import draw_overlays
from pipeline.training.prints import draw_cover, draw_pack, draw_print

SIDE_PX = 288
STRIDE = 8
KINDS = ("badge", "watermark")
DRAW_SIDE_PX = 512


@dataclass(frozen=True)
class Examples:
    """`pixels` uint8 (N,S,S,3); `maps` uint8 (N,S/8,S/8,2), 0 to 255, badge and watermark cover;
    `photo` int (N,): the photo that each came from for splits that do not leak."""

    pixels: RgbArray
    maps: RgbArray
    photo: np.ndarray


def draw_examples(
    photos: Sequence[RgbArray], count: int, seed: int, lettering: Lettering, weights: FloatArray | None = None
) -> Examples:
    """`count` seeded examples from photos (uint8 (H,W,3)); `weights` says how often each is taken.

    About 45 % badges, 15 % watermarks, 40 % without an overlay; any of them may bear drawn print.
    """
    rng = np.random.default_rng(seed)
    share = None if weights is None else weights / weights.sum()
    pixels = np.zeros((count, SIDE_PX, SIDE_PX, 3), np.uint8)
    maps = np.zeros((count, SIDE_PX // STRIDE, SIDE_PX // STRIDE, 2), np.uint8)
    origin = np.full(count, -1)
    for row in range(count):
        origin[row] = rng.choice(len(photos), p=share)
        photo = _stage(photos[origin[row]], rng, lettering)
        kind = str(rng.choice(["badge", "watermark", "none"], p=[0.45, 0.15, 0.4]))
        if kind == "none":
            pixels[row] = to_input(_recompress(photo, rng), SIDE_PX)
            continue
        drawn = draw_overlays(photo, rng, lettering, kind)
        pixels[row] = to_input(_recompress(drawn.rgb, rng), SIDE_PX)
        maps[row] = _shrink_maps(drawn.badge, drawn.watermark)
    return Examples(pixels, maps, origin)


def _shrink_maps(badge: np.ndarray, watermark: np.ndarray) -> np.ndarray:
    """The masks framed as `to_input` frames the photo, as cover of each cell (letters' gaps are closed)."""
    both = np.dstack([badge, watermark, np.zeros_like(badge)])
    reach = max(3, max(badge.shape) // 60)
    closed = cv2.morphologyEx(both, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    height, width = badge.shape
    side = max(height, width)
    square = np.zeros((side, side, 3), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = closed
    cells = SIDE_PX // STRIDE
    return np.asarray(cv2.resize(square, (cells, cells), interpolation=cv2.INTER_AREA)[..., :2], np.uint8)


def _vary(photo: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Flip, crop and pad, at most 512 px: the same photo seldom twice alike."""
    height, width = photo.shape[:2]
    if rng.random() < 0.5:
        photo = photo[:, ::-1]
    if rng.random() < 0.5:
        share = rng.uniform(0.6, 1.0)
        top = int(rng.uniform(0, height * (1 - share)))
        left = int(rng.uniform(0, width * (1 - share)))
        photo = photo[top : top + int(height * share), left : left + int(width * share)]
    elif rng.random() < 0.3:
        pad = int(rng.uniform(0.02, 0.2) * max(height, width))
        edge = np.median(np.concatenate([photo[0], photo[-1]]), axis=0)
        framed = cv2.copyMakeBorder(photo, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=edge.tolist())
        photo = np.asarray(framed, np.uint8)
    scale = DRAW_SIDE_PX / max(photo.shape[:2])
    if scale < 1:
        size = (max(8, int(photo.shape[1] * scale)), max(8, int(photo.shape[0] * scale)))
        photo = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(photo)


def _stage(photo: RgbArray, rng: np.random.Generator, lettering: Lettering) -> RgbArray:
    """The photo varied, at times printed on, or a pack or a cover in its place."""
    chance = rng.random()
    if chance < 0.08:
        return draw_pack(DRAW_SIDE_PX, rng, lettering)
    if chance < 0.2:
        photo = _vary(photo, rng)
        # a whole product under letters would be a badged photo, not a cover
        fills = rng.random() < 0.5 and find_object(photo).kind == "scene"
        return draw_cover(photo, rng, lettering, fills)
    return _maybe_print(_vary(photo, rng), rng, lettering)


def _maybe_print(photo: RgbArray, rng: np.random.Generator, lettering: Lettering) -> RgbArray:
    if rng.random() > 0.25:
        return photo
    found = find_object(photo)
    if found.kind == "scene":  # nothing says where the surface is
        return photo
    size = (photo.shape[1], photo.shape[0])
    mask = cv2.resize(found.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return draw_print(photo, mask, rng, lettering)


def _recompress(photo: RgbArray, rng: np.random.Generator) -> RgbArray:
    if rng.random() < 0.5:
        return photo
    quality = int(rng.integers(45, 96))
    stored = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
