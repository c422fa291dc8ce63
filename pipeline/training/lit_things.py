"""Things of one colour under a lamp: boxes, cushions, tables, sheets of metal, cases, cupboards (II.A).

A few soft tones on a plain ground make up their pictures. What tells them from placeholders is light that
falls on them, a weave, a grain, or faces of unlike brightness; so each of them has some of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.records import RgbArray
from pipeline.training.lit_figures import (
    Figure,
    draw_cupboard,
    draw_outline,
    draw_panel,
    draw_solid,
    draw_table,
)

Rng = np.random.Generator
Plane = npt.NDArray[np.floating]
KINDS: tuple[Callable[[Rng, int], Figure], ...] = (
    draw_panel, draw_panel, draw_panel, draw_solid, draw_solid, draw_table, draw_table, draw_cupboard,
    draw_outline,
)  # fmt: skip
FAR_SHARE = 0.35  # are small in their frame, as a shop's sign on much white is


def draw_lit_thing(rng: Rng) -> RgbArray:
    """One picture of KINDS, uint8 (H,W,3), 77 to 1,170 px."""
    side = int(np.exp(rng.uniform(np.log(110), np.log(900))))
    figure = KINDS[int(rng.integers(len(KINDS)))](rng, 2 * side)
    size = figure.body.width // 2, figure.body.height // 2
    body = np.asarray(figure.body.resize(size, Image.Resampling.BOX), np.float32)
    mask: Plane = np.asarray(figure.mask.resize(size, Image.Resampling.BOX), np.float32) / 255
    lit: Plane = body * _lay_light(rng, *size)[..., None] + _lay_grain(rng, *size)[..., None]
    if rng.random() < FAR_SHARE:
        lit, mask = _move_away(lit, mask, rng)
    ground = _lay_ground(rng, *size) * (1 - _cast(mask, rng))[..., None]
    made = ground + (lit - ground) * mask[..., None]
    noise = rng.normal(0, float(rng.uniform(0, 1.5)), made.shape)
    return np.clip(made + noise + 0.5, 0, 255).astype(np.uint8)


def _move_away(lit: Plane, mask: Plane, rng: Rng) -> tuple[Plane, Plane]:
    """The thing (H,W,3) and where it is (H,W), once or twice, at 0.15 to 0.55 of its size."""
    moved, where = np.zeros_like(lit), np.zeros_like(mask)
    for share in rng.uniform(0.15, 0.55, int(rng.choice([1, 1, 2]))):
        size = [max(8, round(long * share)) for long in mask.shape[::-1]]
        x, y = (
            round((long - short) * rng.uniform(0.25, 0.75))
            for long, short in zip(mask.shape[::-1], size, strict=True)
        )
        spot = slice(y, y + size[1]), slice(x, x + size[0])
        body, part = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (lit, mask))
        moved[spot] += (body - moved[spot]) * part[..., None]
        where[spot] = np.maximum(where[spot], part)
    return moved, where


def _lay_ground(rng: Rng, wide: int, high: int) -> Plane:
    """White, grey or tinted, (H,W,3) 0 to 255; some are darker to the foot."""
    level = 255.0 if rng.random() < 0.6 else float(rng.uniform(60, 253))
    tint = rng.normal(0, 10, 3) if level < 255 else np.zeros(3)
    slope = np.linspace(0, float(rng.uniform(-40, 0)), high) if rng.random() < 0.25 else np.zeros(high)
    return np.broadcast_to(level + tint + slope[:, None, None], (high, wide, 3))


def _lay_light(rng: Rng, wide: int, high: int) -> Plane:
    """A lamp's fall-off round a point, or a fade to one side, (H,W) 0.15 to 1.4."""
    y, x = np.mgrid[0 : 1 : complex(0, high), 0 : 1 : complex(0, wide)].astype(np.float32)
    if rng.random() < 0.5:
        far = np.hypot(x - rng.uniform(0.1, 0.9), y - rng.uniform(0.1, 0.9))
        return np.clip(1.15 - float(rng.uniform(0.1, 1.0)) * far, 0.15, 1.2)
    turn = rng.uniform(0, 2 * math.pi)
    return 1 - float(rng.uniform(0.03, 0.5)) * ((x - 0.5) * math.cos(turn) + (y - 0.5) * math.sin(turn))


def _lay_grain(rng: Rng, wide: int, high: int) -> Plane:
    """A weave, a brush's streaks, wood's rings, a rough skin, or nothing, (H,W) in grey levels."""
    y, x = np.mgrid[:high, :wide].astype(np.float32)
    step, deep, kind = float(rng.uniform(1.2, 8)), float(rng.uniform(1, 14)), int(rng.integers(5))
    if kind == 0:
        return deep * np.sin(x / step) * np.sin(y / step / float(rng.uniform(0.6, 1.6)))
    if kind == 1:
        across = rng.normal(0, 1, (high, 1)) if rng.random() < 0.5 else rng.normal(0, 1, (1, wide))
        return np.broadcast_to(deep * 0.5 * across, (high, wide))
    if kind == 2:
        bent = y + wide * 0.03 * np.sin(x / wide * float(rng.uniform(2, 12)))
        return deep * np.sin(bent / (3 * step)) * np.sin(bent / (7.3 * step))
    if kind == 3:
        rough = rng.normal(0, 1, (max(2, high // 4), max(2, wide // 4))).astype(np.float32)
        return deep * cv2.resize(rough, (wide, high))
    return np.zeros((high, wide))


def _cast(mask: Plane, rng: Rng) -> Plane:
    """The shadow under and beside a thing, (H,W) 0 to 0.5; a third have none."""
    if rng.random() < 0.33:
        return np.zeros(mask.shape)
    unit = max(mask.shape) / 100
    moved = np.roll(mask, (round(unit * rng.uniform(0, 3)), round(unit * rng.uniform(-2, 2))), (0, 1))
    return cv2.GaussianBlur(moved, (0, 0), unit * rng.uniform(0.6, 4)) * float(rng.uniform(0.1, 0.5))
