"""What befalls pictures on their way into a catalog without harm: scaling, compression, sharpening, grain."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.images import DecodedImage
from pipeline.records import RgbArray


def hold(rgb: RgbArray) -> DecodedImage:
    """Pixels that were made here, uint8 (H,W,3), as a picture that judges take."""
    return DecodedImage(rgb, rgb.shape[1], rgb.shape[0], "", 0)


def vary(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """One photo, uint8 (H,W,3), changed as catalogs do; no defect."""
    changed = rgb
    if rng.random() < 0.6:
        changed = resize(changed, float(rng.uniform(0.3, 0.95)), cv2.INTER_AREA)
    if rng.random() < 0.25:
        changed = sharpen(changed, float(rng.uniform(0.2, 1.0)), 1.2)
    if rng.random() < 0.15:  # up by little: common, and hardly visible
        changed = resize(changed, float(rng.uniform(1.05, 1.3)), cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        changed = _adjust(changed, float(rng.uniform(0.7, 1.15)), float(rng.uniform(-15, 15)))
    if rng.random() < 0.15:
        changed = add_grain(changed, rng, float(rng.uniform(1, 5)))
    return compress(changed, rng, 45, 97) if rng.random() < 0.7 else changed


def compress(rgb: RgbArray, rng: np.random.Generator, lowest: int, highest: int) -> RgbArray:
    """The photo after a JPEG of a quality between the two."""
    return pack(rgb, ".jpg", cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(lowest, highest + 1)))


def encode_somehow(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The picture as it comes out of a PNG, a JPEG or a WebP, one as often as the others."""
    kind = int(rng.integers(3))
    if kind == 0:
        return rgb
    if kind == 1:
        return compress(rgb, rng, 45, 96)
    return pack(rgb, ".webp", cv2.IMWRITE_WEBP_QUALITY, int(rng.integers(45, 96)))


def pack(rgb: RgbArray, suffix: str, option: int, quality: int) -> RgbArray:
    """The picture written as such a file and read again."""
    _, packed = cv2.imencode(suffix, rgb, [option, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def resize(rgb: RgbArray, factor: float, how: int) -> RgbArray:
    """Scaled by the factor, no side below 24 px."""
    size = (max(24, round(rgb.shape[1] * factor)), max(24, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def sharpen(rgb: RgbArray, amount: float, sigma: float) -> RgbArray:
    """Unsharp masking."""
    soft = cv2.GaussianBlur(rgb, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, soft, -amount, 0), np.uint8)


def add_grain(rgb: RgbArray, rng: np.random.Generator, spread: float) -> RgbArray:
    """Noise of a sensor: `spread` grey levels, alike in all channels by half."""
    alike = rng.standard_normal((*rgb.shape[:2], 1), np.float32)
    own = np.stack([np.roll(alike[..., 0], (13 * i, 29 * i), (0, 1)) for i in (1, 2, 3)], axis=2)
    return np.clip(rgb + spread * 0.7 * (alike + own) + 0.5, 0, 255).astype(np.uint8)


def _adjust(rgb: RgbArray, gain: float, bias: float) -> RgbArray:
    return np.asarray(cv2.convertScaleAbs(rgb, alpha=gain, beta=max(0.0, bias)), np.uint8)
