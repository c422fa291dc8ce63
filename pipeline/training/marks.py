"""Watermarks: an owner's name over and over, across the middle, or small in a corner."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pipeline.training.badge_shapes import fit, pick_colour, place
from pipeline.training.lettering import OWNERS, Lettering, draw_words


def draw_tiled_mark(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """The owner's name over and over, mostly at an angle."""
    mark = _draw_owner(rng, lettering, int(height * rng.uniform(0.035, 0.08)))
    mark = mark.rotate(float(rng.choice([0, 30, 45, -30])), expand=True)
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    step_x, step_y = int(mark.width * rng.uniform(1.2, 2)), int(mark.height * rng.uniform(1.2, 2.5))
    for row, y in enumerate(range(0, height, max(8, step_y))):
        for x in range(-(step_x // 2) * (row % 2), width, max(8, step_x)):
            layer.paste(mark, (x, y), mark)
    return layer


def draw_single_mark(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """The owner's name once: large across the middle, or small in a corner."""
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    large = rng.random() < 0.6
    mark = _draw_owner(
        rng, lettering, int(height * (rng.uniform(0.1, 0.25) if large else rng.uniform(0.045, 0.09)))
    )
    if mark.width > width * 0.95:
        mark = fit(mark, int(width * 0.95), mark.height)
    if large:
        mark = mark.rotate(float(rng.choice([0, 0, 20, 35, 45, -35])), expand=True)
        mark = fit(mark, width, height) if mark.width > width or mark.height > height else mark
        spot = ((width - mark.width) // 2, int((height - mark.height) * rng.uniform(0.3, 0.7)))
        layer.paste(mark, spot, mark)
    else:
        place(layer, mark, rng, 0.9)
    return layer


def _draw_owner(rng: np.random.Generator, lettering: Lettering, size: int) -> Image.Image:
    words, font = lettering.pick_words(rng, 1.0)
    if rng.random() < 0.8:
        words = str(rng.choice(OWNERS))
    colour = pick_colour(rng, loud=rng.random() < 0.2)
    return draw_words(words, font, max(8, size), colour)
