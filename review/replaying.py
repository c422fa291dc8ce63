"""Past decisions of specialists, decided again: how often a model would have said what they said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from pipeline.labels import UNSURE
from pipeline.training.model_card import Verdicts
from review.actions.learning import TYPE
from review.models import Category, Decision, ModelVersion, SnapshotRow
from review.reselecting import reselect
from review.verdicts import Side, name_values, number

DECISIONS = 500  # the newest approvals that are replayed
SHOWN = 24  # disagreements that are kept


@dataclass(frozen=True)
class Statement:
    """What a decision says of one picture to one judge; `by_hand` where the specialist changed it."""

    decision_id: int
    image_id: int
    sha256: str
    value: str  # 'yes', 'no' or a type
    by_hand: bool


@dataclass
class Agreement:
    """How many decisions, pictures, and corrections by hand a side would have agreed with."""

    decisions: set[int] = field(default_factory=set)
    pictures: int = 0
    corrections: int = 0


def replay(candidate: Side, live: Side, check: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Both sides on the same statements, and on whole sets. What the candidate learnt from is left out."""
    learnt = _list_learnt(candidate.model)
    sides = {"candidate": candidate, "live": live}
    sets = reselect(_list_decisions(candidate.category), sides, learnt, check)
    return _replay_words(candidate, live, learnt) | {"whole": sets}


def _replay_words(candidate: Side, live: Side, learnt: AbstractSet[int]) -> dict[str, Any]:
    said = _list_statements(candidate, learnt)
    if not said:
        return {"decisions": 0, "pictures": 0, "corrections": 0}
    names = name_values(candidate.judge, (candidate, live), [one.value for one in said])
    truth = number(candidate.judge, names, [one.value for one in said])
    ids = [one.image_id for one in said]
    verdicts = {"candidate": candidate.judge_images(ids, names), "live": live.judge_images(ids, names)}
    result: dict[str, Any] = {
        "decisions": len({one.decision_id for one in said}),
        "pictures": len(said),
        "corrections": sum(one.by_hand for one in said),
    }
    for name, own in verdicts.items():
        result[name] = _count(said, own, truth.tolist())
    against = _list_disagreements(said, verdicts["candidate"], truth.tolist())
    return result | {"disagreed": len(against), "disagreements": against[:SHOWN]}


def _count(said: Sequence[Statement], verdicts: Verdicts, truth: Sequence[int]) -> dict[str, int]:
    """A decision is agreed with where nothing is said against any of its pictures; unsure is not against."""
    found = Agreement(decisions={one.decision_id for one in said})
    for one, own, true in zip(said, verdicts.said.tolist(), truth, strict=True):
        found.pictures += own == true
        found.corrections += own == true and one.by_hand
        if own not in (true, len(verdicts.names)):
            found.decisions.discard(one.decision_id)
    unsure = int((verdicts.said == len(verdicts.names)).sum())
    counts = {"decisions": len(found.decisions), "pictures": found.pictures}
    return counts | {"corrections": found.corrections, "unsure": unsure}


def _list_disagreements(
    said: Sequence[Statement], verdicts: Verdicts, truth: Sequence[int]
) -> list[dict[str, Any]]:
    return [
        {
            "decision": one.decision_id,
            "image": one.image_id,
            "said": verdicts.names[own],
            "truth": verdicts.names[true],
        }
        for one, own, true in zip(said, verdicts.said.tolist(), truth, strict=True)
        if own not in (true, len(verdicts.names))
    ]


def _list_statements(side: Side, learnt: AbstractSet[int]) -> list[Statement]:
    found: list[Statement] = []
    for decision in _list_decisions(side.category):
        found += [one for one in _read(decision, side.judge) if one.image_id not in learnt]
    return found


def _list_decisions(category: Category | None) -> Iterator[Decision]:
    rows = Decision.objects.filter(kind=Decision.Kind.APPROVE, undone_by__isnull=True)
    if category is not None:
        below = rows.filter(proposal__product__category__path__startswith=category.path + " > ")
        rows = rows.filter(proposal__product__category=category) | below
    rows = rows.select_related("proposal__product__category")
    yield from rows.order_by("-pk").prefetch_related(
        "proposal__items__image", "proposal__items__duplicate_of"
    )[:DECISIONS]


def _list_learnt(model: ModelVersion | None) -> set[int]:
    if model is None or model.training_run is None:
        return set()
    rows = SnapshotRow.objects.filter(snapshot=model.training_run.snapshot).exclude(side="test")
    return set(rows.values_list("image_id", flat=True))


def _read(decision: Decision, judge: str) -> Iterator[Statement]:
    """What was kept has no such defect; what was dropped for it has it; other drops say nothing."""
    edits = {row["image"]: row for row in decision.edits if isinstance(row, dict) and "image" in row}
    final = set(decision.final_set)
    for item in decision.proposal.items.all():
        edit = edits.get(item.image.sha256, {})
        kept = item.image.sha256 in final
        if judge == TYPE:
            value = edit.get("type") or item.image_type
            by_hand, is_said = "type" in edit, kept and value not in ("", UNSURE)
        else:
            reason = edit.get("reason") or item.reason
            value = "no" if kept else "yes"
            is_said = kept or reason == judge
            by_hand = (kept and item.reason == judge) or edit.get("reason") == judge
        if is_said:
            yield Statement(decision.pk, item.image_id, item.image.sha256, value, by_hand)
