"""The flat margin of a picture: its colours, what is content, and the frame that stands in it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.dedup.ground import MASK_SIDE_PX, BoolArray, Pixels, fit, keep_off_border
from pipeline.records import RgbArray

FrameBox = tuple[int, int, int, int]

FLAT = 12  # grey levels in any channel; compression rings about as much beside an edge
FLAT_SIDE = 8  # the same along one whole side of the frame; a plain wall must not pass for a margin
SIDE_PX = 4  # how deep such a side is looked at
FIRST_SHARE, SECOND_SHARE = 0.12, 0.03  # of the border that a margin's colour must explain
MIN_MARGIN_SHARE = 0.003  # of the frame; less is the rim of a resize
QUAD_SHARE = 0.97  # of its convex hull that a framed picture fills
ROUGH_SHARE = 0.85  # the same at a glance
LEAST_SHARE = 0.04  # of the frame; less is no picture in a margin
QUAD_CORNERS = 6  # at most: a turned frame cut by another frame
QUAD_TOLERANCE = 0.02  # of the hull's length
RIM_PX = 2  # of a copy of MASK_SIDE_PX: how near to its box's side a scene must come
LEAST_FILLED = 0.85  # share of its upright box that such a scene fills
LEAST_REACHED, MEAN_REACHED = 0.5, 0.75  # shares of such a side, of the worst one and on average
LINE_PX = 4  # at most, at the working size, is the width of a line drawn around a picture
LINE_STEP = 20.0  # grey levels between such a line and what lies within


def find_margin_colours(rgb: RgbArray) -> tuple[Pixels, ...]:
    """At most two flat colours along the border, float (3,): a margin, and white in the corners of a turn.

    Where there is neither, the colour of a margin on one side alone.
    """
    # channels first: numpy is slow along an axis of three
    ring = np.ascontiguousarray(np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).T)
    first = np.median(ring, axis=1).astype(np.float32)
    off = np.abs(ring - first[:, None]).max(0) > FLAT
    found = [first] if 1 - off.mean() >= FIRST_SHARE else []
    white = np.full(3, 255, np.float32)
    left = ring[:, off] if found else ring
    if np.count_nonzero(left.min(0) >= 255 - FLAT) >= SECOND_SHARE * ring.shape[1]:
        found.append(white)
    return tuple(found or _find_flat_side(rgb))


def _find_flat_side(rgb: RgbArray) -> list[Pixels]:
    """The colour of the first side of the frame that has one colour to its ends; none where no side has."""
    for side in (rgb[:SIDE_PX], rgb[-SIDE_PX:], rgb[:, :SIDE_PX], rgb[:, -SIDE_PX:]):
        levels = side.reshape(-1, 3)
        colour = np.median(levels, axis=0).astype(np.float32)
        if np.count_nonzero(np.abs(levels - colour).max(1) <= FLAT_SIDE) >= 0.99 * len(levels):
            return [colour]
    return []


def find_content(rgb: RgbArray, margin: tuple[Pixels, ...]) -> Pixels:
    """255 where the picture is unlike every colour of its margin, uint8 (h, w); everywhere without margin."""
    content: Pixels = np.full(rgb.shape[:2], 255, np.uint8)
    for colour in margin:
        content = cv2.bitwise_and(content, leave_colour(rgb, colour))
    return content


def leave_colour(rgb: RgbArray, colour: Pixels) -> Pixels:
    """255 where the picture is off that colour by more than compression may be, uint8 (h, w)."""
    low, high = (np.clip(colour + step, 0, 255).astype(np.uint8) for step in (-FLAT, FLAT))
    return cv2.bitwise_not(cv2.inRange(rgb, low, high))


def find_inner_frame(content: Pixels) -> FrameBox | None:
    """Box x0, y0, x1, y1 of the picture that stands in a margin; `content` uint8 (h, w).

    None where there is no margin, or where what stands in it is no convex shape of few corners.
    """
    small = keep_off_border(fit(content, MASK_SIDE_PX) > 127)
    if _find_straight_hull(small) is None and not _fills_box(small):
        return None
    box = _tighten(content, _enlarge(cv2.boundingRect(small.view(np.uint8)), small, content))
    return box if box[2] - box[0] >= 16 and box[3] - box[1] >= 16 else None


def find_framed(rgb: RgbArray, margin: tuple[Pixels, ...]) -> tuple[Pixels, Pixels] | None:
    """255 within a straight-sided picture in a margin, uint8 (h, w), and that margin's colour, float (3,).

    The last colour of the margin, white, is tried first: a wall that reaches the border may be the other.
    None where nothing straight-sided stands in a margin.
    """
    for colour in margin[::-1]:
        small = keep_off_border(fit(leave_colour(rgb, colour), 2 * MASK_SIDE_PX) > 127)
        hull = _find_straight_hull(small)
        if hull is not None:
            drawn = cv2.fillConvexPoly(np.zeros(small.shape, np.uint8), hull, 255)
            return cv2.resize(drawn, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR), colour
    return None


def _find_straight_hull(solid: BoolArray) -> Pixels | None:
    """The convex hull of what stands in a margin, if it has few corners and is filled; else None."""
    share = float(solid.mean())
    if share > 1 - MIN_MARGIN_SHARE or share < LEAST_SHARE:
        return None
    hull = _bound_hull(solid)
    corners = cv2.approxPolyDP(hull, QUAD_TOLERANCE * cv2.arcLength(hull, True), True)
    if len(corners) > QUAD_CORNERS or solid.sum() < QUAD_SHARE * _measure_hull(hull):
        return None
    return np.asarray(hull)


def is_framed(content: Pixels) -> bool:
    """Whether what stands in the margin may be another picture, by a coarse look; uint8 (h, w)."""
    solid = keep_off_border(content > 0)
    share = float(solid.mean())
    if not LEAST_SHARE <= share < 1:
        return False
    return float(solid.sum()) >= ROUGH_SHARE * _measure_hull(_bound_hull(solid))


def _fills_box(solid: BoolArray) -> bool:
    """Whether what stands in a margin reaches most of each side of its upright box: a scene partly white."""
    share = float(solid.mean())
    if share > 1 - MIN_MARGIN_SHARE or share < LEAST_SHARE:
        return False
    x, y, width, height = cv2.boundingRect(solid.view(np.uint8))
    box = solid[y : y + height, x : x + width]
    if box.mean() < LEAST_FILLED:
        return False
    reached = [
        rim.any(axis).mean()
        for rim, axis in ((box[:RIM_PX], 0), (box[-RIM_PX:], 0), (box[:, :RIM_PX], 1), (box[:, -RIM_PX:], 1))
    ]
    return min(reached) >= LEAST_REACHED and float(np.mean(reached)) >= MEAN_REACHED


def _bound_hull(solid: BoolArray) -> Pixels:
    """The convex hull of all that is True, from the ends of its rows alone."""
    rows = np.flatnonzero(solid.any(1))
    first, last = solid[rows].argmax(1), solid.shape[1] - 1 - solid[rows, ::-1].argmax(1)
    ends = np.stack([np.concatenate([first, last]), np.concatenate([rows, rows])], axis=1).astype(np.int32)
    return cv2.convexHull(ends)


def _measure_hull(hull: Pixels) -> float:
    """Pixels of a convex hull through pixels' centres."""
    return float(cv2.contourArea(hull)) + 0.5 * float(cv2.arcLength(hull, True))


def _enlarge(rect: Sequence[int], small: Pixels, content: Pixels) -> FrameBox:
    x, y, width, height = rect
    across, down = content.shape[1] / small.shape[1], content.shape[0] / small.shape[0]
    right, bottom = round((x + width) * across), round((y + height) * down)
    return round(x * across), round(y * down), min(content.shape[1], right), min(content.shape[0], bottom)


def _tighten(content: Pixels, box: FrameBox) -> FrameBox:
    """The box moved in past rows and columns that are still margin, a few pixels at most."""
    x0, y0, x1, y1 = box
    inside = content[y0:y1, x0:x1] > 0
    columns, rows = inside.mean(0) > 0.1, inside.mean(1) > 0.1
    if not columns.any() or not rows.any():
        return box
    left, right = int(columns.argmax()), int(columns[::-1].argmax())
    top, bottom = int(rows.argmax()), int(rows[::-1].argmax())
    return x0 + left, y0 + top, x1 - right, y1 - bottom


def paint_over_line(rgb: RgbArray) -> RgbArray:
    """The picture without a thin line drawn around it: its rim repeats what lies within; else unchanged."""
    height, width = rgb.shape[:2]
    if min(height, width) < 12 * LINE_PX:
        return rgb
    depth = LINE_PX + 1
    rims = (rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1])
    within = (rgb[depth], rgb[-1 - depth], rgb[:, depth], rgb[:, -1 - depth])
    means = np.array([rim.mean(0) for rim in rims])
    if np.ptp(means, axis=0).max() > 25 or max(float(rim.std(0).max()) for rim in rims) > 15:
        return rgb
    steps = [np.abs(a.astype(np.int16) - b).max(1) for a, b in zip(rims, within, strict=True)]
    if min(float((step > LINE_STEP).mean()) for step in steps) < 0.7:
        return rgb
    inner = np.ascontiguousarray(rgb[depth : height - depth, depth : width - depth])
    bordered = cv2.copyMakeBorder(inner, depth, depth, depth, depth, cv2.BORDER_REPLICATE)
    return np.asarray(bordered, np.uint8)
