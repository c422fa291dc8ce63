"""Plain stickers: discs, plates, bursts, bars, bands and bare words, as people paste them over pictures.

The overlays that the network learned from are finer; these are what it is weighed on (badge_trials).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_layouts import Piece
from pipeline.training.badge_shapes import Colour, fit, pick_colour, pick_ink, star_points, turn
from pipeline.training.lettering import Lettering, draw_words

Rng = np.random.Generator
KINDS = ("disc", "plate", "plate", "pill", "burst", "band", "bar", "word", "word", "tab")
LEAST, MOST = 0.1, 0.42  # of the picture's shorter side
LEVELS, SHARE = 24, 0.003  # RGB levels by which a sticker must change that share of the picture
TRIES = 5


def draw_visible_sticker(
    rgb: RgbArray, rng: Rng, lettering: Lettering
) -> tuple[RgbArray, npt.NDArray[np.bool_]] | None:
    """The picture with a sticker that can be seen and where it is, bool (H,W); None after some tries."""
    for _ in range(TRIES):
        made = draw_sticker(rgb, rng, lettering)
        change = np.abs(made.astype(np.int16) - rgb).max(axis=2) > LEVELS
        if float(change.mean()) > SHARE:
            return made, change
    return None


def draw_sticker(rgb: RgbArray, rng: Rng, lettering: Lettering) -> RgbArray:
    """The picture, uint8 (H,W,3), with one opaque sticker of a tenth to two fifths of its shorter side."""
    size = (rgb.shape[1], rgb.shape[0])
    piece, layer = draw_piece(size, rng, lettering), Image.new("RGBA", size, (0, 0, 0, 0))
    layer.paste(piece.part, (piece.x, piece.y), piece.part)
    return np.asarray(Image.alpha_composite(Image.fromarray(rgb).convert("RGBA"), layer).convert("RGB"))


def draw_piece(size: tuple[int, int], rng: Rng, lettering: Lettering) -> Piece:
    """One sticker alone, for a picture of the size (width, height), px."""
    side = max(14, int(min(size) * np.exp(rng.uniform(np.log(LEAST), np.log(MOST)))))
    kind, colour = str(rng.choice(KINDS)), pick_colour(rng)
    part = _draw_part(kind, colour, side, size, rng, lettering)
    return Piece(part, *_place(kind, part, side, size, rng))


def _draw_part(
    kind: str, colour: Colour, side: int, size: tuple[int, int], rng: Rng, lettering: Lettering
) -> Image.Image:
    """The sticker alone, RGBA."""
    words, font = lettering.pick_words(rng, 0.92)
    if kind == "word":
        part = draw_words(words, font, max(9, int(side * rng.uniform(0.25, 0.55))), colour)
        return fit(part, size[0] * 0.75, part.height) if part.width > size[0] * 0.75 else part
    shape = {"bar": (size[0], side // 2), "band": (3 * side, int(side * 0.35)), "disc": (side, side)}
    flat = (side, int(side * rng.uniform(0.3, 0.6)))
    wide, high = shape.get("disc" if kind == "burst" else kind, flat)
    part = _cut(kind, colour, wide, max(9, high), rng)
    share = {"disc": (0.74, 0.45), "burst": (0.55, 0.45), "band": (0.37, 0.78)}.get(kind, (0.86, 0.74))
    line = draw_words(words, font, max(8, int(part.height * share[1])), pick_ink(rng, colour))
    room = (part.width * share[0], part.height * share[1])
    line = fit(line, *room) if line.width > room[0] or line.height > room[1] else line
    part.alpha_composite(line, ((part.width - line.width) // 2, max(0, (part.height - line.height) // 2)))
    return turn(part, float(rng.choice([-45, 45]))) if kind == "band" else part


def _cut(kind: str, colour: Colour, wide: int, high: int, rng: Rng) -> Image.Image:
    """The sticker without words, drawn at twice its size."""
    part = Image.new("RGBA", (2 * wide, 2 * high), (*colour, 0))
    pen, ends = ImageDraw.Draw(part), (0, 0, 2 * wide - 1, 2 * high - 1)
    if kind == "disc":
        pen.ellipse(ends, (*colour, 255))
    elif kind == "burst":
        spikes = star_points(
            2 * wide - 1, 2 * high - 1, int(rng.integers(7, 24)), rng.uniform(0.7, 0.93), rng.random()
        )
        pen.polygon(spikes, (*colour, 255))
    else:
        corner = high if kind == "pill" else float(rng.choice([0, 0, 0.15])) * high * (kind == "plate")
        pen.rounded_rectangle(ends, corner, (*colour, 255))
    return part.resize((wide, high), Image.Resampling.BOX)


def _place(kind: str, part: Image.Image, side: int, size: tuple[int, int], rng: Rng) -> tuple[int, int]:
    """Left and top: bars and tabs at an edge, bands over an upper corner, others in a corner or anywhere."""
    width, height = size
    free = (max(0, width - part.width), max(0, height - part.height))
    if kind == "bar":
        return 0, int(rng.choice([0, free[1]]))
    if kind == "tab":
        return int(rng.choice([0, free[0]])), int(rng.uniform(0, free[1] + 1))
    if kind == "band":
        inset = int(side * rng.uniform(0.5, 0.7))
        middle = inset if rng.random() < 0.5 else width - inset
        return middle - part.width // 2, inset - part.height // 2
    if rng.random() < 0.6:
        gap = int(min(size) * rng.uniform(0, 0.04))
        return int(rng.choice([gap, max(0, free[0] - gap)])), int(rng.choice([gap, max(0, free[1] - gap)]))
    return int(rng.uniform(0, free[0] + 1)), int(rng.uniform(0, free[1] + 1))
