"""A closer look, where there is doubt: two pictures laid over each other with all the pixels they have."""

from __future__ import annotations

from collections.abc import Mapping
from math import log, sqrt
from typing import NamedTuple

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels
from pipeline.dedup.likeness import match_detail
from pipeline.dedup.misfit import measure_misfits
from pipeline.dedup.overlay import Overlay
from pipeline.dedup.prepare import Prepared
from pipeline.dedup.registration import Matrix, measure_area
from pipeline.dedup.residual import find_inner
from pipeline.records import RgbArray
from pipeline.scaling import Plane

DOUBTFUL = (0.02, 0.97)  # probability by the first look; the least and the most that leave a doubt
STANDS_OUT = 3.65  # product of three ratios; one in ten copies that the first look is sure of has more
LEAST_GAIN = 1.15  # times the working size; where fewer pixels are to be had, those of the first look will do
MOST_GAIN = 2.0
MOST_ODDS = 8.0  # log odds of the first look, either way
ELSEWHERE = {
    "residual": ("elsewhere", 0.3),
    "colour": ("colour_elsewhere", 1.0),
}  # and grey levels that are none
FEATURES = ("first_look", "odd_small", "odd_large", "misfit_small", "residual_alone", "colour_alone")
LEAST = 0.05  # of what a logarithm is taken


class Laid(NamedTuple):
    """Both pictures' grey levels, uint8 (h, w), on a grid `gain` times as fine as the first look's.

    `seen` uint8 (h, w) is 255 where both count.
    """

    gain: float
    left: Pixels
    right: Pixels
    seen: Pixels


def is_doubtful(features: Mapping[str, float], probability: float) -> bool:
    """Whether a closer look is worth its time: the first is not sure, or one place stands out of a copy."""
    least, most = DOUBTFUL
    if probability < most:
        return probability >= least
    stands_out = _stand_out(features, "residual") * _stand_out(features, "colour")
    return stands_out * features["concentration"] > STANDS_OUT


def look_closer(
    a: Prepared,
    b: Prepared,
    matrix: Matrix,
    overlay: Overlay,
    features: Mapping[str, float],
    probability: float,
) -> dict[str, float]:
    """What decides at a closer look, by name, logarithms all; {} where the pictures share too little.

    `matrix` takes A's working pixels to B's, `overlay` is how they lie by it, `features` and `probability`
    are what the first look told. (II.D)
    """
    laid = lay_finely(a, b, matrix, overlay)
    found = measure_misfits(laid.left, laid.right, laid.seen, laid.gain * overlay.unit_px)
    if not found:
        return {}
    found["residual_alone"] = _stand_out(features, "residual")
    found["colour_alone"] = _stand_out(features, "colour")
    odds = log((probability + 1e-6) / (1 - probability + 1e-6))
    return {name: log(max(LEAST, value)) for name, value in found.items()} | {
        "first_look": min(MOST_ODDS, max(-MOST_ODDS, odds))
    }


def _stand_out(features: Mapping[str, float], name: str) -> float:
    """How much the worst place exceeds the worst one elsewhere; no unit."""
    elsewhere, floor = ELSEWHERE[name]
    return features[name] / (floor + features[elsewhere])


def lay_finely(a: Prepared, b: Prepared, matrix: Matrix, overlay: Overlay) -> Laid:
    """A and B with the pixels that both have, on the overlay's part of the grid, alike in light and edges."""
    if not overlay.on_first:
        a, b, matrix = b, a, np.linalg.inv(matrix)
    inner = find_inner(overlay)
    sizes = [max(side.fine.shape) / max(side.size) for side in (a, b)]
    gain = min(sizes[0], sizes[1] * sqrt(max(1e-6, measure_area(matrix))), MOST_GAIN)
    if gain < LEAST_GAIN:
        left, right = (_grey(side) for side in (overlay.alike.lowest, overlay.alike.right))
        return Laid(1.0, left, right, inner)
    height, width = overlay.seen.shape
    size = round(gain * width), round(gain * height)
    to_grid = _zoom(1 / gain, [round(gain * at) / gain for at in overlay.corner])
    left = _relight(_look_up(a.fine, _zoom(sizes[0]) @ to_grid, size), overlay)
    right = _look_up(b.fine, _zoom(sizes[1]) @ matrix @ to_grid, size)
    seen, object_ = (
        cv2.resize(plane.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        for plane in (inner, overlay.object)
    )
    left, _, right = match_detail(left, left, right, object_.view(bool))
    return Laid(gain, left, right, seen)


def _relight(pixels: Plane, overlay: Overlay) -> Plane:
    """The pixels in the other picture's light, as the first look found it."""
    levels = overlay.alike.gain * np.arange(256, dtype=np.float32) + overlay.alike.bias + 0.5
    return np.asarray(cv2.LUT(pixels, np.clip(levels, 0, 255).astype(np.uint8)), np.uint8)


def _zoom(scale: float, corner: list[float] | None = None) -> Matrix:
    """The map from a picture's pixels to its copy's at `scale`, `corner` added; centres keep in step."""
    shift = 0.5 * scale - 0.5
    x, y = corner or (0.0, 0.0)
    return np.array([[scale, 0, shift + x], [0, scale, shift + y], [0, 0, 1]])


def _look_up(pixels: RgbArray, matrix: Matrix, size: tuple[int, int]) -> Plane:
    """Grey levels at matrix @ (x, y), uint8, softened first where the map shrinks."""
    scale = sqrt(max(1e-6, measure_area(matrix)))
    grey = _grey(pixels)
    if scale >= 1.25:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.45 * sqrt(scale**2 - 1)), np.uint8)
    laid = cv2.warpAffine(grey, matrix[:2], size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(laid, np.uint8)


def _grey(rgb: RgbArray) -> Plane:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
