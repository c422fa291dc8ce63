"""Whether a large part of the object has another colour or tone, which a look at details explains away."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.dedup.overlay import Overlay
from pipeline.dedup.residual import block_side, find_inner, subtract

PART = 0.2  # side of the part over the object's longest side: compression's own colours even out over it
SHOWN, ON_OBJECT = 0.7, 0.3  # least share of the part that both show, and that is object
LEAST_PARTS = 5  # pixels that such a part can be centred on; with fewer it need not be object
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
    alike, side = overlay.alike, block_side(overlay.unit_px, PART)
    known = (find_inner(overlay) > 0).astype(np.float32)
    apart = subtract(alike.lowest, alike.highest, alike.right).astype(np.float32) * known[..., None]
    shown, object_, means = (
        cv2.blur(plane, (side, side), borderType=cv2.BORDER_CONSTANT)
        for plane in (known, overlay.object.astype(np.float32), apart)
    )
    parts = (shown >= SHOWN) & (object_ >= ON_OBJECT)
    if np.count_nonzero(parts) < LEAST_PARTS:
        parts = shown >= SHOWN / 2
    if not parts.any():
        return 255.0, 255.0
    off = means[parts] / shown[parts][:, None]
    return float(np.ptp(off, axis=1).max()), float(np.abs(off.mean(1)).max())
