"""What placeholders say, in the scripts that the fonts at hand can draw and in invented ones (II.A)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import ImageDraw, ImageFont

Colour = tuple[int, int, int]

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

NAMES = (
    "AB",
    "JK",
    "M",
    "Sunshop",
    "nordlicht",
    "VELA",
    "Kito & Co",
    "ACME",
    "papaya",
    "Studio 9",
    "ØRE",
    "Дом",
    "logo",
)


def write_phrase(
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
        # the basic engine draws a box for what a font lacks; the other one draws nothing for this character
        font = ImageFont.truetype(key, 16, layout_engine=ImageFont.Layout.BASIC)
        missing = bytes(font.getmask("\U000e0fff"))
        _PHRASES_BY_FONT[key] = [
            phrase
            for phrases in PHRASES.values()
            for phrase in phrases
            if all(bytes(font.getmask(c)) != missing for c in set(phrase.replace(" ", "")))
        ] or ["?"]
    return _PHRASES_BY_FONT[key]


_PHRASES_BY_FONT: dict[str, list[str]] = {}


def write_name(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    fonts: Sequence[Path],
    at: tuple[float, float],
    wide: int,
    ink: Colour,
) -> None:
    """Initials or a shop's name, large: the logo of a shop that has drawn none."""
    if not fonts:
        return
    name = str(rng.choice(NAMES))
    size = min(wide * 0.4, wide * float(rng.uniform(0.6, 1.2)) / max(2, len(name)))
    font = ImageFont.truetype(str(fonts[int(rng.integers(len(fonts)))]), max(12, int(size)))
    pen.text(at, name, ink, font, anchor="mm")


def _draw_signs(
    pen: ImageDraw.ImageDraw, rng: np.random.Generator, at: tuple[float, float], wide: int, ink: Colour
) -> None:
    """A row of invented signs: square and dense, round and looped, hung from a line, or flowing."""
    count, size = int(rng.integers(3, 9)), wide * float(rng.uniform(0.05, 0.1))
    left, thick = at[0] - count * size * 0.55, max(2, int(size * rng.uniform(0.06, 0.14)))
    manner = int(rng.integers(4))
    for i in range(count):
        corner = (left + i * size * 1.1, at[1] - size / 2)
        for _ in range(int(rng.integers(2, 7))):
            if manner == 0:
                _draw_stroke(pen, rng, corner, size, ink, thick)
            else:
                _draw_loop(pen, rng, corner, size, ink, thick)
    if manner >= 2:
        y = at[1] + (-size / 2 if manner == 2 else size * 0.2)
        pen.line((left, y, left + count * size * 1.1, y), ink, thick)


def _draw_stroke(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    corner: tuple[float, float],
    size: float,
    ink: Colour,
    thick: int,
) -> None:
    ends = rng.uniform(0, size, 4)
    if rng.random() < 0.7:  # strokes are mostly level or upright
        first = int(rng.integers(2))
        ends[first + 2] = ends[first]
    x, y = corner
    pen.line((x + ends[0], y + ends[1], x + ends[2], y + ends[3]), ink, thick)


def _draw_loop(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    corner: tuple[float, float],
    size: float,
    ink: Colour,
    thick: int,
) -> None:
    x, y = corner[0] + rng.uniform(0, 0.6) * size, corner[1] + rng.uniform(0, 0.6) * size
    wide, high = size * rng.uniform(0.2, 0.6), size * rng.uniform(0.2, 0.6)
    start = float(rng.uniform(0, 360))
    pen.arc((x, y, x + wide, y + high), start, start + float(rng.uniform(120, 340)), ink, thick)
