"""Renderings of one picture that a person would call the same: what makes duplicate pairs (III.A)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels
from pipeline.records import RgbArray

Transform = Callable[[RgbArray, np.random.Generator], RgbArray]
LEAST_SIDE_PX = 160  # longest side; below it small edits are gone for a person too
WHITE = (255.0, 255.0, 255.0)


def shrink(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """0.3 to 0.8 of the size, by one of the usual filters; never below the size of a thumbnail."""
    scale = max(float(rng.uniform(0.3, 0.8)), min(1.0, LEAST_SIDE_PX / max(rgb.shape)))
    filters = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
    smooth = rgb if scale > 0.5 else cv2.GaussianBlur(rgb, (0, 0), 0.3 / scale)
    return _u8(cv2.resize(smooth, None, fx=scale, fy=scale, interpolation=filters[rng.integers(4)]))


def recompress(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """JPEG of quality 30 to 70."""
    return encode_jpeg(rgb, int(rng.integers(30, 71)))


def pad(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """White on every side, up to 35 % of the picture, or the same on all sides."""
    height, width = rgb.shape[:2]
    shares = rng.uniform(0, 0.35, 4) if rng.random() < 0.5 else np.full(4, rng.uniform(0.03, 0.3))
    top, bottom, left, right = (shares * (height, height, width, width)).astype(int).tolist()
    return _u8(cv2.copyMakeBorder(rgb, top, bottom, left, right, cv2.BORDER_CONSTANT, value=WHITE))


def crop(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Up to 6 % off every side."""
    height, width = rgb.shape[:2]
    top, bottom, left, right = rng.uniform(0, 0.06, 4) * (height, height, width, width)
    return rgb[int(top) : height - int(bottom), int(left) : width - int(right)].copy()


def sharpen(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Unsharp mask of moderate strength."""
    amount, radius = float(rng.uniform(0.4, 1.2)), float(rng.uniform(0.8, 1.8))
    return _u8(cv2.addWeighted(rgb, 1 + amount, cv2.GaussianBlur(rgb, (0, 0), radius), -amount, 0))


def relight(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Contrast about the mean, then brightness; 0.8 to 1.25 each."""
    mean = float(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean())
    contrast, brightness = rng.uniform(0.8, 1.25, 2)
    levels = brightness * np.clip((np.arange(256) - mean) * contrast + mean, 0, 255)
    return _u8(cv2.LUT(rgb, np.clip(levels + 0.5, 0, 255).astype(np.uint8)))


def rotate(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Up to 3 degrees about the centre, white behind."""
    angle = float(rng.uniform(0.5, 3) * rng.choice((-1, 1)))
    height, width = rgb.shape[:2]
    return _map(rgb, cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0))


def shear(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Sideways by up to 8 % of the height, white behind."""
    slope = float(rng.uniform(0.02, 0.08) * rng.choice((-1, 1)))
    return _map(rgb, np.array([[1, slope, -slope * rgb.shape[0] / 2], [0, 1, 0]]))


def shift(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """By up to 6 % of the frame, white behind; what leaves the frame is lost."""
    x, y = rng.uniform(-0.06, 0.06, 2) * (rgb.shape[1], rgb.shape[0])
    return _map(rgb, np.array([[1, 0, x], [0, 1, y]]))


TRANSFORMS: dict[str, Transform] = {
    "rescale": shrink, "jpeg": recompress, "pad": pad, "crop": crop, "sharpen": sharpen,
    "light": relight, "rotate": rotate, "shear": shear, "shift": shift,
}  # fmt: skip


def transform(rgb: RgbArray, rng: np.random.Generator, most: int = 2) -> tuple[RgbArray, str]:
    """One to `most` different transforms in chance order, and their names joined by '+'."""
    count = int(rng.integers(1, most + 1))
    names = [str(name) for name in rng.choice(list(TRANSFORMS), count, replace=False)]
    for name in names:
        rgb = TRANSFORMS[name](rgb, rng)
    return rgb, "+".join(names)


def encode_jpeg(rgb: RgbArray, quality: int) -> RgbArray:
    """The picture after JPEG compression."""
    data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return _u8(cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB))


def _map(rgb: RgbArray, matrix: Pixels) -> RgbArray:
    size = rgb.shape[1], rgb.shape[0]
    return _u8(cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_CUBIC, borderValue=WHITE))


def _u8(pixels: Pixels) -> RgbArray:
    return np.asarray(pixels, np.uint8)
