"""Where overlays stand: beside the product, where nobody prints, or on it (II.B)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground, find_object
from pipeline.records import FloatArray, RgbArray

Mask = npt.NDArray[np.bool_]
COVERED = 0.75  # of a cell; the network was fitted with overlays weighed threefold: an even chance
Box = tuple[float, float, float, float]


def find_product(rgb: RgbArray, found: Foreground | None = None) -> Mask | None:
    """The largest thing that stands out from a plain background, bool (h,w); None in a scene.

    `found` spares the search where the picture's object is known; the mask then has its scale.
    """
    found = found or find_object(rgb)
    count, labels = cv2.connectedComponents(found.mask.view(np.uint8))
    if count < 2 or found.kind == "scene":
        return None
    if count == 2:
        return found.mask
    # counted here: OpenCV takes five times as long to find boxes and centres as well
    return np.asarray(labels == 1 + int(np.bincount(labels.ravel())[1:].argmax()))


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


def bound_cover(cover: FloatArray, shape: Sequence[int]) -> list[float]:
    """Left, top, right, bottom of what is covered, as shares of the picture; all if nothing stands out."""
    rows, columns = np.nonzero(cover > COVERED)
    if not len(rows):
        return [0.0, 0.0, 1.0, 1.0]
    ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return place_box(ends, len(cover), shape)


def list_boxes(cover: FloatArray, shape: Sequence[int], most: int = 4) -> list[list[float]]:
    """Such a box for each thing that was found, the largest first, at most `most` of them."""
    mask = (cover > COVERED).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = sorted(stats[1:].tolist(), key=lambda row: -row[cv2.CC_STAT_AREA])[:most]
    return [place_box((x, y, x + w, y + h), len(cover), shape) for x, y, w, h, _ in found]


def place_box(ends: Sequence[int], cells: int, shape: Sequence[int]) -> list[float]:
    """Cells of the padded square -> shares of the picture."""
    left, top, wide, high = frame_square(shape)
    placed = [
        (ends[0] / cells - left) / wide,
        (ends[1] / cells - top) / high,
        (ends[2] / cells - left) / wide,
        (ends[3] / cells - top) / high,
    ]
    return [round(float(min(1.0, max(0.0, end))), 3) for end in placed]
