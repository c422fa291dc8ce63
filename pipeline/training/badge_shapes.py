"""Shapes of badges: stickers, ribbons, strips, bare text, stars, seals, corners and lists."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from pipeline.training.lettering import Lettering, draw_words

Colour = tuple[int, int, int]


def pick_colour(rng: np.random.Generator, loud: bool = True) -> Colour:
    """A colour of the kind that badges have: mostly saturated, sometimes black, white or grey."""
    if not loud or rng.random() < 0.25:
        grey = int(rng.choice([0, 20, 60, 128, 200, 255]))
        return grey, grey, grey
    hue, value = rng.random() * 6, rng.uniform(0.5, 1.0)
    low = rng.uniform(0.0, 0.35)
    wheel = [max(low, min(1.0, abs((hue + shift) % 6 - 3) - 1)) for shift in (0, 4, 2)]
    red, green, blue = (int(255 * value * part) for part in wheel)
    return red, green, blue


def contrast(colour: Colour) -> Colour:
    """White on dark, black on light."""
    return (255, 255, 255) if 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] < 150 else (10, 10, 10)


def place(layer: Image.Image, part: Image.Image, rng: np.random.Generator, corner_share: float = 0.7) -> None:
    """Puts the part mostly into a corner or at an edge, else anywhere."""
    room = (max(1, layer.width - part.width), max(1, layer.height - part.height))
    margin = rng.uniform(0, 0.06) * min(layer.size)
    if rng.random() < corner_share:
        x = margin if rng.random() < 0.5 else room[0] - margin
        y = margin if rng.random() < 0.5 else room[1] - margin
        if rng.random() < 0.2:
            x = room[0] / 2
    else:
        x, y = rng.random() * room[0], rng.random() * room[1]
    layer.alpha_composite(part, (max(0, int(x)), max(0, int(y))))


def fit(part: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / part.width, height / part.height)
    size = (max(1, int(part.width * scale)), max(1, int(part.height * scale)))
    return part.resize(size, Image.Resampling.LANCZOS)


def _polygon(
    centre: float, radius: float, points: int, inner: float, turn: float
) -> list[tuple[float, float]]:
    steps = range(points * 2)
    reach = [radius if step % 2 == 0 else radius * inner for step in steps]
    angles = [turn + math.pi * step / points for step in steps]
    return [(centre + r * math.cos(a), centre + r * math.sin(a)) for r, a in zip(reach, angles, strict=True)]


def draw_sticker(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A circle, star, burst, pill or box with words in it."""
    side = int(rng.uniform(0.11, 0.36) * min(width, height))
    wide = int(side * rng.uniform(1.0, 2.6)) if rng.random() < 0.5 else side
    wide = min(wide, width)
    part = Image.new("RGBA", (wide, side), (0, 0, 0, 0))
    pen, colour = ImageDraw.Draw(part), pick_colour(rng)
    line = pick_colour(rng) if rng.random() < 0.3 else None
    thick = max(1, side // 25)
    box = (1, 1, wide - 2, side - 2)
    shape = rng.choice(["ellipse", "burst", "box", "round"]) if wide == side else rng.choice(["box", "round"])
    if shape == "ellipse":
        pen.ellipse(box, fill=colour, outline=line, width=thick)
    elif shape == "burst":
        points = _polygon(
            side / 2, side / 2 - 1, int(rng.integers(5, 24)), rng.uniform(0.6, 0.92), rng.random()
        )
        pen.polygon(points, fill=colour, outline=line)
    else:
        pen.rounded_rectangle(
            box, side * (0.5 if shape == "round" else rng.choice([0, 0.12])), colour, line, thick
        )
    _write_into(part, rng, lettering, contrast(colour))
    turned = part.rotate(float(rng.normal(0, 12)), expand=True, resample=Image.Resampling.BICUBIC)
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    place(layer, turned if rng.random() < 0.4 else part, rng, 0.85)
    return layer


def _write_into(part: Image.Image, rng: np.random.Generator, lettering: Lettering, ink: Colour) -> None:
    words, font = lettering.pick_words(rng)
    lines = words.split(" ") if " " in words and part.width < 1.6 * part.height else [words]
    room = part.height * rng.uniform(0.5, 0.75) / len(lines)
    top = part.height / 2 - room * len(lines) / 2
    for row, line in enumerate(lines):
        text = fit(draw_words(line, font, 48, ink), int(part.width * 0.78), max(4, int(room * 0.9)))
        part.alpha_composite(text, ((part.width - text.width) // 2, max(0, int(top + room * row))))


def draw_ribbon(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A diagonal ribbon over one corner."""
    side = min(width, height)
    thick, long = int(side * rng.uniform(0.07, 0.16)), int(side * 0.9)
    band = Image.new("RGBA", (long, thick), (*pick_colour(rng), 255))
    _write_into(band, rng, lettering, contrast(band.getpixel((0, 0))[:3]))  # type: ignore[index,arg-type]
    turned = band.rotate(45, expand=True, resample=Image.Resampling.BICUBIC)
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    centre = int(side * rng.uniform(0.13, 0.24))
    layer.paste(turned, (centre - turned.width // 2, centre - turned.height // 2), turned)
    if rng.random() < 0.5:
        return layer
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    turned = band.rotate(-45, expand=True, resample=Image.Resampling.BICUBIC)
    layer.paste(turned, (width - centre - turned.width // 2, centre - turned.height // 2), turned)
    return layer


def draw_strip(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A band along the bottom or the top, with one or several texts."""
    thick = int(height * rng.uniform(0.07, 0.2))
    band = Image.new("RGBA", (width, thick), (*pick_colour(rng), 255))
    ink = contrast(band.getpixel((0, 0))[:3])  # type: ignore[index,arg-type]
    count = int(rng.choice([1, 1, 2, 3]))
    for cell in range(count):
        part = Image.new("RGBA", (width // count, thick), (0, 0, 0, 0))
        _write_into(part, rng, lettering, ink)
        band.alpha_composite(part, (cell * (width // count), 0))
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    layer.alpha_composite(band, (0, height - thick if rng.random() < 0.65 else 0))
    return layer


def draw_plain_text(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """One to four lines of bare words, with or without an outline."""
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    colour = pick_colour(rng, loud=rng.random() < 0.6)
    stroke = 2 if rng.random() < 0.3 else 0
    size = int(height * rng.uniform(0.035, 0.13))
    rows = []
    for _ in range(int(rng.choice([1, 1, 2, 3, 4]))):
        words, font = lettering.pick_words(rng)
        row = draw_words(words, font, size, colour, stroke)
        rows.append(fit(row, int(width * 0.9), row.height) if row.width > width * 0.9 else row)
    block = Image.new(
        "RGBA", (max(r.width for r in rows), sum(int(r.height * 1.3) for r in rows)), (0, 0, 0, 0)
    )
    top = 0
    for row in rows:
        block.alpha_composite(row, (0, top))
        top += int(row.height * 1.3)
    place(layer, block.crop((0, 0, block.width, min(block.height, height))), rng, 0.6)
    return layer


def draw_stars(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A row of rating stars, with a number now and then."""
    side = int(min(width, height) * rng.uniform(0.05, 0.11))
    part = Image.new("RGBA", (side * 8, int(side * 1.1)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(part)
    colour = (
        (255, int(rng.integers(150, 215)), int(rng.integers(0, 60)))
        if rng.random() < 0.7
        else pick_colour(rng)
    )
    for star in range(5):
        points = [(x + star * side, y) for x, y in _polygon(side / 2, side * 0.47, 5, 0.42, -math.pi / 2)]
        pen.polygon(points, fill=colour)
    if rng.random() < 0.5:
        _, font = lettering.pick_words(rng, 1.0)
        number = draw_words(f"{rng.uniform(3.5, 5):.1f}", font, int(side * 0.8), (30, 30, 30))
        part.alpha_composite(fit(number, side * 2, side), (int(side * 5.4), 0))
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    part = part.crop(part.getbbox())
    place(layer, fit(part, width, part.height) if part.width > width else part, rng)
    return layer


def draw_seals(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A column or row of small round seals with captions, as feature lists have."""
    count, side = int(rng.integers(2, 5)), int(min(width, height) * rng.uniform(0.09, 0.16))
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    colour, standing = pick_colour(rng), rng.random() < 0.6
    left = int(rng.choice([0.03 * width, width * 0.97 - side]))
    for seal in range(count):
        part = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        filled = rng.random() < 0.6
        ImageDraw.Draw(part).ellipse(
            (1, 1, side - 2, side - 2),
            fill=colour if filled else None,
            outline=colour,
            width=max(2, side // 18),
        )
        _write_into(part, rng, lettering, contrast(colour) if filled else colour)
        step = int((0.05 + 0.9 * seal / count) * (height if standing else width))
        spot = (left, step) if standing else (step, int(height * 0.97) - side)
        layer.alpha_composite(part, (max(0, min(spot[0], width - side)), max(0, min(spot[1], height - side))))
    return layer


def draw_corner(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """A filled corner, mostly with a word along its long side."""
    side = int(min(width, height) * rng.uniform(0.16, 0.4))
    part = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    colour = pick_colour(rng)
    ImageDraw.Draw(part).polygon([(0, 0), (side, 0), (0, side)], fill=colour)
    if rng.random() < 0.8:
        band = Image.new("RGBA", (int(side * 0.95), max(6, side // 3)), (0, 0, 0, 0))
        _write_into(band, rng, lettering, contrast(colour))
        turned = band.rotate(45, expand=True, resample=Image.Resampling.BICUBIC)
        centre = int(side * 0.32)
        part.paste(turned, (centre - turned.width // 2, centre - turned.height // 2), turned)
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    spot = (0, 0)
    if rng.random() < 0.5:
        part, spot = part.rotate(-90), (width - side, 0)
    layer.paste(part, spot, part)
    return layer


def draw_list(rng: np.random.Generator, width: int, height: int, lettering: Lettering) -> Image.Image:
    """Two to five short lines under one another at one side: what a product can do."""
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    colour, size = pick_colour(rng, loud=rng.random() < 0.5), int(height * rng.uniform(0.035, 0.07))
    top, left = height * rng.uniform(0.05, 0.5), rng.choice([0.03, 0.5, 0.6]) * width
    for _ in range(int(rng.integers(2, 6))):
        words, font = lettering.pick_words(rng, 0.9)
        row = draw_words(rng.choice(["• ", "✓ ", "- ", ""]) + words, font, size, colour)
        row = fit(row, int(width * 0.45), row.height) if row.width > width * 0.45 else row
        if top + row.height > height:
            break
        layer.alpha_composite(row, (int(left), int(top)))
        top += size * 1.7
    return layer
