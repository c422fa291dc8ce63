"""Stored pictures without and with a badge that the badge judge's evidence is weighed on (II.B).

Wider than what its network learned from: plain stickers too, and gift cards, covers and packs, clean and
with a sticker, so that neither a price nor a flat picture alone passes for a badge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.records import RgbArray
from pipeline.training.gift_cards import draw_gift_card
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import draw_visible
from pipeline.training.sealed_covers import draw_sealed_cover
from pipeline.training.staging import Photo, draw_flat_thing, prepare, stage
from pipeline.training.stickers import draw_visible_sticker

Rng = np.random.Generator
FLAT = {"gift card": 0.33, "cover": 0.28, "pack": 0.28, "art": 0.11}  # things that bear print, by share
SEALED = 0.3  # of the trials of flat things: covers with seals and bands of their own


@dataclass(frozen=True)
class Trial:
    """A picture as a shop stores it, and what it is of: a 'photo', a drawn 'flat' thing, or 'staged'.

    `source` is the folder of its photo, `held` whether the network never saw that photo.
    """

    data: bytes
    thing: str
    source: int
    held: bool
    overlaid: bool


def draw_trials(
    folders: Sequence[Sequence[RgbArray]], held_every: int, seed: int, lettering: Lettering
) -> Iterator[Trial]:
    """Seeded trials of every photo, uint8 (H,W,3); those held out from the network give twice as many."""
    photos = [[prepare(photo) for photo in folder] for folder in folders]
    every = [photo for folder in photos for photo in folder]
    for source, folder in enumerate(photos):
        for row, photo in enumerate(folder):
            rng = np.random.default_rng((seed, 2**31 + 1, source, row))
            held = row % held_every == 0
            for thing, rgb in _draw_clean(photo, every, held, rng, lettering):
                yield Trial(_store(rgb, rng), thing, source, held, overlaid=False)
            things = [("photo", photo.rgb)] * (2 if held else 1)
            if held or row % 2 == 0:
                things.append(("flat", _draw_flat_trial(every, rng, lettering)))
            for thing, rgb in _draw_overlaid(things, rng, lettering):
                yield Trial(_store(rgb, rng), thing, source, held, overlaid=True)


def _draw_clean(
    photo: Photo, photos: Sequence[Photo], held: bool, rng: Rng, lettering: Lettering
) -> Iterator[tuple[str, RgbArray]]:
    yield "photo", photo.rgb
    for _ in range(2 if held else 1):
        yield "flat", _draw_flat_trial(photos, rng, lettering)
    if held:
        yield "staged", stage(photos, rng, lettering)


def _draw_overlaid(
    things: Sequence[tuple[str, RgbArray]], rng: Rng, lettering: Lettering
) -> Iterator[tuple[str, RgbArray]]:
    """An overlay as the network knows them on each photo, and a sticker on each thing."""
    for thing, ground in things:
        drawn = draw_visible(ground, rng, lettering, "badge")
        if thing == "photo" and drawn.badge.any():
            yield thing, drawn.rgb
        made = draw_visible_sticker(ground, rng, lettering)
        if made is not None:
            yield thing, made[0]


def _draw_flat_trial(photos: Sequence[Photo], rng: Rng, lettering: Lettering) -> RgbArray:
    if rng.random() < SEALED:
        return draw_sealed_cover(photos[int(rng.integers(len(photos)))], rng, lettering)
    return draw_flat(photos, rng, lettering)


def draw_flat(photos: Sequence[Photo], rng: Rng, lettering: Lettering) -> RgbArray:
    """A gift card, a cover, a pack or a drawing, with its own print alone."""
    photo = photos[int(rng.integers(len(photos)))]
    kind = str(rng.choice(list(FLAT), p=list(FLAT.values())))
    if kind == "gift card":
        return draw_gift_card(photo.rgb, rng, lettering)
    return draw_flat_thing(kind, photo, photos, rng, lettering)


def _store(rgb: RgbArray, rng: Rng) -> bytes:
    """The picture's file: now and then shrunk, mostly JPEG."""
    if rng.random() < 0.15:
        scale = float(rng.uniform(0.55, 0.9))
        rgb = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    flipped = np.ascontiguousarray(rgb[..., ::-1])
    if rng.random() < 0.15:
        return cv2.imencode(".png", flipped)[1].tobytes()
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 97))]
    return cv2.imencode(".jpg", flipped, quality)[1].tobytes()
