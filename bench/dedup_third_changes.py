"""Small changes of a product that no maker of training pairs draws: pairs for measuring alone.

Nothing here is shared with `pipeline.dedup.edits` or the changes of `bench.dedup_changes`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bench.dedup_changes import Colour, Mask, Rng, find_object
from pipeline.training.lettering import Lettering, find_lettering

Box = tuple[int, int, int, int]
Alter = Callable[[Image.Image, Box, Rng], Image.Image]

LEAST_STEP = 16  # grey levels in any channel from which a pixel counts as changed
NOTICED = 30.0  # grey levels, mean over those; less is no change to a customer
TRIES = 20


def alter(image: Image.Image, rng: Rng, shares: tuple[float, float]) -> tuple[Image.Image, str] | None:
    """One change of a share of the object within `shares`, and its name; None where none would show."""
    mask = find_object(image)
    rows, columns = np.nonzero(mask)
    for _ in range(TRIES):
        name = str(rng.choice(list(ALTERATIONS)))
        area = float(np.exp(rng.uniform(*np.log(shares)))) * rows.size
        at = int(rng.integers(rows.size))
        box = _lay_box(image, int(columns[at]), int(rows[at]), area * rng.uniform(1, 1.5), rng)
        altered = ALTERATIONS[name](image, box, rng)
        if _shows(image, altered, mask, (shares[0] * rows.size, 1.5 * shares[1] * rows.size)):
            return altered, name
    return None


def _shows(image: Image.Image, altered: Image.Image, mask: Mask, pixels: tuple[float, float]) -> bool:
    """Whether what changed is on the object, of the wanted size, and strong enough."""
    step = np.asarray(ImageChops.difference(image, altered)).max(2)
    hit = step >= LEAST_STEP
    count = int(hit.sum())
    if not pixels[0] <= count <= pixels[1]:
        return False
    return bool(step[hit].mean() >= NOTICED and (hit & mask).sum() > 0.4 * count)


def _lay_box(image: Image.Image, x: int, y: int, area: float, rng: Rng) -> Box:
    aspect = float(np.exp(rng.uniform(-0.7, 0.7)))
    wide, high = max(6, round((area * aspect) ** 0.5)), max(6, round((area / aspect) ** 0.5))
    left = min(max(0, x - wide // 2), max(0, image.width - wide))
    top = min(max(0, y - high // 2), max(0, image.height - high))
    return left, top, min(image.width, left + wide), min(image.height, top + high)


def _stencil(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A soft-rimmed ellipse, or rounded box, as a mask of the picture's size."""
    large = Image.new("L", (4 * (box[2] - box[0]), 4 * (box[3] - box[1])), 0)
    edge = (0, 0, large.width - 1, large.height - 1)
    if rng.random() < 0.5:
        ImageDraw.Draw(large).ellipse(edge, fill=255)
    else:
        ImageDraw.Draw(large).rounded_rectangle(edge, radius=min(large.size) // 5, fill=255)
    mask = Image.new("L", image.size, 0)
    mask.paste(large.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BOX), box[:2])
    return mask


def _mean(image: Image.Image, box: Box) -> Colour:
    red, green, blue = np.asarray(image.crop(box)).reshape(-1, 3).mean(0)
    return int(red), int(green), int(blue)


def _contrast(colour: Colour, rng: Rng) -> Colour:
    """A paint that stands out from that colour, or nearly does."""
    step = rng.uniform(40, 150) * (-1 if sum(colour) > 384 else 1)
    red, green, blue = (int(min(255, max(0, level + step + rng.uniform(-30, 30)))) for level in colour)
    return red, green, blue


def take_away(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A part filled from the ring around it, the nearer the more: a button, lid or print gone."""
    left, top, right, bottom = box
    area = Image.fromarray(_fade(np.asarray(image), box).astype(np.uint8))
    filled = image.copy()
    filled.paste(area.crop((0, 0, right - left, bottom - top)), (left, top))
    return Image.composite(filled, image, _stencil(image, box, rng))


def _fade(pixels: np.ndarray, box: Box) -> np.ndarray:
    """The box filled from its four sides, each weighed by how near it is."""
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    x, y = np.arange(width)[None, :, None], np.arange(height)[:, None, None]
    sides = (
        (pixels[top:bottom, max(0, left - 1)][:, None], 1 / (1 + x)),
        (pixels[top:bottom, min(pixels.shape[1] - 1, right)][:, None], 1 / (width - x)),
        (pixels[max(0, top - 1), left:right][None], 1 / (1 + y)),
        (pixels[min(pixels.shape[0] - 1, bottom), left:right][None], 1 / (height - y)),
    )
    total = sum(np.broadcast_to(weight, (height, width, 1)) for _, weight in sides)
    return np.asarray(sum(side * weight for side, weight in sides) / total)


def put_on(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A shaded knob, plate or lid of its own colour."""
    left, top, right, bottom = box
    paint = np.array(_contrast(_mean(image, box), rng), np.float32)
    shade = np.linspace(rng.uniform(10, 40), -rng.uniform(10, 40), bottom - top)[:, None, None]
    knob = np.clip(np.broadcast_to(paint + shade, (bottom - top, right - left, 3)), 0, 255)
    laid = image.copy()
    laid.paste(Image.fromarray(knob.astype(np.uint8)), (left, top))
    return Image.composite(laid, image, _stencil(image, box, rng))


def put_across(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A bar with round ends: a stylus, a cord, an aerial."""
    side = ((box[2] - box[0]) * (box[3] - box[1])) ** 0.5
    x, y, angle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, rng.uniform(0, np.pi)
    reach, wide = side * rng.uniform(1.0, 2.2), max(3.0, side * rng.uniform(0.12, 0.3))
    dx, dy = reach * np.cos(angle), reach * np.sin(angle)
    mask = Image.new("L", (2 * image.width, 2 * image.height), 0)
    draw = ImageDraw.Draw(mask)
    ends = [2 * float(value) for value in (x - dx, y - dy, x + dx, y + dy)]
    draw.line(ends, fill=255, width=round(2 * wide))
    for ex, ey in (ends[:2], ends[2:]):
        draw.ellipse((ex - wide, ey - wide, ex + wide, ey + wide), fill=255)
    paint = Image.new("RGB", image.size, _contrast(_mean(image, box), rng))
    return Image.composite(paint, image, mask.resize(image.size, Image.Resampling.BOX))


@lru_cache(maxsize=1)
def _lettering() -> Lettering:
    return find_lettering()


def print_words(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A printed name or two, in any font at hand, across the box."""
    words, path = _lettering().pick_print(rng)
    font = ImageFont.truetype(str(path), 64)
    left, top, right, bottom = (int(v) for v in font.getbbox(words))
    if right <= left or bottom <= top:
        return image
    tile = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(tile).text((-left, -top), words, fill=255, font=font)
    scale = (3.0 * (box[2] - box[0]) * (box[3] - box[1]) / (tile.width * tile.height)) ** 0.5
    tile = tile.resize((max(4, round(tile.width * scale)), max(4, round(tile.height * scale))))
    x, y = (box[0] + box[2] - tile.width) // 2, (box[1] + box[3] - tile.height) // 2
    printed = image.copy()
    printed.paste(_contrast(_mean(image, box), rng), (x, y), tile)
    return printed


def dye_part(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """A part in other colours, its light and shade kept: another lining, sole or strap."""
    grey = np.asarray(image.convert("L"), np.float32)[..., None]
    dye = np.asarray([_contrast(_mean(image, box), rng)], np.float32)
    dyed = np.clip(dye + 0.8 * (grey - float(np.asarray(image.crop(box).convert("L")).mean())), 0, 255)
    return Image.composite(Image.fromarray(dyed.astype(np.uint8)), image, _stencil(image, box, rng))


def move_part(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """The part shifted by about its own size, what it leaves filled: a pocket or knob elsewhere."""
    part, mask = image.crop(box), _stencil(image, box, rng).crop(box)
    left, top, right, bottom = box
    angle, reach = rng.uniform(0, 2 * np.pi), 1.2 * max(right - left, bottom - top)
    x, y = int(left + reach * np.cos(angle)), int(top + reach * np.sin(angle))
    moved = take_away(image, box, rng)
    moved.paste(part, (x, y), mask.filter(ImageFilter.GaussianBlur(1)))
    return moved


def mirror_part(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """The part turned about: buttons on the other side, a label upside down."""
    way = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM)[rng.integers(2)]
    turned = image.copy()
    turned.paste(image.crop(box).transpose(way), box[:2])
    return Image.composite(turned, image, _stencil(image, box, rng))


def stripe(image: Image.Image, box: Box, rng: Rng) -> Image.Image:
    """Two or three stripes."""
    paint, mask = _contrast(_mean(image, box), rng), Image.new("L", image.size, 0)
    count, draw = int(rng.integers(2, 4)), ImageDraw.Draw(mask)
    pitch = max(4, (box[3] - box[1]) // count)
    for row in range(count):
        y = box[1] + row * pitch
        draw.rectangle((box[0], y, box[2], y + pitch // 2), fill=255)
    return Image.composite(Image.new("RGB", image.size, paint), image, mask)


ALTERATIONS: dict[str, Alter] = {
    "taken": take_away, "knob": put_on, "bar": put_across, "words": print_words, "dyed": dye_part,
    "moved": move_part, "mirrored": mirror_part, "stripes": stripe,
}  # fmt: skip


def dye(image: Image.Image, rng: Rng) -> Image.Image:
    """The whole object in another colour, by exchanging channels or laying a colour over its greys."""
    mask = find_object(image)
    stencil = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(1))
    red, green, blue = image.split()
    for order in rng.permutation(3):
        swapped = Image.merge("RGB", ((green, blue, red), (blue, red, green), (green, red, blue))[order])
        if np.abs(np.asarray(swapped, np.int16) - np.asarray(image))[mask].max(1).mean() > 45:
            return Image.composite(swapped, image, stencil)
    tint = np.asarray(rng.permutation([rng.uniform(30, 60), 0, -rng.uniform(30, 60)]), np.float32)
    grey = np.asarray(image.convert("L"), np.float32)[..., None]
    dyed = np.clip(0.7 * grey + 35 + tint, 0, 255).astype(np.uint8)
    return Image.composite(Image.fromarray(dyed), image, stencil)
