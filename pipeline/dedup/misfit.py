"""What of a difference neither a shift nor the usual noise explains, block by block (II.D)."""

from __future__ import annotations

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
RIDGE = 0.5  # grey levels squared, so that slopes that hardly vary explain nothing
DIFFERENCE, ACROSS, DOWN, LEVEL, KNOWN = range(
    5
)  # planes: the slopes are the level's, KNOWN is 1 where both show
PRODUCTS = (
    (DIFFERENCE, DIFFERENCE), (DIFFERENCE, ACROSS), (DIFFERENCE, DOWN), (DIFFERENCE, KNOWN),
    (ACROSS, ACROSS), (ACROSS, DOWN), (ACROSS, KNOWN), (DOWN, DOWN), (DOWN, KNOWN),
    (LEVEL, LEVEL), (LEVEL, KNOWN), (KNOWN, KNOWN),
)  # fmt: skip

Products = dict[tuple[int, int], FloatArray]


def measure_misfits(left: Pixels, right: Pixels, seen: Pixels, unit_px: float) -> dict[str, float]:
    """How odd the oddest block is, at two sizes; {} where both pictures show too little.

    `left`, `right` uint8 (h, w) are grey levels on one grid, `seen` uint8 (h, w) is 255 where both count,
    `unit_px` the object's longest side there. `misfit_small`, `misfit_large` are what a shift and a bias of
    its own leave of the oddest block's difference, grey levels r.m.s.; `odd_small`, `odd_large` the same
    over what nine in ten of this pair's blocks of like texture have: no unit, about 1 where nothing stands
    out. Another rendering changes blocks of like texture alike; an edit stands alone. (A gain of its own
    would explain a line on a smooth ground: it is in the level, too.)
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
            if other != KNOWN
        }
        misfit = np.sqrt(np.maximum(0, spread[DIFFERENCE, DIFFERENCE] - _explain(spread)))
        odd = misfit / (FLOOR + _find_usual(misfit, spread[LEVEL, LEVEL]))
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
    """How much of the difference's variance a shift explains, by least squares on the slopes, (n,)."""
    across, down = spread[ACROSS, ACROSS] + RIDGE, spread[DOWN, DOWN] + RIDGE
    both, x, y = spread[ACROSS, DOWN], spread[DIFFERENCE, ACROSS], spread[DIFFERENCE, DOWN]
    form = down * x * x - 2 * both * x * y + across * y * y
    return np.asarray(form / np.maximum(across * down - both * both, 1e-6), np.float32)


def _find_usual(misfit: FloatArray, texture: FloatArray) -> FloatArray:
    """For each block what nine in ten blocks of like texture stay under, (n,)."""
    usual = np.empty_like(misfit)
    for like in np.array_split(np.argsort(texture), min(LIKE_SETS, max(1, misfit.size // LEAST_LIKE))):
        at = int(USUAL * (len(like) - 1))
        usual[like] = np.partition(misfit[like], at)[at]
    return usual
