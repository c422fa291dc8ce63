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
    "residual_fine", "residual", "residual_wide", "residual_broad", "soft_residual", "soft_residual_wide",
    "against_contrast", "against_contrast_wide", "colour", "colour_wide", "tint", "texture", "noise",
    "concentration", "spot", "correlation", "coverage", "shrink", "gain", "bias", "stretch", "overlap",
)  # fmt: skip


def measure(overlay: Overlay, correlation: float) -> tuple[dict[str, float], FloatArray]:
    """All features by name, and the residual float32 (h, w) in grey levels, 0 where not seen by both."""
    seen = _inner(overlay)
    if seen.sum() < 30:
        return {}, np.zeros(overlay.seen.shape, np.float32)
    blocks = [block_side(overlay.unit_px, share) for share in BLOCK_SHARES]
    raw, _ = differ(overlay.left, overlay.right)
    left, right = (cv2.GaussianBlur(side, (3, 3), 0) for side in (overlay.left, overlay.right))
    soft, contrast = differ(left, right)
    raw[~seen], soft[~seen] = 0, 0
    found = _residual_features(raw, soft, contrast, blocks)
    found |= _colour_features(left, right, seen, blocks)
    found["texture"] = _texture(left, right, seen, overlay, blocks[2])
    found |= _spread_features(raw, overlay, found["residual"])
    found |= {
        "correlation": correlation,
        "coverage": overlay.coverage,
        "shrink": overlay.unit_px,
        "gain": abs(float(np.log(overlay.gain))),
        "bias": abs(overlay.bias),
        "stretch": overlay.stretch,
        "overlap": float(overlay.object.sum()) / overlay.unit_px**2,
    }
    return found, raw


def block_side(unit_px: float, share: float) -> int:
    """An odd block side in pixels for a share of the object's longest side."""
    return max(MIN_BLOCK_PX, int(unit_px * share) | 1)


def differ(left: Pixels, right: Pixels) -> tuple[FloatArray, FloatArray]:
    """What lies outside the other's 3x3 range, worst channel, both ways; and the lower local contrast.

    Both float32 (h, w), grey levels 0 to 255.
    """
    kernel = np.ones((3, 3), np.uint8)
    low_l, high_l = cv2.erode(left, kernel), cv2.dilate(left, kernel)
    low_r, high_r = cv2.erode(right, kernel), cv2.dilate(right, kernel)
    one = cv2.max(cv2.subtract(left, high_r), cv2.subtract(low_r, left))
    other = cv2.max(cv2.subtract(right, high_l), cv2.subtract(low_l, right))
    contrast = cv2.max(cv2.subtract(high_l, low_l), cv2.subtract(high_r, low_r))
    worst = cv2.max(one, other)
    return _worst_channel(worst), _worst_channel(contrast)


def _worst_channel(pixels: Pixels) -> FloatArray:
    red, green, blue = cv2.split(pixels)
    return cv2.max(cv2.max(red, green), blue).astype(np.float32)


def _inner(overlay: Overlay) -> np.ndarray:
    side = 2 * max(2, round(MARGIN_SHARE * overlay.unit_px)) + 1
    padded = cv2.copyMakeBorder(overlay.seen.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return cv2.erode(padded, np.ones((side, side), np.uint8))[1:-1, 1:-1] > 0


def _residual_features(
    raw: FloatArray, soft: FloatArray, contrast: FloatArray, blocks: list[int]
) -> dict[str, float]:
    names = ("residual_fine", "residual", "residual_wide", "residual_broad")
    found = {n: float(_block(raw, side).max()) for n, side in zip(names, blocks, strict=True)}
    for name, side in (("", blocks[1]), ("_wide", blocks[2])):
        mean = _block(soft, side)
        found[f"soft_residual{name}"] = float(mean.max())
        found[f"against_contrast{name}"] = float((mean / (FLAT_RANGE + _block(contrast, side))).max())
    return found


def _block(values: FloatArray, side: int) -> FloatArray:
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_CONSTANT), np.float32)


def _colour_features(left: Pixels, right: Pixels, seen: np.ndarray, blocks: list[int]) -> dict[str, float]:
    """Differences of channel differences: largest in a block, and over all that is coloured."""
    difference = left.astype(np.float32) - right.astype(np.float32)
    red, green, blue = cv2.split(cv2.blur(difference, (blocks[0], blocks[0])))
    tint = cv2.max(np.abs(red - green), np.abs(blue - green))
    tint[~seen] = 0
    return {
        "colour": float(_block(tint, blocks[1]).max()),
        "colour_wide": float(_block(tint, blocks[3]).max()),
        "tint": float(tint.sum() / max(1, seen.sum())),
    }


def _texture(left: Pixels, right: Pixels, seen: np.ndarray, overlay: Overlay, side: int) -> float:
    """Largest local change of contrast, beyond what sharpening or compression did to the whole."""
    energies = []
    for pixels in (left, right):
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
        energies.append(np.log(_block(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), side) + 2.5))
    change = energies[0] - energies[1]
    inside = overlay.object & seen
    usual = float(np.median(change[inside])) if inside.any() else 0.0
    change = np.abs(change - usual)
    change[~seen] = 0
    return float(change.max())


def _spread_features(raw: FloatArray, overlay: Overlay, worst: float) -> dict[str, float]:
    """The object's usual residual, the worst block over it, and the size of the largest spot."""
    inside = raw[overlay.object]
    noise = float(inside.mean()) if inside.size else 0.0
    spots: Pixels = (raw > max(14.0, 4 * noise)).astype(np.uint8)
    spots = cv2.morphologyEx(spots, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    sizes = cv2.connectedComponentsWithStats(spots)[2][1:, cv2.CC_STAT_AREA]
    largest = float(sizes.max()) if sizes.size else 0.0
    return {"noise": noise, "concentration": worst / (1 + noise), "spot": largest / overlay.unit_px**2}
