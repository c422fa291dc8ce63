"""Two pictures on one grid, made alike in light and in sharpness, so that what still differs is real."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.dedup.ground import BoolArray, Pixels, find_middle
from pipeline.records import FloatArray, RgbArray

Range = tuple[int, int]

GAIN_BOUNDS = (0.62, 1.62)  # contrast beyond this is another picture, not another rendering
BIAS_BOUND = 80.0  # grey levels
CLIPPED = 4  # grey levels from either end of the range that a picture uses
RARE = 0.002  # share of pixels that may lie beyond that range
DETAIL_BOUNDS = (0.3, 3.3)  # how much stronger one picture's fine detail may be
LIKE_GAINS = 0.15  # by which light and colour may be damped differently before it is done one by one
SAMPLES = 3000  # pixels that a fit looks at
MIN_SAMPLES = 300  # levels; fewer tell no light
HALVED_FROM_PX = 160  # longest side from which light is fitted at half the size


@dataclass(frozen=True)
class Alike:
    """`lowest`, `highest` uint8 (h, w, 3): the left picture in the right one's light, different only where
    it was clipped; `right` uint8 (h, w, 3); all with like detail. `gain`, `bias` took left to right;
    `ground` grey levels by which this light misses that around the objects; 0 where clipping may be why.
    """

    lowest: RgbArray
    highest: RgbArray
    right: RgbArray
    gain: float
    bias: float
    ground: float
    strength: float = 1.0


def make_alike(
    left: RgbArray, right: RgbArray, seen: BoolArray, object_: BoolArray, colour_apart: bool = False
) -> Alike:
    """Both pictures alike where `seen`; detail counts in `object_`. All of one size. (DEDUP.md, step 4)

    `colour_apart` where a picture has no more pixels than these, so that compression shows in its colours.
    """
    ranges = find_range(left, seen), find_range(right, seen)
    gain, bias = fit_photometry(left, right, seen, ranges)
    lowest, highest = apply_photometry(left, gain, bias, ranges)
    ground = _miss_ground(left, right, seen & ~object_, gain, bias)
    lowest, highest, right = match_detail(lowest, highest, right, object_, colour_apart)
    return Alike(lowest, highest, right, gain, bias, ground, max(1.0, 1 / gain))


def _miss_ground(left: RgbArray, right: RgbArray, where: BoolArray, gain: float, bias: float) -> float:
    """How far the light found on objects is from what the ground shows; white may have been lighter."""
    chosen = np.flatnonzero(where.ravel())
    if chosen.size < 50:
        return 0.0
    chosen = chosen[:: max(1, chosen.size // 500)]
    before, after = (find_middle(side.reshape(-1, 3)[chosen].ravel()) for side in (left, right))
    expected = gain * before + bias
    if expected > after >= 250:
        return 0.0
    return abs(expected - after)


def find_range(pixels: RgbArray, where: BoolArray) -> Range:
    """Lowest and highest grey level of the picture where `where` is True, but for a few pixels in a thousand.

    A picture whose contrast was raised and that was dimmed after is clipped below white.
    """
    every_other = np.ascontiguousarray(pixels[::2, ::2])
    mask = np.ascontiguousarray(where[::2, ::2]).view(np.uint8)
    channels = range(pixels.shape[2])
    counts = sum(cv2.calcHist([every_other], [channel], mask, [256], [0, 256]) for channel in channels)
    counts = np.asarray(counts).ravel()
    share = np.cumsum(counts) / max(1, int(counts.sum()))
    return int(np.searchsorted(share, RARE)), int(np.searchsorted(share, 1 - RARE))


def fit_photometry(
    left: RgbArray, right: RgbArray, seen: BoolArray, ranges: tuple[Range, Range]
) -> tuple[float, float]:
    """Gain and bias (grey levels) that take `left` to `right` on unclipped pixels; 1, 0 if too few.

    Blurred first, for sharpening changes the levels at every edge.
    """
    step = 2 if max(seen.shape) >= HALVED_FROM_PX else 1
    clear = cv2.erode(seen.view(np.uint8), np.ones((5, 5), np.uint8))[::step, ::step]
    chosen = np.flatnonzero(clear.ravel())
    chosen = chosen[:: max(1, chosen.size // SAMPLES)]
    size = clear.shape[1], clear.shape[0]
    if step > 1:
        left, right = (
            np.asarray(cv2.resize(side, size, interpolation=cv2.INTER_AREA), np.uint8)
            for side in (left, right)
        )
    for reach in (5 if step == 1 else 3, 1):
        x, x_clear = _sample_unclipped(left, chosen, ranges[0], reach)
        y, y_clear = _sample_unclipped(right, chosen, ranges[1], reach)
        both = x_clear & y_clear
        if both.sum() >= MIN_SAMPLES:
            return _fit_line(x[both], y[both])
    return 1.0, 0.0


def _sample_unclipped(
    pixels: RgbArray, chosen: npt.NDArray[np.intp], range_: Range, size: int
) -> tuple[FloatArray, BoolArray]:
    """Blurred levels float32 (n, channels) at the chosen places, and where nothing near them is clipped."""
    kernel, all_ = np.ones((size, size), np.uint8), (pixels.shape[0] * pixels.shape[1], -1)
    lowest = cv2.erode(pixels, kernel).reshape(all_)[chosen]
    highest = cv2.dilate(pixels, kernel).reshape(all_)[chosen]
    clear = (lowest > range_[0] + CLIPPED) & (highest < range_[1] - CLIPPED)
    return cv2.blur(pixels, (size, size)).reshape(all_)[chosen].astype(np.float32), clear


def _fit_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Robust gain and bias, bounded; a flat picture tells no gain."""
    weight = np.ones_like(x)
    gain, bias = 1.0, 0.0
    for _ in range(4):
        total = float(weight.sum())
        mean_x, mean_y = float(weight @ x) / total, float(weight @ y) / total
        spread = float(weight @ (x - mean_x) ** 2)
        if spread < 4.0 * total:
            return 1.0, float(np.clip(mean_y - mean_x, -BIAS_BOUND, BIAS_BOUND))
        gain = float(np.clip(weight @ ((x - mean_x) * (y - mean_y)) / spread, *GAIN_BOUNDS))
        bias = float(np.clip(mean_y - gain * mean_x, -BIAS_BOUND, BIAS_BOUND))
        error = np.abs(gain * x + bias - y)
        weight = 1 / (1 + (error / (1.5 * find_middle(error) + 1.0)) ** 2)
    return gain, bias


def apply_photometry(
    left: RgbArray, gain: float, bias: float, ranges: tuple[Range, Range]
) -> tuple[RgbArray, RgbArray]:
    """Lowest and highest levels at which the right picture may show what the left one does.

    They differ only where the left is clipped: what was lost there may have been anything beyond.
    """
    if abs(gain - 1) < 0.004 and abs(bias) < 0.6:
        return left, left
    (low_x, high_x), (low_y, high_y) = ranges
    levels = np.arange(256, dtype=np.float32)
    table = np.clip(gain * levels + bias + 0.5, low_y, high_y).astype(np.uint8)
    lowest, highest = table.copy(), table.copy()
    lowest[: low_x + CLIPPED], highest[max(0, high_x - CLIPPED) :] = 0, 255
    return np.asarray(cv2.LUT(left, lowest), np.uint8), np.asarray(cv2.LUT(left, highest), np.uint8)


def match_detail(
    lowest: RgbArray, highest: RgbArray, right: RgbArray, object_: BoolArray, colour_apart: bool = False
) -> tuple[RgbArray, RgbArray, RgbArray]:
    """Both pictures with the detail of the softer one, in two bands; undoes sharpening and blur.

    With `colour_apart` colour has gains of its own: compression halves its resolution and leaves light alone.
    """
    softened = [[side, cv2.blur(side, (3, 3)), cv2.blur(side, (7, 7))] for side in (lowest, right)]
    chosen = np.flatnonzero(object_.ravel())
    chosen = chosen[:: max(1, chosen.size // SAMPLES)]
    if chosen.size < 100:
        return lowest, highest, right
    light, colour = _compare_bands([_sample_bands(views, chosen) for views in softened], colour_apart)
    inverse = [[1 / gain for gain in gains] for gains in (light, colour)]
    left, other = _damp(softened[0], light, colour), _damp(softened[1], *inverse)
    if highest is lowest:
        return left, left, other
    views = [highest, cv2.blur(highest, (3, 3)), cv2.blur(highest, (7, 7))]
    return left, _damp(views, light, colour), other


def _sample_bands(views: list[Pixels], chosen: npt.NDArray[np.intp]) -> list[FloatArray]:
    """The two bands of detail at the chosen places, float32 (n, channels)."""
    levels = [view.reshape(view.shape[0] * view.shape[1], -1)[chosen].astype(np.float32) for view in views]
    return [levels[0] - levels[1], levels[1] - levels[2]]


def _compare_bands(sides: list[list[FloatArray]], apart: bool) -> tuple[list[float], list[float]]:
    """How much stronger each band is in the other picture: of light, then of colour; alike if not `apart`."""
    if not apart:
        both = [_fit_gain(one.ravel(), other.ravel()) for one, other in zip(*sides, strict=True)]
        return both, both
    third = np.full(3, 1 / 3, np.float32)
    means = [[band @ third for band in side] for side in sides]
    light = [_fit_gain(*bands) for bands in zip(*means, strict=True)]
    rests = [[(band - mean[:, None]).ravel() for band, mean in zip(side, of, strict=True)]
             for side, of in zip(sides, means, strict=True)]  # fmt: skip
    return light, [_fit_gain(*bands) for bands in zip(*rests, strict=True)]


def _fit_gain(from_: FloatArray, to: FloatArray) -> float:
    """How much stronger a band is in the other picture, bounded; 1 where there is none to speak of."""
    both, left, right = float(from_ @ to), float(from_ @ from_), float(to @ to)
    if both <= 0 or left < 1.0 * from_.size or right < 1.0 * to.size:
        return 1.0
    return float(np.clip(np.sqrt(right / left), *DETAIL_BOUNDS))


def _damp(views: list[Pixels], light: list[float], colour: list[float]) -> RgbArray:
    """The picture, and itself blurred little and much, mixed so that its bands are weaker."""
    damped = _mix(views, light)
    if all(_is_like(*gains) for gains in zip(_bound(light), _bound(colour), strict=True)):
        return damped
    soft = _mix(views, colour)
    off = cv2.subtract(
        cv2.cvtColor(damped, cv2.COLOR_RGB2GRAY), cv2.cvtColor(soft, cv2.COLOR_RGB2GRAY), dtype=cv2.CV_16S
    )
    return np.asarray(cv2.add(soft, cv2.merge([off, off, off]), dtype=cv2.CV_8U), np.uint8)


def _is_like(one: float, other: float) -> bool:
    return abs(one - other) <= LIKE_GAINS


def _bound(gains: list[float]) -> tuple[float, float]:
    """Shares of the fine and the coarse band that are kept, so that no share of a mixture is negative."""
    coarse = min(1.0, gains[1])
    return min(coarse, gains[0]), coarse


def _mix(views: list[Pixels], gains: list[float]) -> RgbArray:
    """One mixture of the picture and its blurred copies."""
    mixed = views[0]
    fine, coarse = _bound(gains)
    if fine <= 0.95:
        mixed = cv2.addWeighted(mixed, fine / coarse, views[1], 1 - fine / coarse, 0)
    if coarse <= 0.95:
        mixed = cv2.addWeighted(mixed, coarse, views[2], 1 - coarse, 0)
    return np.asarray(mixed, np.uint8)
