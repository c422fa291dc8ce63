"""Badge and watermark: the network's score, and what can be read where it found something (II.B)."""

from __future__ import annotations

from typing import Any

from pipeline.compliance import overlay, overlay_reading, placement
from pipeline.foreground import Foreground
from pipeline.records import FloatArray, Judgement, RgbArray

KINDS = ("badge", "watermark")
LINES = 5  # of text that are kept for the reviewer


def judge_overlays(
    rgb: RgbArray, finding: overlay.OverlayFinding, found: Foreground | None = None
) -> dict[str, Judgement]:
    """Badge and watermark by the network's scores, with boxes and text for the reviewer.

    From a score on that the card states, what stands there is read, and the words count too.
    """
    card = overlay.load_detector().card
    words: dict[str, Judgement] = {}
    for slot, kind in enumerate(KINDS):
        score, limit = finding.scores[kind], float(card["thresholds"][kind])
        cover, evidence = finding.cover[..., slot], dict[str, Any]()
        if score >= card["reading"][kind]["from"]:
            score = _read(rgb, cover, score, card["reading"][kind], evidence, found)
        if score >= limit:
            evidence["text_area"] = round(float((cover > placement.COVERED).mean()), 4)
            evidence["box"] = placement.bound_cover(cover, rgb.shape)
            evidence["boxes"] = placement.list_boxes(cover, rgb.shape)
        version = str(card["sha256"])[:12]
        words[kind] = Judgement(kind, score, limit, score >= limit, version=version, evidence=evidence)
    return words


def _read(
    rgb: RgbArray,
    cover: FloatArray,
    score: float,
    fit: dict[str, Any],
    evidence: dict[str, Any],
    found: Foreground | None,
) -> float:
    """The score after reading; what was read, and what it says, is written into `evidence`."""
    reading = overlay_reading.read_finding(rgb, cover, found)
    evidence["text"] = [line.text for line in reading.lines[:LINES]]
    evidence["network"] = round(score, 4)
    for name in ("offer", "owner"):
        if reading.evidence[overlay_reading.NAMES.index(name)]:
            evidence["says"] = name
    return overlay.weigh_reading(fit, score, reading.evidence)
