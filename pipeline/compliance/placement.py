"""Where overlays stand: beside the product, where nobody prints, or on it (II.B)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import find_object
from pipeline.records import FloatArray, RgbArray

Mask = npt.NDArray[np.bool_]
COVERED = 0.75  # of a cell; the network was fitted with overlays weighed threefold: an even chance
Box = tuple[float, float, float, float]


def find_product(rgb: RgbArray) -> Mask | None:
    """The largest thing that stands out from a plain background, bool (h,w); None in a scene."""
    found = find_object(rgb)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found.mask.astype(np.uint8))
    if count < 2 or found.kind == "scene":
        return None
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def measure_beside(cover: FloatArray, shape: Sequence[int], product: Mask) -> float:
    """Share (0 to 1) of what is covered that lies outside the product; 0 where nothing is covered.

    `cover` is float32 (S,S), 0 to 1, of the square frame round a picture of the given shape.
    """
    left, top, wide, high = frame_square(shape)
    cells = len(cover)
    inside = cover[
        int(top * cells) : max(int(top * cells) + 1, round((top + high) * cells)),
        int(left * cells) : max(int(left * cells) + 1, round((left + wide) * cells)),
    ]
    full = cv2.resize(np.ascontiguousarray(inside), product.shape[::-1], interpolation=cv2.INTER_LINEAR)
    covered = np.asarray(full) > COVERED
    return float((covered & ~product).sum() / max(1, covered.sum()))


def share_under(box: Box, mask: Mask) -> float:
    """Share (0 to 1) of a box, in shares of the picture, that the mask fills."""
    height, width = mask.shape
    left, top, right, bottom = box
    part = mask[
        int(top * height) : max(int(top * height) + 1, round(bottom * height)),
        int(left * width) : max(int(left * width) + 1, round(right * width)),
    ]
    return float(part.mean()) if part.size else 1.0


def frame_square(shape: Sequence[int]) -> Box:
    """Left, top, width and height of the picture inside the padded square, as shares of the square."""
    height, width = shape[:2]
    side = max(height, width)
    return (1 - width / side) / 2, (1 - height / side) / 2, width / side, height / side


def measure_cover(box: Box, cover: FloatArray, shape: Sequence[int]) -> float:
    """Mean cover (0 to 1) under a box of the picture."""
    left, top, wide, high = frame_square(shape)
    cells = len(cover)
    x0, x1 = ((left + box[i] * wide) * cells for i in (0, 2))
    y0, y1 = ((top + box[i] * high) * cells for i in (1, 3))
    part = cover[int(y0) : max(int(y0) + 1, round(y1)), int(x0) : max(int(x0) + 1, round(x1))]
    return float(part.mean()) if part.size else 0.0


def bound_cover(cover: FloatArray, shape: Sequence[int]) -> list[float]:
    """Left, top, right, bottom of what is covered, as shares of the picture; all if nothing stands out."""
    rows, columns = np.nonzero(cover > COVERED)
    if not len(rows):
        return [0.0, 0.0, 1.0, 1.0]
    left, top, wide, high = frame_square(shape)
    cells = len(cover)
    ends = [
        (columns.min() / cells - left) / wide,
        (rows.min() / cells - top) / high,
        ((columns.max() + 1) / cells - left) / wide,
        ((rows.max() + 1) / cells - top) / high,
    ]
    return [round(float(min(1.0, max(0.0, end))), 3) for end in ends]
