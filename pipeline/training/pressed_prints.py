"""An overlay's words and plates as print of the thing: askew, shaded, grained and soft as it is (II.B).

Beside the same overlay laid flat over the same picture, this shows what tells one from the other.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import RgbArray

Rng = np.random.Generator
Mask = npt.NDArray[np.bool_]
LEAST, MOST = 0.25, 0.75  # of what there is to print on
TURN, ASKEW = 14.0, 0.09  # degrees, and share of half the print's side by which a corner moves
FEWEST = 0.04  # of the picture: less is too small to print on
RIM = 0.04  # of the shorter side; print ends within the thing


def press(rgb: RgbArray, mask: Mask | None, part: npt.NDArray[np.uint8], rng: Rng) -> RgbArray | None:
    """The picture, uint8 (H,W,3), with `part` (a Layer's) printed on its object, bool (H,W), or its scene.

    None where the object is too small.
    """
    rim = max(3, int(min(rgb.shape[:2]) * RIM))
    inner = np.ones(rgb.shape[:2], np.uint8) if mask is None else mask.astype(np.uint8)
    cut = np.pad(inner[rim:-rim, rim:-rim], rim)
    inner = np.asarray(cv2.erode(cut, np.ones((rim, rim), np.uint8)), np.uint8)
    rows, columns = np.nonzero(inner)
    if len(rows) < FEWEST * inner.size:
        return None
    quad = _choose_quad(rows, columns, part.shape, rng)
    left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int), 0).tolist()
    right, low = np.minimum(np.ceil(quad.max(axis=0)).astype(int) + 1, rgb.shape[1::-1]).tolist()
    if right - left < 8 or low - top < 8:
        return None
    high, wide = part.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, (quad - (left, top)).astype(np.float32))
    warped = cv2.warpPerspective(part, turn, (right - left, low - top), flags=cv2.INTER_AREA)
    warped = cv2.GaussianBlur(warped, (0, 0), float(rng.uniform(0.4, 1.1))).astype(np.float32)
    spot, made = (slice(top, low), slice(left, right)), rgb.copy()
    strength = inner[spot][..., None] * rng.uniform(0.75, 1.0)
    ground = rgb[spot].astype(np.float32)
    ink = warped[..., :3] * _light(ground, rng)
    made[spot] = np.clip(ground * (1 - warped[..., 3:] * strength / 255) + ink * strength + 0.5, 0, 255)
    return made


def _light(ground: npt.NDArray[np.float32], rng: Rng) -> npt.NDArray[np.float32]:
    """What is left of white print, float32 (h,w,1), in the thing's own shade and grain and some light."""
    grey = ground.mean(axis=2)
    soft = cv2.GaussianBlur(grey, (0, 0), max(1.0, min(grey.shape) / 12))
    shade = np.clip(soft / max(60.0, float(soft.mean())), 0.4, 1.2)
    grain = np.clip((grey + 20) / (soft + 20), 0.7, 1.3)
    lit: npt.NDArray[np.float32] = (shade * grain * rng.uniform(0.6, 1.0)).astype(np.float32)
    return lit[..., None]


def _choose_quad(
    rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], shape: tuple[int, ...], rng: Rng
) -> npt.NDArray[np.float64]:
    """Corners (4,2) of the print, px: on the thing, turned and askew."""
    room = np.array([np.ptp(columns), np.ptp(rows)]) * rng.uniform(LEAST, MOST)
    scale = float((room / (shape[1], shape[0])).min())
    half = np.array([shape[1], shape[0]]) * scale / 2
    spot = int(rng.integers(len(rows)))
    middle = np.array([columns[spot], rows[spot]]) * 0.6 + np.array([columns.mean(), rows.mean()]) * 0.4
    quad = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    angle = np.deg2rad(rng.normal(0, TURN))
    turned = quad @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved: npt.NDArray[np.float64] = turned + middle + rng.normal(0, ASKEW, (4, 2)) * half.max()
    return moved
