"""Small signs that badges bear: checks, stars, trucks, leaves, codes, energy labels."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from pipeline.training.badge_shapes import Colour, star_points

ENERGY = (
    (0, 150, 64),
    (80, 175, 48),
    (190, 210, 0),
    (255, 236, 0),
    (250, 186, 0),
    (236, 102, 8),
    (226, 0, 26),
)

FORMS = (  # a star, a drop, a bolt, a plus, an arrow; in twentieths of the side
    tuple(star_points(20, 20, 5, 0.42, -math.pi / 2)),
    ((10, 1), (13, 7), (15, 12), (14, 16), (10, 18), (6, 16), (5, 12), (7, 7)),
    ((11, 1), (4, 11), (9, 11), (7, 19), (16, 8), (11, 8), (14, 1)),
    (
        (8, 2),
        (12, 2),
        (12, 8),
        (18, 8),
        (18, 12),
        (12, 12),
        (12, 18),
        (8, 18),
        (8, 12),
        (2, 12),
        (2, 8),
        (8, 8),
    ),
    ((2, 7), (11, 7), (11, 3), (19, 10), (11, 17), (11, 13), (2, 13)),
)


def draw_icon(rng: np.random.Generator, side: int, colour: Colour) -> Image.Image:
    """A check, star, heart, truck, leaf, drop, bolt or plus: RGBA, square."""
    big = max(8, side) * 2
    icon = Image.new("RGBA", (big, big), (*colour, 0))
    pen, unit, paint = ImageDraw.Draw(icon), big / 20, (*colour, 255)
    shape = int(rng.integers(4 + len(FORMS)))
    if shape < len(FORMS):
        pen.polygon([(x * unit, y * unit) for x, y in FORMS[shape]], paint)
    elif shape == len(FORMS):
        pen.line([(4 * unit, 11 * unit), (8 * unit, 15 * unit), (17 * unit, 5 * unit)], paint, int(3 * unit))
    elif shape == len(FORMS) + 1:
        for left in (2, 9):
            pen.ellipse((left * unit, 3 * unit, (left + 9) * unit, 11 * unit), paint)
        pen.polygon([(2.6 * unit, 9 * unit), (17.4 * unit, 9 * unit), (10 * unit, 18 * unit)], paint)
    elif shape == len(FORMS) + 2:
        pen.chord((2 * unit, 2 * unit, 18 * unit, 18 * unit), 120, 330, paint)
        pen.line([(3 * unit, 18 * unit), (12 * unit, 8 * unit)], paint, max(1, int(unit)))
    else:
        _draw_truck(pen, unit, paint)
    return icon.resize((big // 2, big // 2), Image.Resampling.BOX)


def _draw_truck(pen: ImageDraw.ImageDraw, unit: float, paint: tuple[int, int, int, int]) -> None:
    pen.rectangle((1 * unit, 5 * unit, 12 * unit, 14 * unit), paint)
    pen.polygon([(13 * unit, 8 * unit), (17 * unit, 8 * unit), (19.5 * unit, 11 * unit),
                 (19.5 * unit, 14 * unit), (13 * unit, 14 * unit)], paint)  # fmt: skip
    for left in (3, 13.5):
        pen.ellipse((left * unit, 12.5 * unit, (left + 4) * unit, 16.5 * unit), paint)


def draw_star_row(rng: np.random.Generator, side: int, colour: Colour) -> Image.Image:
    """Five rating stars, the last ones empty now and then."""
    row = Image.new("RGBA", (side * 5 * 2, side * 2), (*colour, 0))
    pen, full = ImageDraw.Draw(row), int(rng.choice([5, 5, 4, 3]))
    for star in range(5):
        points = [(x + star * side * 2 + side * 0.1, y) for x, y in
                  star_points(side * 1.8, side * 1.8, 5, 0.42, -math.pi / 2)]  # fmt: skip
        pen.polygon(points, (*colour, 255) if star < full else (190, 190, 190, 255))
    return row.resize((side * 5, side), Image.Resampling.BOX)


def draw_code(rng: np.random.Generator, side: int) -> Image.Image:
    """A matrix code or a bar code on white: RGBA."""
    if rng.random() < 0.5:
        cells = int(rng.integers(17, 30))
        dots = rng.random((cells, cells)) < 0.5
        for top, left in ((0, 0), (0, cells - 7), (cells - 7, 0)):
            dots[top : top + 7, left : left + 7] = True
            dots[top + 1 : top + 6, left + 1 : left + 6] = False
            dots[top + 2 : top + 5, left + 2 : left + 5] = True
    else:
        dots = np.repeat(rng.random((1, int(rng.integers(30, 60)))) < 0.5, 20, axis=0)
    grey = np.pad(np.where(dots, 0, 255).astype(np.uint8), 2, constant_values=255)
    tall = side if grey.shape[0] == grey.shape[1] else side // 2
    return Image.fromarray(grey).resize((side, max(4, tall)), Image.Resampling.NEAREST).convert("RGBA")


def draw_energy(rng: np.random.Generator, side: int) -> Image.Image:
    """A ladder of coloured arrows, or one of them alone: RGBA."""
    alone = rng.random() < 0.4
    height, width = (side // 2, side) if alone else (side, int(side * 0.9))
    label = Image.new("RGBA", (width * 2, height * 2), (255, 255, 255, 0 if alone else 255))
    pen, rows = ImageDraw.Draw(label), 1 if alone else len(ENERGY)
    for row in range(rows):
        colour = ENERGY[int(rng.integers(len(ENERGY)))] if alone else ENERGY[row]
        top, deep = row / rows * height * 2, height * 2 / rows * 0.86
        reach = width * 2 * (0.96 if alone else 0.45 + 0.5 * row / rows)
        tip, low = reach - deep / 2, top + deep
        pen.polygon([(0, top), (tip, top), (reach, (top + low) / 2), (tip, low), (0, low)], (*colour, 255))
    return label.resize((width, height), Image.Resampling.BOX)
