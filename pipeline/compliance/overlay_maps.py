"""What the backbone's maps say of overlays: a second opinion, from the pass that every picture has (II.B).
The network over the text finder knows strokes and edges and was taught by few photos; the backbone knows
things. They err in different pictures, so both together tell more than either.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.compliance.overlay import choose_precision
from pipeline.compliance.overlay_evidence import FLOOR
from pipeline.fixed_lots import FixedLots, compile_lots
from pipeline.head_store import HEADS_FOLDER, HeadMismatch
from pipeline.records import FloatArray

NAME = "overlay_maps"
NAMES = ("logit", "strongest", "wide")
STRONGEST, WIDE = 4, 16  # cells of 28 x 28
# Where the strongest cells of both kinds stay below these log odds nothing is looked for: of 134 clean
# photos that were not learned from 67 % do, and of 672 overlays that are found on them none; nor of 1,795
# badges that are found on drawn trials (at -0.75 one of 528 on photos not learned from).
QUIET = -1.0
LOTS = (8, 1)  # pictures a forward


@dataclass(frozen=True)
class MapsHead:
    """The head with its card: kinds, backbone, sources, command."""

    card: Mapping[str, Any]
    forward: Any

    @property
    def version(self) -> str:
        """Short digest of the weights."""
        return str(self.card["sha256"][:12])

    def weigh(self, maps: Sequence[FloatArray]) -> FloatArray:
        """float32 (N,kinds,3) by NAMES: the picture's logit, log odds of the strongest 4 and 16 cells.

        `maps` as Backbone.see_maps gives them. Raises HeadMismatch where there are none.
        """
        if not maps:
            raise HeadMismatch(f"{NAME} wants the maps of {self.card['backbone']}")
        if not len(maps[0]):
            return np.zeros((0, len(self.card["kinds"]), len(NAMES)), np.float32)
        return weigh_cover(*self.forward(*maps))


def weigh_cover(cover: FloatArray, logits: FloatArray) -> FloatArray:
    """float32 (N,K,3) by NAMES from cover logits (N,K,S,S) and image logits (N,K)."""
    chances = 1 / (1 + np.exp(-np.clip(cover.reshape(*logits.shape, -1), -60, 60)))
    ordered = np.sort(chances, axis=2)
    shares = np.stack([ordered[..., -count:].mean(axis=2) for count in (STRONGEST, WIDE)], axis=2)
    odds = np.log((shares + FLOOR) / (1 - shares + FLOOR))
    return np.concatenate([logits[..., None], odds], axis=2).astype(np.float32)


def find_quiet(opinions: FloatArray) -> npt.NDArray[np.bool_]:
    """bool (N,) from opinions (N,K,3): the pictures that show next to nothing of any kind."""
    return np.asarray((opinions[..., NAMES.index("strongest")] < QUIET).all(axis=1))


def hash_weights(folder: Path) -> str:
    """SHA-256 over the head's form and weights."""
    parts = [(folder / f"{NAME}{end}").read_bytes() for end in (".xml", ".bin")]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@lru_cache(maxsize=2)
def load_maps_head(folder: Path = HEADS_FOLDER, backbone: str = "") -> MapsHead:
    """The head of the folder, kept loaded.

    Raises FileNotFoundError, or HeadMismatch when the weights are not the card's or `backbone` is another.
    """
    card = json.loads((folder / f"{NAME}.json").read_text())
    if hash_weights(folder) != card["sha256"]:
        raise HeadMismatch(f"{folder / NAME}.bin is not what its card describes")
    if backbone and backbone != card["backbone"]:
        raise HeadMismatch(f"{NAME} was fitted to {card['backbone']}, not to {backbone}")
    return MapsHead(card, _compile(folder))


def _compile(folder: Path) -> FixedLots:
    import openvino

    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": choose_precision()}
    threads = int(os.environ.get("SMARTIMG_THREADS", "0"))
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    core = openvino.Core()
    model = core.read_model(str(folder / f"{NAME}.xml"))
    rows = [
        [int(side.get_length()) for side in list(entry.get_partial_shape())[1:]] for entry in model.inputs
    ]
    return compile_lots(core, model, rows, LOTS, options)
