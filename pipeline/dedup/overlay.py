"""Two registered pictures on one pixel grid: what both show, with the lighting made alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from pipeline.dedup.prepare import BoolArray, Pixels, Prepared
from pipeline.dedup.registration import Matrix, warp
from pipeline.records import RgbArray

GAIN_BOUNDS = (0.5, 2.0)  # contrast beyond this is another picture, not another rendering
BIAS_BOUND = 80.0  # grey levels
CUT_CONTACT = 0.35  # share of a box side that the object must fill to look cut off there; a disc fills 0.24
CUT_CONTINUES = 0.6  # share of that contact beyond which the other picture must go on


@dataclass(frozen=True)
class Overlay:
    """Both pictures on the grid of the one with fewer pixels.

    `left`, `right` uint8 (h, w, 3), alike in gain and bias; `seen` bool (h, w): shown by both;
    `object` bool (h, w): either's object; `unit_px` the object's longest side on this grid;
    `coverage` the smaller share of one's object that the other shows; `gain`, `bias` from left to right;
    `stretch` how far the map is from a plain change of size (0 none).
    """

    left: RgbArray
    right: RgbArray
    seen: BoolArray
    object: BoolArray
    unit_px: float
    coverage: float
    gain: float
    bias: float
    stretch: float


def lay_over(a: Prepared, b: Prepared, matrix: Matrix) -> Overlay:
    """A and B on one grid, `matrix` taking A's pixels to B's. (DEDUP.md, steps 4 and 5)"""
    if np.linalg.det(matrix[:2, :2]) < 1.0:
        a, b, matrix = b, a, np.linalg.inv(matrix)
    size = a.size
    scale = sqrt(max(1e-6, float(np.linalg.det(matrix[:2, :2]))))
    source = b.rgb if scale < 1.25 else cv2.GaussianBlur(b.rgb, (0, 0), 0.45 * sqrt(scale**2 - 1))
    right = np.asarray(_lay(source, matrix, size))
    shown_a = _shown(a, b, matrix)
    shown_b = _lay(_shown(b, a, np.linalg.inv(matrix)), matrix, size)
    seen = (shown_a > 0) & (shown_b > 254)
    object_b = _lay(b.mask.astype(np.uint8), matrix, size) > 0
    coverage = min(
        float((a.mask & seen).sum()) / max(1, int(a.mask.sum())),
        float((object_b & seen).sum()) * scale**2 / max(1, int(b.mask.sum())),
    )
    object_ = (a.mask | object_b) & seen
    gain, bias = fit_photometry(a.rgb, right, object_)
    left, right = apply_photometry(a.rgb, right, gain, bias)
    unit = max(a.box[2] - a.box[0], a.box[3] - a.box[1])
    return Overlay(left, right, seen, object_, unit, min(1.0, coverage), gain, bias, _stretch(matrix))


def _lay(pixels: Pixels, matrix: Matrix, size: tuple[int, int]) -> RgbArray:
    return np.asarray(warp(pixels, matrix, size))


def _stretch(matrix: Matrix) -> float:
    """Logarithm of the ratio of the map's two scales."""
    values = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    return float(np.log(values[0] / max(1e-6, values[1])))


def _shown(own: Prepared, other: Prepared, to_other: Matrix) -> RgbArray:
    """255 where the picture shows anything, 0 beyond a line at which its object was cut off and padded."""
    width, height = own.size
    shown = np.full((height, width), 255, np.uint8)
    x0, y0, x1, y1 = (round(value) for value in own.box)
    gap = max(2, round(0.02 * max(x1 - x0, y1 - y0)))
    for side, room in enumerate((x0, y0, width - x1, height - y1)):
        if room > gap and _is_cut(own, other, to_other, side, gap):
            outside = (np.s_[:, :x0], np.s_[:y0], np.s_[:, x1:], np.s_[y1:])[side]
            shown[outside] = 0
    return shown


def _is_cut(own: Prepared, other: Prepared, to_other: Matrix, side: int, gap: int) -> bool:
    """Whether the object ends on this side (left, top, right, bottom) in a line that the other crosses."""
    x0, y0, x1, y1 = (round(value) for value in own.box)
    inset = min(max(1, gap // 2), (x1 - x0) // 2, (y1 - y0) // 2)
    if side % 2 == 0:
        at, beyond = (x0 + inset, x0 - gap) if side == 0 else (x1 - 1 - inset, x1 - 1 + gap)
        run = np.flatnonzero(own.mask[y0:y1, at]) + y0
        points = np.stack([np.full(run.size, beyond), run])
        length = y1 - y0
    else:
        at, beyond = (y0 + inset, y0 - gap) if side == 1 else (y1 - 1 - inset, y1 - 1 + gap)
        run = np.flatnonzero(own.mask[at, x0:x1]) + x0
        points = np.stack([run, np.full(run.size, beyond)])
        length = x1 - x0
    if run.size < CUT_CONTACT * length:
        return False
    where = np.rint(to_other[:2, :2] @ points + to_other[:2, 2:]).astype(int)
    inside = (where[0] >= 0) & (where[1] >= 0) & (where[0] < other.size[0]) & (where[1] < other.size[1])
    hits = other.mask[where[1][inside], where[0][inside]]
    return bool(hits.sum() > CUT_CONTINUES * run.size)


# -- lighting


def fit_photometry(left: RgbArray, right: RgbArray, object_: BoolArray) -> tuple[float, float]:
    """Gain and bias (grey levels) that take `left` to `right` on unclipped object pixels; 1, 0 if too few."""
    chosen = np.flatnonzero(object_.ravel())
    chosen = chosen[:: max(1, chosen.size // 4000)]
    x = left.reshape(-1, 3)[chosen].astype(np.float32)
    y = right.reshape(-1, 3)[chosen].astype(np.float32)
    clear = ((x > 6) & (x < 249) & (y > 6) & (y < 249)).all(1)
    if clear.sum() < 200:
        return 1.0, 0.0
    x, y = x[clear].ravel(), y[clear].ravel()
    weight = np.ones_like(x)
    gain, bias = 1.0, 0.0
    for _ in range(4):
        total = float(weight.sum())
        mean_x, mean_y = float(weight @ x) / total, float(weight @ y) / total
        spread = float(weight @ (x - mean_x) ** 2)
        if spread < 4.0 * total:  # a flat picture tells no gain
            return 1.0, float(np.clip(mean_y - mean_x, -BIAS_BOUND, BIAS_BOUND))
        gain = float(np.clip(weight @ ((x - mean_x) * (y - mean_y)) / spread, *GAIN_BOUNDS))
        bias = float(np.clip(mean_y - gain * mean_x, -BIAS_BOUND, BIAS_BOUND))
        error = np.abs(gain * x + bias - y)
        weight = 1 / (1 + (error / (1.5 * float(np.median(error)) + 1.0)) ** 2)
    return gain, bias


def apply_photometry(left: RgbArray, right: RgbArray, gain: float, bias: float) -> tuple[RgbArray, RgbArray]:
    """Both pictures alike, by brightening contrast on the weaker side so that clipping is reproduced."""
    if abs(gain - 1) < 0.004 and abs(bias) < 0.6:
        return left, right
    levels = np.arange(256, dtype=np.float32)
    if gain >= 1:
        table = np.clip(gain * levels + bias + 0.5, 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(left, table), np.uint8), right
    table = np.clip((levels - bias) / gain + 0.5, 0, 255).astype(np.uint8)
    return left, np.asarray(cv2.LUT(right, table), np.uint8)
