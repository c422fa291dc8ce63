"""Badges, text overlays and watermarks drawn over photos: what the badge judge learns from (II.B)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.records import RgbArray
from pipeline.training.badge_shapes import (
    draw_corner,
    draw_list,
    draw_plain_text,
    draw_ribbon,
    draw_seals,
    draw_stars,
    draw_sticker,
    draw_strip,
)
from pipeline.training.lettering import Lettering
from pipeline.training.marks import draw_single_mark, draw_tiled_mark

MIN_CHANGE = 14  # RGB levels; less than that nobody sees
Draw = Callable[[np.random.Generator, int, int, Lettering], Image.Image]


BADGES: tuple[Draw, ...] = (
    draw_sticker,
    draw_ribbon,
    draw_strip,
    draw_plain_text,
    draw_stars,
    draw_seals,
    draw_corner,
    draw_list,
)
BADGE_SHARES = (0.34, 0.08, 0.11, 0.22, 0.06, 0.07, 0.06, 0.06)
WATERMARKS: tuple[Draw, ...] = (draw_tiled_mark, draw_single_mark, draw_single_mark)


@dataclass(frozen=True)
class Overlaid:
    """A photo with something drawn over it; `badge` and `watermark` are uint8 (H,W) masks, 0 to 255."""

    rgb: RgbArray
    badge: npt.NDArray[np.uint8]
    watermark: npt.NDArray[np.uint8]


def draw_overlays(rgb: RgbArray, rng: np.random.Generator, lettering: Lettering, kind: str) -> Overlaid:
    """One to three badges (`kind` 'badge') or a watermark (`kind` 'watermark') over uint8 (H,W,3)."""
    height, width = rgb.shape[:2]
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    if kind == "badge":
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            draw = BADGES[int(rng.choice(len(BADGES), p=BADGE_SHARES))]
            layer.alpha_composite(draw(rng, width, height, lettering))
        strength = 1.0 if rng.random() < 0.8 else float(rng.uniform(0.7, 1.0))
    else:
        draw = WATERMARKS[int(rng.integers(len(WATERMARKS)))]
        layer.alpha_composite(draw(rng, width, height, lettering))
        strength = float(rng.uniform(0.22, 0.65))
    drawn = np.asarray(layer, np.float32)
    alpha = drawn[..., 3:] / 255 * strength
    mixed = rgb * (1 - alpha) + drawn[..., :3] * alpha
    result = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    seen = np.abs(mixed - rgb).max(axis=2) > MIN_CHANGE  # white letters on white are no overlay
    area = np.asarray(layer)[..., 3] * seen
    nothing = np.zeros((height, width), np.uint8)
    return Overlaid(result, area if kind == "badge" else nothing, area if kind == "watermark" else nothing)
