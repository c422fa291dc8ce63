"""Past decisions, selected again from what is stored: how often a side would have proposed what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from typing import Any

from pipeline import dedup
from pipeline.category_paths import normalise_path
from pipeline.image_type import EVERYWHERE, TypeHeads
from pipeline.labels import UNSURE
from pipeline.records import Assessment, OfferedImage, ProductRecord, Selection
from review import catalog_models, inference, live_models
from review.actions.learning import TYPE
from review.actions.removals import MADE_BY
from review.live_models import Live, LiveJudges
from review.models import Decision, ProposalItem
from review.verdicts import Side

COMPARED = ("", "duplicate")  # what was dropped for another reason was never compared with the others


@dataclass(frozen=True)
class Court:
    """All that judges today, with one side's model in its place."""

    types: TypeHeads
    judges: LiveJudges


@dataclass(frozen=True)
class Case:
    """What a decided proposal was made from, and the set that was decided."""

    record: ProductRecord
    items: Mapping[str, ProposalItem]
    assessments: Mapping[str, Assessment]
    decided: tuple[str, ...]


@dataclass
class Tally:
    """How many sets came out as decided: exactly, by their pictures, by their hero; and the order."""

    exact: int = 0
    pictures: int = 0
    hero: int = 0
    orders: list[float] = field(default_factory=list)

    def add(self, after: tuple[str, ...], decided: tuple[str, ...]) -> None:
        """Count one set."""
        self.exact += after == decided
        self.pictures += set(after) == set(decided)
        self.hero += after[:1] == decided[:1]
        agreed = agree_on_order(after, decided)
        self.orders += [] if agreed is None else [agreed]

    def as_json(self) -> dict[str, Any]:
        """The order's figure is a mean over sets, 0 to 1; None where no set has two pictures."""
        order = round(sum(self.orders) / len(self.orders), 4) if self.orders else None
        return {"exact": self.exact, "pictures": self.pictures, "hero": self.hero, "order": order}


def agree_on_order(one: tuple[str, ...], two: tuple[str, ...]) -> float | None:
    """The share of pairs of pictures in both sets that stand in the same order; None where there is none."""
    shared = [key for key in one if key in two]
    pairs = [two.index(first) < two.index(second) for first, second in combinations(shared, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def reselect(
    decisions: Iterable[Decision],
    sides: Mapping[str, Side],
    learnt: AbstractSet[int],
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Figures by side. Sets with a picture in `learnt`, or that stored facts do not settle, are left out."""
    courts = {name: _set_up(side) for name, side in sides.items()}
    tallies = {name: Tally() for name in sides}
    sets, left_out = 0, {"learnt": 0, "untold": 0}
    for decision in decisions:
        if decision.proposal.config_digest == MADE_BY:
            continue
        check()
        items = sorted(decision.proposal.items.all(), key=lambda item: item.pk)
        if any(item.image_id in learnt for item in items):
            left_out["learnt"] += 1
            continue
        found = _decide_again(decision, items, courts)
        left_out["untold"] += found is None
        sets += found is not None
        for name, after in (found or {}).items():
            tallies[name].add(after, tuple(decision.final_set))
    counts = {name: tally.as_json() for name, tally in tallies.items()}
    return {"sets": sets, "left_out": left_out, **counts}


def _set_up(side: Side) -> Court:
    """The model of a side, or what ships, in the place of what is live for its judge and category."""
    backbone = inference.load_assessor().backbone.signature
    types, judges = catalog_models.load_types(backbone), live_models.load_judges(backbone)
    scope = " > ".join(normalise_path(side.category.path if side.category else ""))
    head = side.find_head()
    if side.judge == TYPE:
        named = scope or EVERYWHERE
        others = {place: known for place, known in types.heads.items() if place != named}
        return Court(replace(types, heads=others | ({named: head} if head else {})), judges)
    heads = {place: live for place, live in judges.heads.items() if place != (side.judge, scope)}
    if head is not None and side.model is not None:
        heads[side.judge, scope] = Live(head, side.model.pk)
    return Court(types, LiveJudges(heads))


def _decide_again(
    decision: Decision, items: list[ProposalItem], courts: Mapping[str, Court]
) -> dict[str, tuple[str, ...]] | None:
    """Side -> the set that it would have proposed; None where stored facts leave one of them open."""
    by_key = {item.image.sha256: item for item in items}
    assessments = inference.read_assessments(item.image for item in items)
    if len(assessments) < len(by_key):
        return None
    case = Case(_to_record(decision, by_key), by_key, assessments, tuple(decision.final_set))
    found: dict[str, tuple[str, ...]] = {}
    for name, court in courts.items():
        selection = _select(case, court)
        if not _is_told(case, selection):
            return None
        found[name] = selection.after
    return found


def _to_record(decision: Decision, items: Mapping[str, ProposalItem]) -> ProductRecord:
    """The product as it was selected from: today's set in its order, then what suppliers sent."""
    product = decision.proposal.product
    before = [item for item in items.values() if item.before_position is not None]
    shown = sorted(before, key=lambda item: item.before_position or 0)
    return ProductRecord(
        id=product.external_id,
        title=product.title,
        category=product.category.path if product.category else None,
        offered=tuple(
            OfferedImage(key, name, place)
            for place, (key, item) in enumerate(items.items())
            for name in item.evidence.get("suppliers") or [""]
        ),
        before=tuple(item.image.sha256 for item in shown),
    )


def _select(case: Case, court: Court) -> Selection:
    category = case.record.category
    ids = {key: item.image_id for key, item in case.items.items()}
    look = partial(inference.look_with, ids)
    assessments = court.judges.judge(case.assessments, category, look)
    assessments = catalog_models.name_types(court.types, assessments, category, look)
    copies = {
        key: item.duplicate_of.sha256 for key, item in case.items.items() if item.duplicate_of is not None
    }
    return inference.select_again(case.record, assessments, copies, court.types)


def _is_told(case: Case, selection: Selection) -> bool:
    """Whether every two pictures that stay, and may be copies, were compared when the proposal was made."""
    kept = [item for item in selection.items if item.verdict == "keep"]
    described = [case.assessments[item.file].descriptors for item in kept]
    if not all(described):
        return False
    near = dedup.candidates(described)
    for one, two in ((kept[first], kept[second]) for first, second in near):
        before = [case.items[one.file], case.items[two.file]]
        compared = all(item.reason in COMPARED for item in before)
        compared = compared and _may_be_one(*(item.image_type for item in before))
        if not compared and _may_be_one(one.type or "", two.type or ""):
            return False
    return True


def _may_be_one(one: str, two: str) -> bool:
    """Only pictures of one type are compared; an unsure one with all."""
    return one == two or not {one, two}.isdisjoint(("", UNSURE))
