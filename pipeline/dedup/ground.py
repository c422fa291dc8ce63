"""The object of a picture and the ground that it stands on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray, RgbArray

BoolArray = npt.NDArray[np.bool_]
Pixels = npt.NDArray[Any]  # of whatever type OpenCV gives back
Box = tuple[float, float, float, float]

MASK_SIDE_PX = 128
GROUND_TOLERANCE = 14.0  # grey levels a channel; a soft shadow counts as object
MIN_PLAIN_BORDER = 0.6  # share of border pixels that one plane of colour must explain
MIN_OBJECT_SHARE = 0.003  # of the frame; less is noise on a flat picture


def fit(pixels: Pixels, side_px: int) -> Pixels:
    """The picture with a longest side of at most `side_px`, same dtype; ValueError if it has no pixels."""
    if pixels.ndim not in (2, 3) or 0 in pixels.shape:
        raise ValueError("A picture to compare needs rows, columns and at least one pixel.")
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if longest <= side_px:
        return np.ascontiguousarray(pixels)
    size = max(1, round(width * side_px / longest)), max(1, round(height * side_px / longest))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def find_mask(rgb: RgbArray) -> tuple[BoolArray, bool]:
    """Object pixels, bool (h, w), and whether the ground is plain; the whole frame where it is not."""
    small = np.asarray(cv2.blur(fit(rgb, MASK_SIDE_PX), (3, 3)), np.float32)
    off_ground, explained = _leave_ground(small)
    whole = np.ones(rgb.shape[:2], bool), False
    if explained < MIN_PLAIN_BORDER:
        return whole
    object_ = keep_off_border(off_ground)
    if object_.mean() < MIN_OBJECT_SHARE or object_.mean() > 0.98:
        return whole
    size = rgb.shape[1], rgb.shape[0]
    return cv2.resize(object_.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, True


def find_box(mask: BoolArray) -> Box:
    """Smallest box x0, y0, x1, y1 (pixels, end exclusive) around rows and columns that hold the object."""
    columns, rows = np.flatnonzero(mask.mean(0) > 0.004), np.flatnonzero(mask.mean(1) > 0.004)
    if columns.size < 2 or rows.size < 2:
        return 0.0, 0.0, float(mask.shape[1]), float(mask.shape[0])
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _leave_ground(small: FloatArray) -> tuple[BoolArray, float]:
    """Pixels off a plane of colour fitted to the border, and the border's share on it."""
    terms, ring = _plane_terms(*small.shape[:2])
    border, where = small.reshape(-1, 3)[ring], terms.reshape(-1, 3)[ring]
    model = np.zeros((3, 3), np.float32)
    model[0] = np.median(border, axis=0)
    for _ in range(2):
        near = (np.abs(border - where @ model).max(1) < 2 * GROUND_TOLERANCE).astype(np.float32)
        if near.sum() < 12:
            break
        weighed = (where * near[:, None]).T
        square = weighed.astype(np.float64) @ where + 1e-3 * np.eye(3)  # a border of two sides tells no slope
        model = np.linalg.solve(square, weighed @ border).astype(np.float32)
    explained = float((np.abs(border - where @ model).max(1) < GROUND_TOLERANCE).mean())
    red, green, blue = cv2.split(cv2.absdiff(small, terms @ model))
    return cv2.max(cv2.max(red, green), blue) >= GROUND_TOLERANCE, explained


@lru_cache(maxsize=64)
def _plane_terms(height: int, width: int) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """The plane's terms at every pixel, float32 (h, w, 3), and flat places of the border."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    ones = np.ones_like(rows)
    terms = np.stack([ones, columns / max(1, width - 1) - 0.5, rows / max(1, height - 1) - 0.5], axis=-1)
    ring = np.ones((height, width), bool)
    margin = max(1, round(0.02 * max(height, width)))
    ring[margin:-margin, margin:-margin] = False
    return terms, np.flatnonzero(ring)


def keep_off_border(off_ground: BoolArray) -> BoolArray:
    """The object with its holes: everything but ground that reaches the border."""
    count, labels = cv2.connectedComponents((~off_ground).astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_ground = np.zeros(count, bool)
    is_ground[np.unique(edge)] = True
    is_ground[0] = False
    return ~is_ground[labels]
