"""Small local edits that a customer would want to see: what makes the hardest different pairs (III.A)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from pipeline.dedup.ground import BoolArray, Pixels, find_mask
from pipeline.records import RgbArray

MIN_CHANGE = 22.0  # grey levels, mean over the changed spot; less is no difference to a customer
ATTEMPTS = 12
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)  # fmt: skip
_WORDS = ("PRO", "Sport", "Nova", "XL 500", "Bella", "No. 7", "Original", "MAX", "studio", "Lux", "2 in 1")

Edit = Callable[[RgbArray, Pixels, BoolArray, np.random.Generator], RgbArray]


def edit(
    rgb: RgbArray, rng: np.random.Generator, shares: tuple[float, float] = (0.003, 0.06)
) -> tuple[RgbArray, str] | None:
    """The picture with one local change of a share of its object within `shares`; None if none would show.

    Returns the new picture, uint8, and the edit's name; `shares` are of the object's area.
    """
    mask, _ = find_mask(rgb)
    area = float(mask.sum())
    for _ in range(ATTEMPTS):
        name = str(rng.choice(list(EDITS)))
        share = float(np.exp(rng.uniform(np.log(shares[0]), np.log(shares[1]))))
        spot = _place(mask, np.sqrt(area * share), rng, along_rim=name in ("accessory", "stylus"))
        changed = EDITS[name](rgb.copy(), spot, mask, rng)
        difference = np.abs(changed.astype(np.int16) - rgb.astype(np.int16)).max(2)
        hit = difference > 6
        if hit.sum() < max(12.0, 0.4 * shares[0] * area) or hit.sum() > 1.7 * shares[1] * area:
            continue
        if difference[hit].mean() >= MIN_CHANGE:
            return changed, name
    return None


def _place(mask: BoolArray, side: float, rng: np.random.Generator, along_rim: bool) -> Pixels:
    """A spot as x, y (centre) and side, all pixels: within the object, or on its rim."""
    inner: Pixels = mask.astype(np.uint8)
    if along_rim:
        inner = cv2.morphologyEx(inner, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    else:
        reach = max(1, int(side * 0.5))
        eroded = cv2.erode(inner, np.ones((reach, reach), np.uint8))
        inner = eroded if eroded.any() else inner
    rows, columns = np.nonzero(inner if inner.any() else mask)
    at = int(rng.integers(rows.size))
    return np.array([columns[at], rows[at], max(3.0, side)], np.float64)


def _stroke(mask: Pixels, spot: Pixels, rng: np.random.Generator, form: str) -> Pixels:
    """A uint8 (h, w) mask, 0 to 255 and smooth at its rim, of a drawn form at the spot."""
    x, y, side = spot
    drawn = np.zeros(mask.shape[:2], np.uint8)
    stretch = float(np.exp(rng.uniform(-0.5, 0.5)))
    angle = float(rng.uniform(0, 180))
    half = (side * stretch / 2, side / stretch / 2)
    if form == "ellipse":
        axes = max(1, round(half[0] * 1.13)), max(1, round(half[1] * 1.13))
        cv2.ellipse(drawn, (int(x), int(y)), axes, angle, 0, 360, 255, -1, cv2.LINE_AA)
    else:
        if form == "stick":
            half = side * 1.7, side * 0.145
        corners = cv2.boxPoints(((float(x), float(y)), (2 * half[0], 2 * half[1]), angle))
        cv2.fillConvexPoly(drawn, np.rint(corners).astype(np.int32), 255, cv2.LINE_AA)
    return drawn


def _colour(rng: np.random.Generator) -> Pixels:
    if rng.random() < 0.4:
        return np.full(3, rng.uniform(0, 255))
    return rng.uniform(0, 255, 3)


def _blend(rgb: RgbArray, drawn: Pixels, paint: Pixels, strength: float = 1.0) -> RgbArray:
    share = (drawn.astype(np.float32) / 255 * strength)[..., None]
    return np.clip(rgb * (1 - share) + paint * share + 0.5, 0, 255).astype(np.uint8)


def add_button(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """A shaded disc or plate on the object."""
    drawn = _stroke(mask, spot, rng, str(rng.choice(("ellipse", "plate"))))
    shade = np.linspace(-25, 25, rgb.shape[0], dtype=np.float32)[:, None, None]
    return _blend(rgb, drawn, _colour(rng) + shade, float(rng.uniform(0.5, 1)))


def add_accessory(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """A thing that sticks out of the object's rim, like a popped flash or a lid."""
    return add_button(rgb, spot, mask, rng)


def add_stylus(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """A long thin thing over or beside the object."""
    return _blend(rgb, _stroke(mask, spot, rng, "stick"), _colour(rng))


def add_text(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """A printed word about as large as the spot."""
    x, y, side = spot
    word, font = str(rng.choice(_WORDS)), int(rng.choice(_FONTS))
    (width, height), _ = cv2.getTextSize(word, font, 1.0, 2)
    scale = np.sqrt(2.2 * side * side / (width * height))
    thick = max(1, round(2 * scale))
    drawn = np.zeros(mask.shape, np.uint8)
    at = int(x - width * scale / 2), int(y + height * scale / 2)
    cv2.putText(drawn, word, at, font, scale, 255, thick, cv2.LINE_AA)
    return _blend(rgb, drawn, _colour(rng), float(rng.uniform(0.5, 1)))


def erase(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """What is there painted over from its surroundings: a button or print gone."""
    x, y, side = (int(value) for value in spot)
    reach = int(1.6 * side) + 4
    y0, y1, x0, x1 = max(0, y - reach), y + reach, max(0, x - reach), x + reach
    drawn = _stroke(mask, spot, rng, "ellipse")[y0:y1, x0:x1]
    patch = np.ascontiguousarray(rgb[y0:y1, x0:x1])
    hole = cv2.dilate((drawn > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    rgb[y0:y1, x0:x1] = cv2.inpaint(patch, hole, 5, cv2.INPAINT_TELEA)
    return rgb


def recolour(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """Another hue and depth of colour within the spot, its light and shade kept: a lining."""
    drawn = _stroke(mask, spot, rng, "ellipse")
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    tint = _colour(rng)
    return _blend(rgb, drawn, grey + 0.6 * (tint - tint.mean()))


def copy_part(rgb: RgbArray, spot: Pixels, mask: BoolArray, rng: np.random.Generator) -> RgbArray:
    """Another part of the object laid over the spot."""
    x, y = int(spot[0]), int(spot[1])
    rows, columns = np.nonzero(mask)
    at = int(rng.integers(rows.size))
    move = np.array([[1, 0, x - columns[at]], [0, 1, y - rows[at]]], np.float64)
    moved = cv2.warpAffine(rgb, move, rgb.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    return _blend(rgb, _stroke(mask, spot, rng, "plate"), moved.astype(np.float32))


EDITS: dict[str, Edit] = {
    "button": add_button, "accessory": add_accessory, "stylus": add_stylus, "text": add_text,
    "erased": erase, "recoloured": recolour, "copied": copy_part,
}  # fmt: skip


def recolour_object(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The whole object in another colour, light and shade kept; stands in for a colour variant."""
    mask, _ = find_mask(rgb)
    soft = cv2.GaussianBlur(mask.astype(np.uint8) * 255, (0, 0), 1.0)
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + float(rng.uniform(25, 155))) % 180
    turned = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB).astype(np.float32)
    tint = _colour(rng)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    dyed = grey + 0.5 * (tint - tint.mean()) + float(rng.uniform(-25, 25))
    vivid = float(hsv[..., 1][mask].mean()) > 50
    return _blend(rgb, soft, turned if vivid and rng.random() < 0.6 else dyed)
