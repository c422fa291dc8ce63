"""Plates of badges: circles, bursts, pills, tags, flags, bubbles and seals, flat, graded or glossy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]
Rgba = npt.NDArray[np.uint8]


def pick_colour(rng: np.random.Generator, loud: bool = True) -> Colour:
    """A colour of the kind that badges have: mostly saturated, sometimes pastel, black, white or grey."""
    if not loud or rng.random() < 0.25:
        grey = int(rng.choice([0, 20, 60, 128, 200, 240, 255, 255]))
        return grey, grey, grey
    hue, value = rng.random() * 6, rng.uniform(0.4, 1.0)
    low = rng.uniform(0.0, 0.35) if rng.random() < 0.75 else rng.uniform(0.5, 0.9)
    wheel = [max(low, min(1.0, abs((hue + shift) % 6 - 3) - 1)) for shift in (0, 4, 2)]
    red, green, blue = (int(255 * value * part) for part in wheel)
    return red, green, blue


def contrast(colour: Colour) -> Colour:
    """White on dark, black on light."""
    return (255, 255, 255) if 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] < 150 else (10, 10, 10)


def pick_ink(rng: np.random.Generator, ground: Colour) -> Colour:
    """A colour that can be read on the ground: mostly white or black."""
    for _ in range(6 if rng.random() < 0.35 else 0):
        ink = pick_colour(rng)
        if max(abs(a - b) for a, b in zip(ink, ground, strict=True)) > 110:
            return ink
    return contrast(ground)


def star_points(width: float, height: float, points: int, inner: float, turn: float) -> Points:
    """Corners of a star or burst that fills the box; `inner` is the short radius as a share."""
    made = []
    for step in range(points * 2):
        reach, angle = (1.0 if step % 2 == 0 else inner), turn + math.pi * step / points
        made.append((width / 2 * (1 + reach * math.cos(angle)), height / 2 * (1 + reach * math.sin(angle))))
    return made


def _outline_burst(rng: np.random.Generator, w: float, h: float) -> Points:
    return star_points(w, h, int(rng.integers(5, 30)), rng.uniform(0.6, 0.95), rng.random())


def _outline_tag(rng: np.random.Generator, w: float, h: float) -> Points:
    tip = w * rng.uniform(0.72, 0.9)
    points = [(0.0, 0.0), (tip, 0.0), (w, h / 2), (tip, h), (0.0, h)]
    return points if rng.random() < 0.5 else [(w - x, y) for x, y in points]


def _outline_flag(rng: np.random.Generator, w: float, h: float) -> Points:
    notch = min(w, h) * rng.uniform(0.2, 0.45)
    if rng.random() < 0.5:
        return [(0, 0), (w, 0), (w - notch, h / 2), (w, h), (0, h)]
    return [(0, 0), (w, 0), (w, h), (w / 2, h - notch), (0, h)]


def _outline_slant(rng: np.random.Generator, w: float, h: float) -> Points:
    shift = min(w, h) * rng.uniform(0.15, 0.4)
    return [(shift, 0), (w, 0), (w - shift, h), (0, h)]


def _outline_shield(rng: np.random.Generator, w: float, h: float) -> Points:
    low = h * rng.uniform(0.5, 0.7)
    return [(0, 0), (w, 0), (w, low), (w * 0.8, low + (h - low) * 0.6), (w / 2, h),
            (w * 0.2, low + (h - low) * 0.6), (0, low)]  # fmt: skip


def _outline_polygon(rng: np.random.Generator, w: float, h: float) -> Points:
    return star_points(w, h, int(rng.integers(3, 9)), 1.0, rng.choice([0, math.pi / 8, math.pi / 2]))


def _outline_bubble(rng: np.random.Generator, w: float, h: float) -> Points:
    low, foot = h * 0.78, w * rng.uniform(0.15, 0.6)
    return [(0, 0), (w, 0), (w, low), (foot + w * 0.2, low), (foot, h), (foot + w * 0.05, low), (0, low)]


OUTLINES: tuple[Callable[[np.random.Generator, float, float], Points], ...] = (
    _outline_burst, _outline_burst, _outline_tag, _outline_flag, _outline_slant, _outline_shield,
    _outline_polygon, _outline_bubble,
)  # fmt: skip


def draw_plate(rng: np.random.Generator, width: int, height: int) -> tuple[Image.Image, Colour]:
    """A plate without words (RGBA) and the colour that words stand on: its ground, or none's opposite."""
    colour, scale = pick_colour(rng), 2 if rng.random() < 0.7 else 1
    size = (max(4, width * scale), max(4, height * scale))
    hollow, shape = rng.random() < 0.14, Image.new("L", size, 0)
    thick = max(scale, int(min(size) * rng.uniform(0.02, 0.08)))
    _cut(ImageDraw.Draw(shape), rng, size, hollow, thick)
    shape = shape.resize((max(4, width), max(4, height)), Image.Resampling.BOX)
    plate = Image.fromarray(_fill(rng, shape, colour))
    if not hollow and rng.random() < 0.25:
        _rim(plate, rng, colour)
    return plate, tuple(255 - part for part in colour) if hollow else colour  # type: ignore[return-value]


def _cut(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: tuple[int, int], hollow: bool, thick: int
) -> None:
    """The plate's form as white on black: filled, or its outline alone."""
    box, fill, line = (0, 0, size[0] - 1, size[1] - 1), 0 if hollow else 255, 255
    chance = rng.random()
    if chance < 0.25:
        pen.ellipse(box, fill, line, thick)
    elif chance < 0.6:
        share = rng.choice([0.0, 0.0, 0.12, 0.25, 0.5, 0.5])
        pen.rounded_rectangle(box, share * min(size), fill, line, thick)
    else:
        points = OUTLINES[int(rng.integers(len(OUTLINES)))](rng, size[0] - 1, size[1] - 1)
        pen.polygon(points, fill, line, thick)


def _fill(rng: np.random.Generator, shape: Image.Image, colour: Colour) -> Rgba:
    """Flat, graded along an axis, or with a light upper half."""
    alpha = np.asarray(shape)
    height, width = alpha.shape
    made = np.empty((height, width, 4), np.uint8)
    made[..., :3], made[..., 3] = colour, alpha
    chance = rng.random()
    if chance < 0.2:
        other = np.array(pick_colour(rng) if rng.random() < 0.3 else [part * 0.55 for part in colour])
        slope = np.linspace(0, 1, height)[:, None] if rng.random() < 0.6 else np.linspace(0, 1, width)[None]
        step = np.broadcast_to(slope, alpha.shape)[..., None]
        made[..., :3] = np.array(colour) * (1 - step) + other * step
    elif chance < 0.28:
        top = made[: height // 2, :, :3]
        top[:] = top + (255 - top) * 0.35
    return made


def _rim(plate: Image.Image, rng: np.random.Generator, colour: Colour) -> None:
    """A second line inside the edge, as seals have."""
    small = (int(plate.width * 0.88), int(plate.height * 0.88))
    if min(small) < 12:
        return
    inner = plate.getchannel("A").resize(small)
    core = inner.resize((max(1, int(small[0] * 0.95)), max(1, int(small[1] * 0.95))))
    ring = Image.new("L", plate.size, 0)
    ring.paste(inner, ((plate.width - small[0]) // 2, (plate.height - small[1]) // 2))
    spot = ((plate.width - core.width) // 2, (plate.height - core.height) // 2)
    ring.paste(0, (*spot, spot[0] + core.width, spot[1] + core.height), core)
    plate.paste(contrast(colour), (0, 0), ring)


def drop_shadow(part: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The part with a soft shadow under it, on a larger ground."""
    reach = max(1, int(min(part.size) * rng.uniform(0.02, 0.08)))
    size = (part.width + 4 * reach, part.height + 4 * reach)
    dark = Image.new("L", size, 0)
    dark.paste(part.getchannel("A").point(lambda level: level // 2), (2 * reach + reach // 2, 3 * reach))
    made = Image.new("RGBA", size, (0, 0, 0, 0))
    made.putalpha(dark.filter(ImageFilter.BoxBlur(reach)))
    made.alpha_composite(part, (2 * reach, 2 * reach))
    return made


def turn(part: Image.Image, degrees: float) -> Image.Image:
    """The part turned, on the ground that it then needs."""
    return part.rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)


def fit(part: Image.Image, width: float, height: float) -> Image.Image:
    """The part, at most so wide and high, its proportions kept."""
    scale = min(width / part.width, height / part.height)
    size = (max(1, int(part.width * scale)), max(1, int(part.height * scale)))
    return part.resize(size, Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BILINEAR)
