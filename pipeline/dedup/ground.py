"""The object of a picture and the ground that it stands on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

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


def find_middle(values: npt.NDArray[Any]) -> float:
    """The median of values (n,), the upper one of two; numpy's own takes ten times as long."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def find_mask(rgb: RgbArray) -> tuple[BoolArray, bool]:
    """Object pixels, bool (h, w), and whether the ground is plain; the whole frame where it is not."""
    small = np.asarray(cv2.blur(fit(rgb, MASK_SIDE_PX), (3, 3)), np.uint8)
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
    counts = (cv2.reduce(mask.view(np.uint8), at, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() for at in (0, 1))
    columns, rows = (np.flatnonzero(n / lines > 0.004) for n, lines in zip(counts, mask.shape, strict=True))
    if columns.size < 2 or rows.size < 2:
        return 0.0, 0.0, float(mask.shape[1]), float(mask.shape[0])
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _leave_ground(small: Pixels) -> tuple[BoolArray, float]:
    """Pixels off a plane of colour fitted to the border, and the border's share on it."""
    plane = _lay_plane(*small.shape[:2])
    border = small.reshape(-1, 3).take(plane.ring, axis=0).astype(np.float32)
    model = np.zeros((3, 3), np.float32)
    model[0] = np.median(np.ascontiguousarray(border.T), axis=1)
    for _ in range(2):
        near = (_farthest(border - plane.terms @ model) < 2 * GROUND_TOLERANCE).astype(np.float32)
        if near.sum() < 12:
            break
        weighed = (plane.terms * near[:, None]).T
        square = weighed.astype(np.float64) @ plane.terms + 1e-3 * np.eye(3)  # two sides tell no slope
        model = np.linalg.solve(square, weighed @ border).astype(np.float32)
    explained = float((_farthest(border - plane.terms @ model) < GROUND_TOLERANCE).mean())
    worst: Pixels = np.zeros(small.shape[:2], np.float32)
    for level, (start, across, down) in zip(cv2.split(small), model.T, strict=True):  # one by one: numpy is
        drawn = np.add.outer(plane.down * down, start + plane.across * across)  # slow along an axis of three
        worst = cv2.max(worst, cv2.absdiff(level.astype(np.float32), drawn))
    return worst >= GROUND_TOLERANCE, explained


def _farthest(off: FloatArray) -> FloatArray:
    """The largest of three differences (n, 3), of either sign; numpy is slow along so short an axis."""
    off = np.abs(off)
    return np.asarray(np.maximum(np.maximum(off[:, 0], off[:, 1]), off[:, 2]), np.float32)


class _Plane(NamedTuple):
    """A plane's terms for one shape of picture: float32 `across` (w,) and `down` (h,), -0.5 to 0.5;
    `ring`, flat places of the border, and its `terms` float32 (n, 3).
    """

    across: FloatArray
    down: FloatArray
    ring: npt.NDArray[np.intp]
    terms: FloatArray


@lru_cache(maxsize=64)
def _lay_plane(height: int, width: int) -> _Plane:
    across, down = (np.linspace(-0.5, 0.5, n, dtype=np.float32) for n in (width, height))
    edge = np.ones((height, width), bool)
    margin = max(1, round(0.02 * max(height, width)))
    edge[margin:-margin, margin:-margin] = False
    ring = np.flatnonzero(edge)
    rows, columns = np.divmod(ring, width)
    ones = np.ones(len(ring), np.float32)
    terms = np.stack([ones, across[columns], down[rows]], axis=1, dtype=np.float32)
    return _Plane(across, down, ring, terms)


def keep_off_border(off_ground: BoolArray) -> BoolArray:
    """The object with its holes: everything but ground that reaches the border."""
    # a rim of ground joins all that reaches the border
    framed = cv2.copyMakeBorder(off_ground.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(framed, None, (0, 0), 2, flags=4)
    return np.asarray(framed[1:-1, 1:-1] != 2)
