"""Two registered pictures on one pixel grid: what both show."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from pipeline.dedup.cuts import find_shown, goes_beyond, keep_framed
from pipeline.dedup.ground import BoolArray, Pixels
from pipeline.dedup.likeness import Alike, make_alike
from pipeline.dedup.margins import find_content, leave_colour
from pipeline.dedup.prepare import WORKING_SIDE_PX, Prepared
from pipeline.dedup.registration import Matrix, measure_area, warp
from pipeline.records import RgbArray


@dataclass(frozen=True)
class Overlay:
    """Both pictures on the grid of the one with fewer pixels, or on a part of it.

    `alike` holds the pixels; `seen` bool (h, w): shown by both; `object` bool (h, w): either's object;
    `unit_px` the object's longest side on this grid; `coverage` the smaller share of one's object that the
    other shows; `stretch` how far the map is from a plain change of size (0 none); `on_first` whether the
    grid is A's; `corner` x, y of the part on its picture's frame.
    """

    sides: tuple[RgbArray, RgbArray]
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
    on_first = measure_area(matrix) >= 1.0
    if not on_first:
        a, b, matrix = b, a, np.linalg.inv(matrix)
    scale = sqrt(max(1e-6, measure_area(matrix)))
    right, content, object_b = _lay(b, matrix, a.size, scale)
    seen = _find_seen(a, b, matrix, right, content)
    coverage = min(_share(a.mask & seen, a.mask), _share(object_b & seen, b.mask) * scale**2)
    either = a.mask | object_b
    x0, y0, x1, y1 = _find_window(either) if a.plain and b.plain else (0, 0, *a.size)
    cut = np.s_[y0:y1, x0:x1]
    seen, object_ = seen[cut], either[cut]
    sides = np.ascontiguousarray(a.rgb[cut]), np.ascontiguousarray(right[cut])
    small = min(max(a.size), max(b.size)) < WORKING_SIDE_PX
    alike = make_alike(*sides, seen, object_ & seen, small)
    unit = max(a.box[2] - a.box[0], a.box[3] - a.box[1])
    coverage, stretch = min(1.0, coverage), _stretch(matrix)
    return Overlay(sides, alike, seen, object_ & seen, unit, coverage, stretch, on_first, (x0, y0))


def _lay(
    b: Prepared, matrix: Matrix, size: tuple[int, int], scale: float
) -> tuple[RgbArray, Pixels, BoolArray]:
    """B on A's grid: its pixels, its content uint8 (h, w) and its object bool (h, w).

    Pixels and content go together: OpenCV takes three times as long for three channels as for four.
    """
    source = b.rgb if scale < 1.25 else cv2.GaussianBlur(b.rgb, (0, 0), 0.45 * sqrt(scale**2 - 1))
    laid = warp(cv2.merge([source, b.content]), matrix, size)
    object_ = warp(b.mask.view(np.uint8), matrix, size, cv2.INTER_NEAREST)
    right = np.asarray(cv2.cvtColor(laid, cv2.COLOR_RGBA2RGB), np.uint8)
    return right, cv2.extractChannel(laid, 3), object_.view(bool)


def _find_seen(a: Prepared, b: Prepared, matrix: Matrix, right: RgbArray, content: Pixels) -> BoolArray:
    """Where both pictures show anything, on A's grid; `right` is B laid there, `content` its content."""
    inside = _leave_void(a, b, matrix, _find_frame(a.size, b.size, matrix))
    seen = cv2.bitwise_and(inside, _find_shown(a, a.content, right, inside, None))
    return cv2.bitwise_and(seen, _find_shown(b, content, a.rgb, inside, matrix)) > 0


def _leave_void(a: Prepared, b: Prepared, matrix: Matrix, inside: Pixels) -> Pixels:
    """The common frame on A's grid without either one's flat corners."""
    if a.void is not None:
        inside = cv2.subtract(inside, a.void)
    if b.void is not None:
        inside = cv2.subtract(inside, np.maximum(warp(b.void, matrix, a.size), 0))
    return inside


def _find_shown(
    one: Prepared, content: Pixels, other: RgbArray, inside: Pixels, matrix: Matrix | None
) -> Pixels:
    """255 where `one` shows anything; `content` is its own on the grid, `matrix` the map to it, if any."""
    beyond = find_content(other, one.margin)
    shown = find_shown(content, beyond, inside, other)
    if not goes_beyond(content, beyond, inside) or one.framed is None:
        return shown
    framed, colour = one.framed
    if matrix is not None:
        framed = warp(framed, matrix, (content.shape[1], content.shape[0]))
    return cv2.bitwise_and(shown, keep_framed(framed, leave_colour(other, colour), inside, other))


def _find_frame(size: tuple[int, int], other: tuple[int, int], matrix: Matrix) -> Pixels:
    """255 where the map leads into a frame of the other size, whole pixels of it alone; uint8 (h, w)."""
    rim = 0.45 * sqrt(max(1e-6, measure_area(matrix)))  # the outline is drawn on pixels half outside
    right, low = other[0] - 1.0 - rim, other[1] - 1.0 - rim
    edges = [[rim, right, right, rim], [rim, rim, low, low], [1.0, 1.0, 1.0, 1.0]]
    corners = np.linalg.inv(matrix) @ np.array(edges)
    inside: Pixels = np.zeros((size[1], size[0]), np.uint8)
    points = np.rint(corners[:2].T * 16).astype(np.int32)  # in sixteenths of a pixel
    cv2.fillConvexPoly(inside, points, 255, cv2.LINE_8, 4)
    return inside


def _share(part: BoolArray, whole: BoolArray) -> float:
    return float(np.count_nonzero(part)) / max(1.0, float(np.count_nonzero(whole)))


def _find_window(mask: BoolArray) -> tuple[int, int, int, int]:
    """Box x0, y0, x1, y1 around the mask with room for the rim that measuring leaves out."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    room = 6 + round(0.03 * max(width, height))
    rows, columns = mask.shape
    return max(0, x - room), max(0, y - room), min(columns, x + width + room), min(rows, y + height + room)


def _stretch(matrix: Matrix) -> float:
    """Logarithm of the ratio of the map's two scales."""
    values = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    return float(np.log(values[0] / max(1e-6, values[1])))
