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
    count, labels = cv2.connectedComponents(found.mask.view(np.uint8), connectivity=8)
    main_wide, main_high, main_share = 0.0, 0.0, 0.0
    if count > 1:
        sizes = np.bincount(labels.ravel())[1:] if count > 2 else np.ones(1)
        largest = int(sizes.argmax())
        box = cv2.boundingRect((labels == 1 + largest).view(np.uint8))
        main_wide, main_high = box[2] / labels.shape[1], box[3] / labels.shape[0]
        main_share = sizes[largest] / sizes.sum()
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
