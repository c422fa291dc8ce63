"""Renderings of one picture by Pillow: the second opinion on what makes duplicate pairs.

Nothing here shares code with `pipeline.dedup.transforms`, on which the comparator is trained.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Rng = np.random.Generator
Rendering = Callable[[Image.Image, Rng], Image.Image]
WHITE = (255, 255, 255)
FILTERS = (
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)


def rescale(image: Image.Image, rng: Rng) -> Image.Image:
    """0.3 to 0.8 of the size."""
    scale = max(rng.uniform(0.3, 0.8), 150 / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, FILTERS[rng.integers(4)])


def recompress(image: Image.Image, rng: Rng) -> Image.Image:
    """JPEG of quality 30 to 70 with any chroma subsampling."""
    quality, subsampling = int(rng.integers(30, 71)), int(rng.integers(3))
    return _through(image, "JPEG", quality=quality, subsampling=subsampling, progressive=rng.random() < 0.5)


def webp(image: Image.Image, rng: Rng) -> Image.Image:
    """WebP of quality 35 to 80."""
    return _through(image, "WEBP", quality=int(rng.integers(35, 81)))


def pad(image: Image.Image, rng: Rng, paint: tuple[int, int, int] = WHITE) -> Image.Image:
    """A margin: to a square, alike on all sides, or of chance width on each."""
    kind = rng.integers(3)
    if kind == 0:
        side = int(max(image.size) * rng.uniform(1.0, 1.2))
        margins = [(side - image.width) // 2, (side - image.height) // 2] * 2
    elif kind == 1:
        margins = [int(rng.uniform(0.03, 0.3) * max(image.size))] * 4
    else:
        margins = [int(value) for value in rng.uniform(0, 0.3, 4) * max(image.size)]
    return ImageOps.expand(image, tuple(margins), fill=paint)


def crop(image: Image.Image, rng: Rng) -> Image.Image:
    """Up to 7 % off each side."""
    left, top, right, bottom = rng.uniform(0, 0.07, 4)
    width, height = image.size
    box = (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    return image.crop(box)


def sharpen(image: Image.Image, rng: Rng) -> Image.Image:
    """Pillow's sharpness, or its unsharp mask."""
    if rng.random() < 0.5:
        return ImageEnhance.Sharpness(image).enhance(rng.uniform(1.5, 3.0))
    mask = ImageFilter.UnsharpMask(radius=rng.uniform(1, 3), percent=int(rng.integers(60, 160)), threshold=2)
    return image.filter(mask)


def relight(image: Image.Image, rng: Rng) -> Image.Image:
    """Contrast, brightness, or both: 0.8 to 1.25."""
    kind = rng.integers(3)
    if kind != 1:
        image = ImageEnhance.Contrast(image).enhance(rng.uniform(0.8, 1.25))
    if kind != 0:
        image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.8, 1.25))
    return image


def rotate(image: Image.Image, rng: Rng) -> Image.Image:
    """Up to 3 degrees, white behind, the frame kept or grown."""
    angle = rng.uniform(0.5, 3) * rng.choice((-1, 1))
    resample = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)[rng.integers(2)]
    return image.rotate(angle, resample=resample, expand=bool(rng.random() < 0.4), fillcolor=WHITE)


def shear(image: Image.Image, rng: Rng) -> Image.Image:
    """Along either axis by up to 7 %."""
    slope = rng.uniform(0.02, 0.07) * rng.choice((-1, 1))
    along_x = rng.random() < 0.5
    data = (1, slope, -slope * image.height / 2, 0, 1, 0)
    if not along_x:
        data = (1, 0, 0, slope, 1, -slope * image.width / 2)
    transform = Image.Transform.AFFINE
    return image.transform(image.size, transform, data, Image.Resampling.BICUBIC, fillcolor=WHITE)


def shift(image: Image.Image, rng: Rng) -> Image.Image:
    """By up to 8 % of the frame, white behind."""
    x, y = rng.uniform(-0.08, 0.08, 2)
    moved = Image.new("RGB", image.size, WHITE)
    moved.paste(image, (int(x * image.width), int(y * image.height)))
    return moved


def regrade(image: Image.Image, rng: Rng) -> Image.Image:
    """Gamma, or a little more or less colour, or a cast of a few per cent."""
    kind = rng.integers(3)
    if kind == 0:
        gamma = rng.uniform(0.8, 1.25)
        return image.point([round(255 * (level / 255) ** gamma) for level in range(256)] * 3)
    if kind == 1:
        return ImageEnhance.Color(image).enhance(rng.uniform(0.8, 1.2))
    gains = rng.uniform(0.96, 1.04, 3)
    return image.point([min(255, round(level * gain)) for gain in gains for level in range(256)])


def pad_grey(image: Image.Image, rng: Rng) -> Image.Image:
    """A margin of light grey."""
    level = int(rng.integers(225, 252))
    return pad(image, rng, (level, level, level))


def frame(image: Image.Image, rng: Rng) -> Image.Image:
    """A thin line around the picture."""
    level = int(rng.integers(0, 200))
    return ImageOps.expand(image, int(rng.integers(1, 4)), fill=(level, level, level))


def soften(image: Image.Image, rng: Rng) -> Image.Image:
    """A slight blur."""
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.2)))


LISTED: dict[str, Rendering] = {
    "rescale": rescale, "jpeg": recompress, "pad": pad, "crop": crop, "sharpen": sharpen,
    "light": relight, "rotate": rotate, "shear": shear, "shift": shift, "webp": webp,
}  # fmt: skip
UNLISTED: dict[str, Rendering] = {
    "regrade": regrade, "pad_grey": pad_grey, "frame": frame, "soften": soften,
}  # fmt: skip
COMBINED = (
    ("crop", "pad"), ("shift", "pad"), ("crop", "pad", "jpeg"), ("rotate", "crop"), ("shear", "pad"),
    ("rotate", "pad", "rescale"), ("crop", "rescale", "jpeg"), ("shear", "rotate"), ("shift", "light", "pad"),
    ("sharpen", "jpeg", "rescale"), ("rescale", "jpeg", "jpeg"),
)  # fmt: skip


def render(image: Image.Image, rng: Rng, most: int = 2) -> tuple[Image.Image, str]:
    """The picture in another rendering and how it was made: listed, combined or unlisted changes."""
    chance = rng.random()
    if chance < 0.65 or most == 1:
        kind = "listed"
        names = list(rng.choice(list(LISTED), int(rng.integers(1, most + 1)), replace=False))
    elif chance < 0.85:
        kind, names = "combined", list(COMBINED[rng.integers(len(COMBINED))])
    else:
        kind, names = "unlisted", [str(rng.choice(list(UNLISTED))), str(rng.choice(list(LISTED)))]
    for name in names:
        image = (LISTED | UNLISTED)[str(name)](image, rng)
    return image, f"{kind} {'+'.join(str(name) for name in names)}"


def _through(image: Image.Image, kind: str, **options: object) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return Image.open(stream).convert("RGB")
