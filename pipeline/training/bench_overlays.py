"""Overlays for measuring the badge and watermark judge: other shapes, words and letters than it learned from.

All is drawn with OpenCV's shapes and its own letters, which no training example bears.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from pipeline.records import RgbArray

Rng = np.random.Generator
Box = tuple[int, int, int, int]  # left, top, width, height in px
SAYINGS = (
    "NEW!", "Sale", "-35 %", "50% off", "BESTPRICE", "Hit!", "bestseller", "Gratis verzending",
    "Promoción", "1,99 EUR", "$ 12.49", "Free gift", "In stock", "Wool 80%", "5 year guarantee",
    "Outlet", "Last items", "Nouveauté", "Sonderpreis", "Novità 24", "Новое", "Скидка 15%",
    "Kup teraz", "2 za 1", "Fast delivery", "Eco choice", "Editor's pick", "3 + 1",
)  # fmt: skip
HOLDERS = (
    "imagehouse",
    "(c) Lens & Light",
    "do not reuse",
    "SPECIMEN",
    "bigstore.test",
    "R. Novak 2023",
    "stockpix",
)
PALETTE = (
    (206, 17, 38), (0, 104, 71), (252, 209, 22), (0, 56, 168), (12, 12, 12), (255, 255, 255), (255, 121, 0),
    (112, 41, 99), (64, 176, 166), (255, 182, 193), (90, 60, 30), (150, 150, 150),
)  # fmt: skip
MIN_SHARE = {"badge": 0.003, "watermark": 0.006}  # of the picture that must change
MIN_LEVELS = {"badge": 40, "watermark": 14}  # by so many RGB levels
TRIES = 20


def plant(rgb: RgbArray, rng: Rng, kind: str) -> RgbArray:
    """The photo, uint8 (H,W,3), with an overlay that can be seen; `kind` is 'badge' or 'watermark'.

    Raises ValueError for another kind, and where twenty tries show nothing (a picture of a few pixels).
    """
    if kind not in MIN_SHARE:
        raise ValueError(f"no overlay is called {kind!r}; known are {', '.join(MIN_SHARE)}")
    for _ in range(TRIES):
        made = _plant_badge(rgb, rng) if kind == "badge" else _plant_watermark(rgb, rng)
        change = np.abs(made.astype(np.int16) - rgb).max(axis=2) > MIN_LEVELS[kind]
        if float(change.mean()) > MIN_SHARE[kind]:
            return made
    raise ValueError(f"no {kind} can be seen on a picture of {rgb.shape[1]} x {rgb.shape[0]} pixels")


def _plant_badge(rgb: RgbArray, rng: Rng) -> RgbArray:
    made = np.ascontiguousarray(rgb.copy())
    BADGES[int(rng.integers(len(BADGES)))](made, rng)
    return made


def _plant_watermark(rgb: RgbArray, rng: Rng) -> RgbArray:
    """Letters mixed in at a quarter to three fifths, across, over and over, or small at an edge."""
    layer = np.ascontiguousarray(rgb.copy())
    MARKS[int(rng.integers(len(MARKS)))](layer, rng, tuple([int(rng.choice([0, 255, 255, 130]))] * 3))
    share = float(rng.uniform(0.22, 0.6))
    return np.asarray(cv2.addWeighted(layer, share, rgb, 1 - share, 0), np.uint8)


def _pick(rng: Rng, choice: tuple[str, ...]) -> str:
    return choice[int(rng.integers(len(choice)))]


def _colours(rng: Rng) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A ground and an ink that can be read on it."""
    ground = PALETTE[int(rng.integers(len(PALETTE)))]
    return ground, ((250, 250, 250) if sum(ground) < 400 else (16, 16, 16))


def write(image: RgbArray, words: str, box: Box, ink: tuple[int, ...], rng: Rng) -> None:
    """Words in the middle of the box, as large as it allows, in one of OpenCV's letters; in place."""
    left, top, wide, high = box
    if rng.random() < 0.35 and words.isascii():
        face = int(rng.choice([0, 2, 3, 4]))
        (width, height), _ = cv2.getTextSize(words, face, 1.0, 2)
        scale = min(wide / width, high / (height + 6))
        thick = max(1, round(scale * 2))
        width, height = cv2.getTextSize(words, face, scale, thick)[0]
        spot = (left + (wide - width) // 2, top + (high + height) // 2)
        cv2.putText(image, words, spot, face, scale, ink, thick, cv2.LINE_AA)
        return
    font, weight = cv2.FontFace("italic" if rng.random() < 0.3 else "sans"), int(rng.choice([400, 600, 800]))
    bounds = cv2.getTextSize(image.shape[1::-1], words, (0, 0), font, 40, weight)
    size = max(6, int(40 * min(wide / max(1, bounds[2]), high * 0.8 / 40)))
    bounds = cv2.getTextSize(image.shape[1::-1], words, (0, 0), font, size, weight)
    spot = (left + (wide - bounds[2]) // 2, top + (high + int(size * 0.7)) // 2)
    cv2.putText(image, words, spot, ink, font, size, weight)


def _choose_box(rgb: RgbArray, rng: Rng, aspect: float) -> Box:
    """A box in a corner, at an edge, or now and then anywhere."""
    height, width = rgb.shape[:2]
    high = int(min(width, height) * rng.uniform(0.09, 0.24))
    wide = min(int(high * aspect), int(width * 0.9))
    gap = int(min(width, height) * rng.uniform(0.0, 0.05))
    left = (
        int(rng.choice([gap, width - wide - gap]))
        if rng.random() < 0.8
        else int(rng.uniform(0, width - wide))
    )
    top = (
        int(rng.choice([gap, height - high - gap]))
        if rng.random() < 0.8
        else int(rng.uniform(0, height - high))
    )
    return max(0, left), max(0, top), wide, high


def _badge_disc(rgb: RgbArray, rng: Rng) -> None:
    left, top, side, _ = _choose_box(rgb, rng, 1.0)
    ground, ink = _colours(rng)
    middle, reach = (left + side // 2, top + side // 2), max(4, side // 2)
    cv2.circle(rgb, middle, reach, ground, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.circle(rgb, middle, int(reach * 0.86), ink, max(1, reach // 20), cv2.LINE_AA)
    box = (left + int(side * 0.15), top + side // 4, int(side * 0.7), side // 2)
    write(rgb, _pick(rng, SAYINGS), box, ink, rng)


def _badge_label(rgb: RgbArray, rng: Rng) -> None:
    left, top, wide, high = _choose_box(rgb, rng, float(rng.uniform(1.5, 4)))
    ground, ink = _colours(rng)
    tip = high // 3
    ends, middle = (left + wide - tip, left + wide), top + high // 2
    corners = [(left, top), (ends[0], top), (ends[1], middle), (ends[0], top + high), (left, top + high)]
    if rng.random() < 0.5:
        corners = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
    cv2.fillPoly(rgb, [np.array(corners, np.int32)], ground, cv2.LINE_AA)
    write(rgb, _pick(rng, SAYINGS), (left + wide // 14, top, wide - tip - wide // 14, high), ink, rng)


def _badge_bar(rgb: RgbArray, rng: Rng) -> None:
    height, width = rgb.shape[:2]
    high = max(8, int(height * rng.uniform(0.07, 0.18)))
    top = 0 if rng.random() < 0.4 else height - high
    ground, ink = _colours(rng)
    rgb[top : top + high] = ground
    cells = int(rng.integers(1, 4))
    for cell in range(cells):
        box = (cell * width // cells + 4, top + high // 8, max(8, width // cells - 8), max(6, high * 3 // 4))
        write(rgb, _pick(rng, SAYINGS), box, ink, rng)


def _badge_words(rgb: RgbArray, rng: Rng) -> None:
    ink = _colours(rng)[0]
    left, top, wide, high = _choose_box(rgb, rng, float(rng.uniform(3, 7)))
    write(rgb, _pick(rng, SAYINGS), (left, top, wide, max(8, int(high * 0.6))), ink, rng)


def _badge_sash(rgb: RgbArray, rng: Rng) -> None:
    """A band over a corner, its words turned with it."""
    height, width = rgb.shape[:2]
    side = int(min(width, height) * rng.uniform(0.3, 0.48))
    ground, ink = _colours(rng)
    band = np.zeros((side * 2, side * 2, 3), np.uint8)
    mask, high = np.zeros((side * 2, side * 2), np.uint8), max(6, int(side * 0.22))
    band[:], mask[side - high // 2 : side + high // 2] = ground, 255
    write(band, _pick(rng, SAYINGS), (side * 2 // 3, side - high // 2, side * 2 // 3, high), ink, rng)
    right = rng.random() < 0.5
    centre = (width - side * 0.42 if right else side * 0.42, side * 0.42)
    turn = cv2.getRotationMatrix2D((side, side), -45 if right else 45, 1.0)
    turn[:, 2] += np.array(centre) - side
    laid = cv2.warpAffine(band, turn, (width, height), flags=cv2.INTER_LINEAR)
    alpha = cv2.warpAffine(mask, turn, (width, height), flags=cv2.INTER_LINEAR)[..., None] / 255
    rgb[:] = np.asarray(rgb + (laid.astype(np.float32) - rgb) * alpha + 0.5, np.uint8)


def _badge_spikes(rgb: RgbArray, rng: Rng) -> None:
    left, top, side, _ = _choose_box(rgb, rng, 1.0)
    ground, ink = _colours(rng)
    count = int(rng.integers(8, 22))
    angles = np.arange(2 * count) * np.pi / count
    reach = side / 2 * np.where(np.arange(2 * count) % 2, rng.uniform(0.7, 0.9), 1.0)
    points = np.stack(
        [left + side / 2 + reach * np.cos(angles), top + side / 2 + reach * np.sin(angles)], axis=1
    )
    cv2.fillPoly(rgb, [points.astype(np.int32)], ground, cv2.LINE_AA)
    box = (left + side // 5, top + side // 4, side * 3 // 5, side // 2)
    write(rgb, _pick(rng, SAYINGS), box, ink, rng)


def _badge_claims(rgb: RgbArray, rng: Rng) -> None:
    """Three or four claims under one another."""
    height, width = rgb.shape[:2]
    ink, high = _colours(rng)[0], max(9, int(height * rng.uniform(0.045, 0.075)))
    left, top = int(width * rng.choice([0.02, 0.55])), int(height * rng.uniform(0.05, 0.5))
    for row in range(int(rng.integers(3, 5))):
        box = (left, top + int(row * high * 1.5), int(width * 0.42), high)
        cv2.circle(rgb, (left + high // 3, box[1] + high // 2), max(2, high // 5), ink, -1, cv2.LINE_AA)
        write(rgb, _pick(rng, SAYINGS), (left + high, box[1], box[2] - high, high), ink, rng)


BADGES: tuple[Callable[[RgbArray, Rng], None], ...] = (
    _badge_disc, _badge_disc, _badge_label, _badge_label, _badge_bar, _badge_words, _badge_words, _badge_sash,
    _badge_spikes, _badge_claims,
)  # fmt: skip


def _mark_across(layer: RgbArray, rng: Rng, ink: tuple[int, ...]) -> None:
    height, width = layer.shape[:2]
    sheet = np.zeros((height, width, 3), np.uint8)
    high = int(height * rng.uniform(0.1, 0.25))
    write(
        sheet,
        _pick(rng, HOLDERS),
        (width // 10, (height - high) // 2, width * 8 // 10, high),
        (255, 255, 255),
        rng,
    )
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.choice([0, 0, 25, 40, -25])), 1.0)
    alpha = cv2.warpAffine(sheet, turn, (width, height))[..., :1] / 255
    layer[:] = np.asarray(layer + (np.array(ink, np.float32) - layer) * alpha + 0.5, np.uint8)


def _mark_repeated(layer: RgbArray, rng: Rng, ink: tuple[int, ...]) -> None:
    height, width = layer.shape[:2]
    words, high = _pick(rng, HOLDERS), max(9, int(height * rng.uniform(0.05, 0.09)))
    wide = int(high * len(words) * 0.55)
    for row, top in enumerate(range(0, height, int(high * rng.uniform(2, 3.5)))):
        for left in range(-(wide // 2) * (row % 2), width, int(wide * 1.4)):
            write(layer, words, (left, top, wide, high), ink, rng)


def _mark_small(layer: RgbArray, rng: Rng, ink: tuple[int, ...]) -> None:
    left, top, wide, high = _choose_box(layer, rng, 5.0)
    write(layer, _pick(rng, HOLDERS), (left, top, wide, max(10, int(high * 0.7))), ink, rng)


MARKS: tuple[Callable[[RgbArray, Rng, tuple[int, ...]], None], ...] = (
    _mark_across,
    _mark_repeated,
    _mark_small,
)
