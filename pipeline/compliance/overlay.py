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
from pipeline.compliance.overlay_evidence import weigh_findings
from pipeline.compliance.text_trunk import hash_trunk, join, read_trunk
from pipeline.fixed_lots import compile_lots
from pipeline.foreground import Foreground
from pipeline.head_store import HEADS_FOLDER
from pipeline.records import FloatArray, RgbArray

NAME = "overlay"
STRIDE = 8  # px of a cell's side
LOTS = (4, 1)  # images a forward; larger ones fall out of a CPU's cache


@dataclass(frozen=True)
class OverlayFinding:
    """`scores` calibrated 0 to 1 by kind; `cover` float32 (S/8,S/8,kinds), 0 to 1, of the square frame."""

    scores: Mapping[str, float]
    cover: FloatArray


@dataclass(frozen=True)
class OverlayDetector:
    """The network with its card: kinds, side, calibration (weights, shift), thresholds, sources, figures."""

    card: Mapping[str, Any]
    forward: Any

    def find(
        self,
        images: Sequence[RgbArray],
        found: Sequence[Foreground | None] = (),
        opinions: Sequence[FloatArray] | FloatArray = (),
    ) -> list[OverlayFinding]:
        """One finding an image, uint8 (H,W,3); `found` holds their objects where they are known.

        `opinions`, float32 (kinds,3) each, are what overlay_maps says of them. Raises ValueError where the
        card weighs them and there are none.
        """
        told: list[FloatArray | None] = list(opinions) if len(opinions) else [None] * len(images)
        return [
            OverlayFinding(self._score(evidence, opinion), cover)
            for cover, evidence, opinion in zip(*self.measure(images, found), told, strict=True)
        ]

    def find_nothing(self) -> OverlayFinding:
        """The finding of a picture that shows no overlay at all."""
        cells = self.card["side_px"] // STRIDE
        cover = np.zeros((cells, cells, len(self.card["kinds"])), np.float32)
        return OverlayFinding(dict.fromkeys(self.card["kinds"], 0.0), cover)

    def measure(
        self, images: Sequence[RgbArray], found: Sequence[Foreground | None] = ()
    ) -> tuple[list[FloatArray], list[FloatArray]]:
        """Covers, float32 (S/8,S/8,kinds), 0 to 1, and evidence, float32 (kinds,6), of each image."""
        covers: list[FloatArray] = []
        evidence: list[FloatArray] = []
        known = found or [None] * len(images)
        for start in range(0, len(images), LOTS[0]):
            part = images[start : start + LOTS[0]]
            result = self.forward(np.stack([to_input(rgb, self.card["side_px"]) for rgb in part]))
            told = result[0], result[1], known[start : start + LOTS[0]]
            for rgb, cover, logits, one in zip(part, *told, strict=True):
                covers.append(np.asarray(_sigmoid(cover), np.float32).transpose(1, 2, 0))
                evidence.append(weigh_findings(rgb, covers[-1], logits, one))
        return covers, evidence

    def _score(self, evidence: FloatArray, opinion: FloatArray | None = None) -> dict[str, float]:
        scores = {}
        for slot, kind in enumerate(self.card["kinds"]):
            fit = self.card["calibration"][kind]
            weights = np.array(fit["weights"], np.float32)
            told = order_evidence(evidence, slot)[: len(weights)]
            odds = float(told @ weights + fit["shift"])
            if "maps" in fit:
                if opinion is None:
                    raise ValueError(f"{kind} is also weighed by what overlay_maps says")
                odds += float(opinion[slot] @ np.array(fit["maps"], np.float32))
            scores[kind] = float(_sigmoid(odds))
        return scores


def order_evidence(evidence: FloatArray, slot: int) -> FloatArray:
    """Evidence (kinds,6) in a row, float32 (6 x kinds,), a kind's own before the others': what passes for
    the one and hardly for the other tells more than either."""
    return np.concatenate([evidence[slot], np.delete(evidence, slot, axis=0).ravel()])


def weigh_reading(fit: Mapping[str, Any], score: float, reading: FloatArray, flatness: float = 0.0) -> float:
    """The score (0 to 1) once the finding was read: `fit` is a card's, `reading` as overlay_reading.NAMES,
    `flatness` as flat_things rates the picture."""
    weights = np.array(fit["weights"], np.float32)
    odds = weights[0] * to_odds(score) + weights[1:] @ reading + fit["shift"]
    return float(_sigmoid(odds + float(fit.get("flatness", 0.0)) * flatness))


def to_odds(scores: Any) -> Any:
    """Log odds of scores between 0 and 1, of at most 14 either way."""
    inner = np.clip(np.asarray(scores, np.float64), 1e-6, 1 - 1e-6)
    return np.log(inner / (1 - inner))


def _sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def read_card(folder: Path = HEADS_FOLDER) -> dict[str, Any]:
    """The detector's card. Raises FileNotFoundError, or ValueError when the weights are not the card's."""
    card: dict[str, Any] = json.loads((folder / f"{NAME}.json").read_text())
    if hash_weights(folder) != card["sha256"]:
        raise ValueError(f"{folder / NAME}.bin is not what its card describes")
    if hash_trunk() != card["trunk_sha256"]:
        raise ValueError(f"{folder / NAME}.bin was fitted to another text finder than the installed one")
    return card


def hash_judge(card: Mapping[str, Any]) -> str:
    """Short digest of all that turns pixels into a verdict."""
    settled = [card[part] for part in ("sha256", "calibration", "reading", "thresholds")]
    return hashlib.sha256(json.dumps(settled, sort_keys=True).encode()).hexdigest()[:12]


def hash_weights(folder: Path) -> str:
    """SHA-256 over the network's form and weights."""
    parts = [(folder / f"{NAME}{end}").read_bytes() for end in (".xml", ".bin")]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@lru_cache(maxsize=2)
def load_detector(folder: Path = HEADS_FOLDER) -> OverlayDetector:
    """The shipped detector, kept loaded. Raises as `read_card`."""
    card = read_card(folder)
    return OverlayDetector(card, compile_network(folder, int(os.environ.get("SMARTIMG_THREADS", "0"))))


def compile_network(folder: Path, threads: int) -> Any:
    """The text finder's first layers and the folder's head as one; `threads` 0 takes all."""
    import openvino

    core = openvino.Core()
    head = core.read_model(str(folder / f"{NAME}.xml"))
    side = int(head.get_parameters()[-1].get_partial_shape()[1].get_length())  # its last input are the pixels
    model = join(read_trunk(), head)
    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": choose_precision()}
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    return compile_lots(core, model, [(side, side, 3)], LOTS, options)


@lru_cache(maxsize=1)  # to ask takes OpenVINO as long as to read a line of text
def choose_precision() -> str:
    """bfloat16 where the CPU has it - half the time, and scores move by about a hundredth - else float32."""
    import openvino

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "f32"
