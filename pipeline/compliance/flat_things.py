"""Whether a picture shows a flat printed thing - cover, pack, card - which bears badges of its own (II.B)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.head_store import HEADS_FOLDER, Head, load_head
from pipeline.records import FloatArray

NAME = "overlay_flat_thing"
FLATTEST = 4.0  # log odds above the threshold; more says nothing more


def rate_flatness(embeddings: FloatArray, head: Head | None = None) -> FloatArray:
    """float32 (N,) from embeddings float32 (N,D): 0 for what may be a photo of a solid thing, to FLATTEST.

    Nine of ten photos are at 0, so that among photos nothing changes. Raises HeadMismatch for another D.
    """
    head = head or load_flatness()
    odds = head.logits(np.asarray(embeddings, np.float32))[:, 0] - head.threshold
    return np.asarray(np.clip(odds, 0, FLATTEST), np.float32)


@lru_cache(maxsize=2)
def load_flatness(folder: Path = HEADS_FOLDER, backbone: str = "") -> Head:
    """The shipped head, kept loaded. Raises as `load_head`."""
    return load_head(NAME, folder, backbone)
