"""The object in its frame: a background model from the border, GrabCut where that is in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray, RgbArray

BackgroundKind = Literal["white", "plain", "graded", "scene"]
Mask = npt.NDArray[np.bool_]

SIDE_PX = 384
WHITE_LEVEL = 245  # lowest channel of a white pixel after JPEG, 0 to 255
SEED_DISTANCE = 40.0  # RGB levels round the border's most common colour
MIN_TOLERANCE = 9.0  # RGB levels; JPEG noise of a flat background stays below
MIN_PLAIN_SHARE = 0.45  # share of the border that one surface must explain
GRADED_RANGE = 12.0  # RGB levels that a surface must span to be called graded
MIN_PART_SHARE = 0.0004  # of the frame; smaller specks are dust
GRABCUT_SIDE_PX = 128


@dataclass(frozen=True)
class Foreground:
    """What stands out from the background.

    `mask` is bool (h,w) of the object on the picture shrunk to at most 384 px. `box` is left, top,
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
    small = _shrink(rgb, SIDE_PX)
    smooth = np.asarray(cv2.blur(small, (3, 3)), np.uint8)
    ring = _ring(small.shape[:2])
    border = smooth[ring].astype(np.float32)
    white = float((border.min(axis=1) >= WHITE_LEVEL).mean())
    surface, tolerance, explained = _model_background(border, ring)
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
        area=float(mask.mean()),
        kind=kind,
        white_background=white,
        plain_background=explained,
        touches_edge=_touches_edge(mask),
        confidence=0.3 if kind == "scene" else min(1.0, explained),
    )


def _shrink(rgb: RgbArray, side: int) -> RgbArray:
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ring(shape: tuple[int, int]) -> Mask:
    """The frame's outermost pixels, a hundredth of its side wide."""
    ring = np.ones(shape, bool)
    wide = max(1, round(min(shape) * 0.01))
    if min(shape) > 2 * wide:
        ring[wide:-wide, wide:-wide] = False
    return ring


def _model_background(border: FloatArray, ring: Mask) -> tuple[RgbArray, float, float]:
    """A surface of second order through the border's commonest colour.

    Returns the surface (h,w,3), its tolerance in RGB levels, and the share of the border it explains.
    """
    rows, columns = np.nonzero(ring)
    height, width = ring.shape
    terms = _terms(columns / width - 0.5, rows / height - 0.5)
    fit = np.zeros((6, 3), np.float32)
    fit[0] = _commonest_colour(border)
    near = np.abs(border - fit[0]).max(axis=1) < SEED_DISTANCE
    for order, limit in ((3, 24.0), (6, 18.0), (6, 14.0)):
        # a surface is only as good as the border it rests on: few points or one side bear a flat colour
        if near.sum() < 40 or _sides(rows[near], columns[near], ring.shape) < 3:
            fit[:] = 0
            fit[0] = np.median(border[near], axis=0) if near.any() else fit[0]
            break
        fit[:] = 0
        fit[:order] = np.linalg.lstsq(terms[near, :order], border[near], rcond=None)[0]
        near = np.abs(border - terms @ fit).max(axis=1) < limit
    off = np.abs(border - terms @ fit).max(axis=1)
    inside = off < 18.0
    spread = float(np.quantile(off[inside], 0.9)) if inside.any() else 0.0
    tolerance = float(np.clip(2.0 * spread, MIN_TOLERANCE, 20.0))
    surface = _draw_surface(fit, height, width)
    return surface, tolerance, float((off < tolerance).mean())


def _draw_surface(fit: FloatArray, height: int, width: int) -> RgbArray:
    """The fitted surface uint8 (h,w,3); drawn coarsely, as it is smooth."""
    if not fit[1:].any():
        return np.broadcast_to(np.clip(fit[0] + 0.5, 0, 255).astype(np.uint8), (height, width, 3))
    y, x = np.mgrid[0:32, 0:32].astype(np.float32)
    coarse = (_terms((x.ravel() + 0.5) / 32 - 0.5, (y.ravel() + 0.5) / 32 - 0.5) @ fit).reshape(32, 32, 3)
    return np.asarray(cv2.resize(np.clip(coarse + 0.5, 0, 255).astype(np.uint8), (width, height)), np.uint8)


def _terms(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> FloatArray:
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1).astype(np.float32)


def _commonest_colour(border: FloatArray) -> FloatArray:
    """Mean of the fullest of 8x8x8 colour cells, halfway cells counted too."""
    best, colour = -1, border[0]
    for shift in (0, 16):
        cells = ((border + shift) // 32).astype(np.int32)
        keys = (cells[:, 0] * 9 + cells[:, 1]) * 9 + cells[:, 2]
        counts = np.bincount(keys)
        fullest = int(counts.argmax())
        if counts[fullest] > best:
            best, colour = int(counts[fullest]), border[keys == fullest].mean(axis=0)
    return colour


def _sides(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], shape: tuple[int, int]) -> int:
    """On how many of the frame's four sides a fifth or more of the pixels belong."""
    height, width = shape
    edge = 3
    counts = (
        (rows < edge).sum() / (width * edge),
        (rows >= height - edge).sum() / (width * edge),
        (columns < edge).sum() / (height * edge),
        (columns >= width - edge).sum() / (height * edge),
    )
    return sum(count > 0.2 for count in counts)


def _stand_out(smooth: RgbArray, surface: RgbArray, tolerance: float) -> Mask:
    """Pixels off the surface, with what they enclose, without dust."""
    off = cv2.split(cv2.absdiff(smooth, np.ascontiguousarray(surface)))
    differs = cv2.max(cv2.max(off[0], off[1]), off[2]) > tolerance
    ground = (~differs).astype(np.uint8)
    _, labels = cv2.connectedComponents(ground, connectivity=4)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outside = np.zeros(int(labels.max()) + 1, bool)
    outside[rim] = True
    outside[0] = False
    solid = (~outside[labels]).astype(np.uint8)
    return _drop_dust(solid)


def _drop_dust(solid: npt.NDArray[np.uint8]) -> Mask:
    joined = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    sizes = stats[:, cv2.CC_STAT_AREA]
    keep = sizes >= max(6.0, MIN_PART_SHARE * solid.size)
    if count > 1:
        keep &= sizes >= 0.01 * sizes[1:].max()
    keep[0] = False
    return keep[labels]


def _cut_scene(small: RgbArray) -> Mask:
    """GrabCut from a central rectangle: the best guess where no background can be modelled."""
    tiny = np.ascontiguousarray(_shrink(small, GRABCUT_SIDE_PX))
    height, width = tiny.shape[:2]
    if min(height, width) < 16:
        return np.ones(small.shape[:2], bool)
    rectangle = (width // 12, height // 12, width - 2 * (width // 12), height - 2 * (height // 12))
    labels = np.zeros((height, width), np.uint8)
    cv2.setRNGSeed(7)
    state = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(tiny, labels, rectangle, *state, 2, cv2.GC_INIT_WITH_RECT)
    found = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    if found.mean() < 0.02:
        return np.ones(small.shape[:2], bool)
    large = cv2.resize(found, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    return _drop_dust(large)


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
