"""What stands straight and sharp on a product and is its own: displays with digits, dials, a maker's name."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pipeline.records import RgbArray
from pipeline.training.badge_shapes import Colour, fit, pick_colour
from pipeline.training.icons import draw_icon
from pipeline.training.lettering import Lettering, draw_words
from pipeline.training.phrases import make_name, pick_print

Rng = np.random.Generator
Mask = npt.NDArray[np.bool_]
GLOWS: tuple[Colour, ...] = ((255, 255, 255), (120, 230, 255), (255, 70, 50), (120, 255, 140), (255, 190, 60))


def draw_surface(rgb: RgbArray, mask: Mask, rng: Rng, lettering: Lettering) -> RgbArray:
    """A display, a dial or a name well inside the object (bool (H,W)); unchanged where it is too small."""
    rows, columns = np.nonzero(cv2.erode(mask.astype(np.uint8), np.ones((7, 7), np.uint8)))
    if len(rows) < 0.02 * mask.size:
        return rgb
    reach = min(int(np.ptp(rows)), int(np.ptp(columns)))
    chance = rng.random()
    if chance < 0.45:
        part = _draw_display(rng, lettering, max(14, int(reach * rng.uniform(0.1, 0.36))))
    elif chance < 0.6:
        part = _draw_dial(rng, lettering, max(12, int(reach * rng.uniform(0.08, 0.3))))
    else:
        ink = pick_colour(rng, loud=rng.random() < 0.3)
        name = make_name(rng) if rng.random() < 0.7 else pick_print(rng)
        part = draw_words(name, lettering.pick_font(rng), max(7, int(reach * rng.uniform(0.03, 0.14))), ink)
        part = fit(part, reach * 0.45, part.height) if part.width > reach * 0.45 else part
    spot = int(rng.integers(len(rows)))
    left, top = int(columns[spot]) - part.width // 2, int(rows[spot]) - part.height // 2
    return _lay_inside(rgb, mask, np.asarray(part), left, top, float(rng.uniform(0.75, 1.0)))


def _lay_inside(rgb: RgbArray, mask: Mask, part: RgbArray, left: int, top: int, strength: float) -> RgbArray:
    """The part on the photo, if the object goes on all round it; lit as the object is there."""
    height, width = mask.shape
    right, low = left + part.shape[1], top + part.shape[0]
    rim = max(part.shape[:2]) // 4  # the object must go on round the part
    around = mask[max(0, top - rim) : low + rim, max(0, left - rim) : right + rim]
    if left < rim or top < rim or right + rim > width or low + rim > height or around.mean() < 0.98:
        return rgb
    made, spot = rgb.copy(), (slice(top, low), slice(left, right))
    ground = rgb[spot].astype(np.float32)
    light = np.clip(ground.mean(axis=2, keepdims=True) / max(30.0, float(ground.mean())), 0.6, 1.3)
    alpha = part[..., 3:] * (strength / 255) * mask[spot][..., None]
    made[spot] = np.clip(ground + (part[..., :3] * light - ground) * alpha + 0.5, 0, 255)
    return made


def _draw_display(rng: Rng, lettering: Lettering, width: int) -> Image.Image:
    """A dark pane with glowing digits, at times with signs under them; or the digits alone."""
    height = max(10, int(width * rng.uniform(0.35, 1.2)))
    level = int(rng.integers(0, 50))
    pane = Image.new("RGBA", (width * 2, height * 2), (0, 0, 0, 0))
    if rng.random() < 0.75:
        corner = min(width, height) * rng.choice([0.0, 0.2, 0.4, 1.0])
        ImageDraw.Draw(pane).rounded_rectangle(
            (0, 0, width * 2 - 1, height * 2 - 1), corner, (level, level, level + 5, 255)
        )
    pane = pane.resize((width, height), Image.Resampling.BOX)
    glow = GLOWS[int(rng.integers(len(GLOWS)))]
    digits = f"{rng.integers(0, 240)}{rng.choice(['', '', '°', '%', ':30'])}"
    shown = fit(
        draw_words(digits, lettering.pick_font(rng), 32, glow), width * 0.7, height * rng.uniform(0.3, 0.6)
    )
    pane.alpha_composite(shown, ((width - shown.width) // 2, int(height * 0.15)))
    for sign in range(int(rng.choice([0, 0, 2, 4]))):
        icon = draw_icon(rng, max(8, height // 6), glow)
        if icon.width * 5 < width:
            pane.alpha_composite(icon, (int(width * (0.1 + 0.2 * sign)), int(height * 0.95) - icon.height))
    return pane


def _draw_dial(rng: Rng, lettering: Lettering, side: int) -> Image.Image:
    """A knob or a button: rings, a pointer or a sign."""
    dial = Image.new("RGBA", (side * 2, side * 2), (0, 0, 0, 0))
    pen, level = ImageDraw.Draw(dial), int(rng.integers(20, 240))
    pen.ellipse((0, 0, side * 2 - 1, side * 2 - 1), (level, level, level, 255))
    inner, other = side * rng.uniform(0.1, 0.4), int(rng.integers(20, 240))
    pen.ellipse((inner, inner, side * 2 - inner, side * 2 - inner), (other, other, other, 255))
    dial = dial.resize((side, side), Image.Resampling.BOX)
    ink: Colour = (10, 10, 10) if other > 120 else (245, 245, 245)
    sign = draw_icon(rng, max(8, side // 3), ink) if rng.random() < 0.5 else fit(
        draw_words(str(rng.integers(0, 99)), lettering.pick_font(rng), 32, ink), side * 0.5, side * 0.4
    )  # fmt: skip
    if sign.width <= side and sign.height <= side:
        dial.alpha_composite(sign, ((side - sign.width) // 2, (side - sign.height) // 2))
    return dial
