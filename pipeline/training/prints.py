"""Print that belongs to a product (labels, covers, T-shirts), drawn for the badge judge to leave alone."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_layouts import write_into
from pipeline.training.badge_shapes import contrast, draw_plate, pick_colour, pick_ink
from pipeline.training.lettering import Lettering, draw_words

Mask = npt.NDArray[np.bool_]


def draw_print(rgb: RgbArray, mask: Mask, rng: np.random.Generator, lettering: Lettering) -> RgbArray:
    """Letters and shapes on the object's surface: warped, shaded as the object is, and cut at its outline.

    `rgb` is uint8 (H,W,3), `mask` bool (H,W) of the object. Returns the photo unchanged where the object
    is too small to print on.
    """
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    rows, columns = np.nonzero(inner)
    if len(rows) < 0.03 * inner.size:
        return rgb
    box = np.array([columns.min(), rows.min(), columns.max(), rows.max()], np.float32)
    label = np.asarray(_draw_label(rng, lettering, bare=rng.random() < 0.5), np.float32)
    quad = _choose_quad(box, rng, label.shape[1] / label.shape[0])
    height, width = inner.shape
    corners = np.array(
        [[0, 0], [label.shape[1], 0], [label.shape[1], label.shape[0]], [0, label.shape[0]]], np.float32
    )
    turn = cv2.getPerspectiveTransform(corners, quad)
    warped = cv2.warpPerspective(label, turn, (width, height), flags=cv2.INTER_AREA)
    alpha = warped[..., 3:] / 255 * inner[..., None] * rng.uniform(0.7, 1.0)
    soft = cv2.GaussianBlur(rgb, (0, 0), max(1.0, width / 40)).astype(np.float32)
    shade = np.clip(soft.mean(axis=2, keepdims=True) / max(60.0, float(soft[inner > 0].mean())), 0.35, 1.25)
    mixed = rgb * (1 - alpha) + warped[..., :3] * shade * alpha
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def draw_pack(side_px: int, rng: np.random.Generator, lettering: Lettering) -> RgbArray:
    """A flat pack or screen full of print on a plain ground, seen from a little aside."""
    label = _draw_label(rng, lettering, bare=False, rows=int(rng.integers(3, 8)))
    return stand(np.asarray(label, np.float32), side_px, rng, rng.uniform(0.45, 0.95))


def draw_cover(photo: RgbArray, rng: np.random.Generator, lettering: Lettering, fills: bool) -> RgbArray:
    """A book or game cover: a photo under large lines of print, on a plain ground or filling the frame."""
    height = int(rng.uniform(420, 640))
    width = int(height * rng.uniform(0.62, 0.85))
    ground = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    cover = Image.fromarray(np.asarray(ground, np.uint8)).convert("RGBA")
    if rng.random() < 0.5:
        cover.paste((*pick_colour(rng), 255), (0, 0, width, int(height * rng.uniform(0.06, 0.25))))
    ink = pick_colour(rng, loud=rng.random() < 0.6)
    top = height * rng.uniform(0.02, 0.1)
    for _ in range(int(rng.integers(2, 6))):
        words, font = lettering.pick_print(rng)
        line = draw_words(words, font, int(rng.uniform(0.05, 0.16) * height), ink)
        scale = min(1.0, width * 0.92 / line.width)
        line = line.resize((max(1, int(line.width * scale)), max(1, int(line.height * scale))))
        if top + line.height > height:
            break
        cover.alpha_composite(line, (int((width - line.width) * rng.choice([0.5, 0.5, 0.08])), int(top)))
        top += line.height * rng.choice([1.1, 1.4, 3.0])
    flat = np.asarray(cover, np.float32)
    if fills:
        return np.asarray(cover.convert("RGB"))
    return stand(flat, 512, rng, rng.uniform(0.7, 0.98))


def stand(label: np.ndarray, side_px: int, rng: np.random.Generator, share: float) -> RgbArray:
    """A flat thing (float RGBA) on a plain ground, lit from one side, a little askew."""
    ground = np.full((side_px, side_px, 3), int(rng.choice([255, 255, 250, 235, 215])), np.uint8)
    aspect = label.shape[1] / label.shape[0]
    high = side_px * share * min(1.0, 1 / aspect)
    half = np.array([high * aspect, high]) / 2
    quad = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + side_px / 2
    askew = rng.normal(0, 0.02 if rng.random() < 0.6 else 0.002, (4, 2))
    quad = (quad + askew * side_px).astype(np.float32)
    corners = np.array(
        [[0, 0], [label.shape[1], 0], [label.shape[1], label.shape[0]], [0, label.shape[0]]], np.float32
    )
    turn = cv2.getPerspectiveTransform(corners, quad)
    warped = cv2.warpPerspective(label, turn, (side_px, side_px), flags=cv2.INTER_AREA)
    bright = rng.uniform(0.75, 1.0, 2)
    light = np.linspace(bright[0], bright[1], side_px, dtype=np.float32)[None, :, None]
    alpha = warped[..., 3:] / 255
    shadow = cv2.GaussianBlur(alpha, (0, 0), side_px / 30)[..., None] * 0.25 * (1 - alpha)
    mixed = ground * (1 - alpha) * (1 - shadow) + warped[..., :3] * light * alpha
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _choose_quad(box: np.ndarray, rng: np.random.Generator, aspect: float) -> np.ndarray:
    """Four corners somewhere inside the object's box, a little askew."""
    wide, high = box[2] - box[0], box[3] - box[1]
    half = rng.uniform(0.15, 0.42) * min(wide, high * aspect)
    centre_x = (box[0] + box[2]) / 2 + rng.normal(0, 0.08) * wide
    centre_y = (box[1] + box[3]) / 2 + rng.normal(0, 0.12) * high
    low = half / aspect
    quad = np.array([[-half, -low], [half, -low], [half, low], [-half, low]])
    quad += (centre_x, centre_y)
    return (quad + rng.normal(0, 0.08 * half, (4, 2))).astype(np.float32)


def _draw_label(
    rng: np.random.Generator, lettering: Lettering, bare: bool, rows: int | None = None
) -> Image.Image:
    """A label with its ground (or bare letters): large and small lines, a shape or two, RGBA."""
    width, height = 360, int(rng.uniform(160, 520))
    ground = pick_colour(rng, loud=rng.random() < 0.7)
    label = Image.new("RGBA", (width, height), (*ground, 0 if bare else 255))
    ink = pick_colour(rng) if bare else contrast(ground)
    pen = ImageDraw.Draw(label)
    for _ in range(int(rng.integers(0, 4))):
        _draw_figure(label, pen, rng, lettering)
    top, count = height * 0.06, rows or int(rng.integers(1, 5))
    for _ in range(count):
        words, font = lettering.pick_print(rng)
        line = draw_words(words, font, int(rng.uniform(0.05, 0.28) * height), ink)
        scale = min(1.0, width * 0.92 / line.width)
        line = line.resize((max(1, int(line.width * scale)), max(1, int(line.height * scale))))
        if top + line.height > height:
            break
        label.alpha_composite(line, (int((width - line.width) * rng.choice([0.5, 0.1, 0.5])), int(top)))
        top += line.height * rng.uniform(1.1, 1.8)
    return label


def _draw_figure(
    label: Image.Image, pen: ImageDraw.ImageDraw, rng: np.random.Generator, lettering: Lettering
) -> None:
    """A disc, a box, or a printed badge with words: packs bear those too."""
    x, y, reach = rng.uniform(0, label.width), rng.uniform(0, label.height), rng.uniform(20, 120)
    if rng.random() < 0.2:
        side = int(reach * 1.4)
        plate, ground = draw_plate(rng, int(side * rng.uniform(1, 2)), side)
        write_into(plate, rng, lettering, pick_ink(rng, ground))
        label.paste(plate, (int(x * 0.8), int(y * 0.8)), plate)
        return
    draw = pen.ellipse if rng.random() < 0.6 else pen.rectangle
    draw((x - reach, y - reach, x + reach, y + reach), fill=(*pick_colour(rng), 255))
