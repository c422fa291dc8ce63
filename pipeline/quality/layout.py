"""Frames round a picture, and several panels in one: straight lines of one colour (II.A)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.images import DecodedImage
from pipeline.records import RgbArray

SIDE_PX = 256
EVEN = 12  # grey levels that a line of one colour may span: JPEG's noise
APART = 24  # grey levels from which a pixel differs from such a line
FRAME_SHARE = 0.08  # of a side; a wider even margin is a ground
CROSSED = 0.92  # share of the next line that differs where a frame ends: a ground's edge is not so straight
PARTED = 0.8  # share of the lines on both sides of a gutter that differ from it
SMEARED = 4  # lines beyond a frame into which a JPEG may carry its colour
GUTTER_SHARE = 0.04  # of a side, at most
INSIDE = 0.15  # of a side; nearer to the edge nothing is a gutter

Lines = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Layout:
    """`frame` is the thinnest side's share of the frame round the picture (0: none); `gutters` a number."""

    frame: float
    gutters: int


def measure_layout(image: DecodedImage) -> Layout:
    """What surrounds and divides a picture."""
    small = image.at(SIDE_PX)
    if min(small.shape[:2]) < 32:
        return Layout(0.0, 0)
    turned = np.asarray(cv2.transpose(small), np.uint8)
    rows, columns = _scan(turned), _scan(small)
    widths = (
        _measure_frame(small, rows),
        _measure_frame(small[::-1], rows[::-1]),
        _measure_frame(turned, columns),
        _measure_frame(turned[::-1], columns[::-1]),
    )
    return Layout(min(widths), _count_gutters(small, rows) + _count_gutters(turned, columns))


def _scan(rgb: RgbArray) -> Lines:
    """Of every column: its colour where it is even, -1 where it is not; int16 (W,3)."""
    high, low = rgb.max(axis=0).astype(np.int16), rgb.min(axis=0).astype(np.int16)
    even = (high - low).max(axis=1) <= EVEN
    return np.where(even[:, None], (high + low) // 2, np.int16(-1))


def _measure_frame(rgb: RgbArray, lines: Lines) -> float:
    """Share of the height that the frame's upper bar takes; 0 where the picture has none."""
    limit = int(FRAME_SHARE * len(rgb))
    first = lines[: limit + 2]
    # a line that is not even says -1, which is near black and yet none
    alike = (lines[0] >= 0).all() & (first[:, 0] >= 0) & (np.abs(first - lines[0]).max(axis=1) <= EVEN)
    thick = 0 if alike.all() else int(np.argmin(alike))
    if not 1 <= thick <= limit:
        return 0.0
    beyond = rgb[thick + 1 : thick + 1 + SMEARED, limit + 1 : -limit - 1]
    return thick / len(rgb) if max(_differing(line, lines[0]) for line in beyond) >= CROSSED else 0.0


def _count_gutters(rgb: RgbArray, lines: Lines) -> int:
    """Even bands from one edge to the other, with other colours right before and behind."""
    even = lines[:, 0] >= 0
    even[: int(INSIDE * len(even))] = even[-int(INSIDE * len(even)) :] = False
    turns = np.flatnonzero(np.diff(np.concatenate([[0], even.astype(np.int8), [0]])))
    found = 0
    for start, end in turns.reshape(-1, 2):
        if end - start <= max(2, GUTTER_SHARE * len(even)):
            colour = lines[(start + end) // 2]
            found += min(_differing(rgb[at], colour) for at in (max(0, start - 2), end + 1)) >= PARTED
    return found


def _differing(line: npt.NDArray[np.integer], colour: Lines) -> float:
    """Share of a line's pixels off the colour."""
    return float((np.abs(line.astype(np.int16) - colour).max(axis=1) > APART).mean())
