"""Where an image bears a badge, overlay text or a watermark: a small trained network's cover map (II.B)."""

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

from pipeline.backbone import to_input
from pipeline.compliance.text_trunk import hash_trunk, join, read_trunk
from pipeline.head_store import HEADS_FOLDER
from pipeline.records import FloatArray, RgbArray

NAME = "overlay"
BATCH = 4  # images a forward; larger ones fall out of a CPU's cache


@dataclass(frozen=True)
class OverlayFinding:
    """`scores` calibrated 0 to 1 by kind; `cover` float32 (S/8,S/8,kinds), 0 to 1, of the square frame."""

    scores: Mapping[str, float]
    cover: FloatArray


@dataclass(frozen=True)
class OverlayDetector:
    """The network with its card: kinds, side, calibration (scale, shift), thresholds, sources, figures."""

    card: Mapping[str, Any]
    forward: Any

    def find(self, images: Sequence[RgbArray]) -> list[OverlayFinding]:
        """One finding an image, uint8 (H,W,3)."""
        found: list[OverlayFinding] = []
        for start in range(0, len(images), BATCH):
            inputs = np.stack([to_input(rgb, self.card["side_px"]) for rgb in images[start : start + BATCH]])
            result = self.forward(inputs)
            found += [self._read(c, w) for c, w in zip(np.array(result[0]), np.array(result[1]), strict=True)]
        return found

    def _read(self, cover: FloatArray, whole: FloatArray) -> OverlayFinding:
        scores = {}
        for kind, logit in zip(self.card["kinds"], whole, strict=True):
            fit = self.card["calibration"][kind]
            scores[kind] = float(_sigmoid(logit * fit["scale"] + fit["shift"]))
        return OverlayFinding(scores, np.asarray(_sigmoid(cover), np.float32).transpose(1, 2, 0))


def _sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def read_card(folder: Path = HEADS_FOLDER) -> dict[str, Any]:
    """The detector's card. Raises FileNotFoundError, or ValueError when the weights are not the card's."""
    card: dict[str, Any] = json.loads((folder / f"{NAME}.json").read_text())
    if hash_weights(folder) != card["sha256"]:
        raise ValueError(f"{folder / NAME}.bin is not what its card describes")
    if hash_trunk() != card.get("trunk_sha256", hash_trunk()):
        raise ValueError(f"{folder / NAME}.bin was fitted to another text finder than the installed one")
    return card


def hash_weights(folder: Path) -> str:
    """SHA-256 over the network's form and weights."""
    parts = [(folder / f"{NAME}{end}").read_bytes() for end in (".xml", ".bin")]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@lru_cache(maxsize=2)
def load_detector(folder: Path = HEADS_FOLDER) -> OverlayDetector:
    """The shipped detector, kept loaded. Raises as `read_card`."""
    import openvino

    card = read_card(folder)
    core = openvino.Core()
    model = core.read_model(str(folder / f"{NAME}.xml"))
    if "trunk_sha256" in card:
        model = join(read_trunk(), model)
    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": choose_precision()}
    threads = int(os.environ.get("SMARTIMG_THREADS", "0"))
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    return OverlayDetector(card, core.compile_model(model, "CPU", options))


def choose_precision() -> str:
    """bfloat16 where the CPU has it - half the time, and scores move by about a hundredth - else float32."""
    import openvino

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"
