"""Pictures in fours - clean, with two overlays, with print of its own - for the head on the maps (II.B).

Pictures and overlays are drawn once and brought together anew each time: so the head sees many times as many
pictures as could be drawn in the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.backbone import to_input
from pipeline.records import FloatArray, RgbArray
from pipeline.training.badge_trials import draw_flat
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, Examples, shrink_maps, store
from pipeline.training.overlay_layers import MARKS, Laid, Layer, draw_layer, lay
from pipeline.training.pressed_prints import press
from pipeline.training.sealed_covers import draw_sealed_cover
from pipeline.training.staging import Photo, prepare, stage

Rng = np.random.Generator
SIDE_PX, CELLS = 224, 28
LEAST_PX, MOST_PX = 300, 420  # longest side of the stock's pictures
# of the pictures: staged, gift cards, covers, packs and drawings, and covers with seals; the rest are photos
STAGED, FLAT, SEALED = 0.5, 0.17, 0.14
LAYERS = 1.5  # overlays for each picture of the stock
MARK_SHARE = 0.75  # of the second overlays
NEAR = 0.12  # of the stock's overlays: those drawn for pictures of nearly the same shape
CROP_SHARE, CROP = 0.4, 0.14  # of the pictures, and of a side that goes at most
TRIES = 6

Drawn = tuple[RgbArray, np.ndarray, tuple[bool, bool]]  # a picture, its maps, and which kinds it bears


@dataclass(frozen=True)
class Stock:
    """Clean pictures with their objects, and overlays by the shape of picture that they were drawn for:
    those for badges and those for watermarks, each with its aspects, float (N,), rising."""

    pictures: Sequence[Photo]
    layers: tuple[Sequence[Layer], Sequence[Layer]]
    aspects: tuple[FloatArray, FloatArray]


def draw_stock(
    photos: Sequence[Photo],
    count: int,
    seed: int,
    lettering: Lettering,
    report: Callable[[str], None] = print,
) -> Stock:
    """`count` seeded pictures and half as many overlays again."""
    rng, pictures, layers = np.random.default_rng((seed, 2**31)), list[Photo](), list[Layer]()
    for number in range(1, count + 1):
        pictures.append(_draw_picture(photos, rng, lettering))
        if number % 500 == 0 or number == count:
            report(f"picture {number}/{count}")
    for _ in range(int(count * LAYERS)):
        height, width = pictures[int(rng.integers(count))].rgb.shape[:2]
        layer = draw_layer((width, height), rng, lettering)
        layers += [layer] if layer else []
    layers.sort(key=lambda layer: layer.aspect)
    parts = ([one for one in layers if (one.kind in MARKS) is mark] for mark in (False, True))
    badges, marks = parts
    told = [np.array([layer.aspect for layer in part], np.float32) for part in (badges, marks)]
    return Stock(pictures, (badges, marks), (told[0], told[1]))


def _draw_picture(photos: Sequence[Photo], rng: Rng, lettering: Lettering) -> Photo:
    chance, side = rng.random(), int(rng.integers(LEAST_PX, MOST_PX))
    if chance < STAGED:
        rgb = stage(photos, rng, lettering)
    elif chance < STAGED + FLAT:
        rgb = draw_flat(photos, rng, lettering)
    elif chance < STAGED + FLAT + SEALED:
        rgb = draw_sealed_cover(photos[int(rng.integers(len(photos)))], rng, lettering)
    else:
        rgb = photos[int(rng.integers(len(photos)))].rgb
    scale = side / max(rgb.shape[:2])
    size = (max(16, round(rgb.shape[1] * scale)), max(16, round(rgb.shape[0] * scale)))
    return prepare(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8))


def draw_fours(stock: Stock, count: int, seed: Sequence[int]) -> Examples:
    """At most 4 x `count` seeded examples at 224 px with covers of 28 x 28 cells.

    As all four are of one picture, nothing but the overlay tells them apart, and the print is of the overlay.
    """
    rng = np.random.default_rng(seed)
    drawn = [one for _ in range(count) for one in _draw_four(stock, rng)]
    pixels = np.stack([to_input(store(rgb, rng), SIDE_PX) for rgb, _, _ in drawn])
    return Examples(pixels, np.stack([maps for _, maps, _ in drawn]), np.array([told for *_, told in drawn]))


def _draw_four(stock: Stock, rng: Rng) -> list[Drawn]:
    photo = _vary(stock.pictures[int(rng.integers(len(stock.pictures)))], rng)
    empty = np.zeros((CELLS, CELLS, len(KINDS)), np.uint8)
    four: list[Drawn] = [(photo.rgb, empty, (False, False))]
    for kind in (0, int(rng.random() < MARK_SHARE)):
        found = _lay_some(stock, photo.rgb, kind, rng)
        if found is None:
            continue
        layer, laid = found
        maps = shrink_maps(laid.badge, laid.watermark, CELLS)
        four.append((laid.rgb, maps, (bool(laid.badge.any()), bool(laid.watermark.any()))))
        if len(four) == 2:
            printed = press(photo.rgb, photo.mask, layer.part, rng)
            four += [] if printed is None else [(printed, empty, (False, False))]
    return four


def _lay_some(stock: Stock, rgb: RgbArray, kind: int, rng: Rng) -> tuple[Layer, Laid] | None:
    layers, aspects = stock.layers[kind], stock.aspects[kind]
    reach = max(1, int(NEAR * len(layers) / 2))
    middle = int(np.searchsorted(aspects, rgb.shape[1] / rgb.shape[0]))
    low, high = max(0, min(middle, len(layers) - reach) - reach), min(len(layers), max(middle, reach) + reach)
    for _ in range(TRIES):
        layer = layers[int(rng.integers(low, high))]
        laid = lay(rgb, layer, rng)
        if laid is not None:
            return layer, laid
    return None


def _vary(photo: Photo, rng: Rng) -> Photo:
    """Now and then cropped or in another light: cheap, and seldom twice the same."""
    rgb, mask = photo.rgb, photo.mask
    if rng.random() < CROP_SHARE:
        above, left, below, right = (
            int(side * share)
            for side, share in zip((*rgb.shape[:2], *rgb.shape[:2]), rng.uniform(0, CROP, 4), strict=True)
        )
        spot = (slice(above, rgb.shape[0] - below), slice(left, rgb.shape[1] - right))
        rgb, mask = np.ascontiguousarray(rgb[spot]), None if mask is None else mask[spot]
    if rng.random() < 0.5:
        levels = (np.arange(256)[:, None] / 255) ** rng.uniform(0.75, 1.3) * rng.uniform(0.85, 1.1, 3) * 255
        table = np.clip(levels, 0, 255).astype(np.uint8)
        rgb = np.asarray(cv2.LUT(rgb, table[None]), np.uint8)
    return Photo(rgb, mask)
