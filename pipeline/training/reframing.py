"""Objects made too small for their frame: padding on any side, or cut out onto too much ground (II.A)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground, find_object
from pipeline.records import FloatArray, RgbArray

SIDE_PX = 512
SMALL = (0.07, 0.38)  # the object's longer extent as a share of the frame: clearly too small
FAIR = (0.55, 0.95)  # clearly not
THIN_SHARE = 0.15  # of the cut-out objects


def make_small(rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray]) -> RgbArray:
    """The photo's object, uint8 (H,W,3), at an extent within SMALL of a new frame."""
    return _reframe(rgb, rng, backdrops, float(rng.uniform(*SMALL)))


def make_fair(rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray]) -> RgbArray:
    """The same way with an extent within FAIR, so that the way itself teaches nothing."""
    return _reframe(rgb, rng, backdrops, float(rng.uniform(*FAIR)))


def _reframe(rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray], extent: float) -> RgbArray:
    found = find_object(rgb)
    if found.kind != "scene" and found.area > 0.01 and not found.touches_edge and rng.random() < 0.6:
        return _cut_and_place(rgb, found, rng, backdrops, extent)
    return _pad(rgb, found, rng, extent)


def _pad(rgb: RgbArray, found: Foreground, rng: np.random.Generator, extent: float) -> RgbArray:
    """More of the same ground (or white) on one or more sides."""
    left, top, right, bottom = found.box if found.kind != "scene" else (0.0, 0.0, 1.0, 1.0)
    now = max(right - left, bottom - top, 0.05)
    if now <= extent:
        return _fit(rgb, SIDE_PX)
    grow = now / extent
    small = _fit(rgb, max(24, round(SIDE_PX / grow)))
    edges = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    shape = rng.choice([0.75, 1.0, 1.0, 1.33])
    high, wide = round(SIDE_PX * min(1.0, shape)), round(SIDE_PX * min(1.0, 1 / shape))
    high, wide = max(high, small.shape[0]), max(wide, small.shape[1])
    frame = np.empty((high, wide, 3), np.uint8)
    frame[:] = np.median(edges, axis=0) if rng.random() < 0.7 else 255
    y, x = _choose_place(rng, high - small.shape[0]), _choose_place(rng, wide - small.shape[1])
    frame[y : y + small.shape[0], x : x + small.shape[1]] = small
    return frame


def _choose_place(rng: np.random.Generator, room: int) -> int:
    """Mostly the middle, as shops pad; sometimes one side."""
    return round(room * (0.5 if rng.random() < 0.5 else float(rng.uniform(0, 1))))


def _cut_and_place(
    rgb: RgbArray, found: Foreground, rng: np.random.Generator, backdrops: list[RgbArray], extent: float
) -> RgbArray:
    height, width = rgb.shape[:2]
    left, top, right, bottom = found.box
    rows, columns = (
        slice(int(top * height), int(bottom * height) + 1),
        slice(int(left * width), int(right * width) + 1),
    )
    mask = cv2.resize(found.mask.astype(np.float32), (width, height))[rows, columns]
    piece = rgb[rows, columns]
    scale = SIDE_PX * extent / max(piece.shape[:2])
    size = np.maximum(6, np.round(np.array(piece.shape[1::-1]) * scale)).astype(int)
    if rng.random() < THIN_SHARE:  # as pens, straps and rods are
        size[int(rng.integers(2))] = max(6, round(SIDE_PX * extent * float(rng.uniform(0.04, 0.2))))
    piece = np.asarray(cv2.resize(piece, size.tolist(), interpolation=cv2.INTER_AREA), np.uint8)
    soft = cv2.GaussianBlur(cv2.resize(mask, size.tolist(), interpolation=cv2.INTER_AREA), (0, 0), 0.7)[
        ..., None
    ]
    ground = draw_ground(rng, backdrops)
    _lay(ground, piece, soft, _choose_place(rng, SIDE_PX - size[0]), _choose_place(rng, SIDE_PX - size[1]))
    return ground


def make_set(rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray]) -> RgbArray:
    """Two to six of the object beside one another, together filling the frame: a set, no small object."""
    ground = draw_ground(rng, backdrops)
    columns, rows = int(rng.integers(2, 4)), int(rng.integers(1, 3))
    found = find_object(rgb)
    height, width = rgb.shape[:2]
    left, top, right, bottom = found.box if found.area > 0 else (0.0, 0.0, 1.0, 1.0)
    box = slice(int(top * height), int(bottom * height) + 1), slice(int(left * width), int(right * width) + 1)
    mask, piece = cv2.resize(found.mask.astype(np.float32), (width, height))[box], rgb[box]
    cell = SIDE_PX // columns, SIDE_PX // rows
    scale = min(cell[0] / piece.shape[1], cell[1] / piece.shape[0]) * float(rng.uniform(0.75, 0.95))
    size = (max(6, int(piece.shape[1] * scale)), max(6, int(piece.shape[0] * scale)))
    piece = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.uint8)
    soft = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)[..., None]
    for i in range(columns * rows):
        x, y = (
            (i % columns) * cell[0] + (cell[0] - size[0]) // 2,
            (i // columns) * cell[1] + (cell[1] - size[1]) // 2,
        )
        _lay(ground, piece, soft, x, y)
    return ground


def _lay(ground: RgbArray, piece: RgbArray, soft: npt.NDArray[Any], x: int, y: int) -> None:
    """Puts the piece onto the ground, in place."""
    spot = ground[y : y + piece.shape[0], x : x + piece.shape[1]]
    spot[:] = np.clip(piece * soft + spot * (1 - soft) + 0.5, 0, 255)


def draw_ground(rng: np.random.Generator, backdrops: list[RgbArray]) -> RgbArray:
    """A square ground: white, plain, graded, cloudy, or a soft piece of a real scene; uint8."""
    kind = rng.choice(["white", "plain", "graded", "cloudy", "scene"], p=[0.35, 0.15, 0.2, 0.1, 0.2])
    ground = np.full((SIDE_PX, SIDE_PX, 3), 255, np.float32)
    if kind == "scene" and backdrops:
        return _crop_scene(backdrops[int(rng.integers(len(backdrops)))], rng)
    if kind == "plain":
        ground[:] = rng.uniform(120, 250) + rng.normal(0, 12, 3)
    elif kind == "graded":
        ground[:] = rng.uniform(150, 240) + rng.normal(0, 10, 3)
        ground += _slope(rng) * rng.uniform(10, 60)
    elif kind == "cloudy":
        noise = cv2.resize(
            rng.normal(0, 1, (6, 6, 3)).astype(np.float32), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC
        )
        ground[:] = rng.uniform(90, 220) + rng.normal(0, 20, 3)
        ground += noise * rng.uniform(5, 25) + rng.normal(0, rng.uniform(0, 6), ground.shape)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _slope(rng: np.random.Generator) -> FloatArray:
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX].astype(np.float32) / SIDE_PX - 0.5
    if rng.random() < 0.4:
        return np.asarray(-(x * x + y * y) * 2, np.float32)[..., None]
    angle = rng.uniform(0, 2 * np.pi)
    return np.asarray(x * np.cos(angle) + y * np.sin(angle), np.float32)[..., None]


def _crop_scene(scene: RgbArray, rng: np.random.Generator) -> RgbArray:
    side = int(min(scene.shape[:2]) * rng.uniform(0.4, 1.0))
    y, x = int(rng.integers(scene.shape[0] - side + 1)), int(rng.integers(scene.shape[1] - side + 1))
    piece = cv2.resize(scene[y : y + side, x : x + side], (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(piece, (0, 0), float(rng.uniform(0.5, 6))), np.uint8)


def _fit(rgb: RgbArray, side: int) -> RgbArray:
    scale = side / max(rgb.shape[:2])
    size = (max(4, round(rgb.shape[1] * scale)), max(4, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
