"""Small changes of a product drawn by Pillow: the second opinion on what makes the hardest different pairs.

Nothing here shares code with `pipeline.dedup.edits`, on which the comparator is trained.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Rng = np.random.Generator
Mask = npt.NDArray[np.bool_]
Colour = tuple[int, int, int]
Spot = tuple[float, float, float]  # x, y of the centre and the side, pixels
Change = Callable[[Image.Image, Spot, Mask, Rng], Image.Image]

NOTICED = 24.0  # grey levels, mean over what changed; less would be no change to a customer
WORDS = ("alpine", "ECO", "Nr. 9", "Studio", "1978", "Terra", "Lite", "size M", "W12", "Firenze", "&co")


def find_object(image: Image.Image) -> Mask:
    """Pixels unlike the picture's border in colour, or a middle part where nearly all are; bool (h, w)."""
    pixels = np.asarray(image.filter(ImageFilter.BoxBlur(2)), np.float32)
    border = np.concatenate([pixels[:3].reshape(-1, 3), pixels[-3:].reshape(-1, 3),
                             pixels[:, :3].reshape(-1, 3), pixels[:, -3:].reshape(-1, 3)])  # fmt: skip
    off = np.abs(pixels - np.median(border, axis=0)).max(2) > 18
    if 0.02 < off.mean() < 0.85:
        return off
    middle = np.zeros(off.shape, bool)
    height, width = off.shape
    middle[height // 6 : -height // 6, width // 6 : -width // 6] = True
    return middle


def change(image: Image.Image, rng: Rng, shares: tuple[float, float]) -> tuple[Image.Image, str] | None:
    """One change whose box covers a share of the object within `shares`, and its name; None if none shows."""
    mask = find_object(image)
    rows, columns = np.nonzero(mask)
    for _ in range(15):
        name = str(rng.choice(list(CHANGES)))
        share = float(np.exp(rng.uniform(*np.log(shares))))
        at = int(rng.integers(rows.size))
        spot = (float(columns[at]), float(rows[at]), float(np.sqrt(share * rows.size)))
        changed = CHANGES[name](image, spot, mask, rng)
        difference = np.asarray(ImageChops.difference(image, changed)).max(2)
        hit = difference > 8
        if not hit.any() or hit.sum() > 2 * shares[1] * rows.size or hit.sum() < 0.15 * shares[0] * rows.size:
            continue
        on_object = float((hit & mask).sum()) / float(hit.sum())
        if difference[hit].mean() >= NOTICED and (on_object > 0.5 or name in ("strap", "stick")):
            return changed, name
    return None


def _pick(rng: Rng) -> Colour:
    if rng.random() < 0.5:
        level = int(rng.choice((15, 40, 90, 140, 200, 240)))
        return level, level, level
    red, green, blue = (int(value) for value in rng.integers(10, 246, 3))
    return red, green, blue


def _box(spot: Spot, aspect: float = 1.0) -> tuple[float, float, float, float]:
    x, y, side = spot
    wide, high = side * aspect**0.5 / 2, side / aspect**0.5 / 2
    return x - wide, y - high, x + wide, y + high


def _draw(image: Image.Image, paint: Callable[[ImageDraw.ImageDraw, int], None]) -> Image.Image:
    """What `paint` draws at three times the size, shrunk so that its rims are smooth."""
    large = image.resize((image.width * 3, image.height * 3), Image.Resampling.NEAREST)
    drawn = large.copy()
    paint(ImageDraw.Draw(drawn), 3)
    layer = drawn.resize(image.size, Image.Resampling.BOX)
    touched = ImageChops.difference(large, drawn).convert("L").point(lambda level: 255 if level else 0)
    return Image.composite(layer, image, touched.resize(image.size, Image.Resampling.BOX))


def _scale(values: tuple[float, ...], by: int) -> list[float]:
    return [value * by for value in values]


def letter(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A printed word, straight or a little turned."""
    word, paint = str(rng.choice(WORDS)), _pick(rng)
    size = max(7, round(spot[2] * 1.5 / max(1.0, len(word) ** 0.5)))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(word)
    tile = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4), 0)
    ImageDraw.Draw(tile).text((2 - left, 2 - top), word, fill=int(rng.integers(150, 256)), font=font)
    tile = tile.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True)
    changed = image.copy()
    changed.paste(paint, (int(spot[0] - tile.width / 2), int(spot[1] - tile.height / 2)), tile)
    return changed


def button(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A round button with a rim and four holes."""
    rim, face, (x0, y0, x1, y1) = _pick(rng), _pick(rng), _box(spot)

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        draw.ellipse(
            _scale((x0, y0, x1, y1), by), fill=face, outline=rim, width=max(1, int(spot[2] * by / 9))
        )
        for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            x, y, r = spot[0] + dx * spot[2] / 8, spot[1] + dy * spot[2] / 8, spot[2] / 18
            draw.ellipse(_scale((x - r, y - r, x + r, y + r), by), fill=rim)

    return _draw(image, paint)


def stitch(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A row of stitches, or two."""
    paint_, slope = _pick(rng), rng.uniform(0, np.pi)
    step = np.array([np.cos(slope), np.sin(slope)]) * spot[2] / 6
    off = np.array([-step[1], step[0]])

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        for row in (-1, 1):
            for at in range(-6, 7):
                start = np.array(spot[:2]) + at * step + row * off
                ends = [*start * by, *(start + 0.6 * step) * by]
                draw.line([float(v) for v in ends], fill=paint_, width=max(by, int(spot[2] * by / 12)))

    return _draw(image, paint)


def zip_(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A zip: a band with teeth."""
    band, teeth, upright = _pick(rng), _pick(rng), rng.random() < 0.6
    x, y, side = spot
    long, wide = side * 1.6, side * 0.18

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        half = (wide, long) if upright else (long, wide)
        draw.rectangle(_scale((x - half[0], y - half[1], x + half[0], y + half[1]), by), fill=band)
        for at in np.arange(-long, long, max(1.5, wide * 0.8)):
            cx, cy = (x, y + at) if upright else (x + at, y)
            rx, ry = (wide * 0.5, wide * 0.2) if upright else (wide * 0.2, wide * 0.5)
            draw.rectangle(_scale((cx - rx, cy - ry, cx + rx, cy + ry), by), fill=teeth)

    return _draw(image, paint)


def strap(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A curved strap or cable that may leave the object."""
    paint_, bend, turn = _pick(rng), rng.uniform(-0.8, 0.8), rng.uniform(0, np.pi)
    t = np.linspace(-1, 1, 30)
    along, across = t * spot[2] * 1.7, bend * spot[2] * (1 - t**2)
    xs = spot[0] + along * np.cos(turn) - across * np.sin(turn)
    ys = spot[1] + along * np.sin(turn) + across * np.cos(turn)

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        points = [(float(x * by), float(y * by)) for x, y in zip(xs, ys, strict=True)]
        draw.line(points, fill=paint_, width=max(2, int(spot[2] * by * 0.22)), joint="curve")

    return _draw(image, paint)


def stick(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A pen laid beside the object or over its rim."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    rows, columns = np.nonzero(mask ^ inner)
    at = int(rng.integers(rows.size)) if rows.size else 0
    x, y = (columns[at], rows[at]) if rows.size else spot[:2]
    paint_, turn, half = _pick(rng), rng.uniform(0, np.pi), spot[2] * 1.5

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        dx, dy = half * np.cos(turn), half * np.sin(turn)
        line = [float(v) for v in ((x - dx) * by, (y - dy) * by, (x + dx) * by, (y + dy) * by)]
        draw.line(line, fill=paint_, width=max(2, int(spot[2] * by * 0.28)))

    return _draw(image, paint)


def pocket(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A patch with rounded corners, a little darker or lighter than what it lies on, with an outline."""
    box, shade = _box((spot[0], spot[1], spot[2]), rng.uniform(0.6, 1.6)), rng.choice((0.6, 0.7, 1.4))
    stencil = Image.new("L", image.size, 0)
    ImageDraw.Draw(stencil).rounded_rectangle(box, radius=spot[2] / 8, fill=255)
    toned = image.point([min(255, int(level * shade)) for level in range(256)] * 3)
    changed = Image.composite(toned, image, stencil)
    ImageDraw.Draw(changed).rounded_rectangle(box, radius=spot[2] / 8, outline=_pick(rng), width=2)
    return changed


def tint_part(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """The part around the spot that has one colour, in another hue, light and shade kept."""
    x, y = int(spot[0]), int(spot[1])
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), np.int16)
    near = np.abs(pixels - pixels[y, x]).max(2) < 40
    yy, xx = np.mgrid[0 : image.height, 0 : image.width]
    part = near & (np.hypot(xx - x, yy - y) < 0.75 * spot[2])
    stencil = Image.fromarray((part * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.0))
    hue, saturation, value = image.convert("HSV").split()
    turn, least = int(rng.integers(40, 216)), int(rng.integers(110, 200))
    hue = hue.point([(level + turn) % 256 for level in range(256)])
    saturation = saturation.point([max(least, level) for level in range(256)])
    value = value.point([min(225, max(70, level)) for level in range(256)])
    return Image.composite(Image.merge("HSV", (hue, saturation, value)).convert("RGB"), image, stencil)


def remove(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """What is at the spot filled in from around it (Navier-Stokes)."""
    stencil = Image.new("L", image.size, 0)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radii = spot[2] * rng.uniform(0.45, 0.75, 9)
    points = [
        (float(spot[0] + r * np.cos(t)), float(spot[1] + r * np.sin(t)))
        for r, t in zip(radii, angles, strict=True)
    ]
    ImageDraw.Draw(stencil).polygon(points, fill=255)
    return Image.fromarray(cv2.inpaint(np.asarray(image), np.asarray(stencil), 4, cv2.INPAINT_NS))


def emblem(image: Image.Image, spot: Spot, mask: Mask, rng: Rng) -> Image.Image:
    """A star, a cross or a triangle."""
    corners, paint_ = int(rng.choice((3, 4, 5, 6))), _pick(rng)
    angles = np.arange(2 * corners) * np.pi / corners + rng.uniform(0, 1)
    radii = np.where(np.arange(2 * corners) % 2, 0.3, 0.62) * spot[2]

    def paint(draw: ImageDraw.ImageDraw, by: int) -> None:
        points = [
            (float((spot[0] + r * np.cos(t)) * by), float((spot[1] + r * np.sin(t)) * by))
            for r, t in zip(radii, angles, strict=True)
        ]
        draw.polygon(points, fill=paint_)

    return _draw(image, paint)


CHANGES: dict[str, Change] = {
    "letter": letter, "button": button, "stitch": stitch, "zip": zip_, "strap": strap, "stick": stick,
    "pocket": pocket, "tint": tint_part, "removed": remove, "emblem": emblem,
}  # fmt: skip


def recolour(image: Image.Image, rng: Rng) -> Image.Image:
    """The whole object in another hue, or in a colour where it had none."""
    stencil = Image.fromarray((find_object(image) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    hue, saturation, value = image.convert("HSV").split()
    turn, least = int(rng.integers(35, 221)), int(rng.integers(60, 150))
    hue = hue.point([(level + turn) % 256 for level in range(256)])
    saturation = saturation.point([max(least, level) for level in range(256)])
    value = value.point([min(235, max(60, level)) for level in range(256)])
    return Image.composite(Image.merge("HSV", (hue, saturation, value)).convert("RGB"), image, stencil)
