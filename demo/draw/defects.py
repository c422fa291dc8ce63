"""What suppliers do to pictures: copies that differ in bytes, and faults, each by its own small generator."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator
Picture = np.ndarray  # uint8 (h,w,3)

FACE_WORDS = (
    "SALE",
    "NEW",
    "-30%",
    "-20%",
    "50% OFF",
    "TOP DEAL",
    "BEST PRICE",
    "FREE SHIPPING",
    "ONLY 19.99",
    "2 FOR 1",
    "HOT OFFER",
)
EMPTY_WORDS = (
    "No image available",
    "Image coming soon",
    "Photo to follow",
    "No photo yet",
    "Bild folgt",
    "Sin imagen",
    "Image non disponible",
    "Picture not found",
)
STICKERS = ((214, 32, 40), (236, 120, 16), (20, 120, 60), (24, 70, 170), (252, 204, 24), (30, 30, 34))


def encode(picture: Picture, form: str, quality: int) -> bytes:
    """WebP, JPEG or PNG bytes."""
    buffer, image = io.BytesIO(), Image.fromarray(picture)
    if form == "webp":
        image.save(buffer, "WEBP", quality=quality, method=6)
    elif form == "jpg":
        image.save(buffer, "JPEG", quality=quality, optimize=True)
    else:
        image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def near_copy(rng: Rng, picture: Picture) -> tuple[Picture, str]:
    """The same picture after one or two of: smaller, padded, cropped, brightened; and what was done."""
    done = []
    names = ["rescale", "pad", "crop", "brightness"]
    for name in rng.choice(names, size=int(rng.integers(1, 3)), replace=False):
        picture = EDITS[str(name)](rng, picture)
        done.append(str(name))
    return picture, "+".join(done)


def _rescale(rng: Rng, picture: Picture) -> Picture:
    factor = rng.uniform(0.58, 0.85)
    return _resized(picture, int(picture.shape[1] * factor), int(picture.shape[0] * factor))


def _pad(rng: Rng, picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    x, y = int(width * rng.uniform(0.03, 0.1)), int(height * rng.uniform(0.03, 0.1))
    return cv2.copyMakeBorder(picture, y, y, x, x, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def _crop(rng: Rng, picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    x0, x1, y0, y1 = (rng.uniform(0.005, 0.035, 4) * (width, width, height, height)).astype(int)
    return np.ascontiguousarray(picture[y0 : height - y1, x0 : width - x1])


def _brightness(rng: Rng, picture: Picture) -> Picture:
    gain = rng.uniform(0.9, 0.97) if rng.random() < 0.5 else rng.uniform(1.03, 1.1)
    return np.clip(picture.astype(np.float32) * gain, 0, 255).astype(np.uint8)


EDITS = {"rescale": _rescale, "pad": _pad, "crop": _crop, "brightness": _brightness}


def _resized(picture: Picture, width: int, height: int) -> Picture:
    return np.asarray(
        Image.fromarray(picture).resize((max(width, 8), max(height, 8)), Image.Resampling.LANCZOS)
    )


def blurred(rng: Rng, picture: Picture) -> tuple[Picture, str]:
    """Out of focus (a disc), shaken (a bent path) or a thumbnail blown up."""
    way = str(rng.choice(["focus", "shake", "thumbnail"]))
    side = max(picture.shape[:2])
    if way == "thumbnail":
        small = _resized(picture, int(picture.shape[1] * 0.14), int(picture.shape[0] * 0.14))
        return np.asarray(Image.fromarray(small).resize(picture.shape[1::-1], Image.Resampling.BICUBIC)), way
    size = int(side * rng.uniform(0.018, 0.03)) | 1
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    if way == "focus":
        cv2.circle(kernel, (middle, middle), middle, 1.0, -1)
    else:
        size = int(side * rng.uniform(0.035, 0.05)) | 1
        kernel, middle = np.zeros((size, size), np.float32), size // 2
        angle, bend = rng.uniform(0, np.pi), rng.uniform(0.2, 0.5)
        for t in np.linspace(-1, 1, 4 * size):
            x, y = (
                t * np.cos(angle) - bend * t * t * np.sin(angle),
                t * np.sin(angle) + bend * t * t * np.cos(angle),
            )
            kernel[
                int(np.clip(middle + y * middle, 0, size - 1)), int(np.clip(middle + x * middle, 0, size - 1))
            ] += 1
    return cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), way


def placeholder(rng: Rng, side: int) -> tuple[Picture, str]:
    """A flat picture that stands where a photo is missing."""
    shade = int(rng.integers(214, 250))
    image = Image.new("RGB", (side, side), (shade, shade, min(shade + 4, 255)))
    ink = (int(shade * 0.62),) * 3
    way = str(rng.choice(["camera", "frame", "words", "crossed"]))
    _draw_sign(ImageDraw.Draw(image), way, side, ink)
    text = EMPTY_WORDS[int(rng.integers(len(EMPTY_WORDS)))]
    _write(image, (side / 2, side * (0.66 if way != "words" else 0.5)), text, side * 0.062, ink)
    return np.asarray(image), way


def _write(image: Image.Image, xy: tuple[float, float], text: str, px: float, ink: tuple[int, ...]) -> None:
    pen = ImageDraw.Draw(image)
    pen.text(xy, text, font=ImageFont.load_default(size=px), fill=ink, anchor="mm")


def _draw_sign(pen: ImageDraw.ImageDraw, way: str, side: int, ink: tuple[int, ...]) -> None:
    """A camera, a landscape in a frame, or a struck-out ring."""
    x, y, r = side / 2, side * 0.42, side * 0.13
    thin = side // 60
    if way == "camera":
        body = (x - 1.3 * r, y - 0.8 * r, x + 1.3 * r, y + 0.9 * r)
        pen.rounded_rectangle(body, r * 0.2, outline=ink, width=thin)
        pen.ellipse((x - 0.5 * r, y - 0.45 * r, x + 0.5 * r, y + 0.55 * r), outline=ink, width=thin)
    elif way == "frame":
        pen.rectangle((x - 1.4 * r, y - r, x + 1.4 * r, y + r), outline=ink, width=side // 70)
        ridge = ((-1.2, 0.8), (-0.4, -0.2), (0.1, 0.4), (0.5, 0.0), (1.2, 0.8))
        pen.polygon([(x + a * r, y + b * r) for a, b in ridge], fill=ink)
        pen.ellipse((x + 0.4 * r, y - 0.75 * r, x + 0.8 * r, y - 0.35 * r), fill=ink)
    elif way == "crossed":
        pen.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=side // 40)
        pen.line((x - 0.7 * r, y + 0.7 * r, x + 0.7 * r, y - 0.7 * r), fill=ink, width=side // 40)


def badged(rng: Rng, picture: Picture) -> tuple[Picture, str]:
    """A sticker, a band or a corner ribbon with advertising words laid over the picture."""
    way = str(rng.choice(["sticker", "band", "ribbon", "tag"]))
    image = Image.fromarray(picture)
    colour = STICKERS[int(rng.integers(len(STICKERS)))]
    ink = (255, 255, 255) if sum(colour) < 480 else (40, 30, 10)
    word = FACE_WORDS[int(rng.integers(len(FACE_WORDS)))]
    if way == "ribbon":
        _lay_ribbon(image, word, colour, ink)
    else:
        _lay_label(rng, image, way, word, colour, ink)
    return np.asarray(image), way


def _lay_label(
    rng: Rng, image: Image.Image, way: str, word: str, colour: tuple[int, int, int], ink: tuple[int, ...]
) -> None:
    """A band along an edge, or a star or tag in a corner."""
    pen, side = ImageDraw.Draw(image), min(image.size)
    if way == "band":
        tall = side * rng.uniform(0.1, 0.14)
        y = image.height - tall if rng.random() < 0.6 else 0
        pen.rectangle((0, y, image.width, y + tall), fill=colour)
        _write(image, (image.width / 2, y + tall / 2), f"{word}   {word}", tall * 0.6, ink)
        return
    r = side * rng.uniform(0.11, 0.15)
    x = r * 1.15 if rng.random() < 0.5 else image.width - r * 1.15
    y = r * 1.15 if rng.random() < 0.7 else image.height - r * 1.15
    if way == "sticker":
        rays = [(r * (1 if k % 2 else 0.88), k * np.pi / 16) for k in range(32)]
        pen.polygon([(x + far * np.cos(a), y + far * np.sin(a)) for far, a in rays], fill=colour)
    else:
        pen.rounded_rectangle((x - r, y - 0.5 * r, x + r, y + 0.5 * r), r * 0.15, fill=colour)
    size = min(2.6 * r / max(len(word), 3), r * 0.62)
    face = ImageFont.load_default(size=size)
    pen.text((x, y), word, font=face, fill=ink, anchor="mm", stroke_width=1, stroke_fill=ink)


def _lay_ribbon(image: Image.Image, word: str, colour: tuple[int, int, int], ink: tuple[int, ...]) -> None:
    side = min(image.size)
    strip = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(strip)
    pen.rectangle((0, side * 0.2, side, side * 0.3), fill=(*colour, 255))
    pen.text(
        (side / 2, side * 0.25),
        word,
        font=ImageFont.load_default(size=side * 0.06),
        fill=(*ink, 255),
        anchor="mm",
    )
    turned = strip.rotate(-45, resample=Image.Resampling.BICUBIC)
    image.paste(turned, (image.width - side, 0), turned)


def shrunk(rng: Rng, picture: Picture) -> Picture:
    """Far too few pixels."""
    side = int(rng.integers(96, 140))
    return _resized(picture, side, int(side * picture.shape[0] / picture.shape[1]))


def unreadable(way: str, picture: Picture) -> bytes:
    """Bytes that are no picture: cut off in the middle, a web page, or nothing."""
    if way == "truncated":
        data = encode(picture, "jpg", 80)
        return data[: len(data) * 2 // 5]
    return (
        b""
        if way == "empty"
        else b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>\n"
    )
