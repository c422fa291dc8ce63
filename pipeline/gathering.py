"""A product's images on their way through the stages: gathered once, with the reason that drops them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.records import (
    DROP_REASONS,
    Assessment,
    PairComparison,
    ProductRecord,
    TypeJudgement,
)

# A set must not end empty for want of beauty: these reasons give way when nothing else is left.
FORGIVABLE = frozenset({"blur", "small_object", "resolution", "aspect"})
NO_TYPE = TypeJudgement(type=None, confidence=None)


@dataclass(frozen=True)
class Candidate:
    """One distinct image of a product on its way through the stages."""

    key: str
    suppliers: tuple[str, ...]
    place: int
    assessment: Assessment
    reason: str | None = None
    image_type: TypeJudgement = NO_TYPE
    duplicate_of: str | None = None
    comparison: PairComparison | None = None
    note: str = ""


def gather(product: ProductRecord, assessments: Mapping[str, Assessment]) -> list[Candidate]:
    """Every distinct image once: today's set in its order, then each supplier's (II, aggregate).

    Raises KeyError when an image has no assessment.
    """
    suppliers: dict[str, list[str]] = {key: [] for key in product.before}
    for offer in product.offered:
        named = suppliers.setdefault(offer.key, [])
        if offer.supplier not in named:
            named.append(offer.supplier)
    return [
        Candidate(key=key, suppliers=tuple(names), place=place, assessment=assessments[key])
        for place, (key, names) in enumerate(suppliers.items())
    ]


def find_reason(assessment: Assessment) -> str | None:
    """The first of DROP_REASONS that holds, else a defect of the shop's own, or None when it may stay."""
    if assessment.unreadable:
        return "unreadable"
    flagged = {name for name, word in assessment.judgements.items() if word.flag and word.drops}
    known = next((reason for reason in DROP_REASONS if reason in flagged), None)
    return known or min(flagged, default=None)


def spare_the_last(candidates: list[Candidate]) -> list[Candidate]:
    """Keeps the least poor image when all were dropped for forgivable reasons; others stay dropped."""
    if any(c.reason is None for c in candidates):
        return candidates
    poor = [c for c in candidates if c.reason in FORGIVABLE]
    if not poor:
        return candidates
    best = min(poor, key=lambda c: (_count_flags(c.assessment), _worst_score(c.assessment), c.place))
    note = f"kept although {best.reason}: nothing better was sent"
    return [replace(c, reason=None, note=note) if c is best else c for c in candidates]


def hold_other_colours(
    product: ProductRecord, candidates: list[Candidate], find: Callable[..., Mapping[int, int]]
) -> list[Candidate]:
    """Holds back what shows a view of today's set in another colour (II.D).

    `find` takes the descriptors of today's pictures and of the others; it gives the place of each strange one
    and of the picture whose view it repeats. A supplier who sends both means both; a picture that was never
    described stays.
    """
    kept = [c for c in candidates if c.reason is None and c.assessment.descriptors]
    shown = [c for c in kept if c.key in product.before]
    offered = [c for c in kept if c.key not in product.before]
    today, sent = ([c.assessment.descriptors for c in part] for part in (shown, offered))
    told = [(offered[place], shown[index]) for place, index in find(today, sent).items()]
    strange = {one.key for one, two in told if not set(one.suppliers) & set(two.suppliers)}
    note = "another colour than the current images"
    return [replace(c, reason="other_colour", note=note) if c.key in strange else c for c in candidates]


def _count_flags(assessment: Assessment) -> int:
    return sum(word.flag and word.drops for word in assessment.judgements.values())


def _worst_score(assessment: Assessment) -> float:
    return max((word.score or 0.0 for word in assessment.judgements.values() if word.flag), default=0.0)


def find_bypass(product: ProductRecord, candidates: Sequence[Candidate]) -> str | None:
    """Why a product is not looked at (III.D), or None."""
    if product.curated:
        return "curated by hand"
    if not candidates:
        return "no images"
    if len(candidates) < 2:
        return "fewer than two images"
    return None


def explain_emptiness(candidates: Sequence[Candidate]) -> str:
    """Why nothing is left to choose: the set that is shown then stays a matter for people."""
    return "no picture may stay: " + ", ".join(sorted({c.reason for c in candidates if c.reason}))
