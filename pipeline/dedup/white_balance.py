"""One picture with the other's white balance: a gain and a level of its own for each channel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from pipeline.dedup.likeness import find_range, fit_photometry
from pipeline.dedup.overlay import Overlay
from pipeline.dedup.rendering import render_alike
from pipeline.dedup.shade import measure_shade
from pipeline.records import RgbArray

LEAST_APART = 4.0  # grey levels between two channels somewhere; less is no balance of its own
MOST_APART = 60.0
MOST_MISSED = 3.5  # grey levels by which the ground may be off once the balance is made alike
MOST_COLOUR, MOST_TONE = 3.0, 2.5  # grey levels of `measure_shade` that may be left: else it is another shade
GROUND_SAMPLES = 500
LEAST_GROUND = 50
WHITE = 250  # both pictures at least as light: what is clipped tells nothing


def balance_alike(overlay: Overlay) -> Overlay | None:
    """The overlay with one picture's channels brought to the other's levels, each by a line of its own.

    Auto levels stretch each channel between its own darkest and lightest. None where the channels need no
    line of their own, and where ground or product is still off afterwards: a balance changes the whole
    picture, a dye the product alone. (II.D)
    """
    left, right = overlay.sides
    lines = [_fit_channel(left, right, overlay, at) for at in range(3)]
    ends = np.array([[bias, gain * 255 + bias] for gain, bias in lines])
    if not LEAST_APART <= float(np.ptp(ends, axis=0).max()) <= MOST_APART:
        return None
    levels = np.arange(256, dtype=np.float32)
    tables = [np.clip(gain * levels + bias + 0.5, 0, 255) for gain, bias in lines]
    balanced = np.asarray(cv2.LUT(left, np.stack(tables, axis=1)[None].astype(np.uint8)), np.uint8)
    if _miss_ground(balanced, right, overlay) > MOST_MISSED:
        return None
    gain = min(1.0, *(gain for gain, _ in lines))
    alike = replace(overlay.alike, gain=gain)
    found = render_alike(replace(overlay, sides=(balanced, right), alike=alike))
    colour, tone = measure_shade(found)
    return found if colour <= MOST_COLOUR and tone <= MOST_TONE else None


def _fit_channel(left: RgbArray, right: RgbArray, overlay: Overlay, at: int) -> tuple[float, float]:
    """Gain and bias of one channel where both pictures show something."""
    sides = [np.ascontiguousarray(side[..., at : at + 1]) for side in (left, right)]
    ranges = find_range(sides[0], overlay.seen), find_range(sides[1], overlay.seen)
    return fit_photometry(sides[0], sides[1], overlay.seen, ranges)


def _miss_ground(balanced: RgbArray, right: RgbArray, overlay: Overlay) -> float:
    """By how much the ground around the objects is off, grey levels; 0 where little of it shows."""
    chosen = np.flatnonzero((overlay.seen & ~overlay.object).ravel())
    if chosen.size < LEAST_GROUND:
        return 0.0
    chosen = chosen[:: max(1, chosen.size // GROUND_SAMPLES)]
    one, other = (side.reshape(-1, 3)[chosen].astype(np.int16) for side in (balanced, right))
    apart = np.where((one > WHITE) & (other > WHITE), 0, np.abs(one - other))
    return float(apart.mean())
