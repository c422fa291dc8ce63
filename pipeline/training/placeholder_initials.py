"""Placeholders of one to three letters: initials in a disc or bare, on even and graded grounds (II.A)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.records import FloatArray, RgbArray
from pipeline.training.placeholder_icons import Colour
from pipeline.training.wear import encode_somehow

Rng = np.random.Generator
Strokes = tuple[tuple[tuple[float, float], ...], ...]
LETTERS = "AABBCCDDEEFFGGHHIJJKKLLMMNNOOPPQRRSSTTUVVWWXYZ" + "abdeghkmnpqrst" + "&?"
OTHERS = "ÄÖÜÅØÉÑÇŠŽŁБГДЖИКЛФЦШЭЮЯΓΔΘΛΞΠΣΦΨΩ"
# Letters of one bare line, as single-line type draws them: corners in a unit square, y downwards.
LINES: dict[str, Strokes] = {
    "A": (((0, 1), (0.5, 0), (1, 1)), ((0.2, 0.62), (0.8, 0.62))),
    "B": (
        ((0, 0), (0, 1), (0.7, 1), (1, 0.75), (0.7, 0.5), (0, 0.5)),
        ((0, 0), (0.65, 0), (0.9, 0.25), (0.65, 0.5)),
    ),
    "C": (((1, 0.2), (0.7, 0), (0.3, 0), (0, 0.3), (0, 0.7), (0.3, 1), (0.7, 1), (1, 0.8)),),
    "D": (((0, 0), (0, 1), (0.6, 1), (1, 0.65), (1, 0.35), (0.6, 0), (0, 0)),),
    "E": (((1, 0), (0, 0), (0, 1), (1, 1)), ((0, 0.5), (0.75, 0.5))),
    "F": (((1, 0), (0, 0), (0, 1)), ((0, 0.5), (0.75, 0.5))),
    "H": (((0, 0), (0, 1)), ((1, 0), (1, 1)), ((0, 0.5), (1, 0.5))),
    "K": (((0, 0), (0, 1)), ((1, 0), (0, 0.6)), ((0.35, 0.42), (1, 1))),
    "L": (((0, 0), (0, 1), (1, 1)),),
    "M": (((0, 1), (0, 0), (0.5, 0.6), (1, 0), (1, 1)),),
    "N": (((0, 1), (0, 0), (1, 1), (1, 0)),),
    "P": (((0, 1), (0, 0), (0.7, 0), (1, 0.25), (0.7, 0.5), (0, 0.5)),),
    "R": (((0, 1), (0, 0), (0.7, 0), (1, 0.25), (0.7, 0.5), (0, 0.5)), ((0.5, 0.5), (1, 1))),
    "S": (
        ((1, 0.15), (0.7, 0), (0.3, 0), (0, 0.22), (0.3, 0.47), (0.7, 0.53)),
        ((0.7, 0.53), (1, 0.77), (0.7, 1), (0.3, 1), (0, 0.85)),
    ),
    "T": (((0, 0), (1, 0)), ((0.5, 0), (0.5, 1))),
    "U": (((0, 0), (0, 0.7), (0.3, 1), (0.7, 1), (1, 0.7), (1, 0)),),
    "V": (((0, 0), (0.5, 1), (1, 0)),),
    "W": (((0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)),),
    "Z": (((0, 0), (1, 0), (0, 1), (1, 1)),),
}  # fmt: skip
PLATES = ("none", "none", "disc", "disc", "square", "ring", "polygon")


def draw_initials(rng: Rng, fonts: Sequence[Path]) -> RgbArray:
    """One to three letters where a photo should be, uint8 (H,W,3), 48 to 1,000 px."""
    side = int(np.exp(rng.uniform(np.log(64), np.log(800))))
    high = round(side * float(rng.choice([1, 1, 1, 0.75, 1.25])))
    drawn = _draw(rng, fonts, 2 * side, 2 * high)
    return encode_somehow(np.asarray(drawn.resize((side, high), Image.Resampling.BOX), np.uint8), rng)


def _draw(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """The letters in a plate, in a ring or on the bare ground."""
    middle, edge = _pick_colour(rng), _pick_colour(rng)
    image = _lay_fade(wide, high, middle, edge if rng.random() < 0.25 else middle, rng)
    plate = str(rng.choice(PLATES))
    reach = min(wide, high) * float(rng.choice([rng.uniform(0.1, 0.3), rng.uniform(0.3, 0.5)]))
    under = middle
    if plate != "none":
        under = _lay_plate(ImageDraw.Draw(image), rng, (wide / 2, high / 2), reach, plate, middle)
    size = reach * float(rng.uniform(0.5, 1.3 if plate == "none" else 1.0))
    letters = "".join(rng.choice(list(LETTERS), int(rng.choice([1, 1, 2, 2, 2, 3]))))
    if plate != "none":
        size /= max(1.0, 0.75 * len(letters))
    ink = _pick_ink(rng, under)
    if not fonts or rng.random() < 0.35:
        _write_lines(ImageDraw.Draw(image), rng, letters, (wide / 2, high / 2), size, ink)
    else:
        _write_type(ImageDraw.Draw(image), rng, fonts, letters, (wide / 2, high / 2), size, ink)
    return image


def _pick_colour(rng: Rng) -> Colour:
    """White, a pale grey, or any colour."""
    if rng.random() < 0.55:
        level = int(rng.choice([255, 255, 250, 244, 235, 225, 210, 190, 60, 25]))
        return level, level, level
    red, green, blue = rng.integers(10, 250, 3).tolist()
    return red, green, blue


def _pick_ink(rng: Rng, under: Colour) -> Colour:
    """White on what is dark, else the ground's colour darkened, or any dark colour."""
    bright = sum(under) / 3
    if bright < 130 or (bright < 215 and rng.random() < 0.7):
        return 255, 255, 255
    if rng.random() < 0.25:
        red, green, blue = rng.integers(0, 150, 3).tolist()
    else:
        red, green, blue = (np.array(under) * float(rng.uniform(0.1, 0.88))).astype(int).tolist()
    return red, green, blue


def _lay_fade(wide: int, high: int, first: Colour, last: Colour, rng: Rng) -> Image.Image:
    """A ground that is even, or goes from one colour to the other."""
    if first == last:
        return Image.new("RGB", (wide, high), first)
    y, x = np.mgrid[0 : 1 : complex(0, high), 0 : 1 : complex(0, wide)].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    along: FloatArray = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))
    share = ((along - along.min()) / np.ptp(along))[..., None]
    return Image.fromarray((np.array(first) * (1 - share) + np.array(last) * share).astype(np.uint8))


def _lay_plate(
    pen: ImageDraw.ImageDraw, rng: Rng, at: tuple[float, float], reach: float, kind: str, ground: Colour
) -> Colour:
    """A disc, square, polygon or ring round the middle; the colour that letters on it stand on."""
    tone = _pick_colour(rng) if rng.random() < 0.5 else _darken(ground, float(rng.uniform(0.3, 0.9)))
    if max(abs(a - b) for a, b in zip(tone, ground, strict=True)) < 8:
        tone = _darken(ground, 0.66)
    (x, y), box = at, (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    if kind == "ring":
        pen.ellipse(box, outline=tone, width=max(2, int(reach * rng.uniform(0.03, 0.2))))
        return ground
    if kind == "disc":
        pen.ellipse(box, fill=tone)
    elif kind == "square":
        pen.rounded_rectangle(box, reach * float(rng.choice([0, 0.15, 0.4])), fill=tone)
    else:
        pen.regular_polygon((x, y, reach), int(rng.integers(5, 9)), float(rng.uniform(0, 90)), fill=tone)
    return tone


def _darken(colour: Colour, share: float) -> Colour:
    red, green, blue = (int(level * share) for level in colour)
    return red, green, blue


def _write_type(
    pen: ImageDraw.ImageDraw,
    rng: Rng,
    fonts: Sequence[Path],
    letters: str,
    at: tuple[float, float],
    size: float,
    ink: Colour,
) -> None:
    """Letters of a font, now and then fattened, of another alphabet, or small."""
    path = str(fonts[int(rng.integers(len(fonts)))])
    font = ImageFont.truetype(path, max(10, int(size * 1.4)), layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask("\U000e0fff"))
    if rng.random() < 0.12:
        other = str(rng.choice(list(OTHERS)))
        letters = other if bytes(font.getmask(other)) != missing else letters
    fat = int(size * float(rng.choice([0, 0, 0, 0.03, 0.08])))
    pen.text(at, letters, ink, font, anchor="mm", stroke_width=fat, stroke_fill=ink)


def _write_lines(
    pen: ImageDraw.ImageDraw, rng: Rng, letters: str, at: tuple[float, float], size: float, ink: Colour
) -> None:
    """Letters of one bare line, thin or thick, with round or cut ends."""
    wide, thick = size * float(rng.uniform(0.5, 0.9)), max(2, int(size * rng.uniform(0.03, 0.2)))
    step, rounded = wide * float(rng.uniform(1.25, 1.6)), rng.random() < 0.5
    for place, letter in enumerate(letters.upper()):
        left = at[0] + (place - (len(letters) - 1) / 2) * step - wide / 2
        for stroke in LINES.get(letter) or LINES[str(rng.choice(list(LINES)))]:
            points = [(left + x * wide, at[1] + (y - 0.5) * size) for x, y in stroke]
            pen.line(points, ink, thick, joint="curve")
            for x, y in (points[0], points[-1]) if rounded else ():
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), ink)
