"""Pictures laid over each other without the flat bands and corners that were added to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from pipeline.dedup.glance import glance
from pipeline.dedup.ground import Pixels
from pipeline.dedup.margins import FrameBox, find_content
from pipeline.dedup.prepare import Prepared
from pipeline.dedup.registration import Matrix, Registration, register, warp

LEAST_BESIDE = 0.001  # of the frame: a smaller thing in a band's place is noise
SAME_FRAME = 0.02  # of the longer side that corners are off
RIM_PX = 3  # on either side of a band's edge, which is blurred
LEAST_RIM_PX = 5  # of a side on which anything is shown
ALIKE = 0.7  # of what either shows along a side, where one goes on as the other ends


@dataclass(frozen=True)
class Peeled:
    """Two pictures without bands, how the second lies over the first, and their corners in the frames."""

    sides: tuple[Prepared, Prepared]
    found: Registration
    corners: tuple[Matrix, Matrix]

    @property
    def matrix(self) -> Matrix:
        """The map from the first whole picture's working pixels to the second one's."""
        return self.corners[1] @ self.found.matrix @ np.linalg.inv(self.corners[0])


def peel(a: Prepared, b: Prepared, apart: bool, hasty: bool) -> Peeled | None:
    """The two without their bands, laid over each other; None without bands, and where that may not be.

    `apart` says that they differ by far with their bands: then only such as show at a glance are peeled. A
    straight-sided product on white looks like a scene in bands: so what one shows in the place of the other's
    band must go on from what lies within, and nothing may lie beside it. Where both have the same frame their
    bands are the same, and what is drawn at their edges counts. (II.D)
    """
    if apart and not (a.may_be_banded or b.may_be_banded):
        return None
    if a.peeled is None and b.peeled is None:
        return None
    one, other = a.peeled or a, b.peeled or b
    found = register(one, other, partial(glance, one, other) if hasty else None)
    if not found.finished:
        return None
    back = np.linalg.inv(found.matrix)
    colours = a.margin + b.margin
    if _shows_beside(a, one, other, found.matrix, colours) or _shows_beside(b, other, one, back, colours):
        return None
    peeled = Peeled((one, other), found, (_move(a.peeled_frame), _move(b.peeled_frame)))
    return None if _share_frame(a, b, peeled.matrix) else peeled


def _move(frame: FrameBox | None) -> Matrix:
    x, y = frame[:2] if frame else (0, 0)
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _share_frame(a: Prepared, b: Prepared, matrix: Matrix) -> bool:
    """Whether the map takes the first frame's corners to the second one's."""
    corners = [np.array([[0, w, 0, w], [0, 0, h, h], [1, 1, 1, 1]], np.float64) for w, h in (a.size, b.size)]
    return float(np.abs((matrix @ corners[0] - corners[1])[:2]).max()) < SAME_FRAME * max(b.size)


def _shows_beside(
    whole: Prepared, one: Prepared, other: Prepared, matrix: Matrix, colours: tuple[Pixels, ...]
) -> bool:
    """Whether the other shows something in a band's place that does not go on from what lies within.

    `one` is the whole picture without its bands, `matrix` takes its pixels to the other's, `colours` are
    those of the whole pictures' margins: of what is left the margin may be the product itself.
    """
    if one is whole or whole.peeled_frame is None:
        return False
    x0, y0, x1, y1 = whole.peeled_frame
    own: Pixels = np.zeros((whole.size[1], whole.size[0]), np.uint8)
    own[y0:y1, x0:x1] = _list_content(one, colours)
    beyond = warp(
        _list_content(other, colours), matrix @ np.linalg.inv(_move(whole.peeled_frame)), whole.size,
        cv2.INTER_NEAREST,
    )  # fmt: skip
    inside = np.zeros_like(own)
    inside[y0:y1, x0:x1] = 255
    band = cv2.subtract(cv2.morphologyEx(beyond, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), inside)
    rim = cv2.dilate(inside, np.ones((2 * RIM_PX + 1, 2 * RIM_PX + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(band)
    for at in range(1, count):
        if stats[at, cv2.CC_STAT_AREA] >= LEAST_BESIDE * own.size and not rim[labels == at].any():
            return True
    return any(_breaks_off(own, beyond, side) for side in _list_sides(whole.peeled_frame, own.shape))


def _list_content(one: Prepared, colours: tuple[Pixels, ...]) -> Pixels:
    """255 where the picture is unlike all the colours, and not void."""
    content = find_content(one.rgb, colours)
    return content if one.void is None else cv2.subtract(content, one.void)


def _list_sides(
    frame: FrameBox, shape: tuple[int, ...]
) -> list[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Places within and beyond each side that has a band, as (rows, columns)."""
    x0, y0, x1, y1 = frame
    rows, columns, height, width = slice(y0, y1), slice(x0, x1), *shape[:2]
    n = RIM_PX
    sides = []
    if x0 > n:
        sides.append(((rows, slice(x0 + 1, x0 + 1 + n)), (rows, slice(x0 - 1 - n, x0 - 1))))
    if x1 < width - n:
        sides.append(((rows, slice(x1 - 1 - n, x1 - 1)), (rows, slice(x1 + 1, x1 + 1 + n))))
    if y0 > n:
        sides.append(((slice(y0 + 1, y0 + 1 + n), columns), (slice(y0 - 1 - n, y0 - 1), columns)))
    if y1 < height - n:
        sides.append(((slice(y1 - 1 - n, y1 - 1), columns), (slice(y1 + 1, y1 + 1 + n), columns)))
    return sides


def _breaks_off(own: Pixels, beyond: Pixels, side: tuple[tuple[slice, slice], tuple[slice, slice]]) -> bool:
    """Whether the other shows something beyond a side, and along it not what lies within."""
    within, out = own[side[0]], beyond[side[1]]
    axis = int(within.shape[0] > within.shape[1])
    ends, goes_on = (plane.min(axis) > 0 for plane in (within, out))
    if np.count_nonzero(goes_on) < LEAST_RIM_PX:
        return False
    return bool(np.count_nonzero(ends & goes_on) < ALIKE * np.count_nonzero(ends | goes_on))
