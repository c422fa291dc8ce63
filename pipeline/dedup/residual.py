"""Where two laid-over pictures differ, and the numbers that decide whether it matters (DEDUP.md)."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.dedup.ground import Pixels, find_middle
from pipeline.dedup.overlay import Overlay
from pipeline.records import FloatArray
from pipeline.scaling import find_worst

BLOCK_SHARES = (0.02, 0.034, 0.06, 0.1)  # block sides over the object's longest side; 13 px at 384 is .034
MIN_BLOCK_PX = 3
MARGIN_SHARE = 0.012  # of the unit: the rim of what both show is left out, it holds resampling only
FLAT_RANGE = 8.0  # grey levels of local contrast under which ground counts as flat
HALVED_FROM_PX = 160  # unit from which block means are taken at half the size: a quarter of the work

FEATURES = (
    "residual_fine", "residual", "residual_wide", "residual_broad", "against_contrast",
    "against_contrast_wide", "elsewhere", "against_elsewhere", "colour", "colour_wide", "colour_elsewhere",
    "tint", "texture", "noise", "concentration", "spot", "correlation", "coverage", "unit", "gain", "bias",
    "ground", "stretch", "overlap",
)  # fmt: skip
_KERNEL = np.ones((3, 3), np.uint8)


def measure(overlay: Overlay, correlation: float) -> tuple[dict[str, float], FloatArray]:
    """All features by name, and the residual float32 (h, w) in grey levels, 0 where not seen by both.

    The features are empty where the pictures share next to nothing.
    """
    seen = find_inner(overlay)
    if np.count_nonzero(seen) < 30:
        return {}, np.zeros(overlay.seen.shape, np.float32)
    alike = overlay.alike
    step = 2 if overlay.unit_px >= HALVED_FROM_PX else 1
    blocks = [block_side(overlay.unit_px / step, share) for share in BLOCK_SHARES]
    lowest, right = (cv2.GaussianBlur(side, (3, 3), 0) for side in (alike.lowest, alike.right))
    highest = lowest if alike.highest is alike.lowest else cv2.GaussianBlur(alike.highest, (3, 3), 0)
    differing, contrast = differ(lowest, highest, right)
    differing = cv2.bitwise_and(differing, seen)
    object_ = overlay.object.view(np.uint8)
    noise = cv2.mean(differing, object_)[0] if object_.any() else 0.0
    strength = alike.strength
    small = shrink(differing, step)
    small_seen = cv2.threshold(shrink(seen, step), 254, 255, cv2.THRESH_BINARY)[1]
    found = _residual_features(small, shrink(contrast, step), blocks, strength)
    found |= _colour_features(subtract(lowest, highest, right), small_seen, step, blocks, strength)
    found["texture"] = _texture(lowest, right, small_seen, shrink(object_, step), blocks[2])
    found |= {"noise": noise, "concentration": found["residual"] / (1 + noise)}
    found["spot"] = _largest_spot(small, noise) * step**2 / overlay.unit_px**2
    found |= _describe_overlay(overlay, correlation)
    return found, differing.astype(np.float32)


def _describe_overlay(overlay: Overlay, correlation: float) -> dict[str, float]:
    alike = overlay.alike
    return {
        "correlation": correlation,
        "coverage": overlay.coverage,
        "unit": overlay.unit_px,
        "gain": abs(float(np.log(alike.gain))),
        "bias": abs(alike.bias),
        "ground": alike.ground,
        "stretch": overlay.stretch,
        "overlap": float(np.count_nonzero(overlay.object)) / overlay.unit_px**2,
    }


def block_side(unit_px: float, share: float) -> int:
    """An odd block side in pixels for a share of the object's longest side."""
    return max(MIN_BLOCK_PX, int(unit_px * share) | 1)


def shrink(pixels: Pixels, step: int) -> Pixels:
    """The plane at a `step`-th of its size, each pixel a mean."""
    if step == 1:
        return pixels
    size = max(1, pixels.shape[1] // step), max(1, pixels.shape[0] // step)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def differ(lowest: Pixels, highest: Pixels, right: Pixels) -> tuple[Pixels, Pixels]:
    """What lies outside the other's 3x3 range, worst channel, both ways; and the stronger local contrast.

    Both uint8 (h, w), grey levels.
    """
    low_l, high_l = cv2.erode(lowest, _KERNEL), cv2.dilate(highest, _KERNEL)
    low_r, high_r = cv2.erode(right, _KERNEL), cv2.dilate(right, _KERNEL)
    worst = cv2.max(cv2.subtract(lowest, high_r), cv2.subtract(low_r, highest))
    worst = cv2.max(worst, cv2.max(cv2.subtract(right, high_l), cv2.subtract(low_l, right)))
    contrast = cv2.max(cv2.subtract(high_l, low_l), cv2.subtract(high_r, low_r))
    return find_worst(worst), find_worst(contrast)


def find_inner(overlay: Overlay) -> Pixels:
    """255 where both show something, away from the rim of that; uint8 (h, w)."""
    side = 2 * max(2, round(MARGIN_SHARE * overlay.unit_px)) + 1
    seen = overlay.seen.view(np.uint8) * np.uint8(255)
    return cv2.erode(seen, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)


def _residual_features(
    differing: Pixels, contrast: Pixels, blocks: list[int], strength: float
) -> dict[str, float]:
    names = ("residual_fine", "residual", "residual_wide", "residual_broad")
    means = [_block(differing, side) for side in blocks]
    found = {name: strength * float(mean.max()) for name, mean in zip(names, means, strict=True)}
    against = {at: means[at] / (FLAT_RANGE + _block(contrast, blocks[at])) for at in (1, 2)}
    found["against_contrast"] = strength * float(against[1].max())
    found["against_contrast_wide"] = strength * float(against[2].max())
    found["elsewhere"] = strength * _rest(means[1], blocks[1])
    found["against_elsewhere"] = strength * _rest(against[1], blocks[1])
    return found


def _rest(means: FloatArray, side: int) -> float:
    """The largest mean that lies well away from the largest: an edit stands alone, a misfit does not."""
    y, x = divmod(int(means.argmax()), means.shape[1])
    rest = means[::2, ::2].copy()
    reach = 3 * side
    rest[max(0, y - reach) // 2 : (y + reach) // 2, max(0, x - reach) // 2 : (x + reach) // 2] = 0
    return float(rest.max())


def _block(values: Pixels, side: int) -> FloatArray:
    mean = cv2.boxFilter(values, cv2.CV_32F, (side, side), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(mean, np.float32)


def subtract(lowest: Pixels, highest: Pixels, right: Pixels) -> Pixels:
    """What the right picture has more (or less) than the left may have, int16 (h, w, 3)."""
    difference: Pixels = cv2.subtract(right, highest, dtype=cv2.CV_16S)
    if lowest is highest:
        return difference
    below = cv2.subtract(right, lowest, dtype=cv2.CV_16S)
    return np.maximum(difference, 0) + np.minimum(below, 0)


def _colour_features(
    difference: Pixels, seen: Pixels, step: int, blocks: list[int], strength: float
) -> dict[str, float]:
    """Differences of channel differences: largest in a block, and over all that both show."""
    mean: Pixels = cv2.boxFilter(shrink(difference, step), cv2.CV_16S, (blocks[0], blocks[0]))
    red, green, blue = cv2.split(mean)
    farthest = cv2.max(cv2.absdiff(red, green), cv2.absdiff(blue, green))
    tint = cv2.bitwise_and(cv2.convertScaleAbs(farthest), seen)
    means = _block(tint, blocks[1])
    return {
        "colour": strength * float(means.max()),
        "colour_elsewhere": strength * _rest(means, blocks[1]),
        "colour_wide": strength * float(_block(tint, blocks[3]).max()),
        "tint": cv2.sumElems(tint)[0] / max(1, cv2.countNonZero(seen)),
    }


def _texture(left: Pixels, right: Pixels, seen: Pixels, object_: Pixels, side: int) -> float:
    """Largest local change of contrast, beyond what sharpening or compression did to the whole."""
    energies = []
    for pixels in (left, right):
        edges = cv2.convertScaleAbs(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_16S))
        size = seen.shape[1], seen.shape[0]
        energies.append(_block(cv2.resize(edges, size, interpolation=cv2.INTER_AREA), side) + 2.5)
    change = np.log(energies[0][::2, ::2] / energies[1][::2, ::2])
    both = seen[::2, ::2] > 0
    inside = (object_[::2, ::2] > 0) & both
    usual = find_middle(change[inside]) if inside.any() else 0.0
    return float(np.abs(change[both] - usual).max()) if both.any() else 0.0


def _largest_spot(differing: Pixels, noise: float) -> float:
    """Pixels of the largest connected spot that is clearly above the object's usual residual."""
    spots = cv2.threshold(differing, max(12.0, 4 * noise), 1, cv2.THRESH_BINARY)[1]
    if not spots.any():
        return 0.0
    sizes = cv2.connectedComponentsWithStats(cv2.dilate(spots, _KERNEL))[2][1:, cv2.CC_STAT_AREA]
    return float(sizes.max())
