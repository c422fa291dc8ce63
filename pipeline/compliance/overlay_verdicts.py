"""Badge and watermark: the network's score, where its finding stands, and what can be read there (II.B)."""

from __future__ import annotations

from typing import Any

from pipeline.compliance import overlay, placement, text
from pipeline.config import ComplianceConfig
from pipeline.foreground import Foreground
from pipeline.records import FloatArray, Judgement, RgbArray

DEFAULT_CONFIG = ComplianceConfig()
ON_PRODUCT = 0.25  # share of a line of text; more of it is print
KINDS = ("badge", "watermark")
LINES = 5  # of text that are kept for the reviewer


def judge_overlays(
    rgb: RgbArray,
    finding: overlay.OverlayFinding,
    config: ComplianceConfig = DEFAULT_CONFIG,
    found: Foreground | None = None,
) -> dict[str, Judgement]:
    """Badge and watermark by the network's scores, with boxes and text for the reviewer.

    In the narrow band of doubt below the badge's threshold the text reader decides, by text that stands
    beside a product which bears none itself.
    """
    card = overlay.load_detector().card
    words: dict[str, Judgement] = {}
    for slot, kind in enumerate(KINDS):
        score, limit = finding.scores[kind], float(card["thresholds"][kind])
        cover, evidence = finding.cover[..., slot], dict[str, Any]()
        if kind == "badge" and score >= limit * config.badge_doubt:
            evidence["text_area"] = round(float((cover > placement.COVERED).mean()), 4)
            score = _look_closer(rgb, cover, score, limit, evidence, found)
        if score >= limit:
            evidence["box"] = placement.bound_cover(cover, rgb.shape)
            evidence["boxes"] = placement.list_boxes(cover, rgb.shape)
        version = str(card["sha256"])[:12]
        words[kind] = Judgement(kind, score, limit, score >= limit, version=version, evidence=evidence)
    return words


def _look_closer(
    rgb: RgbArray,
    cover: FloatArray,
    score: float,
    limit: float,
    evidence: dict[str, Any],
    found: Foreground | None,
) -> float:
    """The score after reading what stands in the finding's box; writes what was read into `evidence`."""
    if score < limit and not (cover > placement.COVERED).any():
        return score
    lines = text.read_text(rgb, placement.bound_cover(cover, rgb.shape))
    evidence["text"] = [line.text for line in lines[:LINES]]
    if score >= limit or not lines:
        return score
    product = placement.find_product(rgb, found)
    if product is None or any(placement.share_under(line.box, product) >= ON_PRODUCT for line in lines):
        return score
    evidence["decided_by"] = "text beside the product"
    return limit
