"""One picture with the other's colours alone: what a palette of few colours explains of a difference."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from pipeline.dedup.ground import BoolArray, Pixels
from pipeline.dedup.likeness import match_detail
from pipeline.dedup.overlay import Overlay
from pipeline.records import FloatArray, RgbArray
from pipeline.scaling import find_worst

MOST_LEVELS = 48.0  # grey levels a channel: of no colour does a palette miss more that a person would pass
RARE = 0.0002  # of the pixels; fewer are no colour of the palette, they lie on an edge between two
LEAST_PIXELS = 4
ABSENT = 12.0  # grey levels, worst channel, from which a pixel differs
LACKING = 0.3  # of the pixels that differ whose colour the other picture nowhere has
LEAST_MOVED = 0.75  # grey levels, mean over the object; a mark that is not there moves less
# How much of what a palette would explain has one direction where it shows one colour. A quantizer rounds to
# both sides: of 30 palettes by two makers the middle one has .6, of pictures in another shade nine in ten .9.
MOST_COHERENT = 0.78
STEP = 3  # bits dropped of a channel: 32 levels each, 32,768 colours
COLOURS = 1 << 3 * (8 - STEP)
CELLS = 1 << 12  # of 16 levels a channel
PIECE = 256  # colours whose nearest is looked for at once


class Palette(NamedTuple):
    """The colours float32 (n, 3) of a picture that may have few, and by how many grey levels the other one's
    object has to move to them, mean.
    """

    colours: FloatArray
    moved: float


def render_with_palette(overlay: Overlay) -> Overlay | None:
    """The overlay, one picture free to lie anywhere between its colours and the nearest that the other has.

    None where no palette is likely to be what makes them differ: where colours of pixels that differ are
    there in the other picture, where little would move, and where what moves has one direction all over,
    which is another shade of the product. (II.D)
    """
    alike = overlay.alike
    levels = alike.gain * np.arange(256, dtype=np.float32) + alike.bias + 0.5
    left = np.asarray(cv2.LUT(overlay.sides[0], np.clip(levels, 0, 255).astype(np.uint8)), np.uint8)
    right = overlay.sides[1]
    few = np.s_[::2, ::2]
    best: tuple[RgbArray, RgbArray, Palette] | None = None
    for reduced, full in ((left, right), (right, left)):
        found = _find_palette(reduced[few], full[few], overlay.seen[few], overlay.object[few])
        if found is not None and (best is None or found.moved > best[2].moved):
            best = reduced, full, found
    if best is None:
        return None
    reduced, full, palette = best
    numbers = _number(full, STEP)
    there = np.clip(full + _find_steps(numbers, full, palette.colours)[numbers] + 0.5, 0, 255).astype(
        np.uint8
    )
    lowest, highest = np.minimum(full, there), np.maximum(full, there)
    lowest, highest, other = match_detail(lowest, highest, reduced, overlay.object, True)
    return replace(overlay, alike=replace(alike, lowest=lowest, highest=highest, right=other))


def _find_palette(reduced: RgbArray, full: RgbArray, seen: BoolArray, object_: BoolArray) -> Palette | None:
    """What a palette would explain, if one is likely; every other pixel of every other row will do."""
    shown = seen & object_
    if not _lacks_colours(reduced, full, shown):
        return None
    least = max(LEAST_PIXELS / 2, RARE * np.count_nonzero(seen))
    palette, _ = _list_colours(_number(reduced, STEP)[seen], reduced[seen], least)
    if not len(palette):
        return None
    numbers = _number(full, STEP)
    weight = np.abs(_find_steps(numbers, full, palette)).max(axis=1)[numbers[shown]]
    moved = float(weight.mean()) if weight.size else 0.0
    if moved < LEAST_MOVED or _measure_coherence(reduced, full, shown, weight) > MOST_COHERENT:
        return None
    return Palette(palette, moved)


def _find_steps(numbers: Pixels, full: RgbArray, palette: FloatArray) -> FloatArray:
    """From each of a picture's colours to the nearest of the palette, by its number, float32 (COLOURS, 3)."""
    colours, known = _list_colours(numbers.ravel(), full.reshape(-1, 3), 1)
    steps: FloatArray = np.zeros((COLOURS, 3), np.float32)
    steps[known] = np.clip(_find_nearest(colours, palette) - colours, -MOST_LEVELS, MOST_LEVELS)
    return steps


def _number(rgb: Pixels, step: int) -> Pixels:
    """A number for the colour of each pixel, its channels' lowest `step` bits dropped, int32 (h, w)."""
    bits = 8 - step
    red, green, blue = (np.asarray(plane, np.int32) for plane in cv2.split(np.right_shift(rgb, step)))
    return np.asarray((red << 2 * bits) | (green << bits) | blue)


def _lacks_colours(reduced: RgbArray, full: RgbArray, shown: BoolArray) -> bool:
    """Whether many of the pixels that differ have a colour that the reduced picture nowhere shows."""
    apart = find_worst(cv2.absdiff(cv2.blur(reduced, (3, 3)), cv2.blur(full, (3, 3))))
    differing = shown & (apart > ABSENT)
    count = np.count_nonzero(differing)
    if count < LEAST_PIXELS:
        return False
    there = np.bincount(_number(reduced, STEP).ravel(), minlength=COLOURS) >= LEAST_PIXELS / 2
    colours = _number(full[differing][None], STEP).ravel()
    return bool(np.count_nonzero(~there[colours]) >= LACKING * count)


def _list_colours(numbers: Pixels, pixels: Pixels, least: float) -> tuple[FloatArray, Pixels]:
    """The mean colours, float32 (n, 3), of numbers that at least so many pixels have, and those numbers."""
    counts = np.bincount(numbers, minlength=COLOURS)
    known = np.flatnonzero(counts >= least)
    sums = [np.bincount(numbers, pixels[:, at], COLOURS)[known] / counts[known] for at in range(3)]
    return np.stack(sums, axis=1).astype(np.float32), known


def _find_nearest(colours: FloatArray, palette: FloatArray) -> FloatArray:
    """The nearest of the palette's colours for each one, float32 (n, 3)."""
    lengths = np.square(palette).sum(axis=1)
    pieces = [colours[at : at + PIECE] for at in range(0, len(colours), PIECE)]
    nearest = [(lengths - 2 * piece @ palette.T).argmin(axis=1) for piece in pieces]
    return np.asarray(palette[np.concatenate(nearest)])


def _measure_coherence(reduced: RgbArray, full: RgbArray, shown: BoolArray, weight: FloatArray) -> float:
    """How far differences have one direction where the reduced picture shows one colour, 0 to 1.

    Weighed by how much moves there: 1 is a dye, or a mark that is not there.
    """
    apart = cv2.subtract(cv2.blur(full, (3, 3)), cv2.blur(reduced, (3, 3)), dtype=cv2.CV_32F)[shown]
    cells = _number(reduced, 4)[shown]
    moved = np.bincount(cells, weight, CELLS) / np.maximum(1, np.bincount(cells, minlength=CELLS))
    sums = [np.abs(np.bincount(cells, apart[:, at], CELLS)) for at in range(3)]
    one_way = np.maximum(np.maximum(sums[0], sums[1]), sums[2])
    any_way = np.bincount(cells, np.abs(apart).max(axis=1, initial=0), CELLS)
    return float((one_way * moved).sum() / max(1e-6, float((any_way * moved).sum())))
