"""Small pictures that tests draw: a sharp object on a ground, and files made of it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray


def draw_product(
    side: int = 320, extent: float = 0.7, ground: int = 255, at: tuple[float, float] = (0.5, 0.5)
) -> RgbArray:
    """A striped, lettered box of the given extent (share of the frame) about a point of the frame."""
    image = Image.new("RGB", (side, side), (ground, ground, ground))
    pen = ImageDraw.Draw(image)
    half = side * extent / 2
    left, top = side * at[0] - half, side * at[1] - half
    pen.rectangle((left, top, left + 2 * half, top + 2 * half), fill=(150, 40, 30))
    for i in range(1, 8):
        y = top + 2 * half * i / 8
        pen.line(
            (left, y, left + 2 * half, y - half / 6),
            fill=(20 * i, 60, 200 - 20 * i),
            width=max(1, side // 160),
        )
    pen.ellipse(
        (left + half * 0.6, top + half * 0.6, left + half * 1.4, top + half * 1.4), fill=(240, 220, 60)
    )
    noise = np.random.default_rng(3).normal(0, 3, (side, side, 1))
    rgb = np.asarray(image).astype(np.float32)
    inside = (rgb.min(axis=2, keepdims=True) < ground - 8) * 1.0
    return np.clip(rgb + noise * inside, 0, 255).astype(np.uint8)


def pack(rgb: RgbArray, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file's bytes."""
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def draw_photo(side: int = 480) -> RgbArray:
    """A lit, grainy ball with a printed band, and its soft shadow on pale ground: as photos are made."""
    y, x = (np.mgrid[:side, :side] / side - 0.5) / 0.34
    inside = x * x + y * y < 1
    depth = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    light = np.clip(0.25 + 0.75 * (-0.45 * x - 0.6 * y + 0.66 * depth), 0.08, 1)
    colour = np.where(np.abs(y + 0.2 * depth)[..., None] < 0.25, (60, 90, 160), (200, 120, 60))
    grain = np.random.default_rng(5).normal(0, 5, (side, side, 3))
    shadow = np.exp(-(((x - 0.2) / 1.1) ** 2 + ((y - 1.02) / 0.16) ** 2))
    ground = np.repeat((246 - 10 * y - 70 * shadow)[..., None], 3, axis=2) + grain * 0.15
    shine = 140 * np.clip(-0.4 * x - 0.5 * y + 0.77 * depth, 0, 1) ** 30
    ball = colour * light[..., None] + shine[..., None] + grain
    return np.clip(np.where(inside[..., None], ball, ground), 0, 255).astype(np.uint8)
