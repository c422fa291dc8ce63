"""Drawn pictures that stand where a photo is missing: text in many scripts, icons, marks, blanks (II.A)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.placeholder_icons import ICONS, Colour
from pipeline.training.placeholder_marks import draw_pale_mark, draw_tiny_icon
from pipeline.training.placeholder_words import write_name, write_phrase
from pipeline.training.wear import encode_somehow

PALE, TINY = 0.12, 0.06  # shares of the family drawn by placeholder_marks


def draw_placeholder(rng: np.random.Generator, fonts: Sequence[Path]) -> RgbArray:
    """One placeholder, uint8 (H,W,3), 16 to 1,530 px; half of them with words, most with an icon."""
    side, high = _choose_size(rng)
    family = rng.random()
    if family < PALE:
        return _finish(draw_pale_mark(rng, side, high), rng)
    if family < PALE + TINY:
        return encode_somehow(draw_tiny_icon(rng, int(rng.integers(16, 65))), rng)
    return _finish(_draw_sign(rng, fonts, side, high), rng)


def draw_pale_placeholder(rng: np.random.Generator) -> RgbArray:
    """A shop's pale mark alone, uint8 (H,W,3), 36 to 1,990 px."""
    return _finish(draw_pale_mark(rng, *_choose_size(rng)), rng)


def _choose_size(rng: np.random.Generator) -> tuple[int, int]:
    """(width, height) px."""
    side = int(np.exp(rng.uniform(np.log(48), np.log(900))))
    return side, round(side * float(rng.choice([1, 1, 1, 0.75, 1.3])))


def _draw_sign(rng: np.random.Generator, fonts: Sequence[Path], side: int, high: int) -> RgbArray:
    """Words, icons, marks, names, or nothing, on one ground."""
    ground, ink = _choose_colours(rng)
    image = Image.new("RGB", (side * 2, high * 2), ground)
    pen = ImageDraw.Draw(image)
    if rng.random() < 0.2:
        _draw_frame(pen, rng, side * 2, high * 2, ink)
    content = rng.choice(
        ["icon", "words", "both", "mark", "name", "blank"], p=[0.27, 0.22, 0.27, 0.12, 0.08, 0.04]
    )
    reach = min(side, high) * 2 * float(rng.uniform(0.14, 0.42))
    middle = (side, high * (0.85 if content == "both" else 1.0))
    if content in ("icon", "both"):
        icon = ICONS[int(rng.integers(len(ICONS)))]
        icon(pen, *middle, reach, ink, max(2, int(reach * rng.uniform(0.04, 0.16))))
    if content in ("words", "both"):
        at = (
            high * 2 * (float(rng.uniform(0.72, 0.85)) if content == "both" else float(rng.uniform(0.4, 0.6)))
        )
        write_phrase(pen, rng, fonts, (side, at), side * 2, ink)
    if content == "mark":
        _draw_mark(pen, rng, (side, high), reach, ink)
    if content == "name":
        write_name(pen, rng, fonts, (side, high), 2 * side, ink)
    return np.asarray(cv2.resize(np.asarray(image), (side, high), interpolation=cv2.INTER_AREA), np.uint8)


def _choose_colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    if rng.random() < 0.7:
        level = int(rng.choice([255, 255, 250, 245, 240, 238, 230, 221, 204, 190]))
        ground = (level, level, level)
        ink = (level - 9 - int((level - 9) * rng.uniform(0, 1) ** 1.5),) * 3  # one in six hardly shows
    else:
        ground = _any_colour(rng, 20, 256)
        ink = (255, 255, 255) if sum(ground) < 400 else (ground[0] // 3, ground[1] // 3, ground[2] // 3)
    return ground, _any_colour(rng, 0, 220) if rng.random() < 0.25 else ink


def _any_colour(rng: np.random.Generator, lowest: int, above: int) -> Colour:
    red, green, blue = rng.integers(lowest, above, 3).tolist()
    return red, green, blue


def _finish(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Some are shaded a little or scaled up; all come as PNG, JPEG or WebP, one as often as the others."""
    out = rgb
    if rng.random() < 0.15:
        shade = np.linspace(0, float(rng.uniform(-40, 40)), out.shape[0])[:, None, None]
        out = np.clip(out + shade, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        out = np.asarray(cv2.resize(out, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_LINEAR), np.uint8)
    return encode_somehow(out, rng)


def _draw_frame(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, wide: int, high: int, ink: Colour
) -> None:
    inset, thick = int(wide * rng.uniform(0, 0.1)), max(2, int(wide * rng.uniform(0.004, 0.02)))
    pen.rectangle((inset, inset, wide - inset - 1, high - inset - 1), outline=ink, width=thick)


def _draw_mark(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, at: tuple[float, float], reach: float, ink: Colour
) -> None:
    """An invented logo: two or three plain shapes round a centre."""
    for _ in range(int(rng.integers(2, 5))):
        size = reach * float(rng.uniform(0.3, 1.0))
        x, y = at[0] + reach * float(rng.uniform(-0.5, 0.5)), at[1] + reach * float(rng.uniform(-0.5, 0.5))
        colour = ink if rng.random() < 0.6 else _any_colour(rng, 0, 256)
        if sum(colour) % 3 == 0:  # tones of one colour, as shops' own marks have them
            colour = ((ink[0] + 255) // 2, (ink[1] + 255) // 2, (ink[2] + 255) // 2)
        kind = int(rng.integers(4))
        if kind == 0:
            pen.ellipse((x - size, y - size, x + size, y + size), fill=colour)
        elif kind == 1:
            pen.rounded_rectangle(
                (x - size, y - size, x + size, y + size), size / 4, outline=colour, width=int(size / 5)
            )
        elif kind == 2:
            pen.regular_polygon((x, y, size), int(rng.integers(3, 8)), float(rng.uniform(0, 90)), fill=colour)
        else:
            pen.arc(
                (x - size, y - size, x + size, y + size),
                0,
                float(rng.uniform(120, 340)),
                colour,
                max(2, int(size / 6)),
            )
