"""What a finding is judged by: how sure the network is, how much is covered, and beside or on the product."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.compliance.placement import find_product, frame_square
from pipeline.foreground import Foreground
from pipeline.records import FloatArray, RgbArray

NAMES = ("logit", "strongest", "wide", "beside", "on", "scene")
LOOK_FROM = 0.1  # of the cover; where no cell reaches it, no product is looked for
FLOOR = 1e-3  # keeps log odds of a cover finite
STRONGEST, WIDE = 8, 32  # cells


def weigh_findings(
    rgb: RgbArray, cover: FloatArray, logits: FloatArray, found: Foreground | None = None
) -> FloatArray:
    """float32 (K,6) by kind and NAMES: the image's logit, log odds of covers, and 1 in a scene.

    `cover` is float32 (S,S,K), 0 to 1, of the square frame round the picture, `logits` (K,). What stands
    beside the product before a plain ground is nobody's print; what stands on it may be its own. `found`
    spares looking for the product.
    """
    looked = bool(cover.max() >= LOOK_FROM)
    product = frame_product(rgb, len(cover), found) if looked else None
    rows = [_weigh(cover[..., kind], product, looked) for kind in range(len(logits))]
    odds = np.array(rows, np.float32)
    odds[:, :4] = np.log((odds[:, :4] + FLOOR) / (1 - odds[:, :4] + FLOOR))
    return np.concatenate([np.asarray(logits, np.float32)[:, None], odds], axis=1)


def _weigh(cover: FloatArray, product: npt.NDArray[np.bool_] | None, looked: bool) -> list[float]:
    near = cv2.blur(np.ascontiguousarray(cover), (3, 3))
    ordered = np.sort(cover, axis=None)[::-1]
    beside = 0.0 if product is None else float((near * ~product).max())
    on = float(near.max() if product is None else (near * product).max())
    return [
        float(ordered[:STRONGEST].mean()),
        float(ordered[:WIDE].mean()),
        beside,
        on,
        float(looked and product is None),
    ]


def frame_product(rgb: RgbArray, cells: int, found: Foreground | None = None) -> npt.NDArray[np.bool_] | None:
    """Cells of the square frame, bool (cells,cells), that the product touches; None in a scene."""
    product = find_product(rgb, found)
    if product is None:
        return None
    left, top, wide, high = (edge * cells for edge in frame_square(rgb.shape))
    size = (max(1, round(wide)), max(1, round(high)))
    small = cv2.resize(product.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    framed = np.zeros((cells, cells), bool)
    row, column = min(round(top), cells - size[1]), min(round(left), cells - size[0])
    framed[row : row + size[1], column : column + size[0]] = small
    return framed
