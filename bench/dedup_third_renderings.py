"""Renderings of one picture that no maker of training pairs draws: pairs for measuring alone.

Nothing here is shared with `pipeline.dedup.transforms` or `bench.dedup_renderings`.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from bench.dedup_changes import Colour, Rng

Rendering = Callable[[Image.Image, Rng], Image.Image]
LEAST_SIDE_PX = 220  # longest side of what a shop would still list
RESAMPLING = tuple(Image.Resampling)  # nearest and box too


def resize(image: Image.Image, rng: Rng) -> Image.Image:
    """A quarter to 1.6 times the size by any filter; nearest only within 0.6 to 1.6."""
    resample = RESAMPLING[rng.integers(len(RESAMPLING))]
    least = 0.6 if resample == Image.Resampling.NEAREST else 0.25
    scale = max(float(np.exp(rng.uniform(np.log(least), np.log(1.6)))), LEAST_SIDE_PX / max(image.size))
    return image.resize((round(image.width * scale), round(image.height * scale)), resample)


def shrink_and_enlarge(image: Image.Image, rng: Rng) -> Image.Image:
    """A thumbnail blown up again."""
    side = int(rng.integers(240, 420))
    return ImageOps.contain(ImageOps.contain(image, (side, side), Image.Resampling.BOX), image.size)


def compress(image: Image.Image, rng: Rng) -> Image.Image:
    """JPEG of quality 30 to 95, or WebP, once or twice."""
    for _ in range(int(rng.integers(1, 3))):
        kind = "JPEG" if rng.random() < 0.7 else "WEBP"
        image = _encode(image, kind, quality=int(rng.integers(30, 96)))
    return image


def reduce_palette(image: Image.Image, rng: Rng) -> Image.Image:
    """A palette of 128 to 256 colours, mostly dithered, as a PNG or GIF holds it."""
    colours, dithered = int(rng.integers(128, 257)), rng.random() < 0.7
    small = image.quantize(colours, method=Image.Quantize.MEDIANCUT)
    dither = Image.Dither.FLOYDSTEINBERG if dithered else Image.Dither.NONE
    return image.quantize(palette=small, dither=dither).convert("RGB")


def tone(image: Image.Image, rng: Rng) -> Image.Image:
    """Gamma, levels and white balance, each a little."""
    gamma, black, white = rng.uniform(0.85, 1.18), rng.uniform(-10, 12), rng.uniform(238, 265)
    gains = rng.uniform(0.97, 1.03, 3) if rng.random() < 0.5 else np.ones(3)
    levels = np.clip(black + (white - black) * (np.arange(256) / 255) ** gamma, 0, 255)
    table = np.clip(np.concatenate([levels * gain for gain in gains]) + 0.5, 0, 255)
    return image.point([int(level) for level in table])


def stretch_contrast(image: Image.Image, rng: Rng) -> Image.Image:
    """Contrast about mid grey by up to a fifth, as editors do it."""
    gain = rng.uniform(0.83, 1.2)
    return image.point([int(min(255, max(0, 128 + gain * (level - 128)))) for level in range(256)] * 3)


def add_margins(image: Image.Image, rng: Rng) -> Image.Image:
    """White, grey or the border's own colour on one side, two or all, up to a quarter."""
    shares = rng.uniform(0.01, 0.25, 4) * (rng.random(4) < rng.choice((0.4, 1.0)))
    left, top, right, bottom = (int(share * max(image.size)) for share in shares)
    return ImageOps.expand(image, (left, top, right, bottom), fill=_fill(image, rng))


def cut_sides(image: Image.Image, rng: Rng) -> Image.Image:
    """2 to 8 % off one side, or up to 4 % off two."""
    left = top = right = bottom = 0.0
    if rng.random() < 0.6:
        sides = [0.0] * 4
        sides[rng.integers(4)] = float(rng.uniform(0.02, 0.08))
        left, top, right, bottom = sides
    else:
        left, top = (float(share) for share in rng.uniform(0, 0.04, 2))
    width, height = image.size
    return image.crop(
        (int(left * width), int(top * height), int(width * (1 - right)), int(height * (1 - bottom)))
    )


def turn(image: Image.Image, rng: Rng) -> Image.Image:
    """Up to 3 degrees about any point of the middle."""
    centre = tuple(float(rng.uniform(0.35, 0.65) * side) for side in image.size)
    fill = _fill(image, rng)
    return image.rotate(
        float(rng.uniform(-3, 3)), Image.Resampling.BICUBIC, center=(centre[0], centre[1]), fillcolor=fill
    )


def skew(image: Image.Image, rng: Rng) -> Image.Image:
    """Shear along both axes by up to 5 %, sides stretched by up to 4 %."""
    a, e = 1 + rng.uniform(-0.04, 0.04, 2)
    b, d = rng.uniform(-0.05, 0.05, 2)
    x, y = image.width / 2, image.height / 2
    data = (a, b, x - a * x - b * y, d, e, y - d * x - e * y)
    fill = _fill(image, rng)
    return image.transform(
        image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR, fillcolor=fill
    )


def tilt(image: Image.Image, rng: Rng) -> Image.Image:
    """A slight perspective: each corner drawn in by up to 1.5 %."""
    w, h = image.size
    off = rng.uniform(0, 0.015, 8) * (w, h, w, h, w, h, w, h)
    quad = (off[0], off[1], off[2], h - off[3], w - off[4], h - off[5], w - off[6], off[7])
    return image.transform(image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def crisp(image: Image.Image, rng: Rng) -> Image.Image:
    """Unsharp mask of any radius, or Pillow's sharpening kernel."""
    if rng.random() < 0.3:
        return image.filter(ImageFilter.SHARPEN)
    radius = float(rng.uniform(0.6, 3.5))
    return image.filter(ImageFilter.UnsharpMask(radius, int(rng.integers(40, 140)), int(rng.integers(0, 5))))


def denoise(image: Image.Image, rng: Rng) -> Image.Image:
    """A median of 3x3, or a slight box blur."""
    return image.filter(
        ImageFilter.MedianFilter(3) if rng.random() < 0.5 else ImageFilter.BoxBlur(rng.uniform(0.4, 1))
    )


def add_noise(image: Image.Image, rng: Rng) -> Image.Image:
    """Grain of a few grey levels."""
    grain = rng.normal(0, rng.uniform(2, 6), (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


RENDERINGS: dict[str, Rendering] = {
    "resize": resize, "enlarged": shrink_and_enlarge, "compress": compress, "palette": reduce_palette,
    "tone": tone, "contrast": stretch_contrast, "margins": add_margins, "cut": cut_sides, "turn": turn,
    "skew": skew, "tilt": tilt, "crisp": crisp, "denoise": denoise, "noise": add_noise,
}  # fmt: skip


def render_anew(image: Image.Image, rng: Rng, most: int = 3) -> tuple[Image.Image, str]:
    """The picture after one to `most` different renderings, and their names."""
    shares = np.array([0.5, 0.33, 0.17][:most])
    count = 1 + int(rng.choice(most, p=shares / shares.sum()))
    names = [str(name) for name in rng.choice(list(RENDERINGS), count, replace=False)]
    for name in names:
        image = RENDERINGS[name](image, rng)
    return image, "+".join(names)


def _fill(image: Image.Image, rng: Rng) -> Colour:
    """What stands beside a picture: white, light grey, or the colour of its own border."""
    chance = rng.random()
    if chance < 0.6:
        return 255, 255, 255
    if chance < 0.8:
        level = int(rng.integers(200, 250))
        return level, level, level
    pixels = np.asarray(image)
    red, green, blue = np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0]]), axis=0)
    return int(red), int(green), int(blue)


def _encode(image: Image.Image, kind: str, quality: int) -> Image.Image:
    stream = BytesIO()
    image.save(stream, kind, quality=quality)
    return Image.open(stream).convert("RGB")
