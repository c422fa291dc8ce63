"""One picture rendered as the other: sharpened, softened and relit as a whole, and clipped after."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels, find_middle
from pipeline.dedup.likeness import GAIN_BOUNDS, match_detail
from pipeline.dedup.overlay import Overlay
from pipeline.records import FloatArray, RgbArray

BLURS_PX = (3, 7, 15)  # sides of squares; what lies between two of them is a band of detail
BAND_BOUNDS = (-0.9, 4.0)  # by how much a band may be weaker or stronger, of itself
SAMPLES = 2400  # pixels that a fit looks at
CLIPPED = 6  # grey levels from either end: there another level may have been meant
LEAST_SAMPLES = 300  # levels; fewer tell nothing
NEAR_PX = 9  # side of the square by which the object is grown: halos lie beside it


class Rendering(NamedTuple):
    """Weights of a picture's own level and its three bands of detail, the bias (grey levels), and the
    mean error of what they tell of the other picture, over the strength of its detail.
    """

    weights: tuple[float, ...]
    bias: float
    error: float


def render_alike(overlay: Overlay) -> Overlay:
    """The overlay with one picture rendered as the other, whichever way tells more.

    Where both are damped to the softer one, as at first, what sharpening or light pushed beyond black and
    white does not come back; rendered forwards it is clipped alike. (II.D)
    """
    left, right = overlay.sides
    near = cv2.dilate(overlay.object.view(np.uint8), np.ones((NEAR_PX, NEAR_PX), np.uint8)).view(bool)
    chosen = np.flatnonzero((near & overlay.seen).ravel())
    chosen = chosen[:: max(1, chosen.size // SAMPLES)]
    views = [_soften(side) for side in (left, right)]
    forwards = _fit(views[0], views[1], chosen)
    backwards = _fit(views[1], views[0], chosen)
    gain = overlay.alike.gain
    if forwards.error <= backwards.error:
        lowest, other, strength = _render(views[0], forwards), right, max(1.0, 1 / gain)
    else:
        lowest, other, strength = left, _render(views[1], backwards), max(1.0, gain)
    lowest, _, other = match_detail(lowest, lowest, other, overlay.object, True)
    alike = replace(overlay.alike, lowest=lowest, highest=lowest, right=other, strength=strength)
    return replace(overlay, alike=alike)


def _soften(pixels: RgbArray) -> list[Pixels]:
    return [pixels, *(cv2.blur(pixels, (side, side)) for side in BLURS_PX)]


def _fit(views: list[Pixels], others: list[Pixels], chosen: Pixels) -> Rendering:
    """Weights by which the picture becomes the other one, least squares where that is not clipped."""
    levels = [view.reshape(-1, 3)[chosen].astype(np.float32).ravel() for view in views]
    wanted, coarse = (others[at].reshape(-1, 3)[chosen].astype(np.float32).ravel() for at in (0, -1))
    clear = (wanted > CLIPPED) & (wanted < 255 - CLIPPED)
    if np.count_nonzero(clear) < LEAST_SAMPLES:
        return Rendering((1.0, 0.0, 0.0, 0.0), 0.0, 255.0)
    bands = [levels[0], *(one - next_ for one, next_ in pairwise(levels))]
    terms = np.stack([*bands, np.ones_like(wanted)])
    weight = clear.astype(np.float32)
    ridge = 1e-2 * np.eye(len(terms), dtype=np.float32)
    found: FloatArray = np.zeros(len(terms), np.float32)
    for _ in range(4):
        weighed = terms * weight
        found = np.linalg.solve(weighed @ terms.T + ridge, weighed @ wanted)
        error = np.abs(wanted - found @ terms)
        scale = 2 * find_middle(error[clear]) + 1
        weight = clear / (1 + np.square(error / scale))
    weights = [float(np.clip(found[0], *GAIN_BOUNDS))]
    weights += [float(np.clip(value / weights[0], *BAND_BOUNDS)) * weights[0] for value in found[1:-1]]
    told = np.clip(np.array([*weights, found[-1]], np.float32) @ terms, 0, 255)
    error = float(np.abs(told - wanted).mean()) / (1 + float(np.abs(wanted - coarse).mean()))
    return Rendering(tuple(weights), float(found[-1]), error)


def _render(views: list[Pixels], rendering: Rendering) -> RgbArray:
    """The picture so rendered, clipped to grey levels."""
    level, *bands = rendering.weights
    shares = np.diff([0.0, *bands, 0.0])  # of the views, from the bands between them
    shares[0] += level
    mixed = cv2.addWeighted(views[0], shares[0], views[1], shares[1], rendering.bias, dtype=cv2.CV_32F)
    rest = cv2.addWeighted(views[2], shares[2], views[3], shares[3], 0, dtype=cv2.CV_32F)
    return np.asarray(cv2.addWeighted(mixed, 1, rest, 1, 0, dtype=cv2.CV_8U), np.uint8)
