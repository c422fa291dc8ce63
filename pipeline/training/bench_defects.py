"""Defects for measuring the judges of quality: made in other ways than those that they were trained on."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageFilter

from pipeline.foreground import find_object
from pipeline.records import RgbArray

BLURS = ("gaussian", "box", "motion", "thumbnail", "crop", "compressed")
WORDS = ("NO IMAGE", "No photo yet", "coming soon", "Sin foto", "Kein Foto", "Image manquante", "n/a", "SHOP")


def blur(rgb: RgbArray, rng: np.random.Generator) -> tuple[str, RgbArray]:
    """(kind, the photo uint8 (H,W,3) clearly blurred); strength follows the longest side."""
    kind = str(rng.choice(BLURS))
    image = Image.fromarray(rgb)
    unit = max(rgb.shape[:2]) / 500
    if kind == "gaussian":
        image = image.filter(ImageFilter.GaussianBlur(max(1.5, unit * float(rng.uniform(1.5, 5)))))
    elif kind == "box":
        image = image.filter(ImageFilter.BoxBlur(max(2, round(unit * float(rng.uniform(2, 6))))))
    elif kind == "motion":
        return kind, _drag(rgb, max(5, round(unit * float(rng.uniform(6, 18)))), bool(rng.random() < 0.5))
    elif kind == "thumbnail":
        side = int(rng.integers(70, 150))
        small = image.copy()
        small.thumbnail((side, side), Image.Resampling.BICUBIC)
        image = small.resize(image.size, Image.Resampling.BICUBIC)
    elif kind == "crop":
        image = _enlarge_middle(image, float(rng.uniform(0.15, 0.3)))
    else:
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=int(rng.integers(2, 7)))
        image = Image.open(packed)
    return kind, np.asarray(image.convert("RGB"))


def _drag(rgb: RgbArray, length: int, level: bool) -> RgbArray:
    """Mean of copies shifted along one axis."""
    total = np.zeros(rgb.shape, np.float32)
    for step in range(length):
        total += np.roll(rgb, step - length // 2, axis=1 if level else 0)
    return np.asarray(total / length, np.uint8)


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


def draw_placeholder(rng: np.random.Generator) -> tuple[str, RgbArray]:
    """(kind, a placeholder with OpenCV's own lettering, bars, circles or a sketched picture)."""
    side = int(rng.integers(100, 800))
    level = int(rng.choice([255, 248, 235, 220, 200]))
    image = np.full((side, round(side * rng.uniform(0.8, 1.25)), 3), level, np.uint8)
    ink = (
        tuple(int(level * v) for v in rng.uniform(0.2, 0.85, 3))
        if rng.random() < 0.3
        else (level * 2 // 3,) * 3
    )
    kind = str(rng.choice(["words", "sketch", "mark"]))
    high, wide = image.shape[:2]
    thick = max(1, side // 90)
    if kind == "words":
        words, face = str(rng.choice(WORDS)), int(rng.choice([0, 2, 3, 4]))
        scale = wide * 0.7 / max(1, cv2.getTextSize(words, face, 1.0, 1)[0][0])
        cv2.putText(image, words, (round(wide * 0.15), high // 2), face, scale, ink, thick, cv2.LINE_AA)
    elif kind == "sketch":
        top, bottom = (round(wide * 0.25), round(high * 0.3)), (round(wide * 0.75), round(high * 0.7))
        cv2.rectangle(image, top, bottom, ink, thick * 2, cv2.LINE_AA)
        hills = np.array([[0.3, 0.66], [0.42, 0.45], [0.52, 0.58], [0.6, 0.5], [0.7, 0.66]]) * (wide, high)
        cv2.fillPoly(image, [hills.astype(np.int32)], ink, cv2.LINE_AA)
        cv2.circle(image, (round(wide * 0.64), round(high * 0.4)), side // 25, ink, -1, cv2.LINE_AA)
    else:
        cv2.ellipse(
            image, (wide // 2, high // 2), (side // 4, side // 5), 0, 0, 300, ink, thick * 4, cv2.LINE_AA
        )
        cv2.line(image, (wide // 3, high * 2 // 3), (wide * 2 // 3, high // 3), ink, thick * 3, cv2.LINE_AA)
    return kind, image
