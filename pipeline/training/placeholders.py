"""Drawn pictures that stand where a photo is missing: text in many scripts, icons, marks, blanks (II.A)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.records import RgbArray

Colour = tuple[int, int, int]
Icon = Callable[[ImageDraw.ImageDraw, float, float, float, Colour, int], None]

PHRASES: dict[str, tuple[str, ...]] = {
    "latin": (
        "No image available", "Image coming soon", "No photo", "Photo coming soon", "Picture not available",
        "NO IMAGE", "No picture yet", "Image not found", "Product image", "Kein Bild verfügbar", "Bild folgt",
        "Foto folgt in Kürze", "Image non disponible", "Photo à venir", "Sin imagen", "Imagen no disponible",
        "Foto próximamente", "Immagine non disponibile", "Foto in arrivo", "Geen afbeelding", "Foto volgt",
        "Imagem indisponível", "Em breve", "Brak zdjęcia", "Zdjęcie wkrótce", "Bez obrázku", "Obrázek chybí",
        "Nincs kép", "Ingen bild", "Bilde kommer", "Ei kuvaa", "Resim yok", "Görsel hazırlanıyor",
        "Fără imagine", "Không có hình ảnh", "Tidak ada gambar", "N/A", "coming soon", "404", "?",
    ),
    "cyrillic": ("Нет изображения", "Фото скоро будет", "Изображение отсутствует", "НЕТ ФОТО", "Няма снимка"),
    "greek": ("Δεν υπάρχει εικόνα", "Εικόνα σύντομα"),
    "arabic": ("لا توجد صورة", "الصورة قريبا"),
    "hebrew": ("אין תמונה", "תמונה בקרוב"),
    "cjk": ("暂无图片", "图片即将推出", "画像はありません", "準備中"),
    "thai": ("ไม่มีรูปภาพ",),
    "devanagari": ("कोई छवि नहीं",),
}  # fmt: skip


def draw_placeholder(rng: np.random.Generator, fonts: Sequence[Path]) -> RgbArray:
    """One placeholder, uint8 (H,W,3), 48 to 900 px; half of them with words, most with an icon."""
    side = int(np.exp(rng.uniform(np.log(48), np.log(900))))
    high = round(side * float(rng.choice([1, 1, 1, 0.75, 1.3])))
    ground, ink = _choose_colours(rng)
    image = Image.new("RGB", (side * 2, high * 2), ground)
    pen = ImageDraw.Draw(image)
    if rng.random() < 0.2:
        _draw_frame(pen, rng, side * 2, high * 2, ink)
    content = rng.choice(["icon", "words", "both", "mark", "blank"], p=[0.3, 0.22, 0.3, 0.14, 0.04])
    reach = min(side, high) * 2 * float(rng.uniform(0.14, 0.42))
    middle = (side, high * (0.85 if content == "both" else 1.0))
    if content in ("icon", "both"):
        icon = ICONS[int(rng.integers(len(ICONS)))]
        icon(pen, *middle, reach, ink, max(2, int(reach * rng.uniform(0.04, 0.16))))
    if content in ("words", "both"):
        at = (
            high * 2 * (float(rng.uniform(0.72, 0.85)) if content == "both" else float(rng.uniform(0.4, 0.6)))
        )
        _write(pen, rng, fonts, (side, at), side * 2, ink)
    if content == "mark":
        _draw_mark(pen, rng, (side, high), reach, ink)
    drawn = cv2.resize(np.asarray(image), (side, high), interpolation=cv2.INTER_AREA)
    return _finish(np.asarray(drawn, np.uint8), rng)


def _choose_colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    if rng.random() < 0.7:
        level = int(rng.choice([255, 255, 250, 245, 240, 238, 230, 221, 204, 190]))
        ground = (level, level, level)
        ink = (int(rng.uniform(0, max(40, level - 25))),) * 3
    else:
        ground = _any_colour(rng, 20, 256)
        ink = (255, 255, 255) if sum(ground) < 400 else (ground[0] // 3, ground[1] // 3, ground[2] // 3)
    return ground, _any_colour(rng, 0, 220) if rng.random() < 0.25 else ink


def _any_colour(rng: np.random.Generator, lowest: int, above: int) -> Colour:
    red, green, blue = rng.integers(lowest, above, 3).tolist()
    return red, green, blue


def _finish(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """Some are saved as JPEG, shaded a little, or scaled up."""
    out = rgb
    if rng.random() < 0.15:
        shade = np.linspace(0, float(rng.uniform(-40, 40)), out.shape[0])[:, None, None]
        out = np.clip(out + shade, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        out = np.asarray(cv2.resize(out, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])
        out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return out


def _write(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    fonts: Sequence[Path],
    at: tuple[float, float],
    wide: int,
    ink: Colour,
) -> None:
    """A phrase in a script that the font has; now and then invented signs, for all other scripts."""
    if not fonts or rng.random() < 0.15:
        _draw_signs(pen, rng, at, wide, ink)
        return
    font_path = fonts[int(rng.integers(len(fonts)))]
    words = str(rng.choice(_phrases_for(font_path)))
    if rng.random() < 0.3:
        words = words.upper()
    lines = words.split(" ") if " " in words and rng.random() < 0.35 else [words]
    size = int(wide * float(rng.uniform(0.05, 0.13)))
    longest = max(len(line) for line in lines)
    size = max(12, min(size, int(wide * 1.5 / max(4, longest))))
    font = ImageFont.truetype(str(font_path), size)
    for i, line in enumerate(lines):
        y = at[1] + (i - (len(lines) - 1) / 2) * size * 1.25
        pen.text((at[0], y), line, ink, font, anchor="mm")


def _phrases_for(path: Path) -> list[str]:
    key = str(path)
    if key not in _PHRASES_BY_FONT:
        font = ImageFont.truetype(key, 16)
        missing = bytes(font.getmask("\U000e0fff"))
        _PHRASES_BY_FONT[key] = [
            phrase
            for phrases in PHRASES.values()
            for phrase in phrases
            if all(bytes(font.getmask(c)) != missing for c in set(phrase.replace(" ", "")))
        ] or ["?"]
    return _PHRASES_BY_FONT[key]


_PHRASES_BY_FONT: dict[str, list[str]] = {}


def _draw_signs(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, at: tuple[float, float], wide: int, ink: Colour
) -> None:
    """A row of square signs of random strokes, as dense as Chinese or Thai."""
    count, size = int(rng.integers(3, 9)), wide * float(rng.uniform(0.05, 0.1))
    left = at[0] - count * size * 0.55
    for i in range(count):
        x = left + i * size * 1.1
        for _ in range(int(rng.integers(3, 8))):
            ends = rng.uniform(0, 1, 4)
            if rng.random() < 0.7:  # strokes are mostly level or upright
                ends[2 if rng.random() < 0.5 else 3] = ends[0] if rng.random() < 0.5 else ends[1]
            pen.line(
                (x + ends[0] * size, at[1] + ends[1] * size, x + ends[2] * size, at[1] + ends[3] * size),
                ink,
                max(2, int(size * 0.08)),
            )


def _draw_frame(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, wide: int, high: int, ink: Colour
) -> None:
    inset, thick = int(wide * rng.uniform(0, 0.1)), max(2, int(wide * rng.uniform(0.004, 0.02)))
    pen.rectangle((inset, inset, wide - inset - 1, high - inset - 1), outline=ink, width=thick)


def _draw_mark(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, at: tuple[float, float], reach: float, ink: Colour
) -> None:
    """An invented logo: two or three plain shapes round a centre."""
    for _ in range(int(rng.integers(2, 5))):
        size = reach * float(rng.uniform(0.3, 1.0))
        x, y = at[0] + reach * float(rng.uniform(-0.5, 0.5)), at[1] + reach * float(rng.uniform(-0.5, 0.5))
        colour = ink if rng.random() < 0.6 else _any_colour(rng, 0, 256)
        kind = int(rng.integers(4))
        if kind == 0:
            pen.ellipse((x - size, y - size, x + size, y + size), fill=colour)
        elif kind == 1:
            pen.rounded_rectangle(
                (x - size, y - size, x + size, y + size), size / 4, outline=colour, width=int(size / 5)
            )
        elif kind == 2:
            pen.regular_polygon((x, y, size), int(rng.integers(3, 8)), float(rng.uniform(0, 90)), fill=colour)
        else:
            pen.arc(
                (x - size, y - size, x + size, y + size),
                0,
                float(rng.uniform(120, 340)),
                colour,
                max(2, int(size / 6)),
            )


def _camera(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rounded_rectangle((x - r, y - r * 0.6, x + r, y + r * 0.7), r * 0.15, outline=ink, width=w)
    pen.ellipse((x - r * 0.4, y - r * 0.35, x + r * 0.4, y + r * 0.45), outline=ink, width=w)
    pen.rectangle((x - r * 0.3, y - r * 0.8, x + r * 0.3, y - r * 0.55), fill=ink)


def _picture(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rectangle((x - r, y - r * 0.75, x + r, y + r * 0.75), outline=ink, width=w)
    pen.polygon(
        ((x - r * 0.85, y + r * 0.6), (x - r * 0.25, y - r * 0.2), (x + r * 0.3, y + r * 0.6)), fill=ink
    )
    pen.polygon(((x, y + r * 0.6), (x + r * 0.4, y), (x + r * 0.85, y + r * 0.6)), fill=ink)
    pen.ellipse((x + r * 0.3, y - r * 0.55, x + r * 0.6, y - r * 0.25), fill=ink)


def _crossed(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=w)
    pen.line((x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7), ink, w)


def _picture_crossed(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    _picture(pen, x, y, r, ink, w)
    pen.line((x - r, y + r * 0.9, x + r, y - r * 0.9), ink, w * 2)


def _question(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    thick = max(w, int(r * 0.2))
    pen.arc((x - r * 0.5, y - r, x + r * 0.5, y), 180, 90, ink, thick)
    pen.line((x, y - thick / 2, x, y + r * 0.4), ink, thick)
    pen.ellipse((x - thick, y + r * 0.6, x + thick, y + r * 0.6 + 2 * thick), fill=ink)


def _bag(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.polygon(
        (
            (x - r * 0.7, y - r * 0.4),
            (x + r * 0.7, y - r * 0.4),
            (x + r * 0.85, y + r),
            (x - r * 0.85, y + r),
        ),
        outline=ink,
        width=w,
    )
    pen.arc((x - r * 0.4, y - r, x + r * 0.4, y + r * 0.1), 180, 360, ink, w)


def _box(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    top = [(x, y - r), (x + r * 0.9, y - r * 0.5), (x, y), (x - r * 0.9, y - r * 0.5)]
    pen.polygon(top, outline=ink, width=w)
    for dx in (-0.9, 0.0, 0.9):
        rise = 0.0 if dx == 0 else -0.5
        pen.line((x + dx * r, y + rise * r, x + dx * r, y + (rise + 1) * r), ink, w)
    pen.line((x - r * 0.9, y + r * 0.5, x, y + r, x + r * 0.9, y + r * 0.5), ink, w)


def _person(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.ellipse((x - r * 0.4, y - r, x + r * 0.4, y - r * 0.2), fill=ink)
    pen.pieslice((x - r * 0.9, y, x + r * 0.9, y + r * 1.8), 180, 360, fill=ink)


def _cross(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    pen.rectangle((x - r, y - r, x + r, y + r), outline=ink, width=w)
    pen.line((x - r, y - r, x + r, y + r), ink, w)
    pen.line((x - r, y + r, x + r, y - r), ink, w)


def _gear(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, ink: Colour, w: int) -> None:
    for i in range(8):
        angle = i * math.pi / 4
        tip = (x + math.cos(angle) * r, y + math.sin(angle) * r)
        pen.line((x, y, *tip), ink, max(w, int(r * 0.25)))
    pen.ellipse((x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7), fill=ink)


ICONS: tuple[Icon, ...] = (
    _camera, _camera, _picture, _picture, _picture, _picture_crossed, _crossed, _question,
    _bag, _box, _person, _cross, _gear,
)  # fmt: skip
