"""How much a picture looks drawn rather than photographed: few colours, flat areas, hard steps (II.A)."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.foreground import Foreground
from pipeline.images import DecodedImage
from pipeline.records import FloatArray, RgbArray
from pipeline.scaling import Plane, find_worst, split_channels

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
    mask = _fit_mask(found, small)
    flat, nearly_flat, steps, hard_steps, texture, own_flat = _measure_steps(small, mask)
    vivid, saturation = _measure_saturation(small)
    shares = _share_colours(small)
    summed = shares.cumsum()
    own = _share_colours(small, mask) if cv2.countNonZero(mask) > 20 else np.ones(1, np.float32)
    values = [
        flat,
        nearly_flat,
        np.log2(1 + np.searchsorted(summed, 0.90)),
        np.log2(1 + np.searchsorted(summed, 0.99)),
        shares[0],
        shares[:2].sum(),
        shares[:4].sum(),
        vivid,
        saturation,
        _entropy(small),
        steps,
        hard_steps,
        texture,
        own_flat,
        np.log2(1 + np.searchsorted(own.cumsum(), 0.95)),
        np.log2(found.fill + 1e-3),
        np.log2(found.area + 1e-3),
        found.plain_background,
    ]
    return np.nan_to_num(np.asarray(values, np.float32))


def _fit_mask(found: Foreground, small: RgbArray) -> Plane:
    size = small.shape[1], small.shape[0]
    return np.asarray(cv2.resize(found.mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _measure_steps(rgb: RgbArray, mask: Plane) -> list[float]:
    """Shares of all pixels whose 3x3 range is at most 5, at most 14, above 30, above 100 levels; mean of what
    is between 6 and 59, as a logarithm; the share of the object's pixels of at most 8.
    """
    kernel = np.ones((3, 3), np.uint8)
    span = find_worst(cv2.subtract(cv2.dilate(rgb, kernel), cv2.erode(rgb, kernel)))
    all_, own = _count(span), _count(span, mask)
    shares = [float(part.sum()) / span.size for part in (all_[:6], all_[:15], all_[31:], all_[101:])]
    between = all_[6:60]
    texture = np.log2(float(between @ np.arange(6, 60)) / max(1.0, float(between.sum())) + 1)
    return [*shares, float(texture), float(own[:9].sum() / own.sum()) if own.any() else 1.0]


def _measure_saturation(rgb: RgbArray) -> tuple[float, float]:
    """Share of the pixels that are next to grey, and the mean distance of channels, 0 to 1."""
    red, green, blue = split_channels(rgb)
    highest, lowest = (choose(choose(red, green), blue) for choose in (cv2.max, cv2.min))
    counts = _count(np.asarray(cv2.subtract(highest, lowest), np.uint8)) / red.size
    return float(counts[:12].sum()), float(counts @ np.arange(256)) / 255


def _count(plane: Plane, mask: Plane | None = None, cells: int = 256) -> FloatArray:
    """How many pixels have each level, float32 (cells,); those of the mask alone, where there is one."""
    return np.asarray(cv2.calcHist([plane], [0], mask, [cells], [0, 256]), np.float32).ravel()


def _entropy(rgb: RgbArray) -> float:
    """Bits of the grey levels' histogram of 32 cells."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    shares = _count(grey, cells=32) / grey.size
    return float(-(shares @ np.log2(shares + 1e-9)))


def _share_colours(rgb: RgbArray, mask: Plane | None = None) -> FloatArray:
    """Shares of cells of 16 levels a channel, largest first; of two offsets the one with fewer cells counts.

    A flat ground whose level lies on the border of two cells would otherwise pass for two colours.
    """
    found = []
    for cells, ends in ((16, [0, 256]), (17, [-8, 264])):
        counts = np.asarray(cv2.calcHist([rgb], [0, 1, 2], mask, [cells] * 3, ends * 3)).ravel()
        counts = np.sort(counts[counts > 0])[::-1]
        found.append(counts / max(1.0, counts.sum()))
    best = max(found, key=lambda shares: float(shares[:4].sum()))
    return np.pad(best, (0, max(0, 4 - len(best)))).astype(np.float32)
