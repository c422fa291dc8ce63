"""How much a picture looks drawn rather than photographed: few colours, flat areas, hard steps (II.A)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from pipeline.foreground import Foreground
from pipeline.images import DecodedImage
from pipeline.records import FloatArray, RgbArray

SIDE_PX = 128  # such a copy shows how a picture is made as well as a larger one
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


def measure_graphics(image: DecodedImage, found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),) of a working copy."""
    small = image.at(SIDE_PX)
    kernel = np.ones((3, 3), np.uint8)
    span = _worst(cv2.max, cv2.subtract(cv2.dilate(small, kernel), cv2.erode(small, kernel)))
    mask = cv2.resize(found.mask.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    shares = _colour_shares(small.reshape(-1, 3))
    own = _colour_shares(small[mask]) if mask.sum() > 20 else np.ones(1, np.float32)
    vivid = cv2.subtract(_worst(cv2.max, small), _worst(cv2.min, small))
    values = [
        (span <= 5).mean(),
        (span <= 14).mean(),
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
        np.log2(_mean(span[(span > 5) & (span < 60)]) + 1),
        (span[mask] <= 8).mean() if mask.any() else 1.0,
        np.log2(1 + np.searchsorted(own.cumsum(), 0.95)),
        np.log2(found.fill + 1e-3),
        np.log2(found.area + 1e-3),
        found.plain_background,
    ]
    return np.nan_to_num(np.asarray(values, np.float32))


def _worst(choose: Callable[..., Any], rgb: Any) -> RgbArray:
    """The largest (cv2.max) or smallest (cv2.min) of the three channels, uint8 (h,w)."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(choose(choose(red, green), blue), np.uint8)


def _mean(values: RgbArray) -> float:
    return float(values.mean()) if values.size else 0.0


def _entropy(rgb: RgbArray) -> float:
    """Bits of the grey levels' histogram of 32 cells."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    shares = np.bincount(grey.ravel() // 8, minlength=32) / grey.size
    return float(-(shares * np.log2(shares + 1e-9)).sum())


def _colour_shares(pixels: RgbArray) -> FloatArray:
    """Shares of cells of 16 levels a channel, largest first; of two offsets the one with fewer cells counts.

    A flat ground whose level lies on the border of two cells would otherwise pass for two colours.
    """
    found = []
    for offset in (0, 8):
        cells = (pixels.astype(np.uint16) + offset) >> 4
        counts = np.bincount(cells[:, 0] * 289 + cells[:, 1] * 17 + cells[:, 2])
        found.append(np.sort(counts[counts > 0])[::-1] / max(1, len(pixels)))
    best = max(found, key=lambda shares: float(shares[:4].sum()))
    return np.pad(best, (0, max(0, 4 - len(best)))).astype(np.float32)
