"""Whether a large part of the object has another colour or tone, which a look at details explains away."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.dedup.overlay import Overlay
from pipeline.dedup.residual import block_side, find_inner, subtract

PART = 0.2  # side of the part over the object's longest side: compression's own colours even out over it
COARSE_PX = 16  # side of the part on the coarse grid that it is measured on
SHOWN, ON_OBJECT = 0.7, 0.3  # least share of the part that both show, and that is object
# Grey levels: between two channels, and of their mean. Of the training catalogs' doubtful copies that the
# first look calls copies 95 and 78 in 100 have less; of 49 doubtful pictures dyed a little none has both.
MOST_COLOUR, MOST_TONE = 6.0, 1.7


def is_shaded(overlay: Overlay) -> bool:
    """Whether one picture may show the object in a neighbouring shade: then nothing there is forgiven. (II.D)

    A red phone and a rose one differ nowhere much, and everywhere a little.
    """
    colour, tone = measure_shade(overlay)
    return colour > MOST_COLOUR or tone > MOST_TONE


def measure_shade(overlay: Overlay) -> tuple[float, float]:
    """By how much colour and tone of the worst part are off once the pictures' light is alike, grey levels.

    Means with their signs, so noise and halos even out. 255 each where both pictures show too little.
    """
    alike, seen = overlay.alike, find_inner(overlay)
    apart = subtract(alike.lowest, alike.highest, alike.right)
    object_ = overlay.object.view(np.uint8)
    step = max(1, int(PART * overlay.unit_px) // COARSE_PX)
    size = max(1, seen.shape[1] // step), max(1, seen.shape[0] // step)
    side = block_side(overlay.unit_px / step, PART)
    shown, on_object, means = (
        cv2.blur(
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32),
            (side, side),
            borderType=cv2.BORDER_CONSTANT,
        )
        for plane in (seen, object_ * np.uint8(255), cv2.copyTo(apart, seen))
    )
    parts = (shown >= 255 * SHOWN) & (on_object >= 255 * ON_OBJECT)
    if not parts.any():
        parts = shown >= 255 * SHOWN / 2
    if not parts.any():
        return 255.0, 255.0
    share = 255 / shown[parts]
    red, green, blue = (plane[parts] * share for plane in cv2.split(means))
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return float(spread.max()), float(np.abs(red + green + blue).max()) / 3
