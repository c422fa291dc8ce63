"""Flat bands that were added to a picture's sides, and flat corners that turning or shearing left.

A shop that squares a picture adds two bands, in white, black or a colour of its own; a shift adds one or two;
one after the other they lie in each other. None of it is shown by anything.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels
from pipeline.dedup.margins import FrameBox
from pipeline.records import RgbArray

EVEN = 8  # grey levels in any channel that a line of a band may be off its colour
EVEN_SHARE = 0.99  # of a line that must be of the band's colour
RINGING_PX = 4  # beyond the last even line: how far compression rings, and where another colour must stand
STEP = 12  # grey levels that what lies within is off the band's colour, as long as the edge is
STEP_SHARE = 0.6  # of the edge; along a picture's own ground only the object is
MOST_BANDS = 8  # that lie in each other or side by side
WHITE = 250  # grey levels at least in each channel
LEAST_LEFT = 0.12  # of the frame that must be left; less is no picture
LEAST_SIDE_PX = 24
LEAST_DETAIL = (
    0.02  # of what is left must be off its middle by STEP_DETAIL: what is flat altogether has no bands
)
STEP_DETAIL = 24
LEAST_CORNER_PX = 3  # the shorter side of a flat corner
LEAST_CORNER_SHARE = 0.08  # of the frame's side: its longer side
TRIANGLE = (0.4, 0.6)  # share of its box that a corner fills, half but for the rims
LEAST_SLANT = 0.9  # share of a corner's rows that end where a straight line says, within two pixels


def find_bands(rgb: RgbArray) -> FrameBox | None:
    """The box x0, y0, x1, y1 without the bands of uint8 RGB (h, w, 3); None where there are none. (II.D)

    A band is of one colour to the frame's ends and ends at a straight edge, beyond which most is of another.
    Bands within bands are taken only where they are white: a straight-sided product on a plain ground would
    lose its flat parts one after the other.
    """
    x0, y0, x1, y1 = 0, 0, rgb.shape[1], rgb.shape[0]
    outer: Pixels | None = None
    for _ in range(MOST_BANDS):
        left = rgb[y0:y1, x0:x1]
        if min(left.shape[:2]) < LEAST_SIDE_PX:
            return None
        depths, colours = _measure_bands(left)
        for side, colour in enumerate(colours):
            if depths[side] and outer is not None and not (_are_near(colour, outer) or colour.min() >= WHITE):
                depths[side] = 0
        if not any(depths):
            break
        outer = colours[int(np.argmax(depths))] if outer is None else outer
        y0, y1, x0, x1 = y0 + depths[0], y1 - depths[1], x0 + depths[2], x1 - depths[3]
    left = rgb[y0:y1, x0:x1]
    if left.shape == rgb.shape or min(left.shape[:2]) < LEAST_SIDE_PX:
        return None
    if left.size < LEAST_LEFT * rgb.size or not _shows_something(left):
        return None
    return x0, y0, x1, y1


def _are_near(colour: Pixels, other: Pixels) -> bool:
    return int(np.abs(colour.astype(np.int16) - other).max()) <= EVEN


def _measure_bands(rgb: Pixels) -> tuple[list[int], list[Pixels]]:
    """How many lines of the upper, lower, left and right side are a band, 0 without one; their colours."""
    turned = rgb, rgb[::-1], rgb.transpose(1, 0, 2), rgb[:, ::-1].transpose(1, 0, 2)
    counts: dict[bytes, tuple[Pixels, Pixels]] = {}  # by colour, which sides often share
    depths, colours = [0, 0, 0, 0], [lines[0, lines.shape[1] // 2] for lines in turned]
    for side, lines in enumerate(turned):
        colour = colours[side]
        if np.count_nonzero(_find_near(lines[:1].copy(), colour, EVEN)) < EVEN_SHARE * lines.shape[1]:
            continue
        if colour.tobytes() not in counts:
            near = _find_near(rgb, colour, EVEN)
            rows, columns = (cv2.reduce(near, at, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() for at in (1, 0))
            counts[colour.tobytes()] = rows // 255, columns // 255
        even = counts[colour.tobytes()][side // 2] >= EVEN_SHARE * lines.shape[1]
        even = even[:: -1 if side % 2 else 1]
        if not even.all():
            depths[side] = _find_edge(lines, colour, int(even.argmin()))
    return depths, colours


def _find_edge(lines: Pixels, colour: Pixels, depth: int) -> int:
    """The first line within, beyond the blurred one at the edge; 0 where the band just thins out there."""
    some = lines[depth : depth + RINGING_PX + 1]
    off = (_find_near(some.copy(), colour, STEP) == 0).mean(1) >= STEP_SHARE
    at = int(off.argmax())
    return depth + at + 1 if off[at : at + 2].sum() == 2 else 0


def _find_near(pixels: Pixels, colour: Pixels, most: int) -> Pixels:
    """255 where pixels (h, w, 3) are off the colour by at most so many grey levels in any channel."""
    low, high = (np.clip(colour.astype(np.int16) + step, 0, 255) for step in (-most, most))
    return cv2.inRange(pixels, low, high)


def _shows_something(rgb: Pixels) -> bool:
    some = rgb[::3, ::3]
    middle = np.median(some.reshape(-1, 3), axis=0)
    return float((_find_near(some.copy(), middle, STEP_DETAIL) == 0).mean()) >= LEAST_DETAIL


def find_corners(rgb: RgbArray) -> Pixels | None:
    """255 in the flat triangles of the corners, uint8 (h, w), with a pixel's rim; None without any."""
    height, width = rgb.shape[:2]
    rgb = rgb if rgb.flags.writeable else rgb.copy()  # OpenCV asks for it, though it writes nothing
    found: Pixels | None = None
    for x, y in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        corner = _flood(rgb, x, y)
        if corner is None:
            continue
        found = corner if found is None else cv2.bitwise_or(found, corner)
    return None if found is None else cv2.dilate(found, np.ones((3, 3), np.uint8))


def find_border_colour(rgb: RgbArray, void: Pixels) -> Pixels:
    """The middle colour along the border, uint8 (3,), of what is not void there."""
    rims = np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]
    ring = np.concatenate([rgb[rim][void[rim] == 0] for rim in rims])
    return np.median(ring, axis=0).astype(np.uint8) if len(ring) else np.full(3, 255, np.uint8)


def _flood(rgb: RgbArray, x: int, y: int) -> Pixels | None:
    """255 in the flat triangle of one corner, uint8 (h, w)."""
    height, width = rgb.shape[:2]
    filled: Pixels = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    area, _, _, (left, top, wide, high) = cv2.floodFill(
        rgb, filled, (x, y), (0, 0, 0), (EVEN,) * 3, (EVEN,) * 3, flags
    )
    if min(wide, high) < LEAST_CORNER_PX or max(wide / width, high / height) < LEAST_CORNER_SHARE:
        return None
    if not TRIANGLE[0] <= area / (wide * high) <= TRIANGLE[1]:
        return None
    box = filled[top + 1 : top + 1 + high, left + 1 : left + 1 + wide] > 0
    box = box[::-1] if y else box
    box = box[:, ::-1] if x else box
    if high > wide:
        box = box.T
    ends = box.sum(0)  # along its longer side
    line = len(box) * (1 - (np.arange(len(ends)) + 0.5) / len(ends))
    if not box[0].mean() >= LEAST_SLANT or float((np.abs(ends - line) <= 2).mean()) < LEAST_SLANT:
        return None
    return np.asarray(filled[1:-1, 1:-1])
