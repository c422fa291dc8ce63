"""Procedural textures: noise, wood, weave, and painted pictures for screens and prints."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo.draw.material import Colour, Texture

Rng = np.random.Generator


def noise(rng: Rng, height: int, width: int, cell: float, octaves: int = 4) -> Texture:
    """Smooth noise (h,w) about 0, standard deviation about 1; `cell` is its largest feature in px."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        shape = (int(height / size) + 2, int(width / size) + 2)
        coarse = rng.standard_normal(shape).astype(np.float32)
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    return np.asarray(total / (total.std() + 1e-6), np.float32)


def wood(rng: Rng, colour: Colour, height: int = 256, width: int = 1024, planks: int = 1) -> Texture:
    """Wood with its grain along x, in `planks` boards of slightly different shade."""
    grain = cv2.resize(
        noise(rng, height, max(width // 16, 8), 14, 3), (width, height), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.resize(
        noise(rng, height, max(width // 8, 8), 2, 1), (width, height), interpolation=cv2.INTER_LINEAR
    )
    shade = 1 + 0.13 * np.sin(grain * 5) + 0.05 * fine + 0.05 * grain
    board = np.repeat(1 + 0.1 * rng.standard_normal(planks), -(-height // planks))[:height, None]
    seam = np.ones(height, np.float32)
    if planks > 1:
        seam[:: height // planks] = 0.45
    painted = np.array(colour, np.float32) * (shade * board * seam[:, None])[..., None]
    return np.clip(painted, 0.004, 1).astype(np.float32)


def weave(rng: Rng, colour: Colour, size: int = 512, thread: int = 6) -> Texture:
    """Crossing threads, each a little different."""
    y, x = np.mgrid[:size, :size]
    over = ((x // thread + y // thread) % 2).astype(np.float32)
    bulge = np.where(
        over > 0, np.sin(np.pi * (x % thread + 0.5) / thread), np.sin(np.pi * (y % thread + 0.5) / thread)
    )
    streak = (
        1 + 0.08 * rng.standard_normal((size, 1)) * over + 0.08 * rng.standard_normal((1, size)) * (1 - over)
    )
    shade = (0.72 + 0.36 * bulge) * streak * (1 + 0.03 * noise(rng, size, size, 60))
    return np.clip(np.array(colour, np.float32) * shade[..., None], 0, 1).astype(np.float32)


class Canvas:
    """A picture painted in ordinary colours that ends as a linear texture."""

    def __init__(self, width: int, height: int, colour: tuple[int, int, int]) -> None:
        self.image = Image.new("RGB", (width, height), colour)
        self.pen = ImageDraw.Draw(self.image)

    def write(
        self, xy: tuple[float, float], text: str, px: float, colour: tuple[int, int, int], anchor: str = "mm"
    ) -> None:
        """Text in the face that Pillow carries, so that every machine draws the same."""
        self.pen.text(xy, text, font=ImageFont.load_default(size=px), fill=colour, anchor=anchor)

    def texture(self) -> Texture:
        """Linear light (h,w,3), rows from the top."""
        return to_linear(np.asarray(self.image))


def to_linear(rgb: np.ndarray) -> Texture:
    """uint8 sRGB to linear float32."""
    return np.asarray((rgb.astype(np.float32) / 255) ** 2.2, np.float32)


def landscape(rng: Rng, width: int, height: int) -> Image.Image:
    """A sky with hills: the wallpaper of screens and the picture on walls."""
    hue = rng.uniform(0, 180)
    top, low = _hsv(hue, 150, 120), _hsv(hue + rng.uniform(-35, 35), 90, 245)
    mix = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = (top * (1 - mix) + low * mix) * np.ones((height, width, 1), np.float32)
    sun = (rng.uniform(0.2, 0.8) * width, rng.uniform(0.25, 0.5) * height)
    y, x = np.mgrid[:height, :width]
    disc = np.clip(height * 0.09 - np.hypot(x - sun[0], y - sun[1]), 0, 1.5)[..., None] / 1.5
    picture = picture * (1 - disc) + np.array([255, 244, 214]) * disc
    for layer in range(4):
        level = (
            height * (0.5 + 0.13 * layer) + noise(rng, 1, width, width / (2 + layer), 5)[0] * height * 0.045
        )
        hill = np.clip(y - level[None], 0, 1)[..., None]
        shade = _hsv(hue + 30 * rng.standard_normal(), 130, 210 - 50 * layer) * (
            1 + 0.05 * noise(rng, height, width, 20)[..., None]
        )
        picture = picture * (1 - hill) + shade * hill
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _hsv(hue: float, saturation: float, value: float) -> Texture:
    pixel = np.array([[[hue % 180, saturation, value]]], np.uint8)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)
