"""A selection, put into the words that actions store: a draft of a proposal with its doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pipeline.labels import COMPLIANCE_DEFECTS, IMAGE_TYPES, UNSURE
from pipeline.records import Assessment, Judgement, SelectedItem, Selection
from review.actions.blanks import OVERLAYS
from review.actions.changes import Doubt, DraftItem
from review.actions.proposals import Draft
from review.candidates import Candidates

# Judges whose doubt a person can settle by looking; the rules only measure.
ASKED = ("blur", "small_object", "placeholder", "badge", "watermark", "adult")
NEAR = 0.1  # score; so close to its threshold a judgement is asked about


def make_draft(
    candidates: Candidates,
    selection: Selection,
    assessments: Mapping[str, Assessment],
    fresh: AbstractSet[str],
    *,
    config_digest: str,
    model_versions: Mapping[str, str],
) -> Draft:
    """What `actions.proposals.store` takes. `fresh` holds the pictures that were first judged just now."""
    given = candidates.record.category
    types = candidates.type_order or IMAGE_TYPES
    return Draft(
        based_on_id=candidates.current.pk if candidates.current else None,
        before=candidates.shown,
        after=selection.after,
        items=tuple(_make_item(item, assessments[item.file], types) for item in selection.items),
        notes=(*selection.notes, *candidates.notes),
        config_digest=config_digest,
        model_versions=model_versions,
        images_known=sum(item.file not in fresh for item in selection.items),
        predicted_category=None if given else selection.category,
        category_confidence=None if given else selection.category_confidence,
        passed_over=_explain_bypass(candidates, selection),
        selection=selection.as_json(),
    )


def _explain_bypass(candidates: Candidates, selection: Selection) -> str:
    """Why there is nothing to choose from, with what became of the pictures that were sent."""
    reason = selection.passed_over or ""
    if reason and candidates.refused:
        reason += f" ({len(candidates.refused)} refused: {candidates.refused[0]})"
    return reason


def _make_item(item: SelectedItem, assessment: Assessment, types: Sequence[str]) -> DraftItem:
    return DraftItem(
        sha256=item.file,
        verdict=item.verdict,
        reason=item.reason or "",
        duplicate_of=item.duplicate_of or "",
        image_type=item.type or "",
        type_confidence=item.type_confidence,
        evidence=item.evidence,
        doubts=tuple(find_doubts(item, assessment, types)),
    )


def find_doubts(item: SelectedItem, assessment: Assessment, types: Sequence[str]) -> list[Doubt]:
    """What should be asked of people: the type of a kept picture, and scores next to their thresholds."""
    if item.reason in ("duplicate", "unreadable"):
        return []  # the picture that it repeats is asked about instead
    doubts = [_ask_type(item, types)] if item.verdict == "keep" and item.type == UNSURE else []
    return doubts + [_ask_defect(word) for word in _list_asked(assessment) if _nearness(word) > 0]


def _list_asked(assessment: Assessment) -> Iterator[Judgement]:
    blank = assessment.judgements.get("placeholder")
    for name, word in assessment.judgements.items():
        idle = name in OVERLAYS and blank is not None and blank.flag
        if (name in ASKED or "trained" in word.evidence) and not idle:
            yield word


def _ask_type(item: SelectedItem, types: Sequence[str]) -> Doubt:
    choices = tuple(dict.fromkeys((*types, "other")))  # with a way out
    return Doubt("type", "type", 1.0, choices, dict(item.evidence.get("type", {})))


def _ask_defect(word: Judgement) -> Doubt:
    kind = "compliance" if word.judge in COMPLIANCE_DEFECTS else "quality"
    says = {"score": word.score, "threshold": word.threshold, "version": word.version}
    return Doubt(word.judge, kind, _nearness(word), ("yes", "no"), says)


def _nearness(word: Judgement) -> float:
    """1 at the threshold, 0 at NEAR or more away from it."""
    if word.score is None or word.threshold is None:
        return 0.0
    return max(0.0, 1 - abs(word.score - word.threshold) / NEAR)
