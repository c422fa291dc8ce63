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
# A placeholder must both be made like a drawing and look like one: flat prints on real products satisfy
# either, hardly ever both.
HEADS = {
    "blur": ("blur",),
    "small_object": ("small_object",),
    "placeholder": ("placeholder", "placeholder_look"),
}
FEATURES_VERSION = "1"  # raise it when a feature changes its meaning


@dataclass(frozen=True)
class Measures:
    """One image's features, float32 vectors, as the heads of the same names take them."""

    blur: FloatArray
    small_object: FloatArray
    placeholder: FloatArray


def measure(rgb: RgbArray, found: Foreground) -> Measures:
    """All features of a working copy uint8 (H,W,3) and its object."""
    return Measures(measure_sharpness(rgb, found), measure_framing(found), measure_graphics(rgb, found))


def stack(name: str, measures: Sequence[Measures], embeddings: FloatArray) -> FloatArray:
    """What the head of that name takes: float32 (N,D); for 'placeholder_look' the embeddings."""
    if name == "placeholder_look":
        return embeddings
    return np.stack([getattr(one, name) for one in measures])


def weigh(heads: Sequence[Head], features: Sequence[FloatArray]) -> FloatArray:
    """Scores (N,): the least sure head's, where each head's threshold is moved to 0.5."""
    scores = [
        center(head.probabilities(rows), head.threshold) for head, rows in zip(heads, features, strict=True)
    ]
    return np.asarray(np.min(scores, axis=0), np.float32)


def center(chances: FloatArray, threshold: float) -> FloatArray:
    """Probabilities whose odds are divided by the threshold's: 0.5 where the head starts to flag."""
    odds = chances / np.maximum(1 - chances, 1e-7) * (1 - threshold) / threshold
    return np.asarray(odds / (1 + odds), np.float32)


class QualityJudges:
    """Blur, small object and placeholder by their heads; a judge whose head is missing says 'no model'."""

    def __init__(self, backbone: str = "", folder: Path = HEADS_FOLDER) -> None:
        self.backbone = backbone
        self.folder = folder

    @cached_property
    def heads(self) -> dict[str, Head]:
        """Heads by name. Raises HeadMismatch for one that was fitted to another backbone."""
        names = {name for needed in HEADS.values() for name in needed}
        return {
            name: load_head(f"quality_{name}", self.folder, self.backbone)
            for name in sorted(names)
            if has_head(f"quality_{name}", self.folder)
        }

    @property
    def version(self) -> str:
        return "-".join([FEATURES_VERSION, *(f"{name}:{head.version}" for name, head in self.heads.items())])

    def judge(self, measures: Sequence[Measures], embeddings: FloatArray) -> list[dict[str, Judgement]]:
        """Judgements of each image by judge; `embeddings` float32 (N,D) in the same order."""
        judged: list[dict[str, Judgement]] = [{} for _ in measures]
        for name in JUDGES if measures else ():
            for found, judgement in zip(judged, self._judge(name, measures, embeddings), strict=True):
                found[name] = judgement
        return judged

    def _judge(self, name: str, measures: Sequence[Measures], embeddings: FloatArray) -> list[Judgement]:
        heads = [self.heads[needed] for needed in HEADS[name] if needed in self.heads]
        if len(heads) < len(HEADS[name]):
            return [Judgement(name, None, None, False, note="no model")] * len(measures)
        scores = weigh(heads, [stack(needed, measures, embeddings) for needed in HEADS[name]])
        version = "+".join(head.version for head in heads)
        return [Judgement(name, float(s), 0.5, bool(s >= 0.5), version=version) for s in scores]
