"""Scenes for overlays to stand on: photos varied, on other grounds, printed on, or drawn packs and covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import find_object
from pipeline.records import RgbArray
from pipeline.training.badge_shapes import pick_colour
from pipeline.training.lettering import Lettering
from pipeline.training.prints import draw_cover, draw_pack, draw_print
from pipeline.training.product_art import draw_product_art
from pipeline.training.surfaces import draw_surface

Rng = np.random.Generator
Mask = npt.NDArray[np.bool_]
SHARES = {"pack": 0.07, "cover": 0.08, "full cover": 0.02, "pattern": 0.02, "collage": 0.03, "art": 0.05}
GROUND_SHARE = 0.3  # of photos before a plain ground: they get another one
PRINT_SHARE = 0.25  # of photos before a plain ground: they get print on their product
SURFACE_SHARE = 0.2  # of them: displays, dials and names


@dataclass(frozen=True)
class Photo:
    """A photo, uint8 (H,W,3), with its object's mask, bool (H,W); None where no object stands out."""

    rgb: RgbArray
    mask: Mask | None


def prepare(rgb: RgbArray) -> Photo:
    """The photo with its object, found once for all pictures that are made of it."""
    found = find_object(rgb)
    if found.kind == "scene" or (found.touches_edge and found.area > 0.5):
        return Photo(rgb, None)
    size = (rgb.shape[1], rgb.shape[0])
    mask = cv2.resize(found.mask.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR) > 0
    return Photo(rgb, mask)


def stage(photos: Sequence[Photo], rng: Rng, lettering: Lettering) -> RgbArray:
    """A picture without an overlay, uint8, its longest side 320 to 600 px."""
    photo, chance, low = photos[int(rng.integers(len(photos)))], rng.random(), 0.0
    side = int(rng.integers(320, 600))
    for kind, share in SHARES.items():
        low += share
        if chance < low:
            return _resize(_shade(_draw_other(kind, photo, photos, rng, lettering), rng), side)
    photo = _vary(photo, side, rng)
    rgb = photo.rgb
    if photo.mask is not None and rng.random() < PRINT_SHARE:
        rgb = draw_print(rgb, photo.mask, rng, lettering)
    if photo.mask is not None and rng.random() < SURFACE_SHARE:
        for _ in range(int(rng.integers(1, 4))):
            rgb = draw_surface(rgb, photo.mask, rng, lettering)
    if photo.mask is not None and rng.random() < GROUND_SHARE:
        rgb = _change_ground(rgb, photo.mask, photos, rng)
    return _shade(rgb, rng)


def draw_flat_thing(
    kind: str, photo: Photo, photos: Sequence[Photo], rng: Rng, lettering: Lettering
) -> RgbArray:
    """A thing of the kind (of SHARES) in some light, uint8, its longest side 380 to 600 px."""
    drawn = _shade(_draw_other(kind, photo, photos, rng, lettering), rng)
    return _resize(drawn, int(rng.integers(380, 600)))


def _draw_other(kind: str, photo: Photo, photos: Sequence[Photo], rng: Rng, lettering: Lettering) -> RgbArray:
    if kind == "pack":
        return draw_pack(512, rng, lettering)
    if kind == "art":
        return draw_product_art(rng, lettering.fonts["latin"])
    if kind == "pattern":
        return draw_pattern(480, int(480 * rng.uniform(0.6, 1.0)), rng)
    if kind == "collage":
        other, gap = photos[int(rng.integers(len(photos)))], int(rng.integers(0, 14))
        cells = [cv2.resize(one.rgb, (300, 400), interpolation=cv2.INTER_AREA) for one in (photo, other)]
        gutter = np.full((400, gap, 3), 255, np.uint8)
        return np.concatenate([cells[0], gutter, cells[1]], axis=1)
    return draw_cover(photo.rgb, rng, lettering, kind == "full cover")


def _vary(photo: Photo, side: int, rng: Rng) -> Photo:
    """Flip, zoom, crop and pad: the same photo seldom twice alike."""
    rgb, mask = photo.rgb, photo.mask
    height, width = rgb.shape[:2]
    if rng.random() < 0.5:
        rgb, mask = rgb[:, ::-1], None if mask is None else mask[:, ::-1]
    chance = rng.random()
    if chance < 0.5:
        share = rng.uniform(0.45, 1.0, 2) if rng.random() < 0.4 else np.full(2, rng.uniform(0.5, 1.0))
        high, wide = max(16, int(height * share[0])), max(16, int(width * share[1]))
        top, left = int(rng.integers(0, height - high + 1)), int(rng.integers(0, width - wide + 1))
        spot = (slice(top, top + high), slice(left, left + wide))
        rgb, mask = rgb[spot], None if mask is None else mask[spot]
    elif chance < 0.65:
        above, below, left, right = (int(share * max(height, width)) for share in rng.uniform(0, 0.25, 4))
        edge = np.median(np.concatenate([rgb[0], rgb[-1]]), axis=0).tolist()
        grown = cv2.copyMakeBorder(rgb, above, below, left, right, cv2.BORDER_CONSTANT, value=edge)
        rgb = np.asarray(grown, np.uint8)
        mask = None if mask is None else np.pad(mask, ((above, below), (left, right)))
    rgb = _resize(rgb, side)
    if mask is not None:
        mask = cv2.resize(mask.astype(np.uint8), rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    return Photo(rgb, mask)


def _resize(rgb: RgbArray, side: int) -> RgbArray:
    scale = side / max(rgb.shape[:2])
    size = (max(16, round(rgb.shape[1] * scale)), max(16, round(rgb.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _change_ground(rgb: RgbArray, mask: Mask, photos: Sequence[Photo], rng: Rng) -> RgbArray:
    """The object before a colour, a gradient, a pattern or another photo."""
    height, width = mask.shape
    chance = rng.random()
    if chance < 0.35:
        ground = np.full(rgb.shape, pick_colour(rng), np.uint8)
    elif chance < 0.6:
        ends = np.array([pick_colour(rng), pick_colour(rng)], np.float32)
        slope = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        ground = np.broadcast_to(ends[0] * (1 - slope) + ends[1] * slope, rgb.shape).astype(np.uint8)
    elif chance < 0.72:
        ground = draw_pattern(width, height, rng)
    else:
        other = photos[int(rng.integers(len(photos)))].rgb
        ground = np.asarray(cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    return np.asarray(ground + (rgb.astype(np.float32) - ground) * alpha + 0.5, np.uint8)


def draw_pattern(width: int, height: int, rng: Rng) -> RgbArray:
    """Stripes, checks, dots or plaid, turned: cloth and paper have such, and it is no overlay."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    angle, period = rng.choice([0.0, 0.0, np.pi / 4, rng.uniform(0, np.pi)]), rng.uniform(8, 70)
    along = (columns * np.cos(angle) + rows * np.sin(angle)) / period
    across = (rows * np.cos(angle) - columns * np.sin(angle)) / period
    shape, share = int(rng.integers(4)), rng.uniform(0.2, 0.8)
    stripes = (along % 1 < share).astype(np.float32)
    if shape == 1:
        level = ((along % 1 < 0.5) ^ (across % 1 < 0.5)).astype(np.float32)
    elif shape == 2:
        level = (((along % 1) - 0.5) ** 2 + ((across % 1) - 0.5) ** 2 < (share / 2.2) ** 2).astype(np.float32)
    elif shape == 3:
        level = 0.5 * stripes + 0.5 * (across % 1 < share)
    else:
        level = stripes
    first, second = (np.array(pick_colour(rng), np.float32) for _ in range(2))
    return np.asarray(first + (second - first) * level[..., None], np.uint8)


def _shade(rgb: RgbArray, rng: Rng) -> RgbArray:
    """Another light: gain, gamma, swapped or rotated colours, seldom grey."""
    chance = rng.random()
    if chance < 0.35:
        return rgb
    if chance < 0.5:
        rgb = rgb[..., rng.permutation(3)]
    elif chance < 0.54:
        rgb = np.repeat(rgb.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    gain, gamma = rng.uniform(0.8, 1.15, 3) * rng.uniform(0.8, 1.1), rng.uniform(0.7, 1.4)
    levels = (np.arange(256)[:, None] / 255) ** gamma * gain * 255
    table = np.clip(levels, 0, 255).astype(np.uint8)
    return np.dstack([table[:, channel][rgb[..., channel]] for channel in range(3)])
