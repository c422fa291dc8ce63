"""Badges, text overlays and watermarks drawn over photos: what the badge judge learns from (II.B)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.records import RgbArray
from pipeline.training import badge_layouts as layouts
from pipeline.training import marks
from pipeline.training.badge_layouts import Piece
from pipeline.training.lettering import Lettering

MIN_CHANGE = {"badge": 24, "watermark": 9}  # RGB levels; less than that nobody sees
NEARLY_SOLID = 0.52  # of opacity; a watermark above it may pass for solid letters
Draw = Callable[[np.random.Generator, int, int, Lettering], list[Piece]]
BADGES: tuple[tuple[Draw, float], ...] = (
    (layouts.draw_sticker, 0.28),
    (layouts.draw_plain_text, 0.21),
    (layouts.draw_strip, 0.09),
    (layouts.draw_ribbon, 0.07),
    (layouts.draw_corner, 0.05),
    (layouts.draw_logo, 0.07),
    (layouts.draw_list, 0.06),
    (layouts.draw_seals, 0.05),
    (layouts.draw_stars, 0.04),
    (layouts.draw_sign, 0.04),
    (layouts.draw_sizes, 0.02),
    (layouts.draw_frame, 0.02),
)
WATERMARKS: tuple[tuple[Draw, float], ...] = (
    (marks.draw_tiled_mark, 0.3),
    (marks.draw_large_mark, 0.35),
    (marks.draw_small_mark, 0.25),
    (marks.draw_lined_mark, 0.1),
)


@dataclass(frozen=True)
class Overlaid:
    """A photo with something drawn over it; `badge` and `watermark` are uint8 (H,W) masks, 0 to 255."""

    rgb: RgbArray
    badge: npt.NDArray[np.uint8]
    watermark: npt.NDArray[np.uint8]


def draw_overlays(rgb: RgbArray, rng: np.random.Generator, lettering: Lettering, kind: str) -> Overlaid:
    """One to three badges (`kind` 'badge') or a watermark (`kind` 'watermark') over uint8 (H,W,3).

    A supplier's sign and a mark that hardly lets the photo through count as both.
    """
    height, width = rgb.shape[:2]
    made, seen = rgb.copy(), np.zeros((height, width), np.uint8)
    if kind == "badge":
        strength = 1.0 if rng.random() < 0.85 else float(rng.uniform(0.7, 1.0))
        pieces, both = draw_badges(rng, width, height, lettering)
    else:
        strength = float(rng.uniform(0.13, 0.7))
        both = strength > NEARLY_SOLID
        pieces = draw_mark(rng, width, height, lettering)
    _lay(made, seen, pieces, strength)
    change = np.abs(made.astype(np.int16) - rgb).max(axis=2)
    seen[change < MIN_CHANGE[kind]] = 0  # white letters on white are no overlay
    nothing = np.zeros_like(seen)
    badge, watermark = kind == "badge" or both, kind == "watermark" or both
    return Overlaid(made, seen if badge else nothing, seen if watermark else nothing)


def draw_badges(
    rng: np.random.Generator, width: int, height: int, lettering: Lettering
) -> tuple[list[Piece], bool]:
    """The pieces of one to three badges, and whether a supplier's sign is among them."""
    pieces, owned = list[Piece](), False
    for _ in range(int(rng.choice([1, 1, 1, 1, 2, 3]))):
        draw = _pick(BADGES, rng)
        owned = owned or draw is layouts.draw_logo
        pieces += draw(rng, width, height, lettering)
    return pieces, owned


def draw_mark(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """The pieces of a watermark."""
    return _pick(WATERMARKS, rng)(rng, width, height, lettering)


def _pick(kinds: Sequence[tuple[Draw, float]], rng: np.random.Generator) -> Draw:
    return kinds[int(rng.choice(len(kinds), p=[share for _, share in kinds]))][0]


def _lay(rgb: RgbArray, seen: npt.NDArray[np.uint8], pieces: Sequence[Piece], strength: float) -> None:
    """Lays the pieces on the photo, in place, cut at its edges; `seen` gathers their cover."""
    height, width = seen.shape
    for piece in pieces:
        left, top = max(0, piece.x), max(0, piece.y)
        right, low = min(width, piece.x + piece.part.width), min(height, piece.y + piece.part.height)
        if right <= left or low <= top:
            continue
        drawn = np.asarray(piece.part)[top - piece.y : low - piece.y, left - piece.x : right - piece.x]
        spot = (slice(top, low), slice(left, right))
        alpha = drawn[..., 3:].astype(np.float32) * (strength / 255)
        ground = rgb[spot].astype(np.float32)
        rgb[spot] = ground + (drawn[..., :3] - ground) * alpha + 0.5
        seen[spot] = np.maximum(seen[spot], drawn[..., 3])
