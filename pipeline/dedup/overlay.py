"""Two registered pictures on one pixel grid: what both show, with the lighting made alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from pipeline.dedup.prepare import WHITE_LEVEL, BoolArray, Pixels, Prepared
from pipeline.dedup.registration import Matrix, warp
from pipeline.records import FloatArray, RgbArray

GAIN_BOUNDS = (0.5, 2.0)  # contrast beyond this is another picture, not another rendering
BIAS_BOUND = 80.0  # grey levels
CLIPPED = 4  # grey levels from either end of the range that a picture uses
RARE = 0.002  # share of pixels that may lie beyond that range
DETAIL_BOUNDS = (0.3, 3.3)  # how much stronger one picture's fine detail may be
CUT_CONTACT = 0.35  # share of a box side that the object must fill to look cut off there; a disc fills 0.24
CUT_CONTINUES = 0.6  # share of that contact beyond which the other picture must go on


@dataclass(frozen=True)
class Overlay:
    """Both pictures on the grid of the one with fewer pixels.

    `lowest`, `highest` uint8 (h, w, 3): the left picture in the right one's light, different only where it
    was clipped; `right` uint8 (h, w, 3); all with like detail; `seen` bool (h, w): shown by both;
    `object` bool (h, w): either's object; `unit_px` the object's longest side on this grid;
    `coverage` the smaller share of one's object that the other shows; `gain`, `bias` from left to right;
    `stretch` how far the map is from a plain change of size (0 none).
    """

    lowest: RgbArray
    highest: RgbArray
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
    ranges = find_range(a.rgb, seen), find_range(right, seen)
    gain, bias = fit_photometry(a.rgb, right, seen, ranges)
    lowest, highest = apply_photometry(a.rgb, gain, bias, ranges)
    lowest, highest, right = match_detail(lowest, highest, right, object_)
    unit = max(a.box[2] - a.box[0], a.box[3] - a.box[1])
    return Overlay(
        lowest, highest, right, seen, object_, unit, min(1.0, coverage), gain, bias, _stretch(matrix)
    )


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
    if own.void is not None:
        shown[own.void] = 0
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


def margin_is_cut(inner: Prepared, other: Prepared, to_other: Matrix) -> bool:
    """Whether the other picture goes on beyond the inner frame's sides, so that the margin hides something.

    Points beyond the other's frame say nothing and count as going on; a product with straight sides
    on white has white beyond them in the other picture too.
    """
    width, height = inner.size
    gap = max(2.0, 0.02 * max(width, height))
    along_x, along_y = np.linspace(0, width - 1, 24), np.linspace(0, height - 1, 24)
    sides = (
        np.stack([np.full(24, -gap), along_y]),
        np.stack([along_x, np.full(24, -gap)]),
        np.stack([np.full(24, width - 1 + gap), along_y]),
        np.stack([along_x, np.full(24, height - 1 + gap)]),
    )
    return all(_goes_on(other, to_other[:2, :2] @ points + to_other[:2, 2:]) for points in sides)


def _goes_on(other: Prepared, where: Matrix) -> bool:
    at = np.rint(where).astype(int)
    inside = (at[0] >= 0) & (at[1] >= 0) & (at[0] < other.size[0]) & (at[1] < other.size[1])
    levels = other.rgb[at[1][inside], at[0][inside]]
    content = levels.min(axis=1) < WHITE_LEVEL if levels.size else np.zeros(0, bool)
    return int(content.sum()) + int((~inside).sum()) > CUT_CONTINUES * inside.size


# -- lighting


def find_range(pixels: RgbArray, where: BoolArray) -> tuple[int, int]:
    """Lowest and highest grey level of the picture where `where` is True, but for a few pixels in a thousand.

    A picture whose contrast was raised and that was dimmed after is clipped below white.
    """
    counts = cv2.calcHist([pixels], [0], where.astype(np.uint8), [256], [0, 256])
    for channel in (1, 2):
        counts = counts + cv2.calcHist([pixels], [channel], where.astype(np.uint8), [256], [0, 256])
    share = np.cumsum(counts.ravel()) / max(1.0, float(counts.sum()))
    return int(np.searchsorted(share, RARE)), int(np.searchsorted(share, 1 - RARE))


def fit_photometry(
    left: RgbArray, right: RgbArray, seen: BoolArray, ranges: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[float, float]:
    """Gain and bias (grey levels) that take `left` to `right` on unclipped pixels; 1, 0 if too few.

    Blurred first, for sharpening changes the levels at every edge.
    """
    chosen = np.flatnonzero(cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8)).ravel())
    chosen = chosen[:: max(1, chosen.size // 6000)]
    x = cv2.blur(left, (5, 5)).reshape(-1, 3)[chosen].astype(np.float32)
    y = cv2.blur(right, (5, 5)).reshape(-1, 3)[chosen].astype(np.float32)
    (low_x, high_x), (low_y, high_y) = ranges
    clear = (x > low_x + CLIPPED) & (x < high_x - CLIPPED) & (y > low_y + CLIPPED) & (y < high_y - CLIPPED)
    if clear.sum() < 300:
        return 1.0, 0.0
    return _fit_line(x[clear], y[clear])


def _fit_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Robust gain and bias, bounded; a flat picture tells no gain."""
    weight = np.ones_like(x)
    gain, bias = 1.0, 0.0
    for _ in range(4):
        total = float(weight.sum())
        mean_x, mean_y = float(weight @ x) / total, float(weight @ y) / total
        spread = float(weight @ (x - mean_x) ** 2)
        if spread < 4.0 * total:
            return 1.0, float(np.clip(mean_y - mean_x, -BIAS_BOUND, BIAS_BOUND))
        gain = float(np.clip(weight @ ((x - mean_x) * (y - mean_y)) / spread, *GAIN_BOUNDS))
        bias = float(np.clip(mean_y - gain * mean_x, -BIAS_BOUND, BIAS_BOUND))
        error = np.abs(gain * x + bias - y)
        weight = 1 / (1 + (error / (1.5 * float(np.median(error)) + 1.0)) ** 2)
    return gain, bias


def apply_photometry(
    left: RgbArray, gain: float, bias: float, ranges: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[RgbArray, RgbArray]:
    """Lowest and highest levels at which the right picture may show what the left one does.

    They differ only where the left is clipped: what was lost there may have been anything beyond.
    """
    if abs(gain - 1) < 0.004 and abs(bias) < 0.6:
        return left, left
    (low_x, high_x), (low_y, high_y) = ranges
    levels = np.arange(256, dtype=np.float32)
    table = np.clip(gain * levels + bias + 0.5, low_y, high_y).astype(np.uint8)
    lowest, highest = table.copy(), table.copy()
    lowest[: low_x + CLIPPED], highest[max(0, high_x - CLIPPED) :] = 0, 255
    return np.asarray(cv2.LUT(left, lowest), np.uint8), np.asarray(cv2.LUT(left, highest), np.uint8)


# -- sharpness


def match_detail(
    lowest: RgbArray, highest: RgbArray, right: RgbArray, object_: BoolArray
) -> tuple[RgbArray, RgbArray, RgbArray]:
    """Both pictures with the detail of the softer one, in two bands; undoes sharpening and blur."""
    softened = [[side, cv2.blur(side, (3, 3)), cv2.blur(side, (7, 7))] for side in (lowest, right)]
    chosen = np.flatnonzero(object_.ravel())
    chosen = chosen[:: max(1, chosen.size // 6000)]
    if chosen.size < 100:
        return lowest, highest, right
    bands = []
    for views in softened:
        levels = [view.reshape(-1, 3)[chosen].astype(np.float32) for view in views]
        bands.append([(levels[0] - levels[1]).ravel(), (levels[1] - levels[2]).ravel()])
    gains = [_fit_gain(bands[0][band], bands[1][band]) for band in (0, 1)]
    left, other = _damp(softened[0], gains), _damp(softened[1], [1 / gain for gain in gains])
    if highest is lowest:
        return left, left, other
    return left, _damp([highest, cv2.blur(highest, (3, 3)), cv2.blur(highest, (7, 7))], gains), other


def _fit_gain(from_: FloatArray, to: FloatArray) -> float:
    """How much stronger a band is in the other picture, bounded; 1 where there is none to speak of."""
    both, left, right = float(from_ @ to), float(from_ @ from_), float(to @ to)
    if both <= 0 or left < 1.0 * from_.size or right < 1.0 * to.size:
        return 1.0
    return float(np.clip(np.sqrt(right / left), *DETAIL_BOUNDS))


def _damp(views: list[Pixels], gains: list[float]) -> RgbArray:
    fine, coarse = min(1.0, gains[0]), min(1.0, gains[1])
    if fine > 0.95 and coarse > 0.95:
        return np.asarray(views[0], np.uint8)
    mixed = cv2.addWeighted(views[0], fine, views[1], coarse - fine, 0, dtype=cv2.CV_32F)
    return np.asarray(
        np.clip(cv2.scaleAdd(views[2].astype(np.float32), 1 - coarse, mixed) + 0.5, 0, 255), np.uint8
    )
