"""Badge and watermark: the network's score, and what can be read where it found something (II.B)."""

from __future__ import annotations

import math
from typing import Any

from pipeline.compliance import overlay, overlay_reading, placement
from pipeline.foreground import Foreground
from pipeline.records import FloatArray, Judgement, RgbArray

KINDS = ("badge", "watermark")
LINES = 5  # of text that are kept for the reviewer


def judge_overlays(
    rgb: RgbArray,
    finding: overlay.OverlayFinding,
    found: Foreground | None = None,
    flatness: float = 0.0,
) -> dict[str, Judgement]:
    """Badge and watermark by the network's scores, with boxes and text for the reviewer.

    From a score on that the card states, what stands there is read, and the words count too, and for
    badges the picture's `flatness` (flat_things).
    """
    card = overlay.load_detector().card
    version = overlay.hash_judge(card)
    words: dict[str, Judgement] = {}
    for slot, kind in enumerate(KINDS):
        score, limit = finding.scores[kind], float(card["thresholds"][kind])
        cover, evidence = finding.cover[..., slot], dict[str, Any]()
        if score >= card["reading"][kind]["from"]:
            reading = _read(rgb, finding, slot, card["reading"][kind], evidence, found)
            score = overlay.weigh_reading(card["reading"][kind], score, reading, flatness)
        if score >= limit:
            evidence["text_area"] = round(float((cover > placement.COVERED).mean()), 4)
            evidence["box"] = placement.bound_cover(cover, rgb.shape)
            evidence["boxes"] = placement.list_boxes(cover, rgb.shape)
        words[kind] = Judgement(kind, score, limit, score >= limit, version=version, evidence=evidence)
    return words


def _read(
    rgb: RgbArray,
    finding: overlay.OverlayFinding,
    slot: int,
    fit: dict[str, Any],
    evidence: dict[str, Any],
    found: Foreground | None,
) -> FloatArray:
    """Evidence of what is read; its lines, and what they say, are written into `evidence`."""
    spots = int(fit.get("spots", overlay_reading.SPOTS))
    elsewhere = finding.scores[KINDS[slot]] >= float(fit.get("elsewhere_from", math.inf))
    reading = overlay_reading.read_finding(rgb, finding.cover[..., slot], found, spots, elsewhere)
    evidence["text"] = [line.text for line in reading.lines[:LINES]]
    evidence["network"] = round(finding.scores[KINDS[slot]], 4)
    for name in ("offer", "owner"):
        if reading.evidence[overlay_reading.NAMES.index(name)]:
            evidence["says"] = name
    return reading.evidence
