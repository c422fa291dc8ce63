"""The trained judges of quality: features of each image -> calibrated score, flag at the head's threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pipeline.foreground import Foreground
from pipeline.head_store import HEADS_FOLDER, Head, has_head, load_head
from pipeline.quality.framing import measure_framing
from pipeline.quality.graphics import measure_graphics
from pipeline.quality.sharpness import measure_sharpness
from pipeline.records import FloatArray, Judgement, RgbArray

JUDGES = ("blur", "small_object", "placeholder")
FEATURES_VERSION = "1"  # raise it when a feature changes its meaning


@dataclass(frozen=True)
class Measures:
    """One image's features, float32 vectors, as the three judges take them (before the embedding)."""

    blur: FloatArray
    small_object: FloatArray
    placeholder: FloatArray


def measure(rgb: RgbArray, found: Foreground) -> Measures:
    """All features of a working copy uint8 (H,W,3) and its object."""
    return Measures(measure_sharpness(rgb, found), measure_framing(found), measure_graphics(rgb, found))


def stack(name: str, measures: Sequence[Measures], embeddings: FloatArray) -> FloatArray:
    """What the head of that name takes: float32 (N,D). Placeholders are told by the embedding too."""
    rows = np.stack([getattr(one, name) for one in measures])
    if name == "placeholder":
        return np.concatenate([rows, embeddings], axis=1).astype(np.float32)
    return rows


class QualityJudges:
    """Blur, small object and placeholder by their heads; a judge whose head is missing says 'no model'."""

    def __init__(self, backbone: str = "", folder: Path = HEADS_FOLDER) -> None:
        self.backbone = backbone
        self.folder = folder

    @cached_property
    def heads(self) -> dict[str, Head]:
        """Heads by judge. Raises HeadMismatch for one that was fitted to another backbone."""
        return {
            name: load_head(f"quality_{name}", self.folder, self.backbone)
            for name in JUDGES
            if has_head(f"quality_{name}", self.folder)
        }

    @property
    def version(self) -> str:
        return "-".join([FEATURES_VERSION, *(f"{name}:{head.version}" for name, head in self.heads.items())])

    def judge(self, measures: Sequence[Measures], embeddings: FloatArray) -> list[dict[str, Judgement]]:
        """Judgements of each image by judge; `embeddings` float32 (N,D) in the same order."""
        judged: list[dict[str, Judgement]] = [{} for _ in measures]
        for name in JUDGES if measures else ():
            head = self.heads.get(name)
            if head is None:
                for found in judged:
                    found[name] = Judgement(name, None, None, False, note="no model")
                continue
            scores = head.probabilities(stack(name, measures, embeddings))
            for found, score in zip(judged, scores, strict=True):
                flag = bool(score >= head.threshold)
                found[name] = Judgement(name, float(score), head.threshold, flag, version=head.version)
        return judged
