"""A copy that only adds a frame of one colour shows nothing more: it should not stand for the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.images import decode, fit_within
from pipeline.records import PairComparison, RgbArray

SIDE_PX = 256
LEAST = 0.01  # of a side that the frame must add on all four sides
EVEN = 14  # grey levels that its colour may span, a tenth of its pixels left out: JPEG's noise
SEEN = 3.0  # grey levels of the step along the seam; a margin that goes on unseen is no frame
SEAMS = 3  # sides on which the step must be seen

Box = tuple[float, float, float, float]  # left, top, right, bottom in shares of width and height


def adds_frame(
    found: PairComparison,
    outer: tuple[int, int],
    inner: tuple[int, int],
    load: Callable[[], bytes | RgbArray],
) -> bool:
    """Whether the first picture of a comparison is the second one with a frame round it.

    Sizes are (width, height) in px; `load` gives the first picture, and is only called where it may be so.
    """
    if found.matrix is None:
        return False
    inside = lay_inside(found.matrix, outer, inner)
    if min(inside[0], inside[1], 1 - inside[2], 1 - inside[3]) < LEAST:
        return False
    picture = load()
    return is_frame(
        decode(picture, max_side_px=SIDE_PX).rgb if isinstance(picture, bytes) else picture, inside
    )


def lay_inside(matrix: Sequence[float], outer: tuple[int, int], inner: tuple[int, int]) -> Box:
    """Where the inner picture lies in the outer one.

    `matrix` as in PairComparison takes the outer to the inner picture, in shares of their widths; sizes are
    (width, height) in px. Raises numpy's LinAlgError for a matrix that cannot be turned round.
    """
    there = np.array([*matrix, 0.0, 0.0, 1.0], float).reshape(3, 3)
    corners = np.array([[0.0, 0.0, 1.0], [1.0, inner[1] / inner[0], 1.0]]).T
    found = np.linalg.inv(there) @ corners
    ratio = outer[0] / outer[1]
    (left, right), (top, bottom) = sorted(found[0]), sorted(found[1] * ratio)
    return float(left), float(top), float(right), float(bottom)


def is_frame(rgb: RgbArray, inside: Box) -> bool:
    """Whether all that the picture shows round the box is one colour that ends in a straight, visible seam.

    uint8 (H,W,3); the box as from `lay_inside`.
    """
    margins = (inside[0], inside[1], 1 - inside[2], 1 - inside[3])
    if min(margins) < LEAST:
        return False
    small = fit_within(rgb, SIDE_PX).astype(np.int16)
    turned = small.transpose(1, 0, 2)
    sides = (turned, small, turned[::-1], small[::-1])
    bars = [_measure(side, margin) for side, margin in zip(sides, margins, strict=True)]
    return all(even for even, _ in bars) and sum(step >= SEEN for _, step in bars) >= SEAMS


def _measure(lines: np.ndarray, margin: float) -> tuple[bool, float]:
    """Whether a margin is of one colour, and how far the picture steps off it where it begins."""
    thick = max(1, round(margin * len(lines)))
    safe = max(1, thick - 1)  # the seam itself is blurred by shrinking
    bar = lines[:safe].reshape(-1, 3)
    low, high = np.percentile(bar, (5, 95), axis=0)
    beyond = lines[min(thick + 2, len(lines) - 1)]
    rim = len(beyond) // 8  # the other margins cross this line
    step = np.abs(beyond[rim:-rim] - np.median(bar, axis=0)).max(axis=1)
    return bool((high - low).max() <= EVEN), float(np.percentile(step, 25))
