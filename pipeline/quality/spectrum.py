"""What frequencies the object's tiles hold, and whether a JPEG's grid stands out in them (II.A)."""

from __future__ import annotations

import numpy as np
from scipy import fft

from pipeline.quality.tiles import CUT_PX, RIM_PX, TILE_PX, Tiles

RINGS = ((1, 3), (3, 5), (5, 8), (8, 11), (11, 15), (15, 20), (20, 25))  # waves in a tile, from and below
BANDS = tuple(f"band{i}_{rank}" for i in range(1, len(RINGS)) for rank in ("low", "high"))
_WINDOW = np.hanning(TILE_PX).astype(np.float32)


def measure_bands(tiles: Tiles) -> list[float]:
    """Logarithms of power by frequency, relative to the lowest: of rows and of columns, the weaker first."""
    inner = slice(RIM_PX, RIM_PX + TILE_PX)
    pieces = tiles.grey.reshape(-1, CUT_PX, CUT_PX)[:, inner, inner].astype(np.float32)
    pieces -= pieces.mean(axis=(1, 2), keepdims=True)
    powers = []
    for axis, window in ((2, _WINDOW), (1, _WINDOW[:, None])):
        waves = fft.rfft(pieces * window, axis=axis)
        power = (waves.real**2 + waves.imag**2).mean(axis=(0, 3 - axis))
        powers.append([power[low:high].mean() for low, high in RINGS])
    found = np.sort(np.log10(np.array(powers) / (np.array(powers)[:, :1] + 1e-6) + 1e-8), axis=0)
    return [float(value) for value in found[:, 1:].T.ravel()]


def measure_blocks(tiles: Tiles) -> list[float]:
    """How much the steps at one column (row) in eight stand out: the grid of a strong JPEG compression."""
    inner = slice(RIM_PX, RIM_PX + TILE_PX)
    behind = slice(RIM_PX - 1, RIM_PX + TILE_PX - 1)
    pieces = tiles.grey.reshape(-1, CUT_PX, CUT_PX).astype(np.int16)
    found = []
    for axis, steps in (
        (2, pieces[:, inner, inner] - pieces[:, inner, behind]),
        (1, pieces[:, inner, inner] - pieces[:, behind, inner]),
    ):
        phases = np.abs(steps).mean(axis=(0, 3 - axis)).reshape(-1, 8).mean(axis=0)
        found.append(float(np.log2((phases.max() + 0.05) / (np.median(phases) + 0.05))))
    return found
