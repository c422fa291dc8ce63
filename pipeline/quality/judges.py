"""The judges of quality: features of an image -> calibrated score, flag at the head's threshold; warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from pipeline.foreground import Foreground
from pipeline.head_store import HEADS_FOLDER, Head, has_head, load_head
from pipeline.images import DecodedImage
from pipeline.quality.cautions import warn
from pipeline.quality.framing import measure_framing
from pipeline.quality.graphics import measure_graphics
from pipeline.quality.layout import Layout, measure_layout
from pipeline.quality.sharpness import measure_sharpness, tell_contrast, tell_growth
from pipeline.records import FloatArray, Judgement

JUDGES = ("blur", "small_object", "placeholder")
LOOKED_AT = ("placeholder",)  # judges whose heads take the embedding as well
# Grey levels between the two sides of an object's strongest edges. Below it (white on white, a soft shadow
# alone) blurred and sharp look alike. The least of 453 clean photos was 79.
LEAST_CONTRAST = 45.0
DOUBT = 0.45  # a score just short of a flag
# Where differences still grow so much in some direction, half a doubt is enough: motion leaves edges along it
# sharp, which the head takes for a sharp photo's. Of 946 clean photos it flags none more.
GROWTH = 2.4
GROWN_ODDS = 4.0
FEATURES_VERSION = "3"  # raise it when a feature changes its meaning


@dataclass(frozen=True)
class Measures:
    """One image's features, float32 vectors, as the heads of the same names take them."""

    blur: FloatArray
    small_object: FloatArray
    placeholder: FloatArray
    layout: Layout


def measure(image: DecodedImage, found: Foreground) -> Measures:
    """All features of a working copy and its object."""
    return Measures(
        blur=measure_sharpness(image, found),
        small_object=measure_framing(found),
        placeholder=measure_graphics(image, found),
        layout=measure_layout(image),
    )


def stack(name: str, measures: Sequence[Measures], embeddings: FloatArray) -> FloatArray:
    """What a judge's head takes: float32 (N,D).

    A placeholder is told by how it is made together with its look (the embedding): flat prints on real
    products share either, hardly ever both.
    """
    rows = np.stack([getattr(one, name) for one in measures])
    return np.concatenate([rows, embeddings], axis=1) if name in LOOKED_AT else rows


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
        return {
            name: load_head(f"quality_{name}", self.folder, self.backbone)
            for name in sorted(JUDGES)
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
        for found, one in zip(judged, measures, strict=True):
            found.update(warn(one.blur, one.layout))
        return judged

    def _judge(self, name: str, measures: Sequence[Measures], embeddings: FloatArray) -> list[Judgement]:
        head = self.heads.get(name)
        if head is None:
            return [Judgement(name, None, None, False, note="no model")] * len(measures)
        scores = center(head.probabilities(stack(name, measures, embeddings)), head.threshold)
        if name == "blur":
            grown = np.array([tell_growth(one.blur) >= GROWTH for one in measures])
            scores = np.where(grown, center(scores, 1 / (1 + GROWN_ODDS)), scores)
        judged = [Judgement(name, float(s), 0.5, bool(s >= 0.5), version=head.version) for s in scores]
        return judged if name != "blur" else [doubt(*pair) for pair in zip(judged, measures, strict=True)]


def doubt(judgement: Judgement, measures: Measures) -> Judgement:
    """The word on blur, taken back where the object has no edge that could tell."""
    if not judgement.flag or tell_contrast(measures.blur) >= LEAST_CONTRAST:
        return judgement
    return replace(judgement, score=DOUBT, flag=False, note="no strong edge: cannot tell")
