"""What a picture hides because it was cut off and set in a margin afterwards: cropped, then padded (II.D)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.dedup.ground import BoolArray, Pixels
from pipeline.records import RgbArray

LEAST_EXTRA = 0.0002  # of the grid that one picture must show beyond the other before a cut is looked for
LEAST_CONTACT = 5  # columns; a shorter edge tells no line
STEEPEST = 0.13  # slope of a cut against its frame: turned or sheared after the cut
STRAIGHT_PX = 1.6  # how far an edge may stray from its line
REACH_PX = 3  # how far on both sides of a line to look
SAME_LENGTH = 0.65  # of the line: what ends there in one picture must go on in the other, and no less
BANDS_PX = (5, 13)  # sides of squares: what the first reaches is the outline, beyond are its surroundings
LEAST_AROUND = 30  # pixels of the surroundings that the other picture shows; fewer tell nothing
GOES_ON_SHARE = 0.6  # of them that must be unlike the margin
EDGE_FACTOR = 2.0  # times the usual step across such a line at which the other picture has an edge of its own
EDGE_STEP = 12.0  # grey levels on top of that


class Side(NamedTuple):
    """Own content, other content and other pixels seen from one side: that side is the first row."""

    own: Pixels
    other: Pixels
    inside: Pixels
    pixels: RgbArray
    shown: Pixels


def find_shown(own: Pixels, other: Pixels, inside: Pixels, pixels: RgbArray) -> Pixels:
    """255 where a picture shows anything, 0 beyond a line at which it was cut and padded; uint8 (h, w).

    `own`, `other` uint8 (h, w) are 255 where either picture is unlike the first one's margin, on one grid;
    `inside` likewise where the grid lies within both frames; `pixels` uint8 (h, w, 3) is the other
    picture. A cut is a straight edge of the own content beyond which the other picture goes on along its
    whole length, with no edge of its own there. (II.D)
    """
    shown = np.full(own.shape, 255, np.uint8)
    if goes_beyond(own, other, inside):
        for side in _turn(own, other, inside, pixels, shown):
            _hide_beyond_cut(side)
    return shown


def goes_beyond(own: Pixels, other: Pixels, inside: Pixels) -> bool:
    """Whether the other picture shows more beyond the own content than an outline off by a pixel."""
    extra = cv2.bitwise_and(cv2.bitwise_and(other, inside), cv2.bitwise_not(own))
    return cv2.countNonZero(cv2.erode(extra, np.ones((3, 3), np.uint8))) >= LEAST_EXTRA * own.size


def keep_framed(framed: Pixels, other: Pixels, inside: Pixels, pixels: RgbArray) -> Pixels:
    """255 where a picture in a margin shows anything, uint8 (h, w), if the other one goes on all round it.

    `framed` is 255 within the straight sides of what stands in the margin, `other` where the other picture,
    whose `pixels` are uint8 (h, w, 3), is unlike that margin. A straight-sided product has an edge of its own
    there, and a thing laid beside it is there on a part of its sides only: then nothing is hidden. (II.D)
    """
    bands = [cv2.bitwise_and(band, inside) for band in _draw_bands(framed)]
    around = bands[-1]
    count, on = cv2.countNonZero(around), cv2.countNonZero(cv2.bitwise_and(around, other))
    if count < LEAST_AROUND or on < GOES_ON_SHARE * count:
        return np.full(framed.shape, 255, np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    steps = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    within, along, beyond = (cv2.mean(steps, band)[0] for band in bands)
    if along > EDGE_FACTOR * max(within, beyond) + EDGE_STEP / 2:
        return np.full(framed.shape, 255, np.uint8)
    return cv2.erode(_keep(framed), np.ones((3, 3), np.uint8))


def _draw_bands(framed: Pixels) -> list[Pixels]:
    """255 in bands along the sides of a framed picture: within them, on them, and beyond."""
    solid = _keep(framed)
    wide = [cv2.dilate(solid, np.ones((side, side), np.uint8)) for side in BANDS_PX]
    narrow = [cv2.erode(solid, np.ones((side, side), np.uint8)) for side in BANDS_PX]
    return [
        cv2.subtract(narrow[0], narrow[1]),
        cv2.subtract(wide[0], narrow[0]),
        cv2.subtract(wide[1], wide[0]),
    ]


def _keep(plane: Pixels) -> Pixels:
    return cv2.threshold(plane, 254, 255, cv2.THRESH_BINARY)[1]


def _turn(*planes: Pixels) -> Iterator[Side]:
    for flip in (slice(None), slice(None, None, -1)):
        yield Side(*(plane[flip] for plane in planes))
        yield Side(*(plane.swapaxes(0, 1)[flip] for plane in planes))


def _hide_beyond_cut(side: Side) -> None:
    """Clear `shown` beyond the cut on this side, if there is one."""
    profile, known = side.own.argmax(axis=0), side.own.any(axis=0)
    columns = np.arange(profile.size)
    outer = np.maximum(profile - REACH_PX, 0), columns
    touching = known & (side.other[outer] & side.inside[outer] > 0) & (profile > REACH_PX)
    if np.count_nonzero(touching) < LEAST_CONTACT:
        return
    line = _fit_line(columns, profile, touching)
    if line is None:
        return
    rows = np.clip(np.rint(line).astype(int), REACH_PX, side.own.shape[0] - 1)
    outer = rows - REACH_PX, columns
    inside = (line > REACH_PX) & (line < side.own.shape[0] - 4 * REACH_PX) & (side.inside[outer] > 0)
    inside &= side.other[np.minimum(rows + REACH_PX, side.own.shape[0] - 1), columns] > 0
    ends = known & (np.abs(profile - line) <= STRAIGHT_PX) & inside
    goes_on = (side.other[outer] > 0) & inside
    both = ends & goes_on
    if np.count_nonzero(both) < max(LEAST_CONTACT, SAME_LENGTH * np.count_nonzero(ends | goes_on)):
        return
    if not _has_own_edge(side.pixels, rows, columns, both):
        side.shown[np.arange(side.shown.shape[0])[:, None] < line[None, :] + 1] = 0


def _fit_line(columns: Pixels, profile: Pixels, where: BoolArray) -> npt.NDArray[np.float64] | None:
    """The line along which most of the chosen edge lies, at every column; None for a crooked edge."""
    x, y = columns[where].astype(np.float64), profile[where].astype(np.float64)
    off = np.abs(y - np.median(y))
    near = off <= 2 * STRAIGHT_PX
    if np.count_nonzero(near) < 0.5 * x.size:  # a slanting line, not a level one with a crooked rest
        near = off <= 2 + STEEPEST * np.ptp(x) / 2
    slope, start = 0.0, float(np.median(y))
    for _ in range(3):
        if np.count_nonzero(near) < max(LEAST_CONTACT, 0.5 * x.size):
            return None
        middle = float(x[near].mean())
        spread = float(((x[near] - middle) ** 2).sum())
        slope = float(((x[near] - middle) * y[near]).sum()) / spread if spread > 200 else 0.0
        slope = float(np.clip(slope, -STEEPEST, STEEPEST))
        start = float(np.median(y[near] - slope * x[near]))
        near = np.abs(start + slope * x - y) <= STRAIGHT_PX
    return start + slope * columns


def _has_own_edge(pixels: RgbArray, rows: Pixels, columns: Pixels, where: BoolArray) -> bool:
    """Whether the other picture has an edge along this line: then a thing ends there, and nothing was cut."""
    rows, columns = rows[where], columns[where]
    steps = []
    for offset in (0, -2 * REACH_PX, 2 * REACH_PX):
        at = np.clip(np.stack([rows + offset - REACH_PX, rows + offset + REACH_PX]), 0, pixels.shape[0] - 1)
        pair = pixels[at, columns].astype(np.int16)
        steps.append(float(np.abs(pair[0] - pair[1]).max(1).mean()))
    return steps[0] > EDGE_FACTOR * max(steps[1:]) + EDGE_STEP
