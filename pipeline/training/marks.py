"""Watermarks: an owner's name over and over, across the middle, or small in a corner; lines and crosses."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pipeline.training.badge_layouts import Piece, Rng, place
from pipeline.training.badge_shapes import Colour, fit, pick_colour, turn
from pipeline.training.icons import draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import pick_owner

TURNS = (0, 0, 20, 30, 45, -30, -45, 35)  # degrees


def draw_tiled_mark(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """The owner's sign over and over, mostly at an angle."""
    mark = turn(_draw_owner(rng, lettering, int(height * rng.uniform(0.03, 0.08))), float(rng.choice(TURNS)))
    step_x = max(10, int(mark.width * rng.uniform(1.1, 2.2)))
    step_y = max(10, int(mark.height * rng.uniform(1.1, 2.8)))
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    for row, y in enumerate(range(0, height, step_y)):
        for x in range(-(step_x // 2) * (row % 2), width, step_x):
            layer.paste(mark, (x, y), mark)
    return [Piece(layer, 0, 0)]


def draw_large_mark(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """The owner's sign once, across the middle."""
    mark = _draw_owner(rng, lettering, int(height * rng.uniform(0.07, 0.25)))
    mark = turn(mark, float(rng.choice(TURNS)))
    mark = fit(mark, width * rng.uniform(0.5, 0.98), height * 0.9)
    x, y = (width - mark.width) * rng.uniform(0.3, 0.7), (height - mark.height) * rng.uniform(0.2, 0.8)
    return [Piece(mark, int(x), int(y))]


def draw_small_mark(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """The owner's sign once, small, mostly in a corner."""
    mark = _draw_owner(rng, lettering, max(8, int(height * rng.uniform(0.035, 0.09))))
    mark = fit(mark, width * 0.8, mark.height) if mark.width > width * 0.8 else mark
    return [place(mark, rng, width, height, 0.8)]


def draw_lined_mark(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """Crossing lines with the owner's sign in the middle, as stock agencies have."""
    colour = pick_colour(rng, loud=False)
    layer = Image.new("RGBA", (width, height), (*colour, 0))
    pen, thick = ImageDraw.Draw(layer), max(1, min(width, height) // int(rng.integers(90, 300)))
    if rng.random() < 0.5:
        pen.line([(0, 0), (width, height)], (*colour, 255), thick)
        pen.line([(width, 0), (0, height)], (*colour, 255), thick)
    else:
        step = int(min(width, height) * rng.uniform(0.12, 0.3))
        for start in range(-height, width, step):
            pen.line([(start, 0), (start + height, height)], (*colour, 255), thick)
    mark = fit(_draw_owner(rng, lettering, int(height * 0.12)), width * rng.uniform(0.25, 0.8), height * 0.3)
    layer.alpha_composite(mark, ((width - mark.width) // 2, (height - mark.height) // 2))
    return [Piece(layer, 0, 0)]


def _draw_owner(rng: np.random.Generator, lettering: Lettering, size: int) -> Image.Image:
    """The owner's name, its outline alone, or with an icon before it."""
    words, font = (
        lettering.pick_words(rng, 0.5) if rng.random() < 0.15 else (pick_owner(rng), lettering.pick_font(rng))
    )
    colour: Colour = pick_colour(rng, loud=rng.random() < 0.2)
    if rng.random() < 0.35:
        colour = (255, 255, 255) if rng.random() < 0.5 else (0, 0, 0)
    stroke = int(rng.choice([1, 2, 3])) if rng.random() < 0.25 else 0
    name = draw_words(words, font, max(8, size), colour, stroke)
    if rng.random() > 0.25:
        return name
    icon = draw_icon(rng, max(8, int(size * rng.uniform(1, 1.6))), colour)
    if rng.random() < 0.2:
        return icon.resize((icon.width * 2, icon.height * 2))
    part = Image.new(
        "RGBA", (icon.width + name.width + size // 3, max(icon.height, name.height)), (*colour, 0)
    )
    part.alpha_composite(icon)
    part.alpha_composite(name, (icon.width + size // 3, (part.height - name.height) // 2))
    return part
