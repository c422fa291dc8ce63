"""Smaller copies of pixels: halvings by means, then one step between neighbours."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.records import RgbArray


def fit_within(rgb: RgbArray, side_px: int) -> RgbArray:
    """uint8 (H,W,3) with a longest side of at most `side_px`, never enlarged.

    Halved by means of 2x2 as often as it goes, then brought to size between neighbours: the same to the
    eye as one step of area means, which takes OpenCV six times as long at ratios that are no whole number.
    """
    small = rgb
    while can_halve(small, side_px):
        small = halve(small)
    height, width = small.shape[:2]
    longest = max(height, width)
    if longest <= side_px:
        return np.ascontiguousarray(small)
    size = (max(1, round(width * side_px / longest)), max(1, round(height * side_px / longest)))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def halve(rgb: RgbArray) -> RgbArray:
    """Half the size, by means of 2x2 pixels; an odd last row or column is left out. uint8 (H,W,C)."""
    height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
    even = rgb[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def can_halve(rgb: RgbArray, side_px: int) -> bool:
    """Whether half of the longest side is still `side_px` or more."""
    return max(rgb.shape[:2]) // 2 >= side_px and min(rgb.shape[:2]) >= 2
