"""Seals that covers are printed with: of age, of prizes, warnings, publishers' marks and bands (II.B)."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pipeline.training.badge_shapes import (
    Colour,
    contrast,
    draw_plate,
    fit,
    pick_colour,
    pick_ink,
    star_points,
)
from pipeline.training.icons import draw_code, draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name

Rng = np.random.Generator
AGES = (
    "0", "3", "4", "6", "7", "9", "11", "12", "14", "15", "16", "18", "E", "T", "M", "A", "B", "PG", "U",
    "12A", "16+",
)  # fmt: skip
PRIZES = (
    "WINNER", "AWARD WINNER", "BESTSELLER", "Bestseller", "#1 BESTSELLER", "INTERNATIONAL BESTSELLER",
    "BOOK OF THE YEAR", "GAME OF THE YEAR", "SHORTLISTED", "NATIONAL BOOK AWARD", "OFFICIAL SELECTION",
    "1 MILLION COPIES SOLD", "NOW A MAJOR FILM", "SPIEGEL BESTSELLER", "Buch des Jahres", "PREMIO",
    "PRIX DES LECTEURS", "2nd EDITION", "THIRD EDITION", "SPECIAL EDITION", "COLLECTOR'S EDITION", "DELUXE",
    "VOLUME 2", "LEVEL 3", "WITH CD", "WHOLE GRAIN", "VITAMIN D", "ORGANIC", "BIO", "EST. 1920", "CERTIFIED",
    "OFFICIAL GUIDE",
)  # fmt: skip
WARNINGS = (
    ("PARENTAL", "ADVISORY"), ("EXPLICIT", "CONTENT"), ("WARNING", "CHOKING HAZARD"), ("STEREO", "DIGITAL"),
)  # fmt: skip
BANDS = (
    "PlayBox", "STATION 4", "XENO 360", "PC DVD-ROM", "PC", "SWITCHER", "Blu-ray Disc", "DVD VIDEO",
    "Classics", "HANDBOOK", "For Beginners", "Essentials", "ACADEMY", "EDITION 2020", "Mac / PC",
)  # fmt: skip
METALS: tuple[Colour, ...] = (  # gold, bronze, silver, and the red and blue of other medals
    (212, 175, 55), (190, 150, 60), (235, 205, 110), (180, 180, 190), (170, 30, 30), (20, 40, 110),
)  # fmt: skip


def draw_seal(side: int, rng: Rng, lettering: Lettering) -> tuple[Image.Image, str]:
    """One seal about `side` px wide, RGBA, and its kind: 'age', 'prize', 'warning' or 'mark'."""
    kind = str(rng.choice(["age", "prize", "warning", "mark"], p=[0.4, 0.32, 0.08, 0.2]))
    draw = {"age": _draw_age, "prize": _draw_prize, "warning": _draw_warning, "mark": _draw_mark}[kind]
    return draw(max(18, side), rng, lettering), kind


def _draw_age(side: int, rng: Rng, lettering: Lettering) -> Image.Image:
    """A square, a rhombus, a disc or an upright box with an age and now and then a line below or above."""
    colour, form = pick_colour(rng) if rng.random() < 0.7 else (255, 255, 255), rng.random()
    high = int(side * (1.25 if form >= 0.6 and rng.random() < 0.6 else 1.0))
    seal = Image.new("RGBA", (side, high), (0, 0, 0, 0))
    pen, rim = ImageDraw.Draw(seal), max(1, side // 24)
    outline = contrast(colour) if rng.random() < 0.7 else (255, 255, 255)
    if form < 0.25:
        half = side / 2
        pen.polygon([(half, 0), (side - 1, half), (half, side - 1), (0, half)], (*colour, 255), outline, rim)
    elif form < 0.4:
        pen.ellipse((0, 0, side - 1, side - 1), (*colour, 255), outline, rim)
    else:
        pen.rectangle((0, 0, side - 1, high - 1), (*colour, 255), outline, rim)
    ink, room = pick_ink(rng, colour), (0.5 if form < 0.25 else 0.66) * side
    age = fit(draw_words(str(rng.choice(AGES)), lettering.pick_font(rng), 64, ink), room, high * 0.55)
    seal.alpha_composite(age, ((side - age.width) // 2, (high - age.height) // 2))
    if form >= 0.4 and rng.random() < 0.6:
        strip = max(3, int(high * 0.17))
        top = 0 if rng.random() < 0.3 else high - strip
        pen.rectangle((0, top, side - 1, top + strip), (*outline, 255))
        line = draw_words(make_name(rng), lettering.pick_font(rng), 32, contrast(outline))
        line = fit(line, side * 0.85, strip * 0.8)
        seal.alpha_composite(line, ((side - line.width) // 2, max(0, top + (strip - line.height) // 2)))
    return seal


def _draw_prize(side: int, rng: Rng, lettering: Lettering) -> Image.Image:
    """A disc, a burst or a plate with one to three lines, often of gold and with a rim."""
    if rng.random() < 0.3:
        seal, ground = draw_plate(rng, side, int(side * rng.uniform(0.4, 1.0)))
        ground = (int(ground[0]), int(ground[1]), int(ground[2]))
    else:
        seal, ground = _cut_medal(side, rng)
    words = str(rng.choice(PRIZES)).split(" ")
    lines = [" ".join(words[:2]), " ".join(words[2:])] if len(words) > 2 else words
    if rng.random() < 0.3:
        lines.append(str(rng.integers(1985, 2026)))
    ink, font = pick_ink(rng, ground), lettering.pick_font(rng)
    room = seal.height * 0.62 / max(1, len(lines))
    top = (seal.height - room * len(lines)) / 2
    for text in filter(None, lines):
        line = fit(draw_words(text, font, 48, ink), seal.width * 0.72, room * 0.85)
        seal.alpha_composite(line, (max(0, (seal.width - line.width) // 2), int(max(0, top))))
        top += room
    return seal


def _cut_medal(side: int, rng: Rng) -> tuple[Image.Image, Colour]:
    """A disc or burst without words, RGBA, drawn at twice its size, and its colour."""
    ground = METALS[int(rng.integers(len(METALS)))] if rng.random() < 0.7 else pick_colour(rng)
    seal = Image.new("RGBA", (2 * side, 2 * side), (0, 0, 0, 0))
    pen, ends = ImageDraw.Draw(seal), (0, 0, 2 * side - 1, 2 * side - 1)
    if rng.random() < 0.3:
        pen.polygon(
            star_points(2 * side - 1, 2 * side - 1, int(rng.integers(16, 40)), 0.93, 0), (*ground, 255)
        )
    else:
        pen.ellipse(ends, (*ground, 255))
    if rng.random() < 0.6:
        gap = side * rng.uniform(0.08, 0.2)
        pen.ellipse(
            (gap, gap, 2 * side - gap, 2 * side - gap), outline=contrast(ground), width=max(2, side // 40)
        )
    return seal.resize((side, side), Image.Resampling.BOX), ground


def _draw_warning(side: int, rng: Rng, lettering: Lettering) -> Image.Image:
    """A black and white box of two lines."""
    wide = int(side * 1.3)
    seal = Image.new("RGBA", (wide, int(wide * 0.62)), (255, 255, 255, 255))
    pen, font = ImageDraw.Draw(seal), lettering.pick_font(rng)
    pen.rectangle((0, 0, wide - 1, seal.height - 1), outline=(0, 0, 0), width=max(1, wide // 30))
    pen.rectangle((0, seal.height // 2, wide - 1, seal.height - 1), fill=(0, 0, 0))
    for row, text in enumerate(WARNINGS[int(rng.integers(len(WARNINGS)))]):
        line = fit(draw_words(text, font, 48, ((0,) * 3, (255,) * 3)[row]), wide * 0.86, seal.height * 0.32)
        seal.alpha_composite(line, ((wide - line.width) // 2, int(seal.height * (0.1 + 0.5 * row))))
    return seal


def _draw_mark(side: int, rng: Rng, lettering: Lettering) -> Image.Image:
    """A publisher's mark: a sign with or without a name, now and then on a plate; or a code."""
    if rng.random() < 0.15:
        return draw_code(rng, side)
    ink = pick_colour(rng, loud=rng.random() < 0.4)
    icon = draw_icon(rng, max(10, side // 2), ink)
    name = fit(draw_words(make_name(rng), lettering.pick_font(rng), 48, ink), side * 1.4, side * 0.4)
    below = rng.random() < 0.5
    size = (max(icon.width, name.width), icon.height + name.height) if below else (
        icon.width + name.width + side // 10, max(icon.height, name.height))  # fmt: skip
    gap = side // 10
    ground = (*contrast(ink), 255) if rng.random() < 0.4 else (0, 0, 0, 0)
    mark = Image.new("RGBA", (size[0] + 2 * gap, size[1] + 2 * gap), ground)
    mark.alpha_composite(icon, (gap, gap))
    at = (gap, gap + icon.height) if below else (gap + icon.width + side // 10, gap)
    mark.alpha_composite(name, at)
    return mark


def draw_band(wide: int, high: int, rng: Rng, lettering: Lettering) -> Image.Image:
    """A band along an edge, RGBA: one colour or two, with a name, now and then a sign before it."""
    colour = pick_colour(rng)
    band = Image.new("RGBA", (wide, max(8, high)), (*colour, 255))
    if rng.random() < 0.3:
        ImageDraw.Draw(band).rectangle(
            (0, 0, int(wide * rng.uniform(0.15, 0.4)), high), (*pick_colour(rng), 255)
        )
    text = str(rng.choice(BANDS)) if rng.random() < 0.6 else make_name(rng)
    ink = pick_ink(rng, colour)
    line = fit(
        draw_words(text, lettering.pick_font(rng), 64, ink), wide * 0.8, band.height * rng.uniform(0.45, 0.75)
    )
    x = int((wide - line.width) * float(rng.choice([0.5, 0.04, 0.9])))
    band.alpha_composite(line, (x, (band.height - line.height) // 2))
    return band
