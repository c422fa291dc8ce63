"""A glance at two small copies laid over each other: most different pictures are told apart by it (II.D)."""

from __future__ import annotations

from math import sqrt

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels
from pipeline.dedup.likeness import GAIN_BOUNDS
from pipeline.dedup.prepare import GLANCE_LEVEL, Prepared
from pipeline.dedup.registration import Matrix, rescale
from pipeline.scaling import find_worst

# Grey levels of the worst block. Of 2,375 copies made by two generators of the training catalogs, those that
# are found reach 47, laid over each other by what is within their margins if those may mislead; five sixths
# of a product's other views pass 70.
FAR = 70.0
BLOCK_PX = 5  # of a picture of 96: a twentieth
LEAST_PX = 100  # that both must show: less tells nothing
_KERNEL = np.ones((3, 3), np.uint8)


def look_apart(a: Prepared, b: Prepared, matrix: Matrix) -> float:
    """The worst block, grey levels, by which B differs from A when laid there by `matrix`; 0 cannot tell.

    One pixel of tolerance at 96 pixels is four at the working size, so a rough map is good enough. Margins
    do not count: what one picture shows there the other may have been cut off at.
    """
    size = a.thumbnail.shape[1], a.thumbnail.shape[0]
    small = rescale(matrix, a.scale(GLANCE_LEVEL), b.scale(GLANCE_LEVEL))[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    both = cv2.warpAffine(b.thumbnail_and_outline, small, size, flags=flags)
    laid = cv2.cvtColor(both, cv2.COLOR_RGBA2RGB)
    shown = cv2.threshold(cv2.extractChannel(both, 3), 254, 255, cv2.THRESH_BINARY)[1]
    shown = cv2.erode(shown, _KERNEL, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    seen = cv2.bitwise_and(shown, a.outline)
    if cv2.countNonZero(seen) < LEAST_PX:
        return 0.0
    first = _relight(a.thumbnail, laid, seen)
    worst = cv2.max(_leave_range(first, laid), _leave_range(laid, first))
    differing = cv2.bitwise_and(find_worst(worst), seen)
    block = (BLOCK_PX, BLOCK_PX)
    return float(cv2.boxFilter(differing, cv2.CV_32F, block, borderType=cv2.BORDER_CONSTANT).max())


def _relight(pixels: Pixels, other: Pixels, seen: Pixels) -> Pixels:
    """The picture with the mean and the contrast of the other, within what another rendering changes."""
    (mean, spread), (wanted, wanted_spread) = _describe(pixels, seen), _describe(other, seen)
    gain = min(GAIN_BOUNDS[1], max(GAIN_BOUNDS[0], wanted_spread / max(1.0, spread)))
    levels = gain * (np.arange(256, dtype=np.float32) - mean) + wanted + 0.5
    return cv2.LUT(pixels, np.clip(levels, 0, 255).astype(np.uint8))


def _describe(pixels: Pixels, seen: Pixels) -> tuple[float, float]:
    """Mean and standard deviation over all channels."""
    means, spreads = (values.ravel() for values in cv2.meanStdDev(pixels, mask=seen))
    mean = float(means.mean())
    return mean, sqrt(max(0.0, float((spreads**2 + means**2).mean()) - mean**2))


def _leave_range(pixels: Pixels, other: Pixels) -> Pixels:
    """By how much each pixel lies outside the other's 3x3 range."""
    above = cv2.subtract(pixels, cv2.dilate(other, _KERNEL))
    return cv2.max(above, cv2.subtract(cv2.erode(other, _KERNEL), pixels))


def glance(a: Prepared, b: Prepared, matrix: Matrix) -> float:
    """By how much the pictures differ, grey levels, where that settles it; else 0."""
    apart = look_apart(a, b, matrix)
    return apart if apart > FAR else 0.0
