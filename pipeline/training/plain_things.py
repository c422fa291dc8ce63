"""Plain things that are sold: signs, sockets, clocks, covers, tiles, cables, plans, tables, codes (II.A).

Few flat colours on a plain ground are all that their pictures show, as those of a placeholder; and yet they
are products. They are drawn as photos and as flat art alike, so that how they are made does not tell them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_shapes import Colour, contrast, fit, pick_colour
from pipeline.training.icons import draw_code, draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name, pick_print
from pipeline.training.plain_solids import box_about, draw_cover, draw_moulded, lay_ground, write_words
from pipeline.training.product_art import THINGS

Rng = np.random.Generator
Draw = Callable[[Rng, Lettering, int], Image.Image]
WARNING_COLOURS: tuple[Colour, ...] = (
    (200, 20, 30), (230, 30, 40), (250, 205, 0), (0, 110, 60), (0, 80, 160), (20, 20, 20),
)  # fmt: skip


def draw_plain_thing(rng: Rng, lettering: Lettering) -> RgbArray:
    """One picture of KINDS, uint8 (H,W,3), 120 to 900 px."""
    side = int(np.exp(rng.uniform(np.log(120), np.log(900))))
    drawn = KINDS[int(rng.integers(len(KINDS)))](rng, lettering, 2 * side)
    size = (max(24, drawn.width // 2), max(24, drawn.height // 2))
    small = np.asarray(drawn.resize(size, Image.Resampling.BOX), np.uint8)
    return _photograph(small, rng) if rng.random() < 0.4 else small


def _photograph(rgb: RgbArray, rng: Rng) -> RgbArray:
    """Light that fades to one side and a sensor's grain; what is white stays so, as shops cut it out."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    along = (x / rgb.shape[1] - 0.5) * math.cos(angle) + (y / rgb.shape[0] - 0.5) * math.sin(angle)
    light = 1 - float(rng.uniform(0.02, 0.2)) * (along[..., None] + 0.7)
    lit = rgb * np.where(rgb.min(axis=2, keepdims=True) > 252, 1.0, light)
    grain = rng.normal(0, float(rng.uniform(0.3, 2.5)), rgb.shape)
    return np.clip(lit + grain + 0.5, 0, 255).astype(np.uint8)


def _draw_round(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A clock, a plate, a gauge, a button: discs within one another, marks along the rim, hands, letters."""
    image = lay_ground(rng, side, round(side * float(rng.choice([1, 1, 1.3, 0.75]))))
    pen, x, y = ImageDraw.Draw(image), image.width / 2, image.height / 2
    reach, tone = min(image.size) * float(rng.uniform(0.33, 0.49)), pick_colour(rng)
    for part in sorted(rng.uniform(0.4, 1.0, int(rng.integers(1, 4))), reverse=True):
        pen.ellipse(box_about(x, y, reach * part, reach * part), tone)
        tone = (250, 250, 250) if rng.random() < 0.4 else pick_colour(rng)
    ink, marks = contrast(tone), int(rng.choice([0, 4, 12, 12, 24]))
    for turn in np.arange(marks) * 2 * math.pi / max(1, marks):
        ends = [(x + reach * r * math.cos(turn), y + reach * r * math.sin(turn)) for r in (0.72, 0.82)]
        pen.line(ends, ink, max(2, int(reach * 0.03)))
    for _ in range(int(rng.choice([0, 2, 3])) if marks else 0):
        turn, long = rng.uniform(0, 2 * math.pi), reach * rng.uniform(0.3, 0.65)
        pen.line(
            (x, y, x + long * math.cos(turn), y + long * math.sin(turn)), ink, max(2, int(reach * 0.035))
        )
    if not marks and rng.random() < 0.5:
        write_words(image, pick_print(rng), lettering, rng, (x, y), reach * 1.1, reach * 0.4, ink)
    return image


def _draw_table(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A table of sizes or contents: lines, a row of heads, numbers and words."""
    image = Image.new("RGB", (side, round(side * rng.uniform(0.5, 1.3))), (255, 255, 255))
    pen, rows, columns = ImageDraw.Draw(image), int(rng.integers(3, 11)), int(rng.integers(2, 8))
    left, top = side * rng.uniform(0.02, 0.1), image.height * rng.uniform(0.05, 0.25)
    wide, high = (side - 2 * left) / columns, (image.height * 0.95 - top) / rows
    head, font = pick_colour(rng), lettering.pick_font(rng)
    if rng.random() < 0.7:
        pen.rectangle((left, top, side - left, top + high), head)
    for row in range(rows):
        pen.line((left, top + row * high, side - left, top + row * high), (150, 150, 150), 2)
        for column in range(columns):
            words = str(rng.integers(1, 200)) if row and column else make_name(rng)[:5]
            ink = contrast(head) if row == 0 else (40, 40, 40)
            cell = fit(draw_words(words, font, max(8, int(high * 0.45)), ink), wide * 0.85, high * 0.6)
            at = (left + (column + 0.5) * wide - cell.width / 2, top + (row + 0.5) * high - cell.height / 2)
            image.paste(cell, (int(at[0]), int(at[1])), cell)
    return image


def _draw_label(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A code to scan, alone or with a line of words under it."""
    image = Image.new("RGB", (side, round(side * rng.uniform(0.8, 1.2))), (255, 255, 255))
    code = draw_code(rng, int(side * rng.uniform(0.5, 0.9)))
    image.paste(code, ((side - code.width) // 2, max(0, (image.height - code.height) // 2)), code)
    if rng.random() < 0.5:
        at = (side / 2, image.height * 0.95)
        write_words(image, pick_print(rng), lettering, rng, at, side * 0.7, side * 0.07, (10, 10, 10))
    return image


def _draw_grid(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """Tiles, panels or the colours that a thing comes in."""
    image = Image.new("RGB", (side, round(side * float(rng.choice([1, 1, 0.7, 1.4])))), (255, 255, 255))
    pen, rows, columns = ImageDraw.Draw(image), int(rng.integers(1, 8)), int(rng.integers(2, 9))
    joint = float(rng.choice([0, 0.005, 0.012, 0.04])) * side
    pen.rectangle((0, 0, *image.size), pick_colour(rng) if rng.random() < 0.3 else (235, 235, 235))
    one, alike = np.minimum(pick_colour(rng), 225.0), rng.random() < 0.6  # white on white would be nothing
    for row in range(rows):
        for column in range(columns):
            tone = one + rng.normal(0, 4) if alike else one * rng.uniform(0.4, 1.3) + rng.normal(0, 25, 3)
            red, green, blue = np.clip(tone, 0, 255).astype(int).tolist()
            left, top = column * image.width / columns, row * image.height / rows
            box = (
                left + joint,
                top + joint,
                left + image.width / columns - joint,
                top + image.height / rows - joint,
            )
            pen.rectangle(box, (red, green, blue))
    return image


def _draw_tube(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A cable, a hose, a strap, a string of beads: one line that runs through the picture."""
    image = lay_ground(rng, side, round(side * float(rng.choice([1, 1, 0.7]))))
    pen, t = ImageDraw.Draw(image), np.linspace(0, 1, 200)
    turns = rng.uniform(0.3, 4, 2)
    x = 0.5 + 0.44 * np.cos(np.pi * turns[0] * t + rng.uniform(0, 6)) * (1 - 0.4 * t)
    y = 0.5 + 0.44 * np.sin(np.pi * turns[1] * t + rng.uniform(0, 6)) * (1 - 0.3 * t)
    points = [(float(a) * image.width, float(b) * image.height) for a, b in zip(x, y, strict=True)]
    tone, thick = pick_colour(rng), max(3, int(side * rng.uniform(0.006, 0.03)))
    if rng.random() < 0.3:
        for at in points[:: int(rng.integers(2, 6))]:
            pen.ellipse(box_about(*at, thick, thick), tone, outline=contrast(tone))
        return image
    pen.line(points, tone, thick, joint="curve")
    for at in (points[0], points[-1]):
        pen.rounded_rectangle(box_about(*at, thick * 2.5, thick * 1.5), thick / 2, pick_colour(rng))
    return image


def _draw_plan(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A thing in thin lines with its measures beside it."""
    image = Image.new("RGB", (side, side), (255, 255, 255))
    level, thick = int(rng.integers(0, 110)), max(2, int(side * rng.uniform(0.002, 0.006)))
    pen, ink = ImageDraw.Draw(image), (level, level, level)
    for outline in THINGS[int(rng.integers(len(THINGS)))](rng):
        points = [(side * (0.46 + 0.38 * x), side * (0.46 + 0.38 * y)) for x, y in outline]
        pen.line([*points, points[0]], ink, thick)
    for turned in (False, True)[: int(rng.choice([0, 1, 2, 2]))]:
        ends = [(side * 0.08, side * 0.92), (side * 0.84, side * 0.92)]
        first, last = [(y, x) for x, y in ends] if turned else ends
        pen.line((*first, *last), ink, thick)
        for x, y in (first, last):
            pen.line((x - side * 0.012, y + side * 0.012, x + side * 0.012, y - side * 0.012), ink, thick)
        at = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2 + side * 0.035)
        write_words(
            image,
            f"{rng.integers(3, 250)} {rng.choice(['cm', 'mm', ''])}",
            lettering,
            rng,
            at,
            side * 0.14,
            side * 0.04,
            ink,
        )
    return image


def _draw_sign(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A sign as hardware shops sell it: a loud triangle, disc or plate with a symbol or a word on it."""
    image = lay_ground(rng, side, round(side * float(rng.choice([1, 1, 0.7]))))
    pen, x, y = ImageDraw.Draw(image), image.width / 2, image.height / 2
    reach, tone = min(image.size) * float(rng.uniform(0.4, 0.48)), WARNING_COLOURS[int(rng.integers(6))]
    kind, inner = int(rng.integers(4)), contrast(tone)
    if kind == 0:
        pen.regular_polygon((x, y + reach * 0.15, reach), 3, 0, tone, outline=inner)
    elif kind == 1:
        pen.ellipse(box_about(x, y, reach, reach), tone)
    elif kind == 2:
        pen.ellipse(box_about(x, y, reach, reach), (255, 255, 255), outline=tone, width=int(reach * 0.16))
        inner = (20, 20, 20)
    else:
        pen.rounded_rectangle(box_about(x, y, reach, reach * rng.uniform(0.4, 1.0)), reach * 0.08, tone)
    if rng.random() < 0.5:
        write_words(image, pick_print(rng), lettering, rng, (x, y), reach * 1.2, reach * 0.5, inner)
    elif rng.random() < 0.6:
        icon = draw_icon(rng, max(10, int(reach * 0.8)), inner)
        image.paste(icon, (int(x - icon.width / 2), int(y - icon.height / 2)), icon)
    else:
        pen.rectangle(box_about(x, y, reach * 0.65, reach * 0.16), inner)
    if kind == 2 and rng.random() < 0.6:
        pen.line(
            (x - reach * 0.65, y - reach * 0.65, x + reach * 0.65, y + reach * 0.65), tone, int(reach * 0.14)
        )
    return image


def _draw_swatch(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A colour that fills the frame, as cloth and paint are sold by: hardly more than light and grain."""
    high = round(side * float(rng.choice([1, 1, 0.75, 1.3])))
    y, x = np.mgrid[0 : 1 : complex(0, high), 0 : 1 : complex(0, side)].astype(np.float32)
    angle, step = rng.uniform(0, 2 * math.pi), float(rng.uniform(60, 300))
    light = 1 - float(rng.uniform(0, 0.18)) * (x * math.cos(angle) + y * math.sin(angle))
    weave = np.sin(x * step) * np.sin(y * step) if rng.random() < 0.5 else np.sign(np.sin((x + y) * step))
    rough = cv2.resize(rng.normal(0, 1, (high // 6, side // 6)).astype(np.float32), (side, high))
    grain = weave * rng.choice([0, 2, 6, 12]) + rough * rng.uniform(0.5, 15)
    made = np.array(pick_colour(rng), np.float32) * light[..., None] + grain[..., None]
    return Image.fromarray(np.clip(made, 0, 255).astype(np.uint8))


def _draw_flat(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A thing drawn in a few flat colours without an outline, filling its frame."""
    image = lay_ground(rng, side, side)
    pen, tones = ImageDraw.Draw(image), [pick_colour(rng) for _ in range(3)]
    reach = side * float(rng.uniform(0.38, 0.47))
    for part, outline in enumerate(THINGS[int(rng.integers(len(THINGS)))](rng)):
        tone = tones[0] if part == 0 else tones[int(rng.integers(3))]
        pen.polygon([(side / 2 + x * reach, side / 2 + y * reach) for x, y in outline], fill=tone)
    return image


KINDS: tuple[Draw, ...] = (
    _draw_round, draw_moulded, draw_moulded, _draw_table, _draw_label, _draw_grid, draw_cover, draw_cover,
    _draw_tube, _draw_plan, _draw_sign, _draw_swatch, _draw_swatch, _draw_flat, _draw_flat,
)  # fmt: skip
