"""What is measured rather than learned: pixels, proportions, bytes."""

from __future__ import annotations

from pipeline.config import QualityConfig
from pipeline.images import DecodedImage
from pipeline.records import Judgement

VERSION = "rules-1"


def judge_rules(image: DecodedImage, config: QualityConfig) -> dict[str, Judgement]:
    """Judgements `resolution`, `aspect` and `file_size`; each score is 0.5 where the rule's bound is.

    Only a resolution below that of a thumbnail drops an image: old catalogs are small throughout, and
    long or heavy pictures are a nuisance, no defect of what they show.
    """
    longest, shortest = max(image.width_px, image.height_px), min(image.width_px, image.height_px)
    judged = (
        _judge(
            "resolution",
            config.warn_side_px / longest,
            drops=longest < config.min_side_px,
            evidence={"longest_side_px": longest, "dropped_below_px": config.min_side_px},
        ),
        _judge("aspect", longest / max(1, shortest) / config.max_aspect, drops=False),
        _judge("file_size", image.byte_size / config.max_bytes, drops=False),
    )
    return {one.judge: one for one in judged}


def _judge(name: str, excess: float, drops: bool, evidence: dict[str, float] | None = None) -> Judgement:
    """`excess` is the measure over its bound: above 1 it breaks the rule."""
    score = excess / (1 + excess)
    flag = excess > 1
    return Judgement(
        name, score, 0.5, flag, drops=drops or not flag, version=VERSION, evidence=evidence or {}
    )
