"""What frequencies the object's tiles hold, and whether a JPEG's grid stands out in them (II.A)."""

from __future__ import annotations

from math import log2

import cv2
import numpy as np

from pipeline.quality.tiles import CUT_PX, RIM_PX, TILE_PX, Tiles
from pipeline.records import FloatArray

RINGS = ((1, 3), (3, 5), (5, 8), (8, 11), (11, 15), (15, 20), (20, 25))  # waves in a tile, from and below
BANDS = tuple(f"band{i}_{rank}" for i in range(1, len(RINGS)) for rank in ("low", "high"))
_INNER, _BEHIND = slice(RIM_PX, RIM_PX + TILE_PX), slice(RIM_PX - 1, RIM_PX + TILE_PX - 1)
_FIRST, _END = RINGS[0][0], RINGS[-1][1]  # waves that count
_STARTS = [low - _FIRST for low, _ in RINGS]
_LENGTHS = np.array([high - low for low, high in RINGS], np.float32)


def _draw_waves() -> FloatArray:
    """Cosines, then sines of the waves that count, under a window; float32 (TILE_PX, 2 * waves)."""
    angles = 2 * np.pi / TILE_PX * np.outer(np.arange(TILE_PX), np.arange(_FIRST, _END))
    waves = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.hanning(TILE_PX)[:, None] * waves, np.float32)


_WAVES = _draw_waves()


def measure_bands(tiles: Tiles) -> list[float]:
    """Logarithms of power by frequency, relative to the lowest: of rows and of columns, the weaker first."""
    pieces = tiles.grey.reshape(-1, CUT_PX, CUT_PX)[:, _INNER, _INNER].astype(np.float32)
    pieces -= pieces.mean(axis=(1, 2), keepdims=True)
    powers = np.empty((2, len(RINGS)), np.float32)
    for row, lines in enumerate((pieces, np.ascontiguousarray(pieces.transpose(0, 2, 1)))):
        parts = np.square(lines.reshape(-1, TILE_PX) @ _WAVES).sum(axis=0) / (lines.size / TILE_PX)
        power = parts[: _END - _FIRST] + parts[_END - _FIRST :]
        powers[row] = np.add.reduceat(power, _STARTS) / _LENGTHS
    found = np.sort(np.log10(powers / (powers[:, :1] + 1e-6) + 1e-8), axis=0)
    return [float(value) for value in found[:, 1:].T.ravel()]


def measure_blocks(tiles: Tiles) -> list[float]:
    """How much the steps at one column (row) in eight stand out: the grid of a strong JPEG compression."""
    pieces = tiles.grey.reshape(-1, CUT_PX, CUT_PX)
    inner = np.ascontiguousarray(pieces[:, _INNER, _INNER]).reshape(-1, TILE_PX)
    found = []
    for behind, across in ((pieces[:, _INNER, _BEHIND], True), (pieces[:, _BEHIND, _INNER], False)):
        steps = cv2.absdiff(inner, np.ascontiguousarray(behind).reshape(-1, TILE_PX))
        lines = steps if across else steps.reshape(-1, 8, TILE_PX).transpose(0, 2, 1).reshape(-1, 8)
        sums = cv2.reduce(np.ascontiguousarray(lines), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        phases = sorted((np.asarray(sums).reshape(-1, 8).sum(axis=0) * 8 / steps.size).tolist())
        found.append(log2((phases[-1] + 0.05) / ((phases[3] + phases[4]) / 2 + 0.05)))
    return found
