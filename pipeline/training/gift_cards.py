"""Gift cards and vouchers with their amounts: the one product that bears a price as its own print (II.B)."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_shapes import Colour, contrast, fit, pick_colour, pick_ink
from pipeline.training.icons import draw_code, draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import CURRENCIES, make_name
from pipeline.training.prints import stand

Rng = np.random.Generator
TITLES = (
    "GIFT CARD", "Gift Card", "Gift Voucher", "VOUCHER", "Gutschein", "Geschenkgutschein", "Carte cadeau",
    "Tarjeta regalo", "Carta regalo", "Cadeaubon", "Presentkort", "Happy Birthday", "Merci", "for you", "",
)  # fmt: skip
AMOUNTS = (5, 10, 15, 20, 25, 30, 50, 75, 100, 150, 200, 250, 500)
SIDE_PX, ON_GROUND_PX = 420, 512


def draw_gift_card(photo: RgbArray, rng: Rng, lettering: Lettering) -> RgbArray:
    """A card with a title, an amount and ornaments, uint8 (H,W,3); on a plain ground or filling the frame.

    `photo` is what some of them show behind the words.
    """
    width = SIDE_PX
    height = int(width * rng.choice([0.56, 0.63, 0.63, 0.7, 1.0, 1.4]))
    pictured = rng.random() < 0.12  # never fills the frame: it would be a photo with an overlay
    card, colour = _draw_ground(photo if pictured else None, rng, width, height)
    for _ in range(int(rng.integers(0, 5))):
        _adorn(card, rng)
    ink = pick_ink(rng, colour)
    title, small = str(rng.choice(TITLES)) or make_name(rng), make_name(rng)
    lines = [(title, 0.08, 0.24), (_pick_amount(rng), 0.12, 0.42), (small, 0.04, 0.12)]
    for words, least, most in lines[: int(rng.choice([2, 2, 3]))]:
        tone = ink if rng.random() < 0.7 else pick_ink(rng, colour)
        line = draw_words(words, lettering.pick_font(rng), int(height * rng.uniform(least, most)), tone)
        _put(card, fit(line, width * 0.85, line.height) if line.width > width * 0.85 else line, rng)
    if rng.random() < 0.15:
        _put(card, draw_code(rng, int(width * rng.uniform(0.15, 0.3))), rng)
    if not pictured and rng.random() < 0.5:
        return np.asarray(card.convert("RGB"))
    return stand(np.asarray(_round_off(card, rng), np.float32), ON_GROUND_PX, rng, rng.uniform(0.6, 0.97))


def _draw_ground(photo: RgbArray | None, rng: Rng, width: int, height: int) -> tuple[Image.Image, Colour]:
    """The card without words, RGBA, and the colour that words must stand out from."""
    colour = pick_colour(rng)
    levels = np.broadcast_to(np.array(colour, float), (height, width, 3))
    if rng.random() < 0.4:
        along = np.linspace(0, 1, height)[:, None] if rng.random() < 0.5 else np.linspace(0, 1, width)[None]
        slope = np.broadcast_to(along, (height, width))[..., None]
        levels = levels * (1 - slope) + np.array(pick_colour(rng), float) * slope
    if photo is not None:
        levels = levels * 0.6 + cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA) * 0.4
    return Image.fromarray(levels.astype(np.uint8)).convert("RGBA"), colour


def _adorn(card: Image.Image, rng: Rng) -> None:
    """A ribbon with a bow, discs, bands or signs."""
    pen, tone = ImageDraw.Draw(card), (*pick_colour(rng), 255)
    x, y = rng.uniform(0, card.width), rng.uniform(0, card.height)
    reach, chance = card.width * rng.uniform(0.03, 0.16), rng.random()
    if chance < 0.35:
        wide = reach * 0.3
        pen.rectangle((x - wide, 0, x + wide, card.height), tone)
        pen.rectangle((0, y - wide, card.width, y + wide), tone)
        for side in (-1, 1):
            pen.polygon(
                [(x, y), (x + side * reach, y - reach * 0.6), (x + side * reach, y + reach * 0.6)], tone
            )
    elif chance < 0.6:
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), tone)
    elif chance < 0.75:
        pen.rectangle((0, y, card.width, y + reach), tone)
    else:
        icon = draw_icon(rng, max(8, int(reach)), pick_colour(rng))
        for _ in range(int(rng.integers(1, 12))):
            _put(card, icon, rng)


def _put(card: Image.Image, part: Image.Image, rng: Rng) -> None:
    """The part somewhere on the card, often in its middle or at its left edge."""
    room = (max(0, card.width - part.width), max(0, card.height - part.height))
    x = int(room[0] * rng.choice([0.5, 0.06, 0.94, rng.random()]))
    layer = Image.new("RGBA", card.size, (0, 0, 0, 0))
    layer.paste(part, (x, int(room[1] * rng.uniform(0.04, 0.96))))
    card.alpha_composite(layer)


def _pick_amount(rng: Rng) -> str:
    """What it is worth: '50 €', '$100', '25,00 EUR', or the number alone."""
    worth, coin = int(rng.choice(AMOUNTS)), str(rng.choice(CURRENCIES))
    return str(
        rng.choice(
            [f"{worth} {coin}", f"{coin}{worth}", f"{coin} {worth},-", f"{worth},00 {coin}", f"{worth}"]
        )
    )


def _round_off(card: Image.Image, rng: Rng) -> Image.Image:
    """The card with round corners, now and then with a rim."""
    shape, box = Image.new("L", card.size, 0), (0, 0, card.width - 1, card.height - 1)
    corner = card.width * rng.choice([0.0, 0.03, 0.06])
    ImageDraw.Draw(shape).rounded_rectangle(box, corner, 255)
    if rng.random() < 0.2:
        rim = (*contrast(pick_colour(rng)), 255)
        ImageDraw.Draw(card).rounded_rectangle(box, corner, outline=rim, width=max(2, card.width // 90))
    card.putalpha(shape)
    return card
