"""The symbols that placeholders bear: cameras, pictures, crossed circles, boxes, persons (II.A)."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import ImageDraw

Colour = tuple[int, int, int]
Icon = Callable[[ImageDraw.ImageDraw, float, float, float, Colour, int], None]


def _camera(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rounded_rectangle((x - r, y - r * 0.6, x + r, y + r * 0.7), r * 0.15, outline=ink, width=w)
    pen.ellipse((x - r * 0.4, y - r * 0.35, x + r * 0.4, y + r * 0.45), outline=ink, width=w)
    pen.rectangle((x - r * 0.3, y - r * 0.8, x + r * 0.3, y - r * 0.55), fill=ink)


def _picture(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rectangle((x - r, y - r * 0.75, x + r, y + r * 0.75), outline=ink, width=w)
    pen.polygon(
        ((x - r * 0.85, y + r * 0.6), (x - r * 0.25, y - r * 0.2), (x + r * 0.3, y + r * 0.6)), fill=ink
    )
    pen.polygon(((x, y + r * 0.6), (x + r * 0.4, y), (x + r * 0.85, y + r * 0.6)), fill=ink)
    pen.ellipse((x + r * 0.3, y - r * 0.55, x + r * 0.6, y - r * 0.25), fill=ink)


def _crossed(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=w)
    pen.line((x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7), ink, w)


def _picture_crossed(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    _picture(pen, x, y, r, ink, w)
    pen.line((x - r, y + r * 0.9, x + r, y - r * 0.9), ink, w * 2)


def _question(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    thick = max(w, int(r * 0.2))
    pen.arc((x - r * 0.5, y - r, x + r * 0.5, y), 180, 90, ink, thick)
    pen.line((x, y - thick / 2, x, y + r * 0.4), ink, thick)
    pen.ellipse((x - thick, y + r * 0.6, x + thick, y + r * 0.6 + 2 * thick), fill=ink)


def _bag(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.polygon(
        (
            (x - r * 0.7, y - r * 0.4),
            (x + r * 0.7, y - r * 0.4),
            (x + r * 0.85, y + r),
            (x - r * 0.85, y + r),
        ),
        outline=ink,
        width=w,
    )
    pen.arc((x - r * 0.4, y - r, x + r * 0.4, y + r * 0.1), 180, 360, ink, w)


def _box(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    top = [(x, y - r), (x + r * 0.9, y - r * 0.5), (x, y), (x - r * 0.9, y - r * 0.5)]
    pen.polygon(top, outline=ink, width=w)
    for dx in (-0.9, 0.0, 0.9):
        rise = 0.0 if dx == 0 else -0.5
        pen.line((x + dx * r, y + rise * r, x + dx * r, y + (rise + 1) * r), ink, w)
    pen.line((x - r * 0.9, y + r * 0.5, x, y + r, x + r * 0.9, y + r * 0.5), ink, w)


def _person(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.ellipse((x - r * 0.4, y - r, x + r * 0.4, y - r * 0.2), fill=ink)
    pen.pieslice((x - r * 0.9, y, x + r * 0.9, y + r * 1.8), 180, 360, fill=ink)


def _cross(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rectangle((x - r, y - r, x + r, y + r), outline=ink, width=w)
    pen.line((x - r, y - r, x + r, y + r), ink, w)
    pen.line((x - r, y + r, x + r, y - r), ink, w)


def _gear(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    for i in range(8):
        angle = i * math.pi / 4
        tip = (x + math.cos(angle) * r, y + math.sin(angle) * r)
        pen.line((x, y, *tip), ink, max(w, int(r * 0.25)))
    pen.ellipse((x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7), fill=ink)


def _clock(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=w)
    pen.line((x, y - r * 0.7, x, y, x + r * 0.45, y + r * 0.25), ink, w)


def _cart(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.line((x - r, y - r * 0.8, x - r * 0.7, y - r * 0.8, x - r * 0.35, y + r * 0.35), ink, w)
    pen.polygon(
        (
            (x - r * 0.6, y - r * 0.5),
            (x + r, y - r * 0.5),
            (x + r * 0.75, y + r * 0.35),
            (x - r * 0.35, y + r * 0.35),
        ),
        outline=ink,
        width=w,
    )
    for dx in (-0.2, 0.6):
        pen.ellipse((x + (dx - 0.15) * r, y + r * 0.55, x + (dx + 0.15) * r, y + r * 0.85), fill=ink)


def _pictures(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    _picture(pen, x - r * 0.15, y + r * 0.15, r * 0.85, ink, w)
    pen.line((x - r * 0.7, y - r * 0.75, x + r, y - r * 0.75, x + r, y + r * 0.6), ink, w)


def _lens(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rounded_rectangle((x - r, y - r, x + r, y + r), r * 0.4, outline=ink, width=w)
    pen.ellipse((x - r * 0.5, y - r * 0.5, x + r * 0.5, y + r * 0.5), outline=ink, width=w)
    pen.ellipse((x + r * 0.55, y - r * 0.75, x + r * 0.75, y - r * 0.55), fill=ink)


def _camera_filled(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rounded_rectangle((x - r, y - r * 0.6, x + r, y + r * 0.7), r * 0.15, fill=ink)
    pen.rectangle((x - r * 0.3, y - r * 0.8, x + r * 0.3, y - r * 0.55), fill=ink)
    pale = (255, 255, 255) if sum(ink) < 500 else (90, 90, 90)
    pen.ellipse((x - r * 0.4, y - r * 0.35, x + r * 0.4, y + r * 0.45), outline=pale, width=w)


ICONS: tuple[Icon, ...] = (
    _camera, _camera_filled, _lens, _pictures, _picture, _picture, _picture, _picture_crossed, _crossed,
    _question, _bag, _box, _person, _cross, _gear, _clock, _cart,
)  # fmt: skip
