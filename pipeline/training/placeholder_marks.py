"""Shops' own signs in place of a photo: pale flat marks near their ground's tone, tiny icons (II.A)."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.placeholder_icons import ICONS, Colour

SUPER = 4  # times finer than it ends up, so that edges are smooth
Box = tuple[float, float, float, float]


def draw_pale_mark(rng: np.random.Generator, side: int, high: int) -> RgbArray:
    """One pale sign on a ground of nearly its colour, uint8 (high,side,3): rounded shapes or an icon."""
    ground = _choose_ground(rng)
    step = float(np.exp(rng.uniform(np.log(6), np.log(60))))  # grey levels between ground and sign
    tones = [_darken(ground, step * float(share), rng) for share in (1.0, 0.6, 1.4)]
    reach = round(min(side, high) * float(rng.uniform(0.15, 0.45)))
    size = max(16, 2 * reach) * SUPER
    sign = Image.new("RGB", (size, size), ground)
    if rng.random() < 0.3:
        icon = ICONS[int(rng.integers(len(ICONS)))]
        icon(ImageDraw.Draw(sign), size / 2, size / 2, size * 0.42, tones[0], max(4, size // 12))
    else:
        _lay_shapes(ImageDraw.Draw(sign), rng, size, ground, tones)
        turn = float(rng.choice([0, 0, 30, 45, 45, 90, rng.uniform(0, 360)]))
        sign = sign.rotate(turn, Image.Resampling.BICUBIC, fillcolor=ground)
    image = Image.new("RGB", (side, high), ground)
    small = sign.resize((max(16, 2 * reach),) * 2, Image.Resampling.BOX)
    image.paste(small, ((side - small.width) // 2, (high - small.height) // 2))
    return np.asarray(image, np.uint8)


def _choose_ground(rng: np.random.Generator) -> Colour:
    """White, pale grey, or a pale tint."""
    level = int(rng.choice([255, 255, 252, 248, 244, 238, 230]))
    tint = rng.integers(-10, 1, 3) if rng.random() < 0.5 else np.zeros(3, int)
    red, green, blue = np.clip(level + tint, 0, 255).tolist()
    return red, green, blue


def _darken(ground: Colour, step: float, rng: np.random.Generator) -> Colour:
    """The ground some levels darker, with a tint of a quarter of the step at most."""
    tint = rng.uniform(-0.25, 0.25, 3) * step
    red, green, blue = np.clip(np.array(ground) - step + tint, 0, 255).round().astype(int).tolist()
    return red, green, blue


def _lay_shapes(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int, ground: Colour, tones: list[Colour]
) -> None:
    """A rounded body, a half of it in another tone, and bars, discs or windows in the ground's own colour."""
    inset = size * 0.16
    body = (inset, inset, size - inset, size - inset)
    is_round = rng.random() < 0.25
    corner = size * float(rng.uniform(0.04, 0.22))
    if is_round:
        pen.ellipse(body, fill=tones[0])
    else:
        pen.rounded_rectangle(body, corner, fill=tones[0])
    if rng.random() < 0.5:
        half = (size / 2, inset, size - inset, size - inset)
        pen.rounded_rectangle(half, min(corner, size * 0.1), fill=tones[int(rng.integers(1, 3))])
    for _ in range(int(rng.integers(1, 4))):
        _cut(pen, rng, size, ground if rng.random() < 0.7 else tones[1])


def _cut(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int, colour: Colour) -> None:
    """One bar with round ends, disc, ring or window."""
    x, y = (size * float(rng.uniform(0.38, 0.62)) for _ in range(2))
    long, thin = size * float(rng.uniform(0.12, 0.4)), size * float(rng.uniform(0.04, 0.12))
    kind = int(rng.integers(4))
    if kind == 0:
        pen.rounded_rectangle((x - thin, y - long, x + thin, y + long), thin, fill=colour)
    elif kind == 1:
        pen.ellipse((x - long / 2, y - long / 2, x + long / 2, y + long / 2), fill=colour)
    elif kind == 2:
        width = max(SUPER, round(thin / 2))
        pen.ellipse((x - long / 2, y - long / 2, x + long / 2, y + long / 2), outline=colour, width=width)
    else:
        pen.rounded_rectangle((x - long, y - thin * 2, x + long, y + thin * 2), thin / 2, fill=colour)


def draw_tiny_icon(rng: np.random.Generator, side: int) -> RgbArray:
    """A button-like sign of few pixels, uint8 (side,side,3): shaded, rounded, with a plain sign on it."""
    size = side * SUPER
    high = rng.integers(60, 256, 3)
    low = np.clip(high * float(rng.uniform(0.55, 1.0)), 0, 255)
    ramp = np.linspace(0, 1, size)[:, None, None]
    shaded = Image.fromarray((high * (1 - ramp) + low * ramp + np.zeros((1, size, 1))).astype(np.uint8))
    pen = ImageDraw.Draw(shaded)
    ink: Colour = (255, 255, 255) if high.sum() < 560 else (60, 60, 60)
    _sign(pen, rng, size, ink)
    mask = Image.new("L", (size, size), 0)
    inset = size * float(rng.uniform(0, 0.12))
    shape = (inset, inset, size - inset - 1, size - inset - 1)
    ImageDraw.Draw(mask).rounded_rectangle(shape, size * float(rng.choice([0.05, 0.12, 0.25, 0.5])), fill=255)
    level = int(rng.choice([255, 255, 245, 230]))
    ground = Image.new("RGB", (size, size), (level, level, level))
    ground.paste(shaded, (0, 0), mask)
    return np.asarray(cv2.resize(np.asarray(ground), (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _sign(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: int, ink: Colour) -> None:
    """A cross, a plus, an exclamation mark or one of the usual icons."""
    middle, reach, thick = size / 2, size * float(rng.uniform(0.14, 0.26)), max(2, size // 10)
    kind = int(rng.integers(4))
    if kind == 0:
        for turn in (-1, 1):
            pen.line(
                (middle - reach, middle - turn * reach, middle + reach, middle + turn * reach), ink, thick
            )
    elif kind == 1:
        pen.line((middle - reach, middle, middle + reach, middle), ink, thick)
        pen.line((middle, middle - reach, middle, middle + reach), ink, thick)
    elif kind == 2:
        pen.line((middle, middle - reach, middle, middle + reach * 0.4), ink, thick)
        dot = thick / 2
        pen.ellipse((middle - dot, middle + reach - dot, middle + dot, middle + reach + dot), fill=ink)
    else:
        ICONS[int(rng.integers(len(ICONS)))](pen, middle, middle, reach * 1.3, ink, max(2, thick // 2))
