"""Placeholders that are not one grey sign on one even ground: fades, silhouettes, logos, chequers (II.A)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.records import RgbArray
from pipeline.training.placeholder_icons import ICONS, Colour
from pipeline.training.placeholder_words import write_name, write_phrase
from pipeline.training.product_art import THINGS
from pipeline.training.wear import encode_somehow

Rng = np.random.Generator
Draw = Callable[[Rng, Sequence[Path], int, int], Image.Image]
WHITE: Colour = (255, 255, 255)


def draw_other_placeholder(rng: Rng, fonts: Sequence[Path]) -> RgbArray:
    """One placeholder of KINDS, uint8 (H,W,3), 72 to 1,000 px."""
    side = int(np.exp(rng.uniform(np.log(96), np.log(800))))
    high = round(side * float(rng.choice([1, 1, 0.75, 1.3])))
    drawn = KINDS[int(rng.integers(len(KINDS)))](rng, fonts, 2 * side, 2 * high)
    return encode_somehow(np.asarray(drawn.resize((side, high), Image.Resampling.BOX), np.uint8), rng)


def _grey(level: float) -> Colour:
    own = int(np.clip(level, 0, 255))
    return own, own, own


def _colour(rng: Rng, low: int = 0, above: int = 256) -> Colour:
    red, green, blue = rng.integers(low, above, 3).tolist()
    return red, green, blue


def _pick_ground(rng: Rng) -> int:
    return int(rng.choice([255, 255, 250, 244, 238, 225, 205]))


def _draw_faded(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """Words, an icon or both where one colour fades into another."""
    if rng.random() < 0.5:
        ends = np.array([_colour(rng), _colour(rng)], np.float32)
    else:
        ends = np.array([_grey(rng.uniform(200, 256)), _grey(rng.uniform(30, 230))], np.float32)
    y, x = np.mgrid[0 : 1 : complex(0, high), 0 : 1 : complex(0, wide)].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    along = x * np.cos(turn) + y * np.sin(turn) if rng.random() < 0.8 else np.hypot(x - 0.5, y - 0.5)
    along = ((along - along.min()) / np.ptp(along))[..., None]
    image = Image.fromarray((ends[0] * (1 - along) + ends[1] * along).astype(np.uint8))
    bright = float(ends.mean())
    ink = _grey(bright + rng.uniform(70, 200)) if bright < 140 else _grey(bright - rng.uniform(60, 160))
    _sign(image, rng, fonts, ink)
    return image


def _sign(image: Image.Image, rng: Rng, fonts: Sequence[Path], ink: Colour) -> None:
    """An icon, a phrase, or the one above the other."""
    pen, kind = ImageDraw.Draw(image), int(rng.integers(3))
    wide, high = image.size
    if kind != 0:
        reach = min(image.size) * float(rng.uniform(0.1, 0.25))
        middle = (wide / 2, high * (0.4 if kind == 2 else 0.5))
        thick = max(2, int(reach * rng.uniform(0.04, 0.16)))
        ICONS[int(rng.integers(len(ICONS)))](pen, *middle, reach, ink, thick)
    if kind != 1:
        write_phrase(pen, rng, fonts, (wide / 2, high * (0.75 if kind == 2 else 0.5)), wide, ink)


def _draw_silhouette(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """The bare outline of a kind of thing in one grey, as shops put it for all of that kind."""
    ground = _pick_ground(rng)
    image = Image.new("RGB", (wide, high), _grey(ground))
    pen, ink = ImageDraw.Draw(image), _grey(ground - np.exp(rng.uniform(np.log(8), np.log(110))))
    reach = min(wide, high) * float(rng.uniform(0.18, 0.45))
    for outline in THINGS[int(rng.integers(len(THINGS)))](rng):
        pen.polygon([(wide / 2 + x * reach, high / 2 + y * reach) for x, y in outline], fill=ink)
    if rng.random() < 0.4:
        write_phrase(pen, rng, fonts, (wide / 2, high * 0.93), wide, ink)
    return image


def _draw_logo(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """A shop's sign in its colours, small on much ground, alone or with the name under it or beside it."""
    ground = (
        WHITE if rng.random() < 0.6 else (_grey(_pick_ground(rng)) if rng.random() < 0.6 else _colour(rng))
    )
    image = Image.new("RGB", (wide, high), ground)
    pen, reach = ImageDraw.Draw(image), min(wide, high) * float(rng.uniform(0.08, 0.22))
    dark = sum(ground) < 380
    tones = [WHITE if dark else _colour(rng, 0, 190), _colour(rng)]
    x, y = wide / 2, high * (0.5 if rng.random() < 0.4 else 0.4)
    for part in range(int(rng.integers(1, 5))):
        at = x + reach * float(rng.uniform(-0.7, 0.7)), y + reach * float(rng.uniform(-0.4, 0.4))
        _lay_shape(pen, rng, at, reach * float(rng.uniform(0.3, 0.9)), tones[part % 2])
    if rng.random() < 0.6:
        write_name(pen, rng, fonts, (x, high * 0.7), round(wide * float(rng.uniform(0.3, 1))), tones[0])
    return image


def _lay_shape(
    pen: ImageDraw.ImageDraw, rng: Rng, at: tuple[float, float], size: float, tone: Colour
) -> None:
    """A disc, a bar, a ring, a cut disc or a polygon."""
    (x, y), kind = at, int(rng.integers(5))
    box = (x - size, y - size, x + size, y + size)
    if kind == 0:
        pen.ellipse(box, fill=tone)
    elif kind == 1:
        pen.rounded_rectangle((x - size / 4, y - size, x + size / 4, y + size), size / 4, fill=tone)
    elif kind == 2:
        pen.ellipse(box, outline=tone, width=max(2, int(size * 0.35)))
    elif kind == 3:
        start = float(rng.uniform(0, 360))
        pen.pieslice(box, start, start + float(rng.uniform(60, 300)), fill=tone)
    else:
        pen.regular_polygon((x, y, size), int(rng.integers(3, 7)), float(rng.uniform(0, 90)), fill=tone)


def _draw_chequers(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """The squares that stand for nothing, bare or with a sign on them."""
    cell, other = max(4, int(min(wide, high) / rng.uniform(6, 50))), rng.uniform(170, 248)
    rows, columns = np.indices((high, wide)) // cell
    levels = np.where((rows + columns) % 2, 255, other).astype(np.uint8)
    image = Image.fromarray(np.repeat(levels[..., None], 3, axis=2))
    if rng.random() < 0.5:
        _sign(image, rng, fonts, _grey(rng.uniform(60, 160)))
    return image


def _draw_repeated(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """A name or a sign over and over."""
    ground = _pick_ground(rng)
    image = Image.new("RGB", (wide, high), _grey(ground))
    pen, ink = ImageDraw.Draw(image), _grey(ground - rng.uniform(12, 150))
    columns, rows, named = int(rng.integers(2, 6)), int(rng.integers(3, 10)), rng.random() < 0.7
    icon, state = ICONS[int(rng.integers(len(ICONS)))], rng.bit_generator.state
    for row in range(rows):
        for column in range(columns):
            at = ((column + 0.5 + 0.25 * (row % 2)) * wide / columns, (row + 0.5) * high / rows)
            if named:
                rng.bit_generator.state = state  # the same name each time
                write_name(pen, rng, fonts, at, round(wide / columns), ink)
            else:
                icon(pen, *at, min(wide / columns, high / rows) * 0.3, ink, max(2, wide // 150))
    return image


def _draw_broken(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """What a browser shows for a file that is not there: a small sign and a line of words in a corner."""
    image = Image.new("RGB", (wide, high), WHITE if rng.random() < 0.8 else _grey(_pick_ground(rng)))
    pen, reach = ImageDraw.Draw(image), float(rng.uniform(12, 30))
    ICONS[int(rng.integers(3, 8))](pen, 10 + reach, 10 + reach, reach, _colour(rng, 60, 190), 2)
    if rng.random() < 0.6:
        at = (min(wide * 0.5, 30 + 5 * reach), 10 + reach)
        write_phrase(pen, rng, fonts, at, round(min(wide, 20 * reach)), (20, 20, 20))
    if rng.random() < 0.4:
        pen.rectangle((0, 0, wide - 1, high - 1), outline=(170, 170, 170), width=2)
    return image


def _draw_crossed(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """A frame of one colour that is crossed from corner to corner, or names its own size."""
    ground = _grey(rng.uniform(140, 235)) if rng.random() < 0.6 else _colour(rng)
    image = Image.new("RGB", (wide, high), ground)
    pen, darker = ImageDraw.Draw(image), float(rng.uniform(0.4, 0.85))
    ink = WHITE if rng.random() < 0.4 else _grey(sum(ground) / 3 * darker)
    if rng.random() < 0.5:
        thick = max(2, int(wide * rng.uniform(0.003, 0.012)))
        pen.line((0, 0, wide, high), ink, thick)
        pen.line((0, high, wide, 0), ink, thick)
    elif fonts:
        font = ImageFont.truetype(str(fonts[int(rng.integers(len(fonts)))]), max(12, int(wide * 0.12)))
        words = f"{wide // 2}{rng.choice(['x', ' x ', ' × '])}{high // 2}"
        pen.text((wide / 2, high / 2), words, ink, font, anchor="mm")
    return image


def _draw_loading(rng: Rng, fonts: Sequence[Path], wide: int, high: int) -> Image.Image:
    """What a page shows until it has its contents: grey blocks for pictures, bars for lines of words."""
    ground = _pick_ground(rng) if rng.random() < 0.85 else int(rng.uniform(15, 60))
    tone = ground - rng.uniform(8, 60) if ground > 100 else ground + rng.uniform(8, 50)
    image = Image.new("RGB", (wide, high), _grey(ground))
    pen, round_off, margin = (
        ImageDraw.Draw(image),
        wide * float(rng.choice([0, 0.01, 0.03])),
        0.5 * rng.uniform(0.04, 0.24),
    )
    columns, foot, bars = (
        int(rng.choice([1, 1, 2, 3])),
        float(rng.uniform(0.4, 0.75)),
        int(rng.integers(1, 5)),
    )
    for column in range(columns):
        left, right = (margin + (column + end) * (1 - 2 * margin) / columns for end in (0.03, 0.97))
        block = (left * wide, margin * high, right * wide, foot * high)
        if rng.random() < 0.85:
            pen.rounded_rectangle(block, round_off, _grey(tone))
        else:
            pen.ellipse(block, _grey(tone))
        step = (1 - margin - foot) / bars
        for bar in range(bars):
            top, end = foot + (bar + 0.35) * step, left + (right - left) * float(rng.uniform(0.3, 1.0))
            pen.rounded_rectangle(
                (left * wide, top * high, end * wide, (top + 0.6 * step) * high), round_off, _grey(tone)
            )
    return image


KINDS: tuple[Draw, ...] = (
    _draw_faded, _draw_faded, _draw_silhouette, _draw_silhouette, _draw_logo, _draw_logo, _draw_chequers,
    _draw_repeated, _draw_broken, _draw_crossed, _draw_loading,
)  # fmt: skip
