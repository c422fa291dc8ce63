"""Defects for measuring the judges of quality: made in other ways than those that they were trained on."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageFilter

from pipeline.foreground import find_object
from pipeline.records import RgbArray

FILTERS = (
    Image.Resampling.BILINEAR,
    Image.Resampling.HAMMING,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)
BLURS = (
    "gaussian", "box", "motion", "shaken", "aperture", "thumbnail", "crop", "compressed", "sharpened_after",
    "noisy_after", "object_only",
)  # fmt: skip


def blur(rgb: RgbArray, rng: np.random.Generator) -> tuple[str, RgbArray]:
    """(kind, the photo uint8 (H,W,3) clearly blurred); strength follows the longest side."""
    kind = str(rng.choice(BLURS))
    unit = max(rgb.shape[:2]) / 500
    if kind == "motion":
        return kind, _drag(rgb, max(5, round(unit * float(rng.uniform(6, 18)))), bool(rng.random() < 0.5))
    if kind == "shaken":
        return kind, _shake(rgb, max(5.0, unit * float(rng.uniform(6, 18))), rng)
    if kind == "aperture":
        return kind, _open_lens(rgb, max(2.5, unit * float(rng.uniform(2.5, 6))), rng)
    soft = _blur_with_pillow(kind, Image.fromarray(rgb), unit, rng)
    if kind == "object_only":
        found = find_object(rgb)
        mask = Image.fromarray(found.mask).convert("L").resize(soft.size).filter(ImageFilter.MaxFilter(9))
        soft = Image.composite(soft, Image.fromarray(rgb), mask.filter(ImageFilter.GaussianBlur(3)))
    return kind, np.asarray(soft.convert("RGB"))


def _blur_with_pillow(kind: str, image: Image.Image, unit: float, rng: np.random.Generator) -> Image.Image:
    if kind == "box":
        return image.filter(ImageFilter.BoxBlur(max(2, round(unit * float(rng.uniform(2, 6))))))
    if kind == "thumbnail":
        side = int(rng.integers(70, 150))
        down, up = (FILTERS[int(rng.integers(len(FILTERS)))] for _ in range(2))
        small = image.copy()
        small.thumbnail((side, side), down)
        return small.resize(image.size, up)
    if kind == "crop":
        return _enlarge_middle(image, float(rng.uniform(0.15, 0.3)))
    if kind == "compressed":
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=int(rng.integers(2, 7)))
        return Image.open(packed)
    soft = image.filter(ImageFilter.GaussianBlur(max(1.5, unit * float(rng.uniform(1.5, 5)))))
    if kind == "sharpened_after":
        return soft.filter(ImageFilter.UnsharpMask(2, int(rng.integers(30, 90)), 2))
    if kind == "noisy_after":
        noise = rng.normal(0, float(rng.uniform(2, 5)), (image.height, image.width, 3))
        return Image.fromarray(np.clip(np.asarray(soft) + noise, 0, 255).astype(np.uint8))
    return soft


def _drag(rgb: RgbArray, length: int, level: bool) -> RgbArray:
    """Mean of copies shifted along one axis."""
    total = np.zeros(rgb.shape, np.float32)
    for step in range(length):
        total += np.roll(rgb, step - length // 2, axis=1 if level else 0)
    return np.asarray(total / length, np.uint8)


def _shake(rgb: RgbArray, length: float, rng: np.random.Generator) -> RgbArray:
    """Mean of copies along a hand's uneven, bent path."""
    turn = np.cumsum(rng.normal(0, 0.25, 24)) + rng.uniform(0, 2 * np.pi)
    pace = rng.uniform(0.3, 1.0, 24)
    path = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], axis=1) * pace[:, None], axis=0)
    path = (path - path.mean(axis=0)) / np.ptp(path, axis=0).max() * length
    total = np.zeros(rgb.shape, np.float32)
    for x, y in path:
        move = np.array([[1, 0, x], [0, 1, y]], np.float32)
        total += cv2.warpAffine(rgb, move, rgb.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(total / len(path) + 0.5, np.uint8)


def _open_lens(rgb: RgbArray, radius: float, rng: np.random.Generator) -> RgbArray:
    """Out of focus behind a polygonal opening."""
    size = int(radius) * 2 + 3
    turns = np.arange(6) * np.pi / 3 + rng.uniform(0, 1)
    corners = (np.stack([np.cos(turns), np.sin(turns)], axis=1) * radius + size / 2) * 16
    opening = np.zeros((size, size), np.float32)
    cv2.fillPoly(opening, [corners.astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(rgb, -1, opening / opening.sum(), borderType=cv2.BORDER_REFLECT), np.uint8)


def _enlarge_middle(image: Image.Image, share: float) -> Image.Image:
    wide, high = max(24, round(image.width * share)), max(24, round(image.height * share))
    left, top = (image.width - wide) // 2, (image.height - high) // 2
    piece = image.crop((left, top, left + wide, top + high))
    return piece.resize(image.size, Image.Resampling.BILINEAR)


def shrink_object(rgb: RgbArray, rng: np.random.Generator, scene: RgbArray | None) -> tuple[str, RgbArray]:
    """(kind, picture whose object spans a tenth to a third of the frame), by padding or on another ground."""
    found = find_object(rgb)
    left, top, right, bottom = found.box if found.kind != "scene" else (0.0, 0.0, 1.0, 1.0)
    extent = max(right - left, bottom - top, 0.05)
    factor = extent / float(rng.uniform(0.1, 0.33))
    high, wide = rgb.shape[:2]
    small = cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    big = (round(small.shape[0] * max(1.0, factor)), round(small.shape[1] * max(1.0, factor)))
    kind = str(rng.choice(["padded", "padded_side", "cut_white", "cut_scene"]))
    if kind.startswith("cut") and (found.kind == "scene" or found.touches_edge or found.area < 0.02):
        kind = "padded"
    ground = np.full((*big, 3), 255, np.uint8)
    if kind == "cut_scene" and scene is not None:
        ground = np.asarray(cv2.resize(scene, big[::-1]), np.uint8)
    room = (big[0] - small.shape[0], big[1] - small.shape[1])
    side = rng.uniform(0, 1, 2) if kind == "padded_side" else np.array([0.5, 0.5])
    y, x = round(room[0] * side[0]), round(room[1] * side[1])
    mask = np.ones(small.shape[:2], bool)
    if kind.startswith("cut"):
        mask = cv2.resize(found.mask.astype(np.uint8), small.shape[1::-1]) > 0
    elif not (small[0] > 240).all():
        ground[:] = small[:2].reshape(-1, 3).mean(axis=0)
    ground[y : y + small.shape[0], x : x + small.shape[1]][mask] = small[mask]
    scale = max(high, wide) / max(big)
    return kind, np.asarray(
        cv2.resize(ground, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
