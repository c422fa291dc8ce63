"""Two pictures laid over each other, and how far they then differ."""

from __future__ import annotations

from pipeline.dedup import residual
from pipeline.dedup.comparator import view_pairs
from pipeline.dedup.overlay import Overlay
from pipeline.dedup.prepare import prepare
from pipeline.records import RgbArray


def lay(a: RgbArray, b: RgbArray) -> Overlay:
    """The two as they lie over each other at first."""
    overlay = next(view_pairs(prepare(a), prepare(b))).overlay
    assert overlay is not None
    return overlay


def worst(overlay: Overlay) -> float:
    """The worst block of the residual, grey levels."""
    return residual.measure(overlay, 1.0)[0]["residual"]
