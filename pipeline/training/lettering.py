"""Words and type for drawn overlays and prints: many languages, whatever fonts the machine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.training.phrases import WORDS, pick_phrase, pick_print

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
SIZES_PX = (16, 32, 64, 128)  # type is drawn at the next larger one and shrunk: loading fonts is slow


@dataclass(frozen=True)
class Lettering:
    """The fonts at hand, by script."""

    fonts: dict[str, tuple[Path, ...]]

    def pick_words(self, rng: np.random.Generator, latin_share: float = 0.8) -> tuple[str, Path]:
        """Some words and a font that can draw them."""
        others = [script for script in self.fonts if script != "latin"]
        script = "latin" if not others or rng.random() < latin_share else str(rng.choice(others))
        return pick_phrase(rng, script), self.fonts[script][int(rng.integers(len(self.fonts[script])))]

    def pick_print(self, rng: np.random.Generator) -> tuple[str, Path]:
        """Some words as products bear them, and a font that can draw them."""
        return (pick_print(rng), self.pick_font(rng)) if rng.random() < 0.85 else self.pick_words(rng, 0.0)

    def pick_font(self, rng: np.random.Generator) -> Path:
        """A font for Latin letters."""
        return self.fonts["latin"][int(rng.integers(len(self.fonts["latin"])))]


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


@lru_cache(maxsize=2048)
def load_font(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    """The font at that size, kept."""
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


def draw_words(
    words: str, path: Path, height_px: int, colour: tuple[int, int, int], stroke_px: int = 0
) -> Image.Image:
    """The words alone on a transparent ground, tightly cropped, RGBA; with an outline if `stroke_px` asks."""
    size = next((size for size in SIZES_PX if size >= height_px), SIZES_PX[-1])
    font = load_font(path, size)
    left, top, right, bottom = font.getbbox(words, stroke_width=stroke_px)
    room = (max(1, int(right - left)) + 2, max(1, int(bottom - top)) + 2)
    edge = (255, 255, 255) if sum(colour) < 380 else (0, 0, 0)
    layer = Image.new("RGBA", room, (*(edge if stroke_px else colour), 0))
    ImageDraw.Draw(layer).text(
        (1 - left, 1 - top), words, (*colour, 255), font, stroke_width=stroke_px, stroke_fill=(*edge, 255)
    )
    scale = max(6, height_px) / size
    small = (max(2, round(room[0] * scale)), max(2, round(room[1] * scale)))
    return (
        layer
        if scale == 1
        else layer.resize(small, Image.Resampling.BOX if scale < 0.6 else Image.Resampling.BILINEAR)
    )
