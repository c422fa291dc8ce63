"""Drawn pictures that do show what is sold: gift cards, covers, line drawings, flat art, swatches (II.A).

They are made like placeholders and are none: what the judge of placeholders must learn to leave alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.records import RgbArray

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]
WORDS = (
    "GIFT CARD", "Gift Card", "Geschenkgutschein", "Carte cadeau", "Tarjeta regalo", "$50", "25 €", "£100",
    "Voucher", "Gutschein", "VOLUME II", "The Garden", "Le Voyage", "Winter", "RACING 3", "Edición limitada",
    "Подарок", "Deluxe", "500 ml", "Notes", "2026", "Atlas", "Sound of Blue", "ORIGINAL", "for you", "Merci",
)  # fmt: skip


def draw_product_art(rng: np.random.Generator, fonts: Sequence[Path]) -> RgbArray:
    """One picture of KINDS, uint8 (H,W,3), 160 to 900 px."""
    side = int(np.exp(rng.uniform(np.log(160), np.log(900))))
    draw = KINDS[int(rng.integers(len(KINDS)))]
    image = draw(rng, fonts, 2 * side)
    size = (max(24, image.width // 2), max(24, image.height // 2))
    return np.asarray(image.resize(size, Image.Resampling.BOX), np.uint8)


def _colour(rng: np.random.Generator, low: int = 0, high: int = 256) -> Colour:
    red, green, blue = rng.integers(low, high, 3).tolist()
    return red, green, blue


def _card(rng: np.random.Generator, fonts: Sequence[Path], side: int) -> Image.Image:
    """A gift card or cover: a full-bleed or standing panel with shapes, a pattern or a fade, and words."""
    high = round(side * float(rng.choice([0.63, 0.63, 1.0, 1.4])))
    panel = _fade(rng, side, high)
    pen = ImageDraw.Draw(panel)
    for _ in range(int(rng.integers(1, 9))):
        _decorate(pen, rng, side, high)
    for _ in range(int(rng.integers(1, 4))):
        size = int(min(side, high) * rng.uniform(0.06, 0.2))
        at = (side * float(rng.uniform(0.3, 0.7)), high * float(rng.uniform(0.15, 0.85)))
        _write(pen, rng, fonts, at, size)
    if rng.random() < 0.5:
        return panel
    frame = Image.new("RGB", (round(side * 1.2), round(high * 1.25)), (255, 255, 255))
    mask = Image.new("L", panel.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, side - 1, high - 1), side * float(rng.uniform(0, 0.08)), 255
    )
    frame.paste(panel, (round(side * 0.1), round(high * 0.12)), mask)
    return frame


def _fade(rng: np.random.Generator, wide: int, high: int) -> Image.Image:
    ends = np.array([_colour(rng), _colour(rng)], np.float32)
    if rng.random() < 0.4:
        ends[1] = ends[0]
    share = np.linspace(0, 1, high, dtype=np.float32)[:, None, None]
    return Image.fromarray(
        np.broadcast_to(ends[0] * (1 - share) + ends[1] * share, (high, wide, 3)).astype(np.uint8)
    )


def _decorate(pen: ImageDraw.ImageDraw, rng: np.random.Generator, wide: int, high: int) -> None:
    """A ribbon, dots, a bow's loop, a star, a band: what such cards bear."""
    x, y, r = rng.uniform(0, wide), rng.uniform(0, high), wide * rng.uniform(0.03, 0.3)
    colour, kind = _colour(rng), int(rng.integers(5))
    if kind == 0:
        pen.rectangle((x - r / 4, 0, x + r / 4, high), fill=colour)
    elif kind == 1:
        for i in range(0, wide, max(12, int(r))):
            for j in range(0, high, max(12, int(r))):
                pen.ellipse((i, j, i + r / 4, j + r / 4), fill=colour)
    elif kind == 2:
        pen.polygon([(x, y), *_wave(rng, x, y, r)], fill=colour)
    elif kind == 3:
        star = [
            (
                x + r * (1 if i % 2 else 0.45) * math.cos(i * math.pi / 5),
                y + r * (1 if i % 2 else 0.45) * math.sin(i * math.pi / 5),
            )
            for i in range(10)
        ]
        pen.polygon(star, fill=colour)
    else:
        pen.ellipse((x - r, y - r * 0.6, x + r, y + r * 0.6), outline=colour, width=max(2, int(r / 6)))


def _wave(rng: np.random.Generator, x: float, y: float, r: float) -> Points:
    """A closed, round, uneven outline."""
    turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    reach = 1 + sum(float(rng.uniform(0, 0.25)) * np.sin(n * turns + rng.uniform(0, 6)) for n in (2, 3, 5))
    return [
        (float(a), float(b))
        for a, b in zip(x + r * reach * np.cos(turns), y + r * reach * np.sin(turns), strict=True)
    ]


def _write(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    fonts: Sequence[Path],
    at: tuple[float, float],
    size: int,
) -> None:
    if not fonts:
        return
    font = ImageFont.truetype(str(fonts[int(rng.integers(len(fonts)))]), max(10, size))
    pen.text(at, str(rng.choice(WORDS)), _colour(rng), font, anchor="mm")


def _drawing(rng: np.random.Generator, fonts: Sequence[Path], side: int) -> Image.Image:
    """A product drawn in lines or flat colours, filling its frame: a device, a lamp, a chair, a garment."""
    ground = (255, 255, 255) if rng.random() < 0.8 else _colour(rng, 180)
    image = Image.new("RGB", (side, side), ground)
    pen = ImageDraw.Draw(image)
    lines = rng.random() < 0.5
    ink = _colour(rng, 0, 90)
    thick = max(2, int(side * rng.uniform(0.002, 0.008)))
    body = THINGS[int(rng.integers(len(THINGS)))]
    base = _colour(rng, 30, 235)
    for part, outline in enumerate(body(rng)):
        points = [(side * (0.5 + 0.44 * x), side * (0.5 + 0.44 * y)) for x, y in outline]
        tone = tuple(int(np.clip(v * (1 - 0.12 * (part % 4)) + rng.uniform(-8, 8), 0, 255)) for v in base)
        pen.polygon(points, fill=None if lines else tone, outline=ink, width=thick)
    if not lines and rng.random() < 0.7:
        return _shade(image, ground, rng)
    return image


def _shade(image: Image.Image, ground: Colour, rng: np.random.Generator) -> Image.Image:
    """A fade of light over what was drawn, as renderings have it."""
    rgb = np.asarray(image, np.float32)
    x = np.linspace(-1, 1, rgb.shape[1], dtype=np.float32)[None, :, None]
    light = 1 - float(rng.uniform(0.1, 0.5)) * (x * float(rng.choice([-1, 1])) + 1) / 2
    drawn = np.abs(rgb - np.array(ground, np.float32)).max(axis=2, keepdims=True) > 3
    return Image.fromarray(np.where(drawn, rgb * light, rgb).astype(np.uint8))


def _box(x: float, y: float, wide: float, high: float, corner: float = 0.0) -> Points:
    """A rectangle about a point, its corners cut round."""
    c = min(corner, wide, high)
    turns = np.linspace(0, math.pi / 2, 6)
    ends = ((1, 1, 0), (-1, 1, 1), (-1, -1, 2), (1, -1, 3))
    return [
        (
            x + sx * (wide - c) + c * math.cos(t + q * math.pi / 2),
            y + sy * (high - c) + c * math.sin(t + q * math.pi / 2),
        )
        for sx, sy, q in ends
        for t in turns
    ]


def _device(rng: np.random.Generator) -> list[Points]:
    wide = float(rng.uniform(0.4, 0.9))
    parts = [_box(0, 0, wide, 1, 0.12), _box(0, -0.2, wide * 0.85, 0.65, 0.03)]
    parts += [_box(0, 0.7, 0.2, 0.2, 0.2), _box(0, 0.7, 0.07, 0.07, 0.07)]
    rows = int(rng.integers(0, 6))
    return parts + [_box(0, -0.7 + 0.18 * i, wide * float(rng.uniform(0.3, 0.7)), 0.03) for i in range(rows)]


def _lamp(rng: np.random.Generator) -> list[Points]:
    wide = float(rng.uniform(0.5, 0.9))
    shade = [(-wide * 0.5, -0.95), (wide * 0.5, -0.95), (wide, -0.2), (-wide, -0.2)]
    folds = [
        [(wide * (k / 4), -0.95), (wide * (k / 4) * 1.9, -0.2), (wide * (k / 4) * 1.8, -0.2)]
        for k in (-1, 0, 1)
    ]
    return [shade, *folds, _box(0, 0.3, 0.05, 0.5), _box(0, 0.85, wide * 0.6, 0.1, 0.08)]


def _chair(rng: np.random.Generator) -> list[Points]:
    lean = float(rng.uniform(-0.1, 0.2))
    legs = [_box(x, 0.6, 0.05, 0.4) for x in (-0.6, -0.2, 0.3, 0.65)]
    bars = [_box(lean * (0.5 - 0.25 * i), -0.8 + 0.22 * i, 0.6, 0.06) for i in range(int(rng.integers(2, 5)))]
    return [
        *legs,
        _box(0, 0.15, 0.75, 0.12, 0.05),
        _box(-0.6, -0.4, 0.06, 0.5),
        _box(0.6, -0.4, 0.06, 0.5),
        *bars,
    ]


def _garment(rng: np.random.Generator) -> list[Points]:
    long = float(rng.uniform(0.2, 0.9))
    right = [(0.2, -0.9), (0.55, -0.75), (0.95, -0.75 + long), (0.7, -0.65 + long), (0.52, -0.3), (0.5, 0.95)]
    shirt = right + [(-x, y) for x, y in reversed(right)]
    buttons = [_box(0, -0.6 + 0.25 * i, 0.025, 0.025, 0.02) for i in range(int(rng.integers(0, 7)))]
    return [shirt, [(-0.2, -0.9), (0.2, -0.9), (0, -0.6)], *buttons, _box(0.25, -0.3, 0.13, 0.15)]


def _vessel(rng: np.random.Generator) -> list[Points]:
    wide, neck = float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.1, 0.25))
    parts = [_box(0, 0.25, wide, 0.7, 0.15), _box(0, -0.65, neck, 0.25), _box(0, -0.92, neck * 1.3, 0.07)]
    label = [_box(0, 0.3, wide * 0.9, 0.35), *(_box(0, 0.1 + 0.12 * i, wide * 0.5, 0.02) for i in range(4))]
    return parts + (label if rng.random() < 0.7 else [])


THINGS: tuple[Callable[[np.random.Generator], list[Points]], ...] = (
    _device,
    _lamp,
    _chair,
    _garment,
    _vessel,
)


def _swatch(rng: np.random.Generator, fonts: Sequence[Path], side: int) -> Image.Image:
    """A colour, weave or grain that fills the frame: what a fabric or a paint is sold by."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    step = side * float(rng.uniform(0.008, 0.06))
    weave = np.sin(x / step * 3) * np.sin(y / step * 3) if rng.random() < 0.6 else np.sin((x + y) / step)
    rough = cv2.resize(rng.normal(0, 1, (side // 4, side // 4)).astype(np.float32), (side, side))
    base = np.array(_colour(rng, 20, 245), np.float32)
    light = weave * rng.uniform(3, 20) + rough * rng.uniform(1, 10)
    return Image.fromarray(np.clip(base + light[..., None], 0, 255).astype(np.uint8))


KINDS: tuple[Callable[[np.random.Generator, Sequence[Path], int], Image.Image], ...] = (
    _card, _card, _drawing, _drawing, _swatch,
)  # fmt: skip
