"""How sharp the object's own edges are, in measures that do not follow content or contrast (II.A).

The variance of the Laplacian grows with contrast, texture and size; a re-blur ratio does not: an edge
that is soft already loses little when it is softened once more. Everything is measured at the object's
strongest edges, because the background of a product photo has none and an intended shallow depth of
field leaves some edges sharp.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground, Mask
from pipeline.records import FloatArray, RgbArray

Plane = npt.NDArray[np.float32]

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


def measure_sharpness(rgb: RgbArray, found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),) of a working copy uint8 (H,W,3); zeros where nothing has an edge."""
    grey, inside = _cut_object(rgb, found)
    features = np.zeros(len(FEATURES), np.float32)
    if min(grey.shape) < 24 or inside.sum() < 100:
        return features
    across, down = _gradient(grey, 1)
    strength = np.sqrt(across * across + down * down)
    top = _find_edges(strength, inside, (0.01, 0.05, 0.20))
    if top is None:
        return features
    values = [
        *_reblur(grey, strength, top),
        *_spacing(grey, across, down, inside),
        *_widths(grey, strength, top[1]),
        *_levels(grey, strength, inside, top[1]),
        *_bands(grey, strength, inside),
        *_blocks(rgb),
        float(np.log2(max(rgb.shape[:2]))),
        float(found.kind == "scene"),
    ]
    features[:] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return features


def _cut_object(rgb: RgbArray, found: Foreground) -> tuple[Plane, Mask]:
    """Grey levels of the object's box and where the object (with a rim) is; a scene counts whole."""
    height, width = rgb.shape[:2]
    if found.kind == "scene" or found.area < 0.002:
        inside = np.ones((height, width), bool)
        box = (0, 0, width, height)
    else:
        mask = cv2.dilate(found.mask.astype(np.uint8), np.ones((5, 5), np.uint8))
        inside = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool)
        left, top, right, bottom = found.box
        box = (
            max(0, int(left * width) - 12),
            max(0, int(top * height) - 12),
            min(width, int(right * width) + 12),
            min(height, int(bottom * height) + 12),
        )
    inside[:MARGIN_PX] = inside[-MARGIN_PX:] = False
    inside[:, :MARGIN_PX] = inside[:, -MARGIN_PX:] = False
    cut = rgb[box[1] : box[3], box[0] : box[2]]
    grey = cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return grey, inside[box[1] : box[3], box[0] : box[2]]


def _gradient(grey: Plane, step: int) -> tuple[Plane, Plane]:
    """Differences over 2 * step pixels, across and down."""
    kernel = np.zeros((1, 2 * step + 1), np.float32)
    kernel[0, 0], kernel[0, -1] = -1, 1
    across = cv2.filter2D(grey, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    down = cv2.filter2D(grey, -1, kernel.T, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _find_edges(strength: Plane, inside: Mask, shares: tuple[float, ...]) -> list[Mask] | None:
    """Masks of the strongest shares of the object's gradients."""
    values = strength[inside]
    cuts = np.quantile(values[:: max(1, len(values) // 50_000)], [1 - share for share in shares])
    if cuts[0] <= 1.0:
        return None
    return [inside & (strength >= max(cut, 1.0)) for cut in cuts]


def _reblur(grey: Plane, strength: Plane, top: list[Mask]) -> list[float]:
    found, softened = [], strength
    for sigma in (1.0, 2.0):
        across, down = _gradient(np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32), 1)
        softened_now = np.sqrt(across * across + down * down)
        found += [float(softened_now[at].mean() / strength[at].mean()) for at in top]
        softened = softened_now if sigma == 1.0 else softened
    ratio = softened[top[1]] / strength[top[1]]
    return found + [float(q) for q in np.quantile(ratio, (0.1, 0.25, 0.5, 0.75))]


def _spacing(grey: Plane, across: Plane, down: Plane, inside: Mask) -> list[float]:
    """How differences grow with distance, each direction on its own: motion blurs only one."""
    edges = [_find_edges(np.abs(plane), inside, (0.05,)) for plane in (across, down)]
    found = []
    for step in (2, 4, 8):
        for wide, narrow, at in zip(_gradient(grey, step), (across, down), edges, strict=True):
            base = np.abs(narrow[at[0]]).mean() if at else 1.0
            found.append(float(np.abs(wide[at[0]]).mean() / base) if at else 2.0)
    return [*found, min(found[:2]), max(found[:2])]


def _widths(grey: Plane, strength: Plane, top: Mask) -> list[float]:
    """Local contrast over gradient is an edge's width in pixels; logarithms of its quantiles."""
    found: list[float] = []
    for size in (9, 21):
        kernel = np.ones((size, size), np.uint8)
        span = cv2.dilate(grey, kernel)[top] - cv2.erode(grey, kernel)[top]
        width = np.log2(2 * span / strength[top] + 0.1)
        found += [float(q) for q in np.quantile(width, (0.1, 0.25, 0.5))]
    return found


def _levels(grey: Plane, strength: Plane, inside: Mask, top: Mask) -> list[float]:
    bend = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    steep = float(strength[top].mean())
    return [
        float(bend[top].mean() / steep),
        float(np.log2(steep + 1)),
        float(np.log2(strength[inside].mean() / steep + 0.01)),
        float(np.log2(np.median(bend[inside]) + 0.5)),
    ]


def _bands(grey: Plane, strength: Plane, inside: Mask) -> list[float]:
    """Logarithm of spectral power in eight rings of frequency, relative to the lowest one."""
    patches = _liveliest_patches(grey, strength * inside)
    if not len(patches):
        return [0.0] * 7
    window = np.outer(np.hanning(PATCH_PX), np.hanning(PATCH_PX)).astype(np.float32)
    centred = patches - patches.mean(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.rfft2(centred * window)) ** 2).mean(axis=0)
    rows, columns = np.fft.fftfreq(PATCH_PX)[:, None], np.fft.rfftfreq(PATCH_PX)[None]
    ring = np.minimum((np.hypot(rows, columns) * 16).astype(int), 8)
    rings = np.array([power[ring == i].mean() for i in range(8)])
    return [float(v) for v in np.log10(rings[1:] / (rings[0] + 1e-6) + 1e-8)]


def _liveliest_patches(grey: Plane, energy: Plane) -> Plane:
    rows, columns = grey.shape[0] // PATCH_PX, grey.shape[1] // PATCH_PX
    if not rows or not columns:
        return np.zeros((0, PATCH_PX, PATCH_PX), np.float32)
    shape = (rows, PATCH_PX, columns, PATCH_PX)
    end = rows * PATCH_PX, columns * PATCH_PX
    sums = energy[: end[0], : end[1]].reshape(shape).sum(axis=(1, 3)).ravel()
    tiles = grey[: end[0], : end[1]].reshape(shape).transpose(0, 2, 1, 3).reshape(-1, PATCH_PX, PATCH_PX)
    return tiles[np.argsort(sums)[::-1][:PATCHES]]


def _blocks(rgb: RgbArray) -> list[float]:
    """How much the steps at one column (row) in eight stand out: the grid of a strong JPEG compression."""
    green = rgb[..., 1].astype(np.int16)
    found = []
    for plane in (green, green.T):
        steps = np.abs(np.diff(plane, axis=1)).mean(axis=0)
        steps = steps[: len(steps) // 8 * 8].reshape(-1, 8).mean(axis=0) if len(steps) >= 16 else np.ones(8)
        found.append(float(np.log2((steps.max() + 0.05) / (np.median(steps) + 0.05))))
    return found
