"""How much a picture looks drawn rather than photographed: few colours, flat areas, hard steps (II.A)."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.foreground import Foreground
from pipeline.records import FloatArray, RgbArray

SIDE_PX = 192
FEATURES = (
    "flat",
    "nearly_flat",
    "colours_90",
    "colours_99",
    "top1",
    "top2",
    "top4",
    "grey",
    "saturation",
    "entropy",
    "steps",
    "hard_steps",
    "texture",
    "off_ground_flat",
    "off_ground_colours",
    "log_fill",
    "log_area",
    "border_explained",
)


def measure_graphics(rgb: RgbArray, found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),) of a working copy uint8 (H,W,3)."""
    small = _shrink(rgb)
    kernel = np.ones((3, 3), np.uint8)
    span = (cv2.dilate(small, kernel) - cv2.erode(small, kernel)).max(axis=2)
    mask = cv2.resize(found.mask.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    shares = _colour_shares(small.reshape(-1, 3))
    own = _colour_shares(small[mask]) if mask.sum() > 20 else np.ones(1)
    vivid = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    values = [
        (span <= 2).mean(),
        (span <= 8).mean(),
        np.log2(1 + np.searchsorted(shares.cumsum(), 0.90)),
        np.log2(1 + np.searchsorted(shares.cumsum(), 0.99)),
        shares[0],
        shares[:2].sum(),
        shares[:4].sum(),
        (vivid < 12).mean(),
        vivid.mean() / 255,
        _entropy(small),
        (span > 30).mean(),
        (span > 100).mean(),
        np.log2(_mean(span[(span > 2) & (span < 60)]) + 1),
        (span[mask] <= 4).mean() if mask.any() else 1.0,
        np.log2(1 + np.searchsorted(own.cumsum(), 0.95)),
        np.log2(found.fill + 1e-3),
        np.log2(found.area + 1e-3),
        found.plain_background,
    ]
    return np.nan_to_num(np.asarray(values, np.float32))


def _mean(values: RgbArray) -> float:
    return float(values.mean()) if values.size else 0.0


def _entropy(rgb: RgbArray) -> float:
    """Bits of the grey levels' histogram of 32 cells."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    shares = np.bincount(grey.ravel() // 8, minlength=32) / grey.size
    return float(-(shares * np.log2(shares + 1e-9)).sum())


def _shrink(rgb: RgbArray) -> RgbArray:
    scale = SIDE_PX / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(4, round(rgb.shape[1] * scale)), max(4, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _colour_shares(pixels: RgbArray) -> FloatArray:
    """Shares of the 4096 cells of 16 levels a channel, largest first."""
    cells = pixels.astype(np.int32) >> 4
    counts = np.bincount((cells[:, 0] << 8) | (cells[:, 1] << 4) | cells[:, 2], minlength=4096)
    return np.asarray(np.sort(counts)[::-1] / max(1, len(pixels)), np.float32)
