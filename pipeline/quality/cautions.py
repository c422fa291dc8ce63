"""What a look at the picture tells without training, and too unsurely to drop it: warnings (II.A)."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.quality.layout import Layout
from pipeline.quality.sharpness import FEATURES, tell_contrast, tell_edge_px
from pipeline.records import FloatArray, Judgement

VERSION = "cautions-2"
SHARP_EDGE_PX = 2.6  # nine of ten photos as shops show them have sharper ones
MANY_PX = 300.0  # px, longest side; as QualityConfig.warn_side_px: a zoom shows nothing more
SURE_CONTRAST = 40.0  # grey levels; an edge's width is not known below


def warn(sharpness: FloatArray, layout: Layout) -> dict[str, Judgement]:
    """Judgements `upscaled`, `border` and `collage`; each score is 0.5 where the warning starts."""
    return {one.judge: one for one in (*_judge_scale(sharpness), *_judge_layout(layout))}


def _judge_scale(sharpness: FloatArray) -> list[Judgement]:
    """Whether the picture holds the detail of a thumbnail only; nothing where no strong edge can tell."""
    if tell_contrast(sharpness) < SURE_CONTRAST:
        return []
    nominal = float(2.0 ** sharpness[FEATURES.index("log_side")])
    true_side = nominal * min(1.0, SHARP_EDGE_PX / max(tell_edge_px(sharpness), 0.1))
    evidence = {"judged_side_px": round(nominal), "true_side_px": round(true_side)}
    excess = MANY_PX / true_side if nominal > MANY_PX else 0.0  # a small file is the rule of resolution's
    return [_judge("upscaled", excess, evidence)]


def _judge_layout(layout: Layout) -> list[Judgement]:
    frame = {"share_of_side": round(layout.frame, 3)}
    return [
        _judge("border", 2.0 if layout.frame else 0.0, frame),
        _judge("collage", float(layout.gutters), {"gutters": layout.gutters}),
    ]


def _judge(name: str, excess: float, evidence: dict[str, Any]) -> Judgement:
    """`excess` is the measure over its bound: from 1 on it warns."""
    score = float(np.clip(excess / (1 + excess), 0, 1))
    return Judgement(name, score, 0.5, excess >= 1, drops=False, version=VERSION, evidence=evidence)
