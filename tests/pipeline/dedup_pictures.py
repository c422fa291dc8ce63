"""Drawn products for the tests of de-duplication: shaded, textured, with print on them."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.records import RgbArray


def draw_product(width: int = 600, height: int = 500, seed: int = 3, ground: int = 255) -> RgbArray:
    """A shaded camera-like body with a lens, a grip and a printed name on a plain ground."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), ground, np.uint8)
    x0, y0, x1, y1 = int(0.15 * width), int(0.25 * height), int(0.85 * width), int(0.8 * height)
    cv2.rectangle(picture, (x0, y0), (x1, y1), (70, 80, 100), -1)
    body = picture[y0:y1, x0:x1].astype(np.float32)
    body += np.linspace(-25, 35, y1 - y0)[:, None, None] + cv2.GaussianBlur(
        rng.normal(0, 30, body.shape).astype(np.float32), (0, 0), 2
    )
    picture[y0:y1, x0:x1] = np.clip(body, 0, 255)
    cv2.rectangle(picture, (x0, y0), (x0 + (x1 - x0) // 6, y1), (35, 30, 32), -1)
    centre, radius = (int(0.55 * width), int(0.53 * height)), int(0.2 * height)
    for share, colour in (
        (1.0, (20, 20, 24)),
        (0.8, (60, 60, 66)),
        (0.6, (25, 35, 70)),
        (0.25, (120, 140, 180)),
    ):
        cv2.circle(picture, centre, int(share * radius), colour, -1, cv2.LINE_AA)
    cv2.putText(picture, "NOVA 7", (int(0.3 * width), int(0.33 * height)), 0, width / 800, (235, 235, 225), 2)
    return picture


def draw_scene(seed: int = 5, width: int = 480, height: int = 600) -> RgbArray:
    """A picture without any plain ground: soft coloured clutter up to every side."""
    rng = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), dtype=np.uint8), (0, 0), 12)
    picture = cv2.normalize(picture, None, 20, 215, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    for _ in range(25):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(int(value) for value in rng.integers(10, 215, 3))
        cv2.circle(picture, (x, y), int(rng.integers(10, 60)), colour, -1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def encode(rgb: RgbArray, kind: str = ".png", quality: int = 95) -> bytes:
    """A file's bytes of the picture."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(kind, bgr, [cv2.IMWRITE_JPEG_QUALITY, quality] if kind == ".jpg" else [])[1].tobytes()
