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
CUT = 0.17  # of a side along which the thing itself ends at the seam; on 95 padded pictures 0 to .14 or .2 up
CUT_STEP = 16  # grey levels from the margin to the thing

Box = tuple[float, float, float, float]  # left, top, right, bottom in shares of width and height


def adds_frame(
    found: PairComparison,
    outer: tuple[int, int],
    inner: tuple[int, int],
    load: Callable[[], bytes | RgbArray],
    also_cut: bool = False,
) -> bool:
    """Whether the first picture of a comparison is the second one with a frame round it.

    Sizes are (width, height) in px; `load` gives the first picture, and is only called where it may be so.
    `also_cut` as in `is_frame`.
    """
    if found.matrix is None:
        return False
    inside = lay_inside(found.matrix, outer, inner)
    if min(inside[0], inside[1], 1 - inside[2], 1 - inside[3]) < LEAST:
        return False
    picture = load()
    return is_frame(
        decode(picture, max_side_px=SIDE_PX).rgb if isinstance(picture, bytes) else picture, inside, also_cut
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


def is_frame(rgb: RgbArray, inside: Box, also_cut: bool = False) -> bool:
    """Whether all that the picture shows round the box is one colour that ends in a straight, visible seam.

    uint8 (H,W,3); the box as from `lay_inside`. With `also_cut`, a margin that goes on unseen counts too
    where the thing ends at the seam: a person cut at the knees who now floats, or a thing cropped tight.
    """
    margins = (inside[0], inside[1], 1 - inside[2], 1 - inside[3])
    if min(margins) < LEAST:
        return False
    small = fit_within(rgb, SIDE_PX).astype(np.int16)
    turned = small.transpose(1, 0, 2)
    sides = (turned, small, turned[::-1], small[::-1])
    bars = [_measure(side, margin) for side, margin in zip(sides, margins, strict=True)]
    if not all(even for even, _, _ in bars):
        return False
    is_cut = also_cut and max(cut for _, _, cut in bars) >= CUT
    return is_cut or sum(step >= SEEN for _, step, _ in bars) >= SEAMS


def _measure(lines: np.ndarray, margin: float) -> tuple[bool, float, float]:
    """Whether a margin is of one colour, how far the picture steps off it, and along which share clearly."""
    thick = max(1, round(margin * len(lines)))
    safe = max(1, thick - 1)  # the seam itself is blurred by shrinking
    bar = lines[:safe].reshape(-1, 3)
    low, high = np.percentile(bar, (5, 95), axis=0)
    beyond = lines[min(thick + 2, len(lines) - 1)]
    rim = len(beyond) // 8  # the other margins cross this line
    step = np.abs(beyond[rim:-rim] - np.median(bar, axis=0)).max(axis=1)
    return (
        bool((high - low).max() <= EVEN),
        float(np.percentile(step, 25)),
        float((step >= CUT_STEP).mean()),
    )
