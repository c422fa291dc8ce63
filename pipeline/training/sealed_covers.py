"""Covers of books, games, films and boxes with seals of their own: flat, sharp, and no overlay (II.B).

Shops show most of them from the front and filling the frame, some on white and some as a box from aside.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_shapes import contrast, fit, pick_colour
from pipeline.training.cover_seals import draw_band, draw_seal
from pipeline.training.icons import draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import PRINTED, make_name
from pipeline.training.prints import draw_cover, stand
from pipeline.training.staging import Photo

Rng = np.random.Generator
# width to height: books, films, games, records, boxes; square ones are as common as two of the others
SHAPES = (0.66, 0.7, 0.71, 0.75, 0.78, 0.83, 1.0, 1.0, 1.3)
LEAST, MOST = 0.09, 0.27  # of the cover's width: a seal's side
BANDED, FILLING, BOXED = 0.45, 0.5, 0.25  # with a band; of the covers, how they are shown; the rest on white
SIDE_PX = 512


def draw_sealed_cover(photo: Photo, rng: Rng, lettering: Lettering) -> RgbArray:
    """A cover with a band or seals, uint8 (H,W,3): filling the frame, on a ground, or as a box."""
    how = rng.random()
    cover = _draw_face(photo, how < FILLING, rng, lettering)
    seals = int(rng.choice([0, 1, 1, 2, 3]))
    if rng.random() < BANDED or not seals:
        high = int(cover.height * rng.uniform(0.05, 0.15))
        cover.paste(
            draw_band(cover.width, high, rng, lettering),
            (0, 0 if rng.random() < 0.7 else cover.height - high),
        )
    for _ in range(seals):
        seal, kind = draw_seal(int(cover.width * rng.uniform(LEAST, MOST)), rng, lettering)
        layer = Image.new("RGBA", cover.size, (0, 0, 0, 0))
        layer.paste(seal, _place(seal, kind, cover, rng))
        cover.alpha_composite(layer)
    if how < FILLING:
        return _photograph(np.asarray(cover.convert("RGB")), rng)
    if how < FILLING + BOXED:
        return _draw_box(cover, rng, lettering)
    return stand(np.asarray(cover, np.float32), SIDE_PX, rng, float(rng.uniform(0.75, 0.99)))


def _draw_face(photo: Photo, fills: bool, rng: Rng, lettering: Lettering) -> Image.Image:
    """The cover's picture and title, RGBA."""
    if not fills and rng.random() < 0.35:
        return Image.fromarray(draw_cover(photo.rgb, rng, lettering, fills=True)).convert("RGBA")
    height = int(rng.uniform(420, 600))
    width = int(height * float(rng.choice(SHAPES)))
    face = Image.fromarray(_draw_art(photo, fills, width, height, rng)).convert("RGBA")
    tone = np.asarray(face.convert("RGB").resize((1, 1))).reshape(3)
    ink = contrast((int(tone[0]), int(tone[1]), int(tone[2]))) if rng.random() < 0.6 else pick_colour(rng)
    title, font = _pick_title(rng), lettering.pick_font(rng)
    top, small = height * rng.uniform(0.04, 0.6), lettering.pick_font(rng)
    for word in (title.split(" ") if rng.random() < 0.6 else [title])[:4]:
        line = fit(draw_words(word or title, font, 96, ink), width * rng.uniform(0.6, 0.92), height * 0.17)
        _write(face, line, top, rng)
        top += line.height * 1.12
    for share in rng.choice([0.02, 0.03, 0.86, 0.9, 0.94], int(rng.integers(1, 4)), replace=False):
        line = fit(
            draw_words(_pick_title(rng), small, 48, ink), width * 0.8, height * rng.uniform(0.02, 0.06)
        )
        _write(face, line, height * float(share), rng)
    return face


def _pick_title(rng: Rng) -> str:
    """Words that no offer is made of: those are what a badge on a cover is told by."""
    if rng.random() < 0.4:
        return make_name(rng)
    return " ".join(str(rng.choice(PRINTED)) for _ in range(int(rng.choice([1, 2, 3]))))


def _write(face: Image.Image, line: Image.Image, top: float, rng: Rng) -> None:
    x = int((face.width - line.width) * float(rng.choice([0.5, 0.5, 0.07])))
    if top + line.height <= face.height:
        face.alpha_composite(line, (max(0, x), max(0, int(top))))


def _draw_art(photo: Photo, fills: bool, width: int, height: int, rng: Rng) -> RgbArray:
    """What is behind the title, uint8 (H,W,3): a tinted photo, part of one, a thing, or figures on a fade.

    One that fills the frame never shows a photo as it was taken: that would be a photo with overlays.
    """
    ends = np.array([pick_colour(rng), pick_colour(rng)], np.float32)
    slope = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    art: np.ndarray = np.broadcast_to(ends[0] * (1 - slope) + ends[1] * slope, (height, width, 3)).copy()
    filled = _crop(photo.rgb, width, height).astype(np.float32)
    chance = rng.random()
    if chance < 0.3:
        tint = float(rng.uniform(0.0, 0.5))
        if fills or rng.random() < 0.4:
            level = filled.mean(axis=2, keepdims=True) / 255
            filled = (ends[0] * level + ends[1] * (1 - level)).astype(np.float32)
            tint /= 2
        art = filled * (1 - tint) + art * tint
    elif chance < 0.5:
        start, end = int(height * rng.uniform(0, 0.45)), int(height * rng.uniform(0.6, 1.0))
        art[start:end] = filled[start:end]
    elif chance < 0.75 and photo.mask is not None:
        mask = _crop(photo.mask.astype(np.uint8) * 255, width, height).astype(np.float32)[..., None] / 255
        art = _paste_things(_scatter(art, rng) if rng.random() < 0.4 else art, filled, mask, rng)
    else:
        return _scatter(art, rng)
    return np.clip(art, 0, 255).astype(np.uint8)


def _paste_things(art: np.ndarray, filled: np.ndarray, mask: np.ndarray, rng: Rng) -> np.ndarray:
    """The photo's thing, where `mask` float32 (H,W,1) is 1, on the art; now and then its mirror image too."""
    for flip in (False, True)[: int(rng.integers(1, 3))]:
        thing, where = (filled[:, ::-1], mask[:, ::-1]) if flip else (filled, mask)
        down, aside = int(len(art) * rng.uniform(-0.1, 0.35)), int(art.shape[1] * rng.uniform(-0.3, 0.3))
        thing, where = (np.roll(part, (down, aside), (0, 1)) for part in (thing, where))
        art = art * (1 - where) + thing * where
    return art


def _scatter(art: np.ndarray, rng: Rng) -> RgbArray:
    """Discs, beams and signs: drawn covers."""
    image = Image.fromarray(np.clip(art, 0, 255).astype(np.uint8)).convert("RGBA")
    pen, side = ImageDraw.Draw(image), image.width
    for _ in range(int(rng.integers(1, 9))):
        x, y, reach = rng.uniform(0, side), rng.uniform(0, image.height), side * rng.uniform(0.04, 0.4)
        colour, chance = (*pick_colour(rng), 255), rng.random()
        if chance < 0.35:
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), colour)
        elif chance < 0.65:
            x2, y2 = rng.uniform(0, side), rng.uniform(0, image.height)
            pen.polygon([(x, y), (x + reach, y), (x2, y2), (x2 - reach / 2, y2)], colour)
        else:
            icon = draw_icon(rng, max(12, int(reach)), colour[:3])
            image.paste(icon, (int(x - reach / 2), int(y - reach / 2)), icon)
    return np.asarray(image.convert("RGB"))


def _crop(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """The middle of the picture at that size, its proportions kept."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    size = (max(width, round(pixels.shape[1] * scale)), max(height, round(pixels.shape[0] * scale)))
    grown = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(grown[top : top + height, left : left + width])


def _place(seal: Image.Image, kind: str, cover: Image.Image, rng: Rng) -> tuple[int, int]:
    """Left and top: ages, warnings and marks mostly at the foot, prizes wherever there is room."""
    room, gap = (
        (cover.width - seal.width, cover.height - seal.height),
        int(cover.width * rng.uniform(0.0, 0.06)),
    )
    x = int(
        rng.choice([gap, room[0] - gap, room[0] // 2 if kind == "mark" else rng.uniform(0, max(1, room[0]))])
    )
    foot = {"age": 0.8, "warning": 0.8, "mark": 0.75, "prize": 0.25}[kind]
    chance = rng.random()
    y = (
        room[1] - gap
        if chance < foot
        else gap
        if chance < foot + 0.12
        else int(rng.uniform(0, max(1, room[1])))
    )
    return max(0, x), max(0, y)


def _photograph(face: RgbArray, rng: Rng) -> RgbArray:
    """A cover that fills its frame, or all but a narrow rim: as printed, or scanned and lit from a side."""
    if rng.random() < 0.25:
        above, below, left, right = (int(side) for side in rng.integers(0, 12, 4))
        rim = [int(rng.choice([255, 255, 240, 0]))] * 3
        framed = cv2.copyMakeBorder(face, above, below, left, right, cv2.BORDER_CONSTANT, value=rim)
        face = np.asarray(framed, np.uint8)
    if rng.random() < 0.5:
        return face
    soft = cv2.GaussianBlur(face, (0, 0), float(rng.uniform(0.3, 1.1))).astype(np.float32)
    dim, bright = rng.uniform(0.8, 1.08, 2)
    light = np.linspace(dim, bright, face.shape[1], dtype=np.float32)[None, :, None]
    grain = rng.normal(0, rng.uniform(0, 5), face.shape[:2])[..., None]
    return np.clip(soft * light + grain, 0, 255).astype(np.uint8)


def _draw_box(cover: Image.Image, rng: Rng, lettering: Lettering) -> RgbArray:
    """The cover as the front of a box or book seen from aside, with its spine, on a plain ground."""
    thick = int(cover.width * rng.uniform(0.06, 0.28))
    spine = draw_band(cover.height, thick, rng, lettering).rotate(90, expand=True)
    left = rng.random() < 0.7
    side = int(SIDE_PX * rng.uniform(0.8, 1.1))
    ground = np.full((side, side, 3), int(rng.choice([255, 255, 255, 245, 225])), np.float32)
    tall = side * rng.uniform(0.78, 0.97) * min(1.0, cover.height / (cover.width + thick))
    wide, deep = (
        tall * cover.width / cover.height * rng.uniform(0.85, 0.97),
        tall * thick / cover.height * 0.8,
    )
    start, lift = (side - wide - deep) / 2, tall * rng.uniform(0.01, 0.07)
    top, foot = (side - tall) / 2, (side + tall) / 2
    seam = start + deep if left else start + wide
    back = lift * rng.uniform(0.6, 1.5)  # what is farther away is lower above and higher below
    near = [(seam, top), (seam, foot)]
    first = [(start, top + (back if left else lift)), (start, foot - (back if left else lift))]
    last = [
        (start + deep + wide, top + (lift if left else back)),
        (start + deep + wide, foot - (lift if left else back)),
    ]
    parts = [(spine, first, near, 0.8), (cover, near, last, 1.0)] if left else [
        (cover, first, near, 1.0), (spine, near, last, 0.75)]  # fmt: skip
    for part, one, other, light in parts:
        ground = _lay(ground, np.asarray(part, np.float32), [one[0], other[0], other[1], one[1]], light)
    return np.clip(ground + 0.5, 0, 255).astype(np.uint8)


def _lay(ground: np.ndarray, part: np.ndarray, quad: list[tuple[float, float]], light: float) -> np.ndarray:
    """The part, float32 (h,w,4), laid into the quad (its corners from the upper left on, clockwise)."""
    high, wide = part.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, np.array(quad, np.float32))
    warped = cv2.warpPerspective(part, turn, (ground.shape[1], ground.shape[0]), flags=cv2.INTER_AREA)
    alpha = warped[..., 3:] / 255
    return np.asarray(ground * (1 - alpha) + warped[..., :3] * light * alpha)
