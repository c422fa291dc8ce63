"""How sharp the object's own edges are, in measures that do not follow content or contrast (II.A).

The variance of the Laplacian grows with contrast, texture and size; a re-blur ratio does not: an edge
that is soft already loses little when it is softened once more. Everything is measured at the object's
strongest edges, because the background of a product photo has none and an intended shallow depth of
field leaves some edges sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground, Mask
from pipeline.records import FloatArray, RgbArray

Plane = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

FEATURES = (
    *(f"reblur{sigma}_{share}" for sigma in (1, 2) for share in ("top1", "top5", "top20")),
    *(f"reblur1_q{q}" for q in (10, 25, 50, 75)),
    *(f"spacing{step}_{axis}" for step in (2, 4, 8) for axis in ("x", "y")),
    "spacing2_low",
    "spacing2_high",
    *(f"width{size}_q{q}" for size in (9, 21) for q in (10, 25, 50)),
    "curvature",
    "contrast",
    "texture",
    "grain",
    *(f"band{i}" for i in range(1, 8)),
    "blocks_x",
    "blocks_y",
    "log_side",
    "scene",
)
PATCH_PX = 64
PATCHES = 12
MARGIN_PX = 4
EDGE_SHARE = 0.2  # of the object's pixels
EDGES = 16_000  # looked at; more change nothing but the time
REACH_PX = 9  # differences reach 8 pixels

_RING = np.minimum(
    (np.hypot(np.fft.fftfreq(PATCH_PX)[:, None], np.fft.rfftfreq(PATCH_PX)[None]) * 16).astype(int), 8
)


def measure_sharpness(rgb: RgbArray, found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),) of a working copy uint8 (H,W,3); zeros where nothing has an edge."""
    grey, inside = _cut_object(rgb, found)
    features = np.zeros(len(FEATURES), np.float32)
    if min(grey.shape) < 24 or np.count_nonzero(inside) < 100:
        return features
    edges = _find_edges(grey, inside)
    if edges is None:
        return features
    values = [
        *_reblur(grey, edges),
        *_spacing(grey, edges),
        *_widths(grey, edges),
        *_levels(grey, edges, inside),
        *_bands(grey, edges.strengths * inside),
        *_blocks(rgb),
        float(np.log2(max(rgb.shape[:2]))),
        float(found.kind == "scene"),
    ]
    features[:] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return features


@dataclass(frozen=True)
class Edges:
    """The object's strongest gradients, at most EDGES of them, and where each stands.

    `rows`, `columns` int (E,); `across`, `down`, `strength` float32 (E,) central differences over two
    pixels; `rank` 0 to 1 (E,), 1 the strongest; `strengths` the gradient of all pixels, uint8 (H,W).
    """

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    across: Plane
    down: Plane
    strength: Plane
    rank: Plane
    strengths: Grey

    def top(self, share: float) -> npt.NDArray[np.bool_]:
        """Which edges belong to the strongest `share` of the object's pixels."""
        return np.asarray(self.rank >= 1 - share / EDGE_SHARE)


def _cut_object(rgb: RgbArray, found: Foreground) -> tuple[Grey, Mask]:
    """Grey levels of the object's box and where the object (with a rim) is; a scene counts whole."""
    height, width = rgb.shape[:2]
    if found.kind == "scene" or found.area < 0.002:
        left, top, right, bottom = MARGIN_PX, MARGIN_PX, width - MARGIN_PX, height - MARGIN_PX
        inside = np.ones((max(0, bottom - top), max(0, right - left)), bool)
    else:
        box = found.box
        left, right = max(MARGIN_PX, int(box[0] * width) - 12), int(box[2] * width) + 12
        top, bottom = max(MARGIN_PX, int(box[1] * height) - 12), int(box[3] * height) + 12
        right, bottom = min(width - MARGIN_PX, right), min(height - MARGIN_PX, bottom)
        mask = cv2.dilate(found.mask.astype(np.uint8), np.ones((5, 5), np.uint8))
        large = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
        inside = large[top:bottom, left:right].astype(bool)
    if not inside.size:
        return np.zeros((0, 0), np.uint8), inside
    cut = np.ascontiguousarray(rgb[top:bottom, left:right])
    return np.asarray(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY), np.uint8), inside


def _find_edges(grey: Grey, inside: Mask) -> Edges | None:
    """The strongest fifth of the object's gradients, thinned; None for a surface without any."""
    across = cv2.Sobel(grey, cv2.CV_16S, 1, 0, ksize=1)
    down = cv2.Sobel(grey, cv2.CV_16S, 0, 1, ksize=1)
    strengths = cv2.add(cv2.convertScaleAbs(across), cv2.convertScaleAbs(down))
    strengths[:REACH_PX] = strengths[-REACH_PX:] = 0
    strengths[:, :REACH_PX] = strengths[:, -REACH_PX:] = 0
    counts = np.bincount(strengths[inside], minlength=256)
    above = counts[::-1].cumsum()[::-1]
    cut = max(2, int(np.argmax(above <= EDGE_SHARE * above[0])))
    where = np.flatnonzero((strengths >= cut) & inside)
    if len(where) < 20:
        return None
    where = where[:: 1 + len(where) // EDGES]
    rows, columns = np.unravel_index(where, grey.shape)
    dx, dy = (np.asarray(plane[rows, columns], np.float32) for plane in (across, down))
    strength = np.asarray(np.hypot(dx, dy), np.float32)
    rank = np.argsort(np.argsort(strength)).astype(np.float32) / np.float32(max(1, len(where) - 1))
    return Edges(rows, columns, dx, dy, strength, rank, np.asarray(strengths, np.uint8))


def _differences(grey: Plane | Grey, edges: Edges, step: int) -> tuple[Plane, Plane]:
    """Differences over 2 * step pixels at the edges, across and down."""
    rows, columns = edges.rows, edges.columns
    left, right = grey[rows, columns - step], grey[rows, columns + step]
    above, below = grey[rows - step, columns], grey[rows + step, columns]
    return np.subtract(right, left, dtype=np.float32), np.subtract(below, above, dtype=np.float32)


def _reblur(grey: Grey, edges: Edges) -> list[float]:
    """What is left of an edge's gradient after one more softening: near 1 for what is soft already."""
    found: list[float] = []
    quantiles: list[float] = []
    full = grey.astype(np.float32)
    for sigma in (1.0, 2.0):
        softened = np.asarray(cv2.GaussianBlur(full, (0, 0), sigma), np.float32)
        left = np.hypot(*_differences(softened, edges, 1))
        for share in (0.01, 0.05, 0.20):
            at = edges.top(share)
            found.append(float(left[at].sum() / edges.strength[at].sum()))
        if sigma == 1.0:
            at = edges.top(0.05)
            quantiles = np.quantile(left[at] / edges.strength[at], (0.1, 0.25, 0.5, 0.75)).tolist()
    return found + quantiles


def _spacing(grey: Grey, edges: Edges) -> list[float]:
    """How differences grow with distance, each direction on its own: motion blurs only one."""
    across, down = np.abs(edges.across), np.abs(edges.down)
    upright, level = across > 2 * down, down > 2 * across
    found = []
    for step in (2, 4, 8):
        wide = _differences(grey, edges, step)
        for plane, base, at in zip(wide, (across, down), (upright, level), strict=True):
            strong = at & (base >= np.quantile(base[at], 0.7)) if at.sum() > 20 else at
            found.append(float(np.abs(plane[strong]).sum() / (base[strong].sum() + 1e-6)))
    return [*found, min(found[:2]), max(found[:2])]


def _widths(grey: Grey, edges: Edges) -> list[float]:
    """Local contrast over gradient is an edge's width in pixels; logarithms of its quantiles."""
    at = edges.top(0.05)
    rows, columns = edges.rows[at], edges.columns[at]
    found: list[float] = []
    for size in (9, 21):
        kernel = np.ones((size, size), np.uint8)
        high, low = cv2.dilate(grey, kernel)[rows, columns], cv2.erode(grey, kernel)[rows, columns]
        span = np.subtract(high, low, dtype=np.float32)
        width = np.log2(2 * span / edges.strength[at] + 0.1)
        found += np.quantile(width, (0.1, 0.25, 0.5)).tolist()
    return found


def _levels(grey: Grey, edges: Edges, inside: Mask) -> list[float]:
    bend = cv2.convertScaleAbs(cv2.Laplacian(grey, cv2.CV_16S))
    at = edges.top(0.05)
    steep = float(edges.strength[at].mean())
    bends = bend[edges.rows[at], edges.columns[at]]
    return [
        float(bends.mean() / steep),
        float(np.log2(steep + 1)),
        float(np.log2(edges.strengths[inside].mean() / steep + 0.01)),
        float(np.log2(bend[inside].mean() + 0.5)),
    ]


def _bands(grey: Grey, energy: npt.NDArray[np.integer]) -> list[float]:
    """Logarithm of spectral power in eight rings of frequency, relative to the lowest one."""
    patches = _liveliest_patches(grey, energy)
    if not len(patches):
        return [0.0] * 7
    window = np.outer(np.hanning(PATCH_PX), np.hanning(PATCH_PX)).astype(np.float32)
    centred = patches - patches.mean(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.rfft2(centred * window)) ** 2).mean(axis=0)
    rings = np.array([power[i == _RING].mean() for i in range(8)])
    return [float(v) for v in np.log10(rings[1:] / (rings[0] + 1e-6) + 1e-8)]


def _liveliest_patches(grey: Grey, energy: npt.NDArray[np.integer]) -> Plane:
    rows, columns = grey.shape[0] // PATCH_PX, grey.shape[1] // PATCH_PX
    if not rows or not columns:
        return np.zeros((0, PATCH_PX, PATCH_PX), np.float32)
    shape = (rows, PATCH_PX, columns, PATCH_PX)
    end = rows * PATCH_PX, columns * PATCH_PX
    sums = cv2.resize(energy[: end[0], : end[1]], (columns, rows), interpolation=cv2.INTER_AREA).ravel()
    tiles = grey[: end[0], : end[1]].reshape(shape).transpose(0, 2, 1, 3).reshape(-1, PATCH_PX, PATCH_PX)
    return tiles[np.argsort(sums)[::-1][:PATCHES]].astype(np.float32)


def _blocks(rgb: RgbArray) -> list[float]:
    """How much the steps at one column (row) in eight stand out: the grid of a strong JPEG compression."""
    green = np.ascontiguousarray(rgb[..., 1])
    found = []
    for axis in (0, 1):
        ahead, behind = (green[:, 1:], green[:, :-1]) if axis == 0 else (green[1:], green[:-1])
        steps = cv2.reduce(cv2.absdiff(ahead, behind), axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
        steps = steps[: len(steps) // 8 * 8].reshape(-1, 8).mean(axis=0) if len(steps) >= 16 else np.ones(8)
        found.append(float(np.log2((steps.max() + 0.05) / (np.median(steps) + 0.05))))
    return found
