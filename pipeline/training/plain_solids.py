"""Pale solids told by their shadows alone, and sheets of words: covers, cards, prints (II.A)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pipeline.records import FloatArray
from pipeline.training.badge_shapes import Colour, contrast, fit, pick_colour
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name, pick_print

Rng = np.random.Generator
Plane = npt.NDArray[np.floating]


def draw_moulded(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A pale solid on a pale ground, told by shadows alone: a socket, a box, a sheet, an envelope, a dish."""
    image = lay_ground(rng, side, round(side * float(rng.choice([1, 1, 0.7, 1.3]))))
    wide, high = image.size
    half = np.array([wide, high]) * rng.uniform(0.25, 0.46, 2) * (1.0, float(rng.uniform(0.6, 1.0)))
    corner = float(min(half) * rng.choice([0, 0, 0.06, 0.2, 1.0]))
    box = box_about(wide / 2, high / 2, *half)
    shape = Image.new("L", image.size, 0)
    ImageDraw.Draw(shape).rounded_rectangle(box, corner, 255)
    mask = np.asarray(shape, np.float32)[..., None] / 255
    lit = np.asarray(image, np.float32) * (1 - _cast(mask, rng)[..., None])
    level = float(rng.uniform(222, 255))
    fade = np.linspace(1, float(rng.uniform(0.86, 1.0)), high, dtype=np.float32)[:, None, None]
    made = lit * (1 - mask) + level * fade * mask
    for _ in range(int(rng.integers(0, 4))):
        made *= 1 - _engrave(rng, image.size, half)[..., None] * mask
    return Image.fromarray(np.clip(made, 0, 255).astype(np.uint8))


def _cast(mask: Plane, rng: Rng) -> FloatArray:
    """The shadow round a thing, (H,W) 0 to 1."""
    unit = max(mask.shape) / 100
    moved = np.roll(mask[..., 0], rng.integers(0, max(2, int(2 * unit)), 2).tolist(), (0, 1))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), unit * rng.uniform(0.5, 4)) * rng.uniform(0.1, 0.5))


def _engrave(rng: Rng, size: tuple[int, int], half: Plane) -> FloatArray:
    """How much darker a seam, a hollow or a hole makes what is there, (H,W) 0 to 1."""
    layer = Image.new("L", size, 0)
    pen, (x, y) = ImageDraw.Draw(layer), (size[0] / 2, size[1] / 2)
    across, up = half * rng.uniform(0.1, 0.85, 2)
    kind = int(rng.integers(4))
    if kind == 0:
        pen.rounded_rectangle(box_about(x, y, across, up), min(across, up) * 0.1, outline=255, width=4)
    elif kind == 1:
        pen.ellipse(box_about(x, y, min(across, up), min(across, up)), 255)
    elif kind == 2:
        pen.line([(x - half[0], y - half[1]), (x, y + up * 0.3), (x + half[0], y - half[1])], 255, 4)
    else:
        for turn in (-1, 1):
            pen.ellipse(box_about(x + turn * across * 0.5, y, half[0] * 0.06, half[0] * 0.06), 255)
    deep = rng.uniform(0.03, 0.3) if kind < 3 else rng.uniform(0.4, 0.9)
    return np.asarray(cv2.GaussianBlur(np.asarray(layer, np.float32) / 255, (0, 0), 1.5) * deep, np.float32)


def draw_cover(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A book, a card or a print of words alone: a title, a second line elsewhere, a frame or a shadow."""
    wide, high = side, round(side * float(rng.choice([1.4, 1.4, 1.5, 1.2, 0.63, 0.7])))
    tone = pick_colour(rng) if rng.random() < 0.7 else (250, 248, 240)
    sheet = Image.new("RGB", (wide, high), tone)
    pen = ImageDraw.Draw(sheet)
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        y = high * rng.uniform(0.1, 0.9)
        ends = wide * rng.uniform(0, 0.4), wide * rng.uniform(0.6, 1)
        pen.rectangle((ends[0], y, ends[1], y + high * rng.uniform(0.005, 0.1)), pick_colour(rng))
    _write_title(sheet, rng, lettering, contrast(tone))
    if rng.random() < 0.35:
        return sheet
    if rng.random() < 0.5:
        bar = contrast(tone) if rng.random() < 0.5 else pick_colour(rng)
        thick = max(4, int(wide * rng.uniform(0.01, 0.05)))
        pen.rectangle((0, 0, wide - 1, high - 1), outline=bar, width=thick)
    return _lay_down(sheet, rng)


def _write_title(sheet: Image.Image, rng: Rng, lettering: Lettering, ink: Colour) -> None:
    """One to three lines one under the other, and a small one near the foot."""
    wide, high = sheet.size
    middle, gap = rng.uniform(0.2, 0.5), rng.uniform(0.1, 0.17)
    for line in range(int(rng.integers(1, 4))):
        at = (wide / 2, high * (middle + line * gap))
        write_words(sheet, pick_print(rng), lettering, rng, at, wide * 0.85, high * gap * 0.85, ink)
    maker, foot = make_name(rng), (wide * rng.choice([0.5, 0.3, 0.7]), high * 0.9)
    write_words(sheet, maker, lettering, rng, foot, wide * 0.4, high * 0.05, ink)


def _lay_down(sheet: Image.Image, rng: Rng) -> Image.Image:
    """The sheet on a ground that goes on round it, with its shadow."""
    room = 1 + float(rng.uniform(0.05, 0.6)), 1 + float(rng.uniform(0.05, 0.4))
    image = lay_ground(rng, round(sheet.width * room[0]), round(sheet.height * room[1]))
    at = (image.width - sheet.width) // 2, (image.height - sheet.height) // 2
    shape = Image.new("L", image.size, 0)
    shape.paste(255, (*at, at[0] + sheet.width, at[1] + sheet.height))
    dark = _cast(np.asarray(shape, np.float32)[..., None] / 255, rng)[..., None]
    image = Image.fromarray((np.asarray(image) * (1 - dark)).astype(np.uint8))
    image.paste(sheet, at)
    return image


def lay_ground(rng: Rng, wide: int, high: int) -> Image.Image:
    level = int(rng.choice([255, 255, 255, 250, 240, 225]))
    return Image.new("RGB", (wide, high), (level, level, level) if rng.random() < 0.9 else pick_colour(rng))


def box_about(x: float, y: float, across: float, up: float) -> tuple[float, float, float, float]:
    return x - across, y - up, x + across, y + up


def write_words(
    image: Image.Image,
    words: str,
    lettering: Lettering,
    rng: Rng,
    at: tuple[float, float],
    wide: float,
    high: float,
    ink: Colour,
) -> None:
    line = fit(draw_words(words, lettering.pick_font(rng), max(8, int(high)), ink), wide, high)
    image.paste(line, (int(at[0] - line.width / 2), int(at[1] - line.height / 2)), line)
