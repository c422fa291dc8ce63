"""What of a difference neither shift nor light nor the usual noise explains, block by block (II.D)."""

from __future__ import annotations

from itertools import combinations_with_replacement

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels
from pipeline.records import FloatArray

CELL_SHARE = 0.0075  # of the unit; products are averaged over cells, and blocks are made of cells
LEAST_CELL_PX = 2
BLOCKS = {"small": 4, "large": 8}  # sides in cells: .03 and .06 of the unit
STEP = 2  # cells from one block to the next
FULL = 0.8  # share of a block that both pictures must show
LEAST_BLOCKS = 10  # fewer tell nothing of what is usual
LIKE_SETS, LEAST_LIKE = 12, 20  # sets of blocks of like texture, at most, and how many blocks make one
USUAL = 0.9  # quantile of such a set
FLOOR = 1.0  # grey levels, r.m.s., that are nothing in any picture
# Grey levels squared, so that slopes and levels that hardly vary explain nothing.
RIDGE = (0.5, 0.5, 2.0)
# Difference, slope across, slope down, level, and whether both show it: what is multiplied by what.
PRODUCTS = tuple(combinations_with_replacement(range(5), 2))
KNOWN = 4

Products = dict[tuple[int, int], FloatArray]


def measure_misfits(left: Pixels, right: Pixels, seen: Pixels, unit_px: float) -> dict[str, float]:
    """How odd the oddest block is, at two sizes; {} where both pictures show too little.

    `left`, `right` uint8 (h, w) are grey levels on one grid, `seen` uint8 (h, w) is 255 where both count,
    `unit_px` the object's longest side there. `misfit_small` is what a shift, a gain and a bias of its own
    leave of that block's difference, grey levels r.m.s.; `odd_small`, `odd_large` the same over what nine
    in ten of this pair's blocks of like texture have: no unit, about 1 where nothing stands out. Another
    rendering changes blocks of like texture alike; an edit stands alone.
    """
    products = _average(left, right, seen, max(LEAST_CELL_PX, int(CELL_SHARE * unit_px)))
    found: dict[str, float] = {}
    for name, side in BLOCKS.items():
        mean = _take_blocks(products, side)
        if len(mean[KNOWN, KNOWN]) < LEAST_BLOCKS:
            return {}
        spread = {
            (one, other): mean[one, other] - mean[one, KNOWN] * mean[other, KNOWN]
            for one, other in PRODUCTS
            if other < KNOWN
        }
        misfit = np.sqrt(np.maximum(0, spread[0, 0] - _explain(spread)))
        odd = misfit / (FLOOR + _find_usual(misfit, spread[3, 3]))
        found |= {f"odd_{name}": float(odd.max()), f"misfit_{name}": float(misfit[int(odd.argmax())])}
    return found


def _average(left: Pixels, right: Pixels, seen: Pixels, cell: int) -> Products:
    """Means over cells of all PRODUCTS, float32 (rows, columns) each."""
    x, y, width, height = cv2.boundingRect(seen)
    columns, rows = max(1, width // cell), max(1, height // cell)
    cut = np.s_[y : y + min(height, rows * cell), x : x + min(width, columns * cell)]
    if seen[cut].size == 0:
        return {key: np.zeros((1, 1), np.float32) for key in PRODUCTS}
    known = cv2.threshold(np.ascontiguousarray(seen[cut]), 127, 1, cv2.THRESH_BINARY)[1].astype(np.float32)
    soft = [cv2.GaussianBlur(np.ascontiguousarray(side[cut]), (3, 3), 0) for side in (left, right)]
    level = cv2.addWeighted(soft[0], 0.5, soft[1], 0.5, -128, dtype=cv2.CV_32F)
    slopes = [cv2.Sobel(level, cv2.CV_32F, dx, 1 - dx, ksize=3, scale=1 / 8) for dx in (1, 0)]
    planes = [cv2.subtract(soft[1], soft[0], dtype=cv2.CV_32F), *slopes, level]
    planes = [cv2.multiply(plane, known) for plane in planes] + [known]

    def average(one: int, other: int) -> FloatArray:
        plane = planes[one] if other == KNOWN else cv2.multiply(planes[one], planes[other])
        return np.asarray(cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)

    return {key: average(*key) for key in PRODUCTS}


def _take_blocks(products: Products, side: int) -> Products:
    """The same over blocks of `side` cells that both pictures show, float32 (n,) each."""
    means = {
        key: np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_CONSTANT), np.float32)[
            ::STEP, ::STEP
        ]
        for key, plane in products.items()
    }
    share = means[KNOWN, KNOWN]
    shown = share >= FULL
    return {key: plane[shown] / share[shown] for key, plane in means.items()}


def _explain(spread: Products) -> FloatArray:
    """How much of the difference's variance slopes and level explain by least squares, (n,)."""
    a, b, c = (spread[at, at] + ridge for at, ridge in zip((1, 2, 3), RIDGE, strict=True))
    d, e, f = spread[1, 2], spread[1, 3], spread[2, 3]
    x, y, z = spread[0, 1], spread[0, 2], spread[0, 3]
    # The unknowns' matrix is [[a d e] [d b f] [e f c]]; its inverse by cofactors, for all blocks at once.
    form = (b * c - f * f) * x * x + (a * c - e * e) * y * y + (a * b - d * d) * z * z
    form += 2 * ((e * f - d * c) * x * y + (d * f - e * b) * x * z + (d * e - a * f) * y * z)
    size = a * (b * c - f * f) + d * (e * f - d * c) + e * (d * f - e * b)
    return np.asarray(form / np.maximum(size, 1e-6), np.float32)


def _find_usual(misfit: FloatArray, texture: FloatArray) -> FloatArray:
    """For each block what nine in ten blocks of like texture stay under, (n,)."""
    usual = np.empty_like(misfit)
    for like in np.array_split(np.argsort(texture), min(LIKE_SETS, max(1, misfit.size // LEAST_LIKE))):
        at = int(USUAL * (len(like) - 1))
        usual[like] = np.partition(misfit[like], at)[at]
    return usual
