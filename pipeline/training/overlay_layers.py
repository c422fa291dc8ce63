"""Overlays alone, drawn once and laid on many pictures: to lay one takes less time than to draw it (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.records import RgbArray
from pipeline.training import stickers
from pipeline.training.badge_layouts import Piece
from pipeline.training.bare_words import draw_bare_words, draw_line_across
from pipeline.training.lettering import Lettering
from pipeline.training.overlays import MIN_CHANGE, NEARLY_SOLID, draw_badges, draw_mark

Rng = np.random.Generator
Cover = npt.NDArray[np.uint8]
KINDS = {"badge": 0.2, "sticker": 0.2, "words": 0.22, "mark": 0.22, "line": 0.16}  # by share
MARKS = ("mark", "line")
LEAST = {"badge": 0.002, "watermark": 0.004}  # of the picture that must change for an overlay to be seen
STRETCH = 0.02  # a layer is not resized for less
SOLID_SHARE = 0.85  # of badges; the others let a little of the picture through


@dataclass(frozen=True)
class Layer:
    """`part` uint8 (h,w,4), its colours times its opacity, at `left`, `top` of a picture of `size`
    (width, height), px; a badge or a watermark, or both."""

    part: npt.NDArray[np.uint8]
    left: int
    top: int
    size: tuple[int, int]
    kind: str
    owned: bool

    @property
    def aspect(self) -> float:
        """Width through height of the picture that it was drawn for."""
        return self.size[0] / self.size[1]


@dataclass(frozen=True)
class Laid:
    """A picture with a layer, and how far it covers each pixel, uint8 (H,W), by kind."""

    rgb: RgbArray
    badge: Cover
    watermark: Cover


def draw_layer(size: tuple[int, int], rng: Rng, lettering: Lettering) -> Layer | None:
    """An overlay for a picture of `size` (width, height), px; None where all of it falls beyond the edges."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    owned = False
    if kind == "badge":
        pieces, owned = draw_badges(rng, *size, lettering)
    elif kind == "sticker":
        pieces = [stickers.draw_piece(size, rng, lettering)]
    elif kind == "words":
        pieces = draw_bare_words(rng, *size, lettering)
    elif kind == "mark":
        pieces = draw_mark(rng, *size, lettering)
    else:
        pieces = [draw_line_across(rng, *size, lettering)]
    return _gather(pieces, size, kind, owned)


def _gather(pieces: Sequence[Piece], size: tuple[int, int], kind: str, owned: bool) -> Layer | None:
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    for piece in pieces:
        cut = (max(0, -piece.x), max(0, -piece.y))
        if cut[0] < piece.part.width and cut[1] < piece.part.height:
            part = piece.part.crop((*cut, *piece.part.size))
            spot = (max(0, piece.x), max(0, piece.y))
            if spot[0] < size[0] and spot[1] < size[1]:
                whole.alpha_composite(part, spot)
    box = whole.getchannel("A").getbbox()
    if box is None:
        return None
    drawn = np.array(whole.crop(box), np.uint8)
    drawn[..., :3] = drawn[..., :3] * (drawn[..., 3:].astype(np.float32) / 255) + 0.5
    return Layer(drawn, int(box[0]), int(box[1]), size, kind, owned)


def lay(rgb: RgbArray, layer: Layer, rng: Rng) -> Laid | None:
    """The picture, uint8 (H,W,3), with the layer at a seeded strength, its colours at times exchanged.

    The layer is fitted to the picture's size. None where nobody could see it.
    """
    part, left, top = _fit(layer, rgb.shape)
    if rng.random() < 0.5:
        part = part[..., [*rng.permutation(3), 3]]
    strength = _pick_strength(layer.kind, rng)
    high, wide = min(part.shape[0], rgb.shape[0] - top), min(part.shape[1], rgb.shape[1] - left)
    spot, drawn = (slice(top, top + high), slice(left, left + wide)), part[:high, :wide].astype(np.float32)
    made, ground = rgb.copy(), rgb[spot].astype(np.float32)
    made[spot] = ground * (1 - drawn[..., 3:] * (strength / 255)) + drawn[..., :3] * strength + 0.5
    mark = layer.kind in MARKS
    seen, nothing = np.zeros(rgb.shape[:2], np.uint8), np.zeros(rgb.shape[:2], np.uint8)
    change = np.abs(made[spot].astype(np.int16) - rgb[spot]).max(axis=2)
    told = "watermark" if mark else "badge"
    seen[spot] = np.where(change < MIN_CHANGE[told], 0, part[:high, :wide, 3])
    if float((seen > 100).mean()) < LEAST[told]:
        return None
    both = layer.owned or (mark and strength > NEARLY_SOLID)
    return Laid(made, seen if both or not mark else nothing, seen if both or mark else nothing)


def _pick_strength(kind: str, rng: Rng) -> float:
    if kind == "line":
        return float(rng.uniform(0.15, 0.6))
    if kind == "mark":
        return float(rng.uniform(0.13, 0.7))
    return 1.0 if rng.random() < SOLID_SHARE else float(rng.uniform(0.7, 1.0))


def _fit(layer: Layer, shape: Sequence[int]) -> tuple[npt.NDArray[np.uint8], int, int]:
    """The layer's part with its place, stretched to a picture of the shape (H,W,...)."""
    across, down = shape[1] / layer.size[0], shape[0] / layer.size[1]
    left, top = round(layer.left * across), round(layer.top * down)
    if max(abs(across - 1), abs(down - 1)) < STRETCH:
        return layer.part, min(left, shape[1] - 1), min(top, shape[0] - 1)
    wide, high = (
        max(1, round(n * s)) for n, s in ((layer.part.shape[1], across), (layer.part.shape[0], down))
    )
    how = cv2.INTER_AREA if across * down < 1 else cv2.INTER_LINEAR
    part = cv2.resize(layer.part, (wide, high), interpolation=how)
    return np.asarray(part, np.uint8), min(left, shape[1] - 1), min(top, shape[0] - 1)
