"""Two registered pictures on one pixel grid: what both show."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from pipeline.dedup.likeness import Alike, make_alike
from pipeline.dedup.prepare import GROUND_TOLERANCE, WHITE_LEVEL, BoolArray, Pixels, Prepared
from pipeline.dedup.registration import Matrix, warp
from pipeline.records import FloatArray, RgbArray

CUT_CONTACT = 0.35  # share of a box side that the object must fill to look cut off there; a disc fills 0.24
CUT_CONTINUES = 0.6  # share of that contact beyond which the other picture must go on


@dataclass(frozen=True)
class Overlay:
    """Both pictures on the grid of the one with fewer pixels, or on a part of it.

    `alike` holds the pixels; `seen` bool (h, w): shown by both; `object` bool (h, w): either's object;
    `unit_px` the object's longest side on this grid; `coverage` the smaller share of one's object that the
    other shows; `stretch` how far the map is from a plain change of size (0 none); `on_first` whether the
    grid is A's; `corner` x, y of the part on its picture's frame.
    """

    alike: Alike
    seen: BoolArray
    object: BoolArray
    unit_px: float
    coverage: float
    stretch: float
    on_first: bool
    corner: tuple[int, int]


def lay_over(a: Prepared, b: Prepared, matrix: Matrix) -> Overlay:
    """A and B on one grid, `matrix` taking A's pixels to B's. (DEDUP.md, steps 4 and 5)

    The grid is cut to the objects where both stand on plain ground: outside, there is ground alone.
    """
    on_first = bool(np.linalg.det(matrix[:2, :2]) >= 1.0)
    if not on_first:
        a, b, matrix = b, a, np.linalg.inv(matrix)
    object_b = _lay(b.mask.astype(np.uint8), matrix, a.size) > 0
    shown = _shown(a, b, matrix), _lay(_shown(b, a, np.linalg.inv(matrix)), matrix, a.size)
    seen = (shown[0] > 0) & (shown[1] > 254)
    scale = sqrt(max(1e-6, float(np.linalg.det(matrix[:2, :2]))))
    coverage = min(_share(a.mask & seen, a.mask), _share(object_b & seen, b.mask) * scale**2)
    window = _find_window(a.mask | object_b) if a.plain and b.plain else (0, 0, *a.size)
    x0, y0, x1, y1 = window
    cut = np.s_[y0:y1, x0:x1]
    source = b.rgb if scale < 1.25 else cv2.GaussianBlur(b.rgb, (0, 0), 0.45 * sqrt(scale**2 - 1))
    right = _lay(source, matrix @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1]]), (x1 - x0, y1 - y0))
    seen, object_ = seen[cut], (a.mask | object_b)[cut]
    alike = make_alike(np.ascontiguousarray(a.rgb[cut]), right, seen, object_ & seen)
    unit = max(a.box[2] - a.box[0], a.box[3] - a.box[1])
    return Overlay(
        alike, seen, object_ & seen, unit, min(1.0, coverage), _stretch(matrix), on_first, (x0, y0)
    )


def _share(part: BoolArray, whole: BoolArray) -> float:
    return float(np.count_nonzero(part)) / max(1.0, float(np.count_nonzero(whole)))


def _find_window(mask: BoolArray) -> tuple[int, int, int, int]:
    """Box x0, y0, x1, y1 around the mask with room for the rim that measuring leaves out."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    room = 6 + round(0.03 * max(width, height))
    rows, columns = mask.shape
    return max(0, x - room), max(0, y - room), min(columns, x + width + room), min(rows, y + height + room)


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
    on plain ground has an edge there in the other picture too.
    """
    width, height = inner.size
    gap = max(2.0, 0.02 * max(width, height))
    along_x, along_y = np.linspace(0, width - 1, 24), np.linspace(0, height - 1, 24)
    for last, along, across in ((width - 1, along_y, 0), (height - 1, along_x, 1)):
        for at, outward in ((0.0, -gap), (float(last), gap)):
            levels = [
                _look_up(other, to_other, _line(at + step, along, across)) for step in (outward, -2 * outward)
            ]
            if not _goes_on(other, *levels):
                return False
    return True


def _line(at: float, along: Matrix, across: int) -> Matrix:
    fixed = np.full(along.size, at)
    return np.stack([fixed, along] if across == 0 else [along, fixed])


def _look_up(other: Prepared, to_other: Matrix, points: Matrix) -> FloatArray:
    """Levels float32 (n, 3) at the points; NaN beyond the frame."""
    at = np.rint(to_other[:2, :2] @ points + to_other[:2, 2:]).astype(int)
    inside = (at[0] >= 0) & (at[1] >= 0) & (at[0] < other.size[0]) & (at[1] < other.size[1])
    levels = np.full((points.shape[1], 3), np.nan, np.float32)
    levels[inside] = other.rgb[at[1][inside], at[0][inside]]
    return levels


def _goes_on(other: Prepared, beyond: FloatArray, within: FloatArray) -> bool:
    """Whether there is no edge along the line, or, in a picture without plain ground, no white beyond it."""
    known = ~np.isnan(beyond[:, 0])
    alike = np.abs(beyond - within).max(1) < GROUND_TOLERANCE
    if not other.plain:
        alike |= beyond.min(1) < WHITE_LEVEL
    return int((alike & known).sum()) + int((~known).sum()) > CUT_CONTINUES * known.size
