"""Outlines and tones of simple products, before light falls on them: panels, solids, tables, cupboards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import FloatArray
from pipeline.training.product_art import THINGS

Rng = np.random.Generator
Points = Sequence[tuple[float, float]]
Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]
GLASS = 130  # of 255: how much of a glass table's slab covers what is behind it


@dataclass(frozen=True)
class Figure:
    """A thing in its colours (RGB), where it is (L: 255 in it), and the tone that it is made of (3,)."""

    body: Image.Image
    mask: Image.Image
    tone: FloatArray

    def shade(self, share: float) -> Colour:
        """The thing's tone, darker below 1 and brighter above."""
        red, green, blue = np.clip(self.tone * share, 0, 255).astype(int).tolist()
        return red, green, blue

    def add_face(self, outline: Points, share: float, cover: int = 255) -> None:
        """One more face of the thing, of its tone times `share`."""
        ImageDraw.Draw(self.body).polygon(outline, self.shade(share))
        ImageDraw.Draw(self.mask).polygon(outline, cover)

    def add_bar(self, ends: Box, thick: int, colour: Colour) -> None:
        """A straight bar between two points."""
        ImageDraw.Draw(self.body).line(ends, colour, thick)
        ImageDraw.Draw(self.mask).line(ends, 255, thick)


def start_figure(rng: Rng, side: int) -> Figure:
    """A picture that has the thing's tone throughout and shows nothing of it yet."""
    size = (side, round(side * float(rng.choice([1, 1, 1, 0.7, 1.3]))))
    tone = pick_tone(rng)
    blank = Figure(Image.new("RGB", size), Image.new("L", size, 0), tone)
    blank.body.paste(blank.shade(1), (0, 0, *size))
    return blank


def pick_tone(rng: Rng) -> FloatArray:
    """The one colour that a thing has, (3,) 0 to 255: of paper, metal, plastic, wood or cloth."""
    chance = rng.random()
    if chance < 0.18:
        return np.asarray(rng.uniform(228, 256) - np.abs(rng.normal(0, 3, 3)), np.float32)
    if chance < 0.38:  # black, as most devices are
        return np.asarray(rng.uniform(10, 65) + rng.normal(0, 3, 3), np.float32)
    if chance < 0.55:
        return np.asarray(rng.uniform(20, 245) + rng.normal(0, 6, 3), np.float32)
    if rng.random() < 0.3:
        return np.asarray(np.array([170, 120, 75]) * rng.uniform(0.4, 1.35), np.float32)
    return np.asarray(rng.uniform(10, 240, 3), np.float32)


def draw_panel(rng: Rng, side: int) -> Figure:
    """A box, a case, a lid, a card, a cushion or a plate from the front, with seams, slots or knobs."""
    figure = start_figure(rng, side)
    wide, high = figure.body.size
    half = wide * rng.uniform(0.2, 0.48), high * rng.uniform(0.15, 0.48)
    box = wide / 2 - half[0], high / 2 - half[1], wide / 2 + half[0], high / 2 + half[1]
    if rng.random() < 0.2:
        ImageDraw.Draw(figure.mask).ellipse(box, 255)
    else:
        corner = min(half) * float(rng.choice([0, 0.04, 0.12, 0.3, 1]))
        ImageDraw.Draw(figure.mask).rounded_rectangle(box, corner, 255)
    ink, kind = figure.shade(float(rng.choice([0.05, 0.5, 0.8, 1.25]))), int(rng.integers(5))
    for _ in range(int(rng.integers(0, 8))):
        _mark_panel(ImageDraw.Draw(figure.body), rng, box, ink, kind)
    return figure


def _mark_panel(pen: ImageDraw.ImageDraw, rng: Rng, box: Box, ink: Colour, kind: int) -> None:
    """A knob, a scratch or strap, a slot, or a seam from edge to edge."""
    wide, high = box[2] - box[0], box[3] - box[1]
    x, y = box[0] + wide * rng.uniform(0.15, 0.85), box[1] + high * rng.uniform(0.15, 0.85)
    size, thick = min(wide, high) * rng.uniform(0.01, 0.1), max(2, int(wide * rng.uniform(0.003, 0.02)))
    if kind == 0:
        pen.ellipse((x - size, y - size, x + size, y + size), ink)
    elif kind == 1:
        pen.line((x, y, x + wide * rng.uniform(-0.5, 0.5), y + high * rng.uniform(-0.3, 0.3)), ink, thick)
    elif kind == 2:
        pen.rounded_rectangle((x - 2 * size, y - size, x + 2 * size, y + size), size / 2, ink)
    else:
        pen.line((x, box[1], x, box[3]) if kind == 3 else (box[0], y, box[2], y), ink, thick)


def draw_solid(rng: Rng, side: int) -> Figure:
    """A carton, a chest, a brick or a pack seen from a corner: three faces of unlike brightness."""
    figure = start_figure(rng, side)
    wide, high = figure.body.size
    across, deep = wide * rng.uniform(0.2, 0.44), wide * rng.uniform(0.15, 0.44)
    fall, tall = high * rng.uniform(0.05, 0.2), high * rng.uniform(0.1, 0.5)
    x, y = wide / 2 + (deep - across) / 2, high / 2 - tall / 2 + fall
    left, right = (x - deep, y - fall), (x + across, y - fall)
    shares = [1.0, *rng.uniform(0.55, 0.98, 2)] if rng.random() < 0.7 else [0.95, *rng.uniform(0.9, 1.05, 2)]
    figure.add_face([(x, y), left, (x + across - deep, y - 2 * fall), right], float(shares[0]))
    for end, share in ((left, shares[1]), (right, shares[2])):
        figure.add_face([(x, y), end, (end[0], end[1] + tall), (x, y + tall)], float(share))
    if rng.random() < 0.4:  # a lid's edge
        rim = [(px, py + tall * 0.15) for px, py in (left, (x, y), right)]
        ink = figure.shade(float(rng.choice([0.6, 0.8, 1.3])))
        ImageDraw.Draw(figure.body).line(rim, ink, max(2, side // 150))
    return figure


def draw_table(rng: Rng, side: int) -> Figure:
    """A table, a stool or a bench: a slab seen from above its edge, on straight, splayed or crossed legs."""
    figure = start_figure(rng, side)
    wide, high = figure.body.size
    middle, reach, lean = wide / 2, wide * rng.uniform(0.3, 0.46), wide * rng.uniform(0, 0.14)
    top, fall = high * rng.uniform(0.15, 0.5), high * rng.uniform(0, 0.14)
    foot, leg = (
        min(high * 0.95, top + high * rng.uniform(0.25, 0.6)),
        max(3, int(side * rng.uniform(0.006, 0.04))),
    )
    metal = (
        Figure(figure.body, figure.mask, pick_tone(rng)).shade(1) if rng.random() < 0.6 else figure.shade(0.9)
    )
    turn, splay = -1 if rng.random() < 0.25 else 1, reach * rng.uniform(-0.15, 0.1)
    for inward, low in ((reach - lean, foot - fall), (reach, foot)):
        for end in (-1, 1):
            above, below = middle + end * inward * 0.92, middle + end * (turn * inward * 0.92 - splay)
            figure.add_bar((above, top, below, low), leg, metal)
    left, right, under = middle - reach, middle + reach, top + max(3, side * rng.uniform(0.008, 0.05))
    cover = 255 if rng.random() < 0.85 else GLASS
    figure.add_face(
        [(left, top), (left + lean, top - fall), (right - lean, top - fall), (right, top)], 1.0, cover
    )
    edge = [(left, top), (right, top), (right, under), (left, under)]
    figure.add_face(edge, float(rng.uniform(0.5, 0.9)), cover)
    return figure


def draw_cupboard(rng: Rng, side: int) -> Figure:
    """A cupboard, a shelf, a bed's head or a rack from the front: fields with gaps and knobs, feet below."""
    figure = start_figure(rng, side)
    wide, high = figure.body.size
    left, top, foot = (
        wide * rng.uniform(0.04, 0.3),
        high * rng.uniform(0.06, 0.4),
        high * rng.uniform(0.75, 0.95),
    )
    right, low = wide - left, foot - high * float(rng.choice([0, 0.04, 0.12]))
    corner, pen = side * float(rng.choice([0, 0.01, 0.06])), ImageDraw.Draw(figure.mask)
    pen.rounded_rectangle((left, top, right, low), corner, 255)
    for x in (left + 0.03 * side, right - 0.06 * side) if low < foot else ():
        pen.rectangle((x, low, x + 0.03 * side, foot), 255)
    columns, rows, gap = (
        int(rng.integers(1, 5)),
        int(rng.integers(1, 5)),
        max(2, side * rng.uniform(0.004, 0.03)),
    )
    inner, knob = float(rng.choice([0.4, 0.85, 0.95, 1.08])), figure.shade(float(rng.choice([0.1, 0.5, 1.4])))
    across, up = (right - left) / columns, (low - top) / rows
    for place in range(rows * columns):
        x, y = left + place % columns * across, top + place // columns * up
        field = x + gap, y + gap, x + across - gap, y + up - gap
        if field[0] < field[2] and field[1] < field[3]:
            _draw_door(
                ImageDraw.Draw(figure.body), field, figure.shade(inner * float(rng.uniform(0.97, 1.03))), knob
            )
    return figure


def _draw_door(pen: ImageDraw.ImageDraw, field: Box, tone: Colour, knob: Colour) -> None:
    """A door or a drawer with its knob."""
    pen.rectangle(field, tone)
    x, y, size = (field[0] + field[2]) / 2, field[1] * 0.8 + field[3] * 0.2, (field[2] - field[0]) * 0.04
    pen.ellipse((x - size, y - size, x + size, y + size), knob)


def draw_outline(rng: Rng, side: int) -> Figure:
    """A device, lamp, chair, garment or vessel in tones of one colour; or a disc with a part cut away."""
    figure = start_figure(rng, side)
    wide, high = figure.body.size
    reach = min(wide, high) * float(rng.uniform(0.3, 0.48))
    if rng.random() < 0.3:
        box, first = (
            (wide / 2 - reach, high / 2 - reach, wide / 2 + reach, high / 2 + reach),
            rng.uniform(0, 360),
        )
        ImageDraw.Draw(figure.mask).pieslice(box, first, first + rng.uniform(120, 350), 255)
        return figure
    for part, outline in enumerate(THINGS[int(rng.integers(len(THINGS)))](rng)):
        points = [(wide / 2 + x * reach, high / 2 + y * reach) for x, y in outline]
        figure.add_face(points, 1 - 0.1 * (part % 4) + float(rng.uniform(-0.06, 0.06)))
    return figure
