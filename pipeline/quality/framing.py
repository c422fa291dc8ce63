"""How the object stands in its frame, as features of the judge of small objects (II.A)."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.foreground import Foreground
from pipeline.records import FloatArray

FEATURES = (
    "extent_long",
    "extent_short",
    "log_fill",
    "log_area",
    "solidity",
    "main_extent",
    "main_log_fill",
    "main_share",
    "log_parts",
    "margin_least",
    "off_centre",
    "kind_white",
    "kind_plain",
    "kind_graded",
    "kind_scene",
    "white_background",
    "plain_background",
    "touches_edge",
)
_KINDS = ("white", "plain", "graded", "scene")


def measure_framing(found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),); shares of the frame, logarithms of areas."""
    left, top, right, bottom = found.box
    wide, high = right - left, bottom - top
    count, _, stats, _ = cv2.connectedComponentsWithStats(found.mask.astype(np.uint8), connectivity=8)
    main_wide, main_high, main_share = 0.0, 0.0, 0.0
    if count > 1:
        main = stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())]
        height, width = found.mask.shape
        main_wide, main_high = main[cv2.CC_STAT_WIDTH] / width, main[cv2.CC_STAT_HEIGHT] / height
        main_share = main[cv2.CC_STAT_AREA] / stats[1:, cv2.CC_STAT_AREA].sum()
    values = [
        max(wide, high),
        min(wide, high),
        np.log2(found.fill + 1e-3),
        np.log2(found.area + 1e-3),
        found.area / max(found.fill, 1e-3),
        max(main_wide, main_high),
        np.log2(main_wide * main_high + 1e-3),
        main_share,
        np.log2(count),
        min(left, top, 1 - right, 1 - bottom),
        float(np.hypot((left + right) / 2 - 0.5, (top + bottom) / 2 - 0.5)),
        *(float(found.kind == kind) for kind in _KINDS),
        found.white_background,
        found.plain_background,
        float(found.touches_edge),
    ]
    return np.asarray(values, np.float32)
