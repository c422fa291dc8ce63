"""The strongest edges of a picture, by which a registration finds its way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.dedup.ground import Pixels
from pipeline.records import FloatArray

SIMILARITY = np.array(  # size, turn, shift x, shift y as the six numbers of an affine step
    [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], np.float32
)


@dataclass(frozen=True)
class Edges:
    """The strongest gradients of one step of the pyramid.

    `points` float32 (3, n) are pixel positions x, y, 1; `slopes` float32 (6, n) how the grey level there
    changes with the six numbers of an affine shift; `values` float32 (n,) the grey levels themselves;
    `shape` rows and columns of the step.
    """

    points: FloatArray
    slopes: FloatArray
    values: FloatArray
    shape: tuple[int, int]

    @cached_property
    def centred(self) -> FloatArray:
        """`values` less their mean."""
        return np.asarray(self.values - self.values.mean(), np.float32)

    @cached_property
    def similar(self) -> FloatArray:
        """float32 (4, n): how the grey level changes with size, turn and shift alone."""
        return np.asarray(SIMILARITY.T @ self.slopes, np.float32)


def describe_edges(smooth: FloatArray, count: int, void: Pixels | None = None) -> Edges:
    """The `count` strongest gradients of a step of the pyramid, softened grey levels float32 (h, w).

    None in `void`, uint8 of any size, and beside it.
    """
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    step = 2 if max(smooth.shape) > 256 else 1  # every other pixel will do where they are many
    strength = np.abs(across[::step, ::step]) + np.abs(down[::step, ::step])
    strength[[0, -1]] = strength[:, [0, -1]] = 0
    if void is not None:
        known = cv2.resize(void, smooth.shape[::-1], interpolation=cv2.INTER_AREA) == 0
        strength *= cv2.erode(known.view(np.uint8), np.ones((5, 5), np.uint8))[::step, ::step]
    flat = strength.ravel()
    count = min(count, flat.size)
    likely = _list_likely(flat, count)
    places = likely[np.argpartition(flat[likely], len(likely) - count)[-count:]]
    rows, columns = np.divmod(places, strength.shape[1])
    rows, columns = rows * step, columns * step
    chosen = rows * smooth.shape[1] + columns
    points = np.stack([columns, rows, np.ones_like(rows)]).astype(np.float32)
    u, v = centre_points(points[:2], smooth.shape)
    gx, gy = across.ravel()[chosen], down.ravel()[chosen]
    slopes = np.stack([gx * u, gx * v, gx, gy * u, gy * v, gy]).astype(np.float32)
    return Edges(points, slopes, smooth.ravel()[chosen], (smooth.shape[0], smooth.shape[1]))


def _list_likely(flat: FloatArray, count: int) -> npt.NDArray[np.intp]:
    """Places that hold the `count` largest values for sure; few, where an eighth of the values can tell."""
    if flat.size > 8 * count:
        few = flat[::8]
        likely = np.flatnonzero(flat >= 0.8 * np.partition(few, len(few) - count // 8)[len(few) - count // 8])
        if count <= len(likely) < flat.size // 2:
            return likely
    return np.arange(flat.size)


def centre_points(points: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Positions (2, n) as shares of the longest side from the centre, which keeps the six unknowns alike."""
    height, width = shape[:2]
    centre = np.array([[(width - 1) / 2], [(height - 1) / 2]], np.float32)
    return np.asarray((points - centre) / max(height, width), np.float32)
