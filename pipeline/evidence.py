"""The reason for every image of a selection, in JSON-ready numbers and words."""

from __future__ import annotations

from typing import Any

from pipeline.gathering import Candidate
from pipeline.labels import UNSURE
from pipeline.records import PairComparison, SelectedItem, TypeJudgement


def make_item(candidate: Candidate, word: str, hero: str = "") -> SelectedItem:
    """The verdict on one image with all evidence, JSON-ready; `hero` has words for the first of a set."""
    found = candidate.assessment
    evidence: dict[str, Any] = {
        "size_px": [found.width_px, found.height_px],
        "suppliers": list(candidate.suppliers),
        "judges": {name: said.as_json() for name, said in found.judgements.items()},
    }
    if found.unreadable:
        evidence["unreadable"] = found.unreadable
    if word or candidate.note:
        evidence["place"] = "; ".join(part for part in (candidate.note, word) if part)
    if hero:
        evidence["hero"] = hero
    named = candidate.image_type
    looked = found.unreadable is None
    if looked:
        evidence["type"] = _show_type(named)
    if candidate.comparison is not None:
        evidence["copy"] = _show_comparison(candidate.comparison)
    return SelectedItem(
        file=candidate.key,
        verdict="keep" if candidate.reason is None else "drop",
        reason=candidate.reason,
        duplicate_of=candidate.duplicate_of,
        type=(named.type or UNSURE) if looked else None,
        type_confidence=None if named.confidence is None else round(float(named.confidence), 4),
        evidence=evidence,
    )


def _show_type(named: TypeJudgement) -> dict[str, Any]:
    if named.type is None:
        return {"head": "", "note": "no model knows the types of this category"}
    best = sorted(named.probabilities.items(), key=lambda pair: -pair[1])[:4]
    return {
        "head": named.head,
        "threshold": named.threshold,
        "probabilities": {name: round(float(share), 4) for name, share in best},
    }


def _show_comparison(compared: PairComparison) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "distances": {name: round(float(value), 4) for name, value in compared.distances.items()},
        "thresholds": {name: round(float(value), 4) for name, value in compared.thresholds.items()},
        "decided_by": compared.decided_by,
    }
    if compared.probability is not None:
        shown["probability"] = round(float(compared.probability), 4)
    return shown
