"""What shops put over a picture: stickers, ribbons, strips, words, stars, lists, logos, frames, codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from pipeline.training.badge_shapes import (
    Colour,
    contrast,
    draw_plate,
    drop_shadow,
    fit,
    pick_colour,
    pick_ink,
    turn,
)
from pipeline.training.icons import draw_code, draw_energy, draw_icon, draw_star_row
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name, pick_contact

Rng = np.random.Generator


@dataclass(frozen=True)
class Piece:
    """A drawn part (RGBA) and where its upper left corner lies on the photo, px; it may reach beyond."""

    part: Image.Image
    x: int
    y: int


def place(part: Image.Image, rng: Rng, width: int, height: int, corner_share: float = 0.7) -> Piece:
    """The part mostly in a corner or at an edge, else anywhere."""
    room = (max(0, width - part.width), max(0, height - part.height))
    margin = 0.0 if rng.random() < 0.2 else rng.uniform(0, 0.07) * min(width, height)
    if rng.random() < corner_share:
        x = margin if rng.random() < 0.5 else room[0] - margin
        y = margin if rng.random() < 0.5 else room[1] - margin
        if rng.random() < 0.2:
            x = room[0] / 2
    else:
        x, y = rng.random() * room[0], rng.random() * room[1]
    return Piece(part, int(x), int(y))


def write_into(part: Image.Image, rng: Rng, lettering: Lettering, ink: Colour, share: float = 0.78) -> None:
    """Words in the middle of the part, broken into lines where it is not wide; an icon now and then."""
    words, font = lettering.pick_words(rng)
    lines = words.split(" ") if " " in words and part.width < 1.8 * part.height else [words]
    if len(lines) == 1 and part.width < 1.6 * part.height and rng.random() < 0.25:
        lines.append(lettering.pick_words(rng, 1.0)[0])
    room = part.height * rng.uniform(0.45, 0.78) / len(lines)
    top = part.height / 2 - room * len(lines) / 2
    for row, line in enumerate(lines):
        text = fit(draw_words(line, font, 64, ink), part.width * share, max(4.0, room * 0.92))
        part.alpha_composite(text, ((part.width - text.width) // 2, max(0, int(top + room * row))))


def draw_sticker(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A plate with words or an icon in it, now and then with a shadow or askew."""
    side = max(12, int(min(width, height) * rng.uniform(0.08, 0.36)))
    wide = min(width, int(side * rng.uniform(1.0, 3.2))) if rng.random() < 0.6 else side
    part, ground = draw_plate(rng, wide, side if wide < 1.6 * side else int(side * 0.6))
    ink = pick_ink(rng, ground)
    if rng.random() < 0.08:
        icon = draw_icon(rng, int(part.height * 0.6), ink)
        part.alpha_composite(icon, ((part.width - icon.width) // 2, (part.height - icon.height) // 2))
    elif rng.random() < 0.96:
        write_into(part, rng, lettering, ink, 0.72 if wide == side else 0.82)
    if rng.random() < 0.3:
        part = turn(part, float(rng.normal(0, 14)))
    if rng.random() < 0.25:
        part = drop_shadow(part, rng)
    return [place(part, rng, width, height, 0.75)]


def draw_ribbon(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A diagonal ribbon over one corner."""
    side = min(width, height)
    thick = max(8, int(side * rng.uniform(0.05, 0.15)))
    colour = pick_colour(rng)
    band = Image.new("RGBA", (int(side * 0.9), thick), (*colour, 255))
    room = Image.new("RGBA", (int(side * 0.45), thick), (*colour, 255))
    write_into(room, rng, lettering, pick_ink(rng, colour), 0.9)
    band.paste(room, ((band.width - room.width) // 2, 0))
    right, low = rng.random() < 0.5, rng.random() < 0.25
    band = turn(band, -45.0 if right != low else 45.0)
    centre = int(side * rng.uniform(0.1, 0.24))
    x = (width - centre if right else centre) - band.width // 2
    y = (height - centre if low else centre) - band.height // 2
    return [Piece(band, x, y)]


def draw_strip(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A band along an edge or across, with one or several texts, now and then half transparent."""
    thick = max(8, int(height * rng.uniform(0.05, 0.22)))
    long = width if rng.random() < 0.8 else int(width * rng.uniform(0.4, 0.9))
    colour = pick_colour(rng)
    band = Image.new("RGBA", (long, thick), (*colour, 255 if rng.random() < 0.75 else 190))
    ink, count = pick_ink(rng, colour), int(rng.choice([1, 1, 2, 3, 4]))
    for cell in range(count):
        part = Image.new("RGBA", (long // count, thick), (0, 0, 0, 0))
        write_into(part, rng, lettering, ink)
        band.alpha_composite(part, (cell * (long // count), 0))
    if rng.random() < 0.12:
        band = fit(band, height, thick).rotate(90, expand=True)
        return [Piece(band, int(rng.choice([0, width - band.width])), 0)]
    x = int(rng.choice([0, width - long]))
    y = int(rng.choice([0, height - thick, height - thick, height * 0.8 - thick]))
    return [Piece(band, x, max(0, y))]


def draw_plain_text(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """One to four lines of bare words, with or without an outline."""
    colour = pick_colour(rng, loud=rng.random() < 0.6)
    stroke = int(rng.choice([1, 2, 4])) if rng.random() < 0.3 else 0
    size, (words, font) = int(height * rng.uniform(0.03, 0.13)), lettering.pick_words(rng)
    pieces, rows = [], []
    for row in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        if row and rng.random() < 0.7:
            words, font = lettering.pick_words(rng)
        line = draw_words(words, font, size if rng.random() < 0.7 else int(size * 0.6), colour, stroke)
        rows.append(fit(line, width * 0.9, line.height) if line.width > width * 0.9 else line)
    block = Image.new("RGBA", (max(r.width for r in rows), sum(r.height for r in rows)))
    spot, top = place(block, rng, width, height, 0.6), 0
    middle = rng.random() < 0.4
    for line in rows:
        shift = (block.width - line.width) // 2 if middle else 0
        part = (
            turn(line, float(rng.choice([90, 15, -15, 8])))
            if len(rows) == 1 and rng.random() < 0.12
            else line
        )
        pieces.append(Piece(part, spot.x + shift, spot.y + int(top)))
        top += int(line.height * 1.3)
    return pieces


def draw_stars(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A row of rating stars, with a number now and then."""
    side = max(6, int(min(width, height) * rng.uniform(0.035, 0.11)))
    gold = (255, int(rng.integers(150, 215)), int(rng.integers(0, 60)))
    row = draw_star_row(rng, side, gold if rng.random() < 0.75 else pick_colour(rng))
    if rng.random() < 0.5:
        rating = f"{rng.uniform(3.5, 5):.1f}" if rng.random() < 0.6 else f"({rng.integers(9, 4000)})"
        number = draw_words(rating, lettering.pick_font(rng), side, (30, 30, 30))
        wide = Image.new("RGBA", (row.width + number.width + side, max(row.height, number.height)))
        wide.alpha_composite(row)
        wide.alpha_composite(number, (row.width + side // 2, 0))
        row = wide
    return [place(fit(row, width, row.height) if row.width > width else row, rng, width, height)]


def draw_seals(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A column or row of small seals with words or icons, as lists of features have."""
    count, side = int(rng.integers(2, 6)), max(12, int(min(width, height) * rng.uniform(0.08, 0.16)))
    plate, ground = draw_plate(rng, side, side)
    ink, standing = pick_ink(rng, ground), rng.random() < 0.6
    start = int(rng.choice([0.03, 0.97]) * (width if standing else height))
    pieces = []
    for seal in range(count):
        part = plate.copy()
        if rng.random() < 0.5:
            icon = draw_icon(rng, int(side * 0.55), ink)
            part.alpha_composite(icon, ((side - icon.width) // 2, (side - icon.height) // 2))
        else:
            write_into(part, rng, lettering, ink, 0.66)
        step = int((0.04 + 0.9 * seal / count) * (height if standing else width))
        edge = min(start, (width if standing else height) - side - 1)
        pieces.append(Piece(part, *((edge, step) if standing else (step, edge))))
    return pieces


def draw_corner(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A filled corner, mostly with a word along its long side."""
    side = max(16, int(min(width, height) * rng.uniform(0.15, 0.4)))
    part = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    colour = pick_colour(rng)
    ImageDraw.Draw(part).polygon([(0, 0), (side, 0), (0, side)], fill=(*colour, 255))
    if rng.random() < 0.85:
        band = Image.new("RGBA", (int(side * 0.95), max(6, side // 3)), (0, 0, 0, 0))
        write_into(band, rng, lettering, pick_ink(rng, colour))
        band = turn(band, 45.0)
        centre = int(side * 0.32)
        part.paste(band, (centre - band.width // 2, centre - band.height // 2), band)
    turns = int(rng.choice([0, 3, 3, 1, 2]))  # quarter turns to the left; the right corner is the usual one
    part = part.rotate(90 * turns)
    return [Piece(part, width - side if turns in (2, 3) else 0, height - side if turns in (1, 2) else 0)]


def draw_list(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """Two to six short lines under one another at one side: what a product can do."""
    colour, size = pick_colour(rng, loud=rng.random() < 0.5), max(7, int(height * rng.uniform(0.028, 0.065)))
    top, left = height * rng.uniform(0.05, 0.5), rng.choice([0.03, 0.5, 0.6]) * width
    bullet, font = str(rng.choice(["• ", "- ", "", "", "+ "])), lettering.pick_font(rng)
    icons, pieces = rng.random() < 0.3, []
    for _ in range(int(rng.integers(2, 7))):
        words, other = lettering.pick_words(rng, 0.9)
        own = lettering.fonts["latin"].__contains__(other)
        row = draw_words(bullet + words, font if own else other, size, colour)
        row = fit(row, width * 0.45, row.height) if row.width > width * 0.45 else row
        if top + row.height > height:
            break
        if icons:
            pieces.append(Piece(draw_icon(rng, size, colour), int(left), int(top)))
        pieces.append(Piece(row, int(left + (size * 1.4 if icons else 0)), int(top)))
        top += size * rng.uniform(1.5, 1.9)
    return pieces


def draw_logo(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A supplier's sign in a corner: an icon with a made-up name, or an address."""
    size, colour = max(8, int(height * rng.uniform(0.03, 0.08))), pick_colour(rng)
    words = make_name(rng) if rng.random() < 0.6 else pick_contact(rng)
    name = draw_words(words, lettering.pick_font(rng), size, colour)
    icon = draw_icon(rng, int(size * rng.uniform(1, 1.8)), pick_colour(rng))
    part = Image.new("RGBA", (icon.width + name.width + size // 3, max(icon.height, name.height)))
    if rng.random() < 0.3:
        part.paste((*contrast(colour), 255), (0, 0, *part.size))
    if rng.random() < 0.7:
        part.alpha_composite(icon, (0, (part.height - icon.height) // 2))
    part.alpha_composite(name, (icon.width + size // 3, (part.height - name.height) // 2))
    return [
        place(
            fit(part, width * 0.7, part.height) if part.width > width * 0.7 else part,
            rng,
            width,
            height,
            0.95,
        )
    ]


def draw_sizes(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """Lines of measure with their lengths, along an edge."""
    colour, size = pick_colour(rng, loud=False), max(8, int(height * rng.uniform(0.03, 0.06)))
    thick, pieces = max(1, size // 10), []
    for upright in (True, False) if rng.random() < 0.6 else (True,):
        long = int((height if upright else width) * rng.uniform(0.3, 0.8))
        line = Image.new("RGBA", (long, size), (0, 0, 0, 0))
        pen = ImageDraw.Draw(line)
        pen.line([(0, size // 2), (long, size // 2)], (*colour, 255), thick)
        for end, tip in ((0, size // 2), (long, long - size // 2)):
            pen.line([(tip, size // 4), (end, size // 2), (tip, size * 3 // 4)], (*colour, 255), thick)
        words = f"{rng.integers(2, 250)}{rng.choice([' cm', ' mm', '″', 'cm', ' in'])}"
        label = draw_words(words, lettering.pick_font(rng), size, colour)
        line = line.rotate(90, expand=True) if upright else line
        x, y = (
            (int(width * rng.choice([0.03, 0.93])), int(height * 0.1))
            if upright
            else (int(width * 0.1), int(height * 0.92))
        )
        pieces += [
            Piece(line, x, y),
            Piece(label, *((x + size, y + long // 2) if upright else (x + long // 2, y - size))),
        ]
    return pieces


def draw_frame(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """A coloured frame round the picture with a plate that says why."""
    thick, colour = max(2, int(min(width, height) * rng.uniform(0.012, 0.05))), pick_colour(rng)
    frame = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(frame).rectangle((0, 0, width - 1, height - 1), outline=(*colour, 255), width=thick)
    plate = Image.new(
        "RGBA",
        (int(width * rng.uniform(0.2, 0.6)), max(10, int(height * rng.uniform(0.06, 0.14)))),
        (*colour, 255),
    )
    write_into(plate, rng, lettering, pick_ink(rng, colour))
    return [Piece(frame, 0, 0), place(plate, rng, width, height, 1.0)]


def draw_sign(rng: Rng, width: int, height: int, lettering: Lettering) -> list[Piece]:
    """An energy label, a code, or a bare icon with words under it."""
    side = max(16, int(min(width, height) * rng.uniform(0.1, 0.28)))
    chance = rng.random()
    if chance < 0.35:
        part = draw_energy(rng, side)
    elif chance < 0.65:
        part = draw_code(rng, side)
    else:
        colour = pick_colour(rng)
        part = Image.new("RGBA", (side, int(side * 1.35)), (0, 0, 0, 0))
        part.alpha_composite(draw_icon(rng, side, colour))
        words, font = lettering.pick_words(rng)
        line = fit(draw_words(words, font, 48, colour), side, side * 0.3)
        part.alpha_composite(line, ((side - line.width) // 2, int(side * 1.04)))
    return [place(part, rng, width, height, 0.85)]
