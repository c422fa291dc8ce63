"""Words alone, laid over product and ground, and an owner's line across: what passes most for print."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from pipeline.training.badge_layouts import Piece, Rng
from pipeline.training.badge_shapes import Colour, fit, pick_colour, turn
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name, pick_owner

LEAST, MOST = 0.03, 0.22  # of the picture's shorter side: height of bare words
LINE_LEAST, LINE_MOST = 0.05, 0.24  # and of a line across
SLANT = 50.0  # degrees either way
ROWS = (1, 1, 1, 1, 2, 3)


def draw_bare_words(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """One to three rows of words without a plate, any size and colour, anywhere; at times with a shadow."""
    size = float(min(width, height) * np.exp(rng.uniform(np.log(LEAST), np.log(MOST))))
    colour = pick_colour(rng, loud=rng.random() < 0.7)
    stroke = int(rng.choice([1, 2, 3])) if rng.random() < 0.15 else 0
    lines = [_draw_row(rng, lettering, size, colour, stroke, width) for _ in range(int(rng.choice(ROWS)))]
    gap = size * rng.uniform(0.15, 0.7)
    block = (max(line.width for line in lines), int(sum(line.height + gap for line in lines)))
    whole, down, middle = Image.new("RGBA", block, (*colour, 0)), 0.0, rng.random() < 0.5
    for line in lines:
        whole.alpha_composite(line, ((block[0] - line.width) // 2 if middle else 0, int(down)))
        down += line.height + gap
    if rng.random() < 0.15:
        whole = _cast_shadow(whole, max(1, int(size * 0.07)))
    if rng.random() < 0.1:
        whole = turn(whole, float(rng.choice([90, -90, rng.uniform(-30, 30)])))
    return [Piece(whole, *_place(rng, whole, width, height))]


def draw_line_across(rng: Rng, width: int, height: int, lettering: Lettering) -> Piece:
    """An owner's name or some words once across the picture, at any angle."""
    words, font = (
        (pick_owner(rng), lettering.pick_font(rng)) if rng.random() < 0.8 else lettering.pick_words(rng)
    )
    colour: Colour = pick_colour(rng, loud=rng.random() < 0.2)
    if rng.random() < 0.5:
        colour = ((0, 0, 0), (255, 255, 255), (255, 255, 255), (128, 128, 128))[int(rng.integers(4))]
    stroke = int(rng.choice([1, 2])) if rng.random() < 0.15 else 0
    line = draw_words(words, font, int(height * rng.uniform(LINE_LEAST, LINE_MOST)), colour, stroke)
    slant = 0.0 if rng.random() < 0.35 else float(rng.uniform(-SLANT, SLANT))
    line = turn(fit(line, width * rng.uniform(0.55, 1.1), line.height), slant) if slant else line
    line = fit(line, width * rng.uniform(0.5, 1.0), min(line.height, height * 0.95))
    return Piece(
        line,
        int((width - line.width) * rng.uniform(0.2, 0.8)),
        int((height - line.height) * rng.uniform(0.1, 0.9)),
    )


def _draw_row(
    rng: Rng, lettering: Lettering, size: float, colour: Colour, stroke: int, width: int
) -> Image.Image:
    words, font = lettering.pick_words(rng, 0.9)
    if rng.random() < 0.15:
        words, font = make_name(rng), lettering.pick_font(rng)
    line = draw_words(words, font, max(8, int(size * rng.choice([1.0, 1.0, 0.6]))), colour, stroke)
    return fit(line, width * 0.92, line.height) if line.width > width * 0.92 else line


def _cast_shadow(words: Image.Image, reach: int) -> Image.Image:
    dark = Image.new("RGBA", (words.width + 3 * reach, words.height + 3 * reach), (0, 0, 0, 0))
    dark.paste((0, 0, 0, 150), (2 * reach, 2 * reach), words)
    made = dark.filter(ImageFilter.GaussianBlur(reach * 0.6))
    made.alpha_composite(words, (reach, reach))
    return made


def _place(rng: Rng, part: Image.Image, width: int, height: int) -> tuple[int, int]:
    """Anywhere, or near an edge."""
    room = (max(0, width - part.width), max(0, height - part.height))
    if rng.random() < 0.55:
        return int(rng.uniform(0, room[0] + 1)), int(rng.uniform(0, room[1] + 1))
    gap = rng.uniform(0, 0.07) * min(width, height)
    x = float(rng.choice([gap, room[0] - gap, room[0] / 2]))
    y = float(rng.choice([gap, room[1] - gap]))
    return max(0, int(x)), max(0, int(y))
