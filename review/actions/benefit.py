"""What a proposal is worth to customers, what that is made of, and how sure the judges are; no rows.

docs/review.md, 'What comes first', says the same in words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pipeline.labels import UNSURE
from review.actions.changes import Change, count_changes, kind_of_drop

# How much one change is worth to a customer, 0 to 1; several add up as 1 - (1 - a)(1 - b)...
WORTH = {
    "poor hero replaced": 0.6,
    "compliance": 0.4,
    "hero": 0.3,
    "quality": 0.25,
    "added": 0.2,
    "copy": 0.15,
    "replaced": 0.1,
    "moved": 0.05,
}
DOUBTED = 0.5  # share of the worth that is not counted where all is doubtful
USUAL_VIEWS = 100  # a week; a product seen so often is neither put forward nor back
VIEWS_WEIGHT = 0.25  # how much ten times the views put it forward
VIEWS_SPAN = (0.5, 2.0)  # never further than that
UNSURE_WEIGHT = 0.7  # doubt of a set in which every kept type is unsure
NEAR_WEIGHT = 0.3  # doubt that one judgement right at its threshold adds
SURE_DOUBT = 0.05  # one judgement a sixth of the way into the zone next to its threshold


@dataclass(frozen=True)
class Part:
    """One reason of a benefit: a key of WORTH, 'doubt' or 'views'; how many; what it adds or takes."""

    what: str
    many: int
    gain: float

    def as_json(self) -> list[object]:
        """As it is stored."""
        return [self.what, self.many, self.gain]


@dataclass(frozen=True)
class Benefit:
    """0 (nothing) to 1, the sum of its parts; an order for queues, not a promise."""

    value: float
    parts: tuple[Part, ...]


def rate_benefit(change: Change, *, doubt: float = 0.0, views_a_week: int | None = None) -> Benefit:
    """How much better the customers' set would be, less where it is doubtful, more where many look."""
    parts: list[Part] = []
    left = 1.0
    for what, many in _count_worth(change).items():
        rest = left * (1 - WORTH[what]) ** many
        parts.append(Part(what, many, round(left - rest, 4)))
        left = rest
    gain = 1 - left
    certain = gain * (1 - DOUBTED * doubt)
    expected = 1 - (1 - certain) ** weigh_views(views_a_week)
    parts.append(Part("doubt", 1, round(certain - gain, 4)))
    parts.append(Part("views", views_a_week or 0, round(expected - certain, 4)))
    return Benefit(round(expected, 4), tuple(part for part in parts if part.gain))


def weigh_views(views_a_week: int | None) -> float:
    """The power of what is left to gain: 1 for unknown or usual traffic, within VIEWS_SPAN."""
    if views_a_week is None:
        return 1.0
    low, high = VIEWS_SPAN
    return min(high, max(low, 1 + VIEWS_WEIGHT * math.log10((1 + views_a_week) / (1 + USUAL_VIEWS))))


def _count_worth(change: Change) -> dict[str, int]:
    """How often each worth occurs, the greatest worth first."""
    counts = count_changes(change)
    hero = next((item for item in change.dropped if item.sha256 == change.before[0]), None)
    poor_hero = hero is not None and kind_of_drop(hero.reason) != "copy"
    found = {kind: counts.get(kind, 0) for kind in ("compliance", "quality", "copy", "moved")}
    found["poor hero replaced" if poor_hero else "hero"] = counts.get("hero", 0)
    found["added"] = counts.get("added", 0) - len(change.replaced)
    found["replaced"] = len(change.replaced)
    return {what: found[what] for what in WORTH if found.get(what, 0) > 0}


def rate_doubt(change: Change) -> float:
    """How unsure the judges are: 0 to 1, from the share of unsure types and scores near their thresholds."""
    kept = [change.items[key] for key in change.after]
    unsure = sum(item.image_type == UNSURE for item in kept) / max(1, len(kept))
    near = [doubt.nearness for item in change.items.values() for doubt in item.doubts if doubt.kind != "type"]
    return round(_add_up([UNSURE_WEIGHT * unsure, *(NEAR_WEIGHT * value for value in near)]), 4)


def is_sure(change: Change, doubt: float, notes: Sequence[str]) -> bool:
    """Whether it may be approved in bulk: no doubtful judgement, no unsure type, nothing to be read first.

    Nor a picture from elsewhere of a view that the set has: it may be of another colour or model, which
    no judge tells.
    """
    is_plain = doubt <= SURE_DOUBT and not notes and not count_changes(change).get("unsure")
    return is_plain and not _adds_another(change)


def _adds_another(change: Change) -> bool:
    views = Counter(change.items[key].image_type for key in change.after)
    fresh = (key for key in change.added if key not in change.replaced)
    return any(views[change.items[key].image_type] > 1 for key in fresh)


def _add_up(parts: Sequence[float]) -> float:
    return 1 - reduce(lambda left, part: left * (1 - part), parts, 1.0)
