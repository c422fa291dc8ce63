"""What a picture hides because it was cut off and set in a margin afterwards: cropped, then padded (II.D)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.dedup.ground import BoolArray, Pixels, find_middle
from pipeline.records import RgbArray

LEAST_EXTRA = 0.0002  # of the grid that one picture must show beyond the other before a cut is looked for
LEAST_CONTACT = 5  # columns; a shorter edge tells no line
STEEPEST = 0.13  # slope of a cut against its frame: turned or sheared after the cut
STRAIGHT_PX = 1.6  # how far an edge may stray from its line
REACH_PX = 3  # how far on both sides of a line to look
MOST_STEP = 4  # rows by which a sliver may be deeper from one column to the next
MOST_SLIVER = 0.1  # of the grid's longest side: how deep a sliver may be
TAPER = (1, 0.9, 0.6)  # rows beyond, STRAIGHT_PX and SAME_LENGTH for a sliver that tapers to its ends
SLIVER_PX = 3  # from here on it has a colour that can be looked at
OWN_COLOUR = 40  # grey levels to what lies within, all along the line: something laid there
SMALL_PX = 256  # longest side of a grid on which two pixels make a sliver, and not three
SAME_LENGTH = 0.65  # of the line: what ends there in one picture must go on in the other, and no less
BANDS_PX = (5, 13)  # sides of squares: what the first reaches is the outline, beyond are its surroundings
LEAST_AROUND = 30  # pixels of the surroundings that the other picture shows; fewer tell nothing
GOES_ON_SHARE = 0.6  # of them that must be unlike the margin
EDGE_FACTOR = 2.0  # times the usual step across such a line at which the other picture has an edge of its own
EDGE_STEP = 12.0  # grey levels on top of that


Line = npt.NDArray[np.float64]


class Side(NamedTuple):
    """Own content, other content and other pixels seen from one side: that side is the first row.

    `depths` is the own content once more, its columns as rows that lie in one piece of memory.
    """

    own: Pixels
    depths: Pixels
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
    side = 2 if max(own.shape) < SMALL_PX else 3
    return cv2.countNonZero(cv2.erode(extra, np.ones((side, side), np.uint8))) >= LEAST_EXTRA * own.size


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


def _turn(own: Pixels, *planes: Pixels) -> Iterator[Side]:
    turned = cv2.transpose(own)
    for flip, code in ((slice(None), None), (slice(None, None, -1), 1)):
        level, upright = (one if code is None else cv2.flip(one, code) for one in (turned, own))
        yield Side(own[flip], level, *(plane[flip] for plane in planes))
        yield Side(own.T[flip], upright, *(plane.swapaxes(0, 1)[flip] for plane in planes))


def _hide_beyond_cut(side: Side) -> None:
    """Clear `shown` beyond the cut on this side, if there is one."""
    profile, known = _find_profile(side.depths)
    columns = np.arange(profile.size)
    touching = [_touch(side, profile, known, reach) for reach in (1, 2, REACH_PX)]
    if np.count_nonzero(touching[1]) < LEAST_CONTACT:
        return
    lines = [_fit_line(columns, profile, where) for where in touching]
    for line, is_it in (
        (lines[2], _is_cut),
        (lines[0], _is_sliver),
        (lines[2], _is_taper),
        (lines[1], _is_taper),
    ):
        if line is not None and is_it(side, profile, known, line):
            side.shown[np.arange(side.shown.shape[0])[:, None] < line[None, :] + 1] = 0
            return


def _find_profile(depths: Pixels) -> tuple[Pixels, BoolArray]:
    """At which row the content of each column is first at its fullest, and whether there is any."""
    full = depths == 255
    profile = full.argmax(axis=1)
    known = full[np.arange(profile.size), profile]
    if not known.all():  # the few without a full pixel
        rest = np.flatnonzero(~known)
        profile[rest] = depths[rest].argmax(axis=1)
        known[rest] = depths[rest, profile[rest]] > 0
    return profile, known


def _touch(side: Side, profile: Pixels, known: BoolArray, reach: int) -> BoolArray:
    """In which columns the other picture goes on `reach` rows beyond the own content's end."""
    outer = np.maximum(profile - reach, 0), np.arange(profile.size)
    return known & (side.other[outer] & side.inside[outer] > 0) & (profile > reach)


def _is_cut(side: Side, profile: Pixels, known: BoolArray, line: Line) -> bool:
    """Whether the own content ends at a line beyond which the other picture goes on, with no edge there."""
    rows, columns, both = _follow(side, profile, known, line, (REACH_PX, STRAIGHT_PX, SAME_LENGTH))
    if both is None or _has_own_edge(side.pixels, rows, columns, both):
        return False
    return not _ends_before(side, rows, columns, both)


def _is_sliver(side: Side, profile: Pixels, known: BoolArray, line: Line) -> bool:
    """The same where what lies beyond is a thin sliver: a round or slanting thing cut at its rim."""
    rows, columns, both = _follow(side, profile, known, line, (1, STRAIGHT_PX, SAME_LENGTH))
    return both is not None and _is_thin(side, rows, both) and not _ends_before(side, rows, columns, both)


def _is_taper(side: Side, profile: Pixels, known: BoolArray, line: Line) -> bool:
    """The same for a sliver that tapers to its ends: there the own content leaves the line slowly."""
    rows, columns, both = _follow(side, profile, known, line, TAPER)
    return both is not None and _is_thin(side, rows, both) and not _ends_before(side, rows, columns, both)


def _is_thin(side: Side, rows: Pixels, where: BoolArray) -> bool:
    """Whether all that the other picture has beyond the line reaches the line, not far, and has no steps.

    What was put on a thing stands up from it; the rim of what was cut rises slowly.
    """
    away = rows[None, :] - np.arange(side.own.shape[0])[:, None]  # rows beyond the line
    extra = (side.other > 0) & (side.inside > 0) & (away > 0)
    deepest = np.where(extra, away, 0).max(axis=0)
    if deepest.max() > MOST_SLIVER * max(side.own.shape):
        return False
    steps = np.abs(np.diff(deepest))[where[1:] & where[:-1]]
    loose = (deepest - extra.sum(axis=0))[where]
    return bool((steps <= MOST_STEP).all() and np.count_nonzero(loose > 1) < LEAST_CONTACT)


def _follow(
    side: Side,
    profile: Pixels,
    known: BoolArray,
    line: Line,
    limits: tuple[int, float, float],
) -> tuple[Pixels, Pixels, BoolArray | None]:
    """Rows and columns of the line, and where own content ends and the other goes on; None if too little.

    `limits`: how far beyond the line the other is looked at, how near the own content's end must be, both
    pixels, and the least share of the line that has both.
    """
    reach, straight, share = limits
    columns = np.arange(profile.size)
    rows = np.clip(np.rint(line).astype(int), reach, side.own.shape[0] - 1)
    outer = rows - reach, columns
    inside = (line > reach) & (line < side.own.shape[0] - 4 * REACH_PX) & (side.inside[outer] > 0)
    inside &= side.other[np.minimum(rows + REACH_PX, side.own.shape[0] - 1), columns] > 0
    ends = known & (np.abs(profile - line) <= straight) & inside
    goes_on = (side.other[outer] > 0) & inside
    both = ends & goes_on
    enough = np.count_nonzero(both) >= max(LEAST_CONTACT, share * np.count_nonzero(ends | goes_on))
    return rows, columns, both if enough else None


def _ends_before(side: Side, rows: Pixels, columns: Pixels, where: BoolArray) -> bool:
    """Whether what lies beyond this line has a colour of its own: a thin lid, no rim of a thing cut."""
    beyond = side.other[np.maximum(rows - SLIVER_PX, 0), columns] > 0
    rows, columns = rows[where & beyond], columns[where & beyond]
    if rows.size < LEAST_CONTACT:
        return False
    steps = []
    for offset in (0, SLIVER_PX, 2 * SLIVER_PX):
        at = np.clip(np.stack([rows + offset - 2, rows + offset + 1]), 0, side.pixels.shape[0] - 1)
        pair = side.pixels[at, columns].astype(np.int16)
        steps.append(pair[0] - pair[1])
    first, *usual = (float(np.abs(step).max(1).mean()) for step in steps)
    along = max(
        abs(find_middle(level)) for level in steps[0].T
    )  # of print that is cut through little is left
    return first > EDGE_FACTOR * max(usual) + EDGE_STEP or along > OWN_COLOUR


def _fit_line(columns: Pixels, profile: Pixels, where: BoolArray) -> Line | None:
    """The line along which most of the chosen edge lies, at every column; None for a crooked edge."""
    if np.count_nonzero(where) < LEAST_CONTACT:
        return None
    x, y = columns[where].astype(np.float64), profile[where].astype(np.float64)
    off = np.abs(y - find_middle(y))
    near = off <= 2 * STRAIGHT_PX
    if np.count_nonzero(near) < 0.5 * x.size:  # a slanting line, not a level one with a crooked rest
        near = off <= 2 + STEEPEST * np.ptp(x) / 2
    slope, start = 0.0, find_middle(y)
    for _ in range(3):
        if np.count_nonzero(near) < max(LEAST_CONTACT, 0.5 * x.size):
            return None
        middle = float(x[near].mean())
        spread = float(((x[near] - middle) ** 2).sum())
        slope = float(((x[near] - middle) * y[near]).sum()) / spread if spread > 200 else 0.0
        slope = float(np.clip(slope, -STEEPEST, STEEPEST))
        start = find_middle(y[near] - slope * x[near])
        before, near = near, np.abs(start + slope * x - y) <= STRAIGHT_PX
        if np.array_equal(before, near):
            break
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
