"""Placeholders for measuring their judge: drawn in other ways than those that it was trained on."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from pipeline.records import RgbArray

WORDS = (
    "NO IMAGE", "No photo yet", "coming soon", "Sin foto", "Kein Foto", "Image manquante", "n/a", "SHOP",
    "photo pending", "Bildet mangler", "Afbeelding volgt", "FOTO NON PRESENTE",
)  # fmt: skip
KINDS = ("words", "sketch", "mark", "camera", "signs", "letters")
Colour = tuple[int, ...]


def draw_placeholder(rng: np.random.Generator) -> tuple[str, RgbArray]:
    """(kind, a placeholder of OpenCV's own lettering and plain strokes); as PNG, JPEG or WebP alike."""
    side = int(rng.integers(100, 800))
    level = int(rng.choice([255, 248, 235, 220, 200]))
    image = np.full((side, round(side * rng.uniform(0.8, 1.25)), 3), level, np.uint8)
    ink: Colour = (level * 2 // 3,) * 3
    if rng.random() < 0.3:
        ink = tuple(int(level * v) for v in rng.uniform(0.2, 0.85, 3))
    kind = KINDS[int(rng.integers(len(KINDS)))]
    draw = {
        "words": _words, "sketch": _sketch, "mark": _mark, "camera": _camera, "signs": _signs,
        "letters": _letters,
    }[kind]  # fmt: skip
    draw(image, rng, ink, max(1, side // 90))
    packed = io.BytesIO()
    suffix = ("PNG", "JPEG", "WEBP")[int(rng.integers(3))]
    Image.fromarray(image).save(packed, suffix, quality=int(rng.integers(50, 95)))
    return kind, np.asarray(Image.open(packed).convert("RGB"))


def _words(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    words, face = str(rng.choice(WORDS)), int(rng.choice([0, 2, 3, 4]))
    high, wide = image.shape[:2]
    scale = wide * 0.7 / max(1, cv2.getTextSize(words, face, 1.0, 1)[0][0])
    cv2.putText(image, words, (round(wide * 0.15), high // 2), face, scale, ink, thick, cv2.LINE_AA)


def _letters(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    """Initials in a disc, as accounts without a picture have them."""
    high, wide = image.shape[:2]
    cv2.circle(image, (wide // 2, high // 2), min(high, wide) // 3, ink, -1, cv2.LINE_AA)
    letters = "".join(rng.choice(list("ABCDEFGHJKLMNOPRSTUVW"), 2))
    scale = min(high, wide) / 90
    box = cv2.getTextSize(letters, 2, scale, thick * 2)[0]
    at = (wide // 2 - box[0] // 2, high // 2 + box[1] // 2)
    cv2.putText(image, letters, at, 2, scale, (255, 255, 255), thick * 2, cv2.LINE_AA)


def _sketch(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    high, wide = image.shape[:2]
    top, bottom = (round(wide * 0.25), round(high * 0.3)), (round(wide * 0.75), round(high * 0.7))
    cv2.rectangle(image, top, bottom, ink, thick * 2, cv2.LINE_AA)
    hills = np.array([[0.3, 0.66], [0.42, 0.45], [0.52, 0.58], [0.6, 0.5], [0.7, 0.66]]) * (wide, high)
    cv2.fillPoly(image, [hills.astype(np.int32)], ink, cv2.LINE_AA)
    cv2.circle(image, (round(wide * 0.64), round(high * 0.4)), high // 25, ink, -1, cv2.LINE_AA)


def _camera(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    high, wide = image.shape[:2]
    reach = min(high, wide) * float(rng.uniform(0.12, 0.3))
    x, y = wide // 2, high // 2
    left, right = (round(x - reach), round(y - reach * 0.65)), (round(x + reach), round(y + reach * 0.65))
    cv2.rectangle(image, left, right, ink, -1 if rng.random() < 0.5 else thick * 2, cv2.LINE_AA)
    for share in (0.45, 0.25):
        cv2.circle(image, (x, y), round(reach * share), (255, 255, 255), thick * 2, cv2.LINE_AA)
        cv2.circle(image, (x, y), round(reach * share * 0.8), ink, thick, cv2.LINE_AA)


def _signs(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    """A line of writing that no font here has: bent strokes."""
    high, wide = image.shape[:2]
    size = wide * float(rng.uniform(0.05, 0.11))
    for i in range(int(0.7 * wide / size)):
        x, y = wide * 0.15 + i * size, high / 2
        for _ in range(3):
            points = rng.uniform(-0.4, 0.4, (4, 2)).cumsum(axis=0) * size * 0.6 + (x, y)
            cv2.polylines(image, [points.astype(np.int32)], False, ink, thick, cv2.LINE_AA)


def _mark(image: RgbArray, rng: np.random.Generator, ink: Colour, thick: int) -> None:
    high, wide = image.shape[:2]
    middle, reach = (wide // 2, high // 2), (min(high, wide) // 4, min(high, wide) // 5)
    cv2.ellipse(image, middle, reach, 0, 0, 300, ink, thick * 4, cv2.LINE_AA)
    cv2.line(image, (wide // 3, high * 2 // 3), (wide * 2 // 3, high // 3), ink, thick * 3, cv2.LINE_AA)
