"""Smaller copies of pixels: halvings by means, then one step between neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import RgbArray

Plane = npt.NDArray[np.uint8]


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


def split_channels(pixels: npt.NDArray[Any]) -> Plane:
    """uint8 (H,W,C) -> uint8 (C,H,W); OpenCV takes four times as long where it makes the planes itself."""
    height, width, channels = pixels.shape
    planes = np.empty((channels, height, width), np.uint8)
    cv2.split(pixels, list(planes))
    return planes


def find_worst(pixels: npt.NDArray[Any], choose: Callable[..., Any] = cv2.max) -> Plane:
    """The largest (cv2.max) or smallest (cv2.min) of three channels, uint8 (H,W)."""
    red, green, blue = split_channels(pixels)
    return np.asarray(choose(choose(red, green), blue), np.uint8)
