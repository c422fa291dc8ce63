"""Where two laid-over pictures differ, and the numbers that decide whether it matters (DEDUP.md)."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.dedup.overlay import Overlay
from pipeline.dedup.prepare import Pixels
from pipeline.records import FloatArray

BLOCK_SHARES = (0.02, 0.034, 0.06, 0.1)  # block sides over the object's longest side; 13 px at 384 is .034
MIN_BLOCK_PX = 3
MARGIN_SHARE = 0.012  # of the unit: the rim of what both show is left out, it holds resampling only
FLAT_RANGE = 8.0  # grey levels of local contrast under which ground counts as flat

FEATURES = (
    "residual_fine", "residual", "residual_wide", "residual_broad", "against_contrast",
    "against_contrast_wide", "colour", "colour_wide", "tint", "texture", "noise", "concentration",
    "spot", "correlation", "coverage", "unit", "gain", "bias", "ground", "stretch", "overlap",
)  # fmt: skip
_KERNEL = np.ones((3, 3), np.uint8)


def measure(overlay: Overlay, correlation: float) -> tuple[dict[str, float], FloatArray]:
    """All features by name, and the residual float32 (h, w) in grey levels, 0 where not seen by both.

    The features are empty where the pictures share next to nothing.
    """
    seen = _inner(overlay)
    if np.count_nonzero(seen) < 30:
        return {}, np.zeros(overlay.seen.shape, np.float32)
    alike = overlay.alike
    blocks = [block_side(overlay.unit_px, share) for share in BLOCK_SHARES]
    lowest, highest, right = (
        cv2.GaussianBlur(side, (3, 3), 0) for side in (alike.lowest, alike.highest, alike.right)
    )
    differing, contrast = differ(lowest, highest, right)
    differing = cv2.bitwise_and(differing, seen)
    strength = max(1.0, 1 / alike.gain)  # a dimmed picture shows the same difference more weakly
    found = _residual_features(differing, contrast, blocks, strength)
    found |= _colour_features(lowest, highest, right, seen, blocks, strength)
    found["texture"] = _texture(lowest, right, seen, overlay, blocks[2])
    found |= _spread_features(differing, overlay, found["residual"])
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


def differ(lowest: Pixels, highest: Pixels, right: Pixels) -> tuple[Pixels, Pixels]:
    """What lies outside the other's 3x3 range, worst channel, both ways; and the stronger local contrast.

    Both uint8 (h, w), grey levels.
    """
    low_l, high_l = cv2.erode(lowest, _KERNEL), cv2.dilate(highest, _KERNEL)
    low_r, high_r = cv2.erode(right, _KERNEL), cv2.dilate(right, _KERNEL)
    worst = cv2.max(cv2.subtract(lowest, high_r), cv2.subtract(low_r, highest))
    worst = cv2.max(worst, cv2.max(cv2.subtract(right, high_l), cv2.subtract(low_l, right)))
    contrast = cv2.max(cv2.subtract(high_l, low_l), cv2.subtract(high_r, low_r))
    return _worst_channel(worst), _worst_channel(contrast)


def _worst_channel(pixels: Pixels) -> Pixels:
    red, green, blue = cv2.split(pixels)
    return cv2.max(cv2.max(red, green), blue)


def _inner(overlay: Overlay) -> Pixels:
    """255 where both show something, away from the rim of that; uint8 (h, w)."""
    side = 2 * max(2, round(MARGIN_SHARE * overlay.unit_px)) + 1
    seen = overlay.seen.astype(np.uint8) * 255
    return cv2.erode(seen, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)


def _residual_features(
    differing: Pixels, contrast: Pixels, blocks: list[int], strength: float
) -> dict[str, float]:
    names = ("residual_fine", "residual", "residual_wide", "residual_broad")
    means = [_block(differing, side) for side in blocks]
    found = {name: strength * float(mean.max()) for name, mean in zip(names, means, strict=True)}
    for name, at in (("against_contrast", 1), ("against_contrast_wide", 2)):
        found[name] = strength * float((means[at] / (FLAT_RANGE + _block(contrast, blocks[at]))).max())
    return found


def _block(values: Pixels, side: int) -> FloatArray:
    mean = cv2.boxFilter(values, cv2.CV_32F, (side, side), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(mean, np.float32)


def _colour_features(
    lowest: Pixels, highest: Pixels, right: Pixels, seen: Pixels, blocks: list[int], strength: float
) -> dict[str, float]:
    """Differences of channel differences: largest in a block, and over all that both show."""
    difference: Pixels = cv2.subtract(right, highest, dtype=cv2.CV_16S)
    if lowest is not highest:
        below = cv2.subtract(right, lowest, dtype=cv2.CV_16S)
        difference = np.maximum(difference, 0) + np.minimum(below, 0)
    mean: Pixels = cv2.boxFilter(difference, cv2.CV_16S, (blocks[0], blocks[0]))
    red, green, blue = cv2.split(mean)
    farthest = cv2.max(cv2.absdiff(red, green), cv2.absdiff(blue, green))
    tint = cv2.bitwise_and(cv2.convertScaleAbs(farthest), seen)
    return {
        "colour": strength * float(_block(tint, blocks[1]).max()),
        "colour_wide": strength * float(_block(tint, blocks[3]).max()),
        "tint": cv2.sumElems(tint)[0] / max(1, cv2.countNonZero(seen)),
    }


def _texture(left: Pixels, right: Pixels, seen: Pixels, overlay: Overlay, side: int) -> float:
    """Largest local change of contrast, beyond what sharpening or compression did to the whole."""
    energies = []
    for pixels in (left, right):
        edges = cv2.convertScaleAbs(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_16S))
        energies.append(_block(edges, side) + 2.5)
    change = np.log(energies[0][::2, ::2] / energies[1][::2, ::2])
    both = seen[::2, ::2] > 0
    inside = overlay.object[::2, ::2] & both
    usual = float(np.median(change[inside])) if inside.any() else 0.0
    return float(np.abs(change[both] - usual).max()) if both.any() else 0.0


def _spread_features(differing: Pixels, overlay: Overlay, worst: float) -> dict[str, float]:
    """The object's usual residual, the worst block over it, and the size of the largest spot."""
    inside = differing[overlay.object]
    noise = float(inside.mean()) if inside.size else 0.0
    spots = cv2.threshold(differing, max(12.0, 4 * noise), 1, cv2.THRESH_BINARY)[1]
    sizes = cv2.connectedComponentsWithStats(cv2.dilate(spots, _KERNEL))[2][1:, cv2.CC_STAT_AREA]
    largest = float(sizes.max()) if sizes.size else 0.0
    return {"noise": noise, "concentration": worst / (1 + noise), "spot": largest / overlay.unit_px**2}
