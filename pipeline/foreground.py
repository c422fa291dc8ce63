"""The object in its frame: a background model from the border, salience and GrabCut where none holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray, RgbArray
from pipeline.salience import cut_salient
from pipeline.scaling import find_worst, fit_within

BackgroundKind = Literal["white", "plain", "graded", "scene"]
Mask = npt.NDArray[np.bool_]

SIDE_PX = 256
WHITE_LEVEL = 245  # lowest channel of a white pixel after JPEG, 0 to 255
SEED_DISTANCE = 40.0  # RGB levels round the border's most common colour
MIN_TOLERANCE = 9.0  # RGB levels; JPEG noise of a flat background stays below
MIN_PLAIN_SHARE = 0.45  # share of the border that one surface must explain
GRADED_RANGE = 12.0  # RGB levels that a surface must span to be called graded
MIN_PART_SHARE = 0.0004  # of the frame; smaller specks are dust
SCENE_SIDE_PX = 64  # GrabCut's time grows with the area, and a scene's mask is rough at any side


@dataclass(frozen=True)
class Border:
    """The frame's outermost pixels, a hundredth of its side wide, for one shape of picture.

    `at` holds flat indices (n,), `terms` float32 (n,6) the surface's terms there, `sides` float32 (4,n)
    1 where a pixel belongs to the top, bottom, left and right, `lengths` (4,) how many each side has.
    """

    at: npt.NDArray[np.intp]
    terms: FloatArray
    sides: FloatArray
    lengths: FloatArray


@dataclass(frozen=True)
class Foreground:
    """What stands out from the background.

    `mask` is bool (h,w) of the object on the picture shrunk to at most 256 px. `box` is left, top,
    right, bottom as shares of the frame; `fill` the box's share of it, `area` the mask's.
    `white_background` is the share of the border that is white, `plain_background` the share that the
    background model explains. `confidence` 0 to 1: how far the mask can be trusted (low for scenes).
    """

    mask: Mask
    box: tuple[float, float, float, float]
    fill: float
    area: float
    kind: BackgroundKind
    white_background: float
    plain_background: float
    touches_edge: bool
    confidence: float


def find_object(rgb: RgbArray) -> Foreground:
    """The object of a product photo, uint8 (H,W,3), as II.A and II.D need it."""
    small = fit_within(rgb, SIDE_PX)
    smooth = np.asarray(cv2.blur(small, (3, 3)), np.uint8)
    border = _trace_border(small.shape[:2])
    levels = smooth.reshape(-1, 3).take(border.at, axis=0).astype(np.float32)
    white = float((np.minimum(np.minimum(levels[:, 0], levels[:, 1]), levels[:, 2]) >= WHITE_LEVEL).mean())
    surface, tolerance, explained = _model_background(levels, border, small.shape[:2])
    if explained < MIN_PLAIN_SHARE:
        mask = _cut_scene(small)
        kind: BackgroundKind = "scene"
    else:
        mask = _stand_out(smooth, surface, tolerance)
        kind = _name_background(surface)
    box = _bound(mask)
    return Foreground(
        mask=mask,
        box=box,
        fill=(box[2] - box[0]) * (box[3] - box[1]),
        area=cv2.countNonZero(mask.view(np.uint8)) / mask.size,
        kind=kind,
        white_background=white,
        plain_background=explained,
        touches_edge=_touches_edge(mask),
        confidence=0.3 if kind == "scene" else min(1.0, explained),
    )


@lru_cache(maxsize=256)
def _trace_border(shape: tuple[int, int]) -> Border:
    height, width = shape
    ring = np.ones(shape, bool)
    wide = max(1, round(min(shape) * 0.01))
    if min(shape) > 2 * wide:
        ring[wide:-wide, wide:-wide] = False
    rows, columns = np.nonzero(ring)
    on_side = [rows < wide, rows >= height - wide, columns < wide, columns >= width - wide]
    sides = np.stack(on_side).astype(np.float32)
    terms = _terms(columns / width - 0.5, rows / height - 0.5)
    return Border(np.flatnonzero(ring), terms, sides, sides.sum(axis=1))


def _model_background(
    levels: FloatArray, border: Border, shape: tuple[int, int]
) -> tuple[RgbArray, float, float]:
    """A surface of second order through the border's commonest colour; `levels` is float32 (n,3).

    Returns the surface (h,w,3), or (1,1,3) where it is flat, its tolerance in RGB levels, and the share of
    the border it explains.
    """
    fit = np.zeros((6, 3), np.float32)
    fit[0] = _commonest_colour(levels)
    near = (_miss(levels, fit, border) < SEED_DISTANCE).astype(np.float32)
    for order, limit in ((3, 24.0), (6, 18.0), (6, 14.0)):
        # a surface is only as good as the border it rests on: few points or one side bear a flat colour
        if near.sum() < 40 or (border.sides @ near > 0.2 * border.lengths).sum() < 3:
            fit[:] = 0
            fit[0] = np.median(levels[near > 0], axis=0) if near.any() else fit[0]
            break
        fit[:] = 0
        fit[:order] = _solve(border.terms[:, :order], levels, near)
        near = (_miss(levels, fit, border) < limit).astype(np.float32)
    off = _miss(levels, fit, border)
    tolerance = float(np.clip(2.0 * _find_ninth_tenth(off[off < 18.0]), MIN_TOLERANCE, 20.0))
    return _draw_surface(fit, *shape), tolerance, float((off < tolerance).mean())


def _find_ninth_tenth(values: FloatArray) -> float:
    """The 0.9 quantile of values (n,), 0 of none; numpy's own takes ten times as long on so few."""
    if not len(values):
        return 0.0
    ordered, place = np.sort(values), 0.9 * (len(values) - 1)
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(values) - 1)])
    return low + (high - low) * (place - below)


def _miss(levels: FloatArray, fit: FloatArray, border: Border) -> FloatArray:
    """Largest difference (n,) of a channel from the fitted surface, RGB levels."""
    off = np.abs(levels - (border.terms @ fit if fit[1:].any() else fit[0]))
    return np.maximum(np.maximum(off[:, 0], off[:, 1]), off[:, 2])


def _solve(terms: FloatArray, levels: FloatArray, near: FloatArray) -> FloatArray:
    """Least squares by normal equations: six terms within -0.5 to 0.5 are far from singular."""
    weighed = (terms * near[:, None]).T
    left = (weighed @ terms).astype(np.float64)
    left.flat[:: len(left) + 1] += 1e-6 * float(near.sum())
    return np.linalg.solve(left, (weighed @ levels).astype(np.float64)).astype(np.float32)


def _draw_surface(fit: FloatArray, height: int, width: int) -> RgbArray:
    """The fitted surface uint8 (h,w,3); drawn coarsely, as it is smooth; (1,1,3) where it is flat."""
    if not fit[1:].any():
        return np.clip(fit[:1, None] + 0.5, 0, 255).astype(np.uint8)
    coarse = (_grid_terms() @ fit).reshape(32, 32, 3)
    return np.asarray(cv2.resize(np.clip(coarse + 0.5, 0, 255).astype(np.uint8), (width, height)), np.uint8)


@lru_cache(maxsize=1)
def _grid_terms() -> FloatArray:
    y, x = np.mgrid[0:32, 0:32].astype(np.float32)
    return _terms((x.ravel() + 0.5) / 32 - 0.5, (y.ravel() + 0.5) / 32 - 0.5)


def _terms(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> FloatArray:
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1).astype(np.float32)


def _commonest_colour(border: FloatArray) -> FloatArray:
    """Mean of the fullest of 8x8x8 colour cells, halfway cells counted too."""
    best, colour = -1, border[0]
    whole = border.astype(np.int32)
    for shift in (0, 16):
        cells = (whole + shift) >> 5
        keys = (cells[:, 0] * 9 + cells[:, 1]) * 9 + cells[:, 2]
        counts = np.bincount(keys)
        fullest = int(counts.argmax())
        if counts[fullest] > best:
            best, colour = int(counts[fullest]), border[keys == fullest].mean(axis=0)
    return colour


def _stand_out(smooth: RgbArray, surface: RgbArray, tolerance: float) -> Mask:
    """Pixels off the surface, with what they enclose, without dust."""
    if surface.shape[:2] == (1, 1):
        surface = np.asarray(
            cv2.resize(surface, smooth.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8
        )
    _, differs = cv2.threshold(find_worst(cv2.absdiff(smooth, surface)), tolerance, 1, cv2.THRESH_BINARY)
    # ground that can be reached from outside the frame is background; the rest is inside the object
    framed = cv2.copyMakeBorder(differs, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(framed, None, (0, 0), 2, flags=4)
    return _drop_dust((framed[1:-1, 1:-1] != 2).astype(np.uint8))


def _drop_dust(solid: npt.NDArray[np.uint8]) -> Mask:
    joined = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    least = max(4.0, MIN_PART_SHARE * solid.size)
    if count <= 2:
        return joined.astype(bool) & (cv2.countNonZero(joined) >= least)
    # counted here: OpenCV takes five times as long to find boxes and centres as well
    sizes = np.bincount(labels.ravel(), minlength=count)
    keep = (sizes >= least) & (sizes >= 0.01 * sizes[1:].max())
    keep[0] = False
    return joined.astype(bool) if keep[1:].all() else keep.take(labels)


def _cut_scene(small: RgbArray) -> Mask:
    """The salient part: the best guess where no background can be modelled."""
    found = cut_salient(fit_within(small, SCENE_SIDE_PX)).astype(np.uint8)
    large = cv2.resize(found, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    return _drop_dust(np.asarray(large, np.uint8))


def _name_background(surface: RgbArray) -> BackgroundKind:
    coarse = surface[:: max(1, len(surface) // 32), :: max(1, surface.shape[1] // 32)].astype(np.int16)
    if coarse.min() >= WHITE_LEVEL - 5:
        return "white"
    span = (coarse.max(axis=(0, 1)) - coarse.min(axis=(0, 1))).max()
    return "graded" if span > GRADED_RANGE else "plain"


def _bound(mask: Mask) -> tuple[float, float, float, float]:
    if not mask.any():
        return (0.0, 0.0, 0.0, 0.0)
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def _touches_edge(mask: Mask) -> bool:
    """Whether a twentieth or more of one side of the frame is the object's."""
    shares = (mask[0].mean(), mask[-1].mean(), mask[:, 0].mean(), mask[:, -1].mean())
    return bool(max(shares) > 0.05)
