"""Words and type for drawn overlays and prints: many languages, whatever fonts the machine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# What shops write over pictures, by script; a font serves a script when it draws all of its sample.
# fmt: off
WORDS: dict[str, tuple[str, ...]] = {
    "latin": (
        "NEW", "SALE", "-50%", "-20%", "HOT", "TOP", "BEST SELLER", "Free shipping", "Limited offer",
        "2 FOR 1",
        "BIO", "NEU", "Angebot", "Nur heute", "Versandkostenfrei", "Testsieger", "NOUVEAU", "SOLDES", "Promo",
        "Livraison gratuite", "OFERTA", "Envío gratis", "REBAJAS", "NOVITÀ", "Sconto 30%", "NIEUW", "Gratis",
        "WYPRZEDAŻ", "Nowość", "REA", "Nyhet", "UUTUUS", "YENİ", "İndirim", "AKCE", "Sleva", "ÚJ",
        "LANÇAMENTO",
        "3 years warranty", "No.1", "Premium quality", "100% cotton", "Buy now", "Click here",
        "www.shop.example", "Bestseller 2024", "Only 9.99", "$19.99", "€ 49,90", "£5", "1+1", "XXL", "4K",
        "PRO",
        "ECO", "Exclusive",
    ),
    "cyrillic": ("НОВИНКА", "СКИДКА", "ХИТ", "Акция", "РАСПРОДАЖА", "Бесплатная доставка",
        "Гарантия 2 года"),
    "greek": ("ΝΕΟ", "ΠΡΟΣΦΟΡΑ", "Έκπτωση", "Δωρεάν μεταφορικά"),
    "cjk": ("新品", "特价", "包邮", "热卖", "限时优惠", "正品保证", "送料無料", "新商品", "セール", "人気"),
    "arabic": ("جديد", "تخفيض", "عرض خاص"),
    "hebrew": ("חדש", "מבצע", "משלוח חינם"),
    "thai": ("ใหม่", "ลดราคา", "ส่งฟรี"),
    "devanagari": ("नया", "छूट", "मुफ़्त"),
}
# fmt: on
OWNERS = (
    "© shop.example",
    "PHOTO STOCK",
    "sample",
    "DO NOT COPY",
    "preview",
    "SHOP24",
    "fotobank",
    "www.bild.example",
)
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")


@dataclass(frozen=True)
class Lettering:
    """The fonts at hand, by script."""

    fonts: dict[str, tuple[Path, ...]]

    def pick_words(self, rng: np.random.Generator, latin_share: float = 0.75) -> tuple[str, Path]:
        """Some words and a font that can draw them."""
        others = [script for script in self.fonts if script != "latin"]
        script = "latin" if not others or rng.random() < latin_share else str(rng.choice(others))
        words = str(rng.choice(WORDS[script]))
        if script == "latin" and rng.random() < 0.25:
            words = f"{rng.integers(1, 999)}{rng.choice(['.99', '%', ' €', ',-', 'x', ' cm', '$', ' ml'])}"
        return words, self.fonts[script][int(rng.integers(len(self.fonts[script])))]


def find_lettering(folders: tuple[Path, ...] = FONT_FOLDERS, without: tuple[str, ...] = ()) -> Lettering:
    """Fonts under `folders` whose names hold none of `without`. Raises ValueError when there is none."""
    paths = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in (".ttf", ".otf"))
    paths = [path for path in paths if not any(word.lower() in path.name.lower() for word in without)]
    fonts: dict[str, tuple[Path, ...]] = {}
    for script, words in WORDS.items():
        able = tuple(path for path in paths if _draws(path, "".join(words).replace(" ", "")))
        if able:
            fonts[script] = able
    if "latin" not in fonts:
        raise ValueError(f"No TrueType font that draws Latin letters under {', '.join(map(str, folders))}.")
    return Lettering(fonts)


def _draws(path: Path, sample: str) -> bool:
    """Whether no character of the sample comes out as the font's 'missing' box."""
    try:
        font = ImageFont.truetype(str(path), 16, layout_engine=ImageFont.Layout.BASIC)
        missing = bytes(font.getmask("\U000e0fff"))
        return all(bytes(font.getmask(letter)) != missing for letter in sorted(set(sample)))
    except OSError:
        return False


@lru_cache(maxsize=512)
def load_font(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    """The font at that size, kept."""
    return ImageFont.truetype(str(path), size_px)


def draw_words(
    words: str, path: Path, height_px: int, colour: tuple[int, int, int], stroke_px: int = 0
) -> Image.Image:
    """The words alone on a transparent ground, tightly cropped, RGBA."""
    font = load_font(path, max(6, height_px))
    left, top, right, bottom = font.getbbox(words, stroke_width=stroke_px)
    size = (max(1, int(right - left)) + 2, max(1, int(bottom - top)) + 2)
    layer = Image.new("RGBA", size, (*colour, 0))
    edge = (255, 255, 255) if sum(colour) < 380 else (0, 0, 0)
    ImageDraw.Draw(layer).text(
        (1 - left, 1 - top), words, (*colour, 255), font, stroke_width=stroke_px, stroke_fill=(*edge, 255)
    )
    return layer
