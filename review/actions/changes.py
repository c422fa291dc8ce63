"""What a selection would change in a set, in numbers and in a sentence; plain functions, no rows."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.labels import COMPLIANCE_DEFECTS, UNSURE
from review.actions.picture_words import POOR, VIEWS


@dataclass(frozen=True)
class Doubt:
    """Something that the judges are not sure of; `nearness` is 0 to 1, 1 is right at the threshold."""

    subject: str
    kind: str
    nearness: float
    choices: tuple[str, ...]
    model_says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DraftItem:
    """One image of a selection; images are named by their SHA-256."""

    sha256: str
    verdict: str
    reason: str = ""
    duplicate_of: str = ""
    image_type: str = ""
    type_confidence: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Change:
    """The difference between two sets; positions do not matter here but their order does."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    items: Mapping[str, DraftItem]

    @property
    def dropped(self) -> list[DraftItem]:
        """Images of today's set that are to go."""
        return [self.items[key] for key in dict.fromkeys(self.before) if key not in self.after]

    @property
    def added(self) -> list[str]:
        """Images that are not shown today."""
        return [key for key in self.after if key not in self.before]

    @property
    def replaced(self) -> list[str]:
        """Added images of which today's set holds a copy that goes."""
        copies = {item.duplicate_of for item in self.dropped}
        return [key for key in self.added if key in copies]

    @property
    def shown_twice(self) -> int:
        """How many places of today's set repeat the very file of another place."""
        return len(self.before) - len(set(self.before))

    @property
    def has_new_hero(self) -> bool:
        """Whether another image comes first; a better copy of today's hero is the same view."""
        if not self.after or self.after[:1] == self.before[:1]:
            return False
        return not self.before or self.items[self.before[0]].duplicate_of != self.after[0]

    @property
    def moved(self) -> int:
        """The fewest images that one would have to pick up to get from the old order to the new one."""
        places = [self._stood_at(key) for key in self.after if key in self.before]
        tails: list[int] = []  # tails[n]: lowest end of a rising run of n + 1 places
        for place in places:
            at = bisect_left(tails, place)
            tails[at : at + 1] = [place]
        return len(places) - len(tails)

    def _stood_at(self, key: str) -> int:
        """A picture that stands for a copy stands where that stood: nobody moved it there."""
        copies = [item.sha256 for item in self.dropped if item.duplicate_of == key]
        return min(self.before.index(one) for one in (key, *copies))


def kind_of_drop(reason: str) -> str:
    """The kind of change, a key of review.models.CHANGES, that a dropped image is."""
    if reason == "duplicate":
        return "copy"
    return "compliance" if reason in COMPLIANCE_DEFECTS else "quality"


def count_changes(change: Change) -> dict[str, int]:
    """Kind of change -> how many; only kinds that occur."""
    counts = Counter(kind_of_drop(item.reason) for item in change.dropped)
    counts["copy"] += change.shown_twice
    counts["hero"] = int(change.has_new_hero)
    counts["moved"] = change.moved
    counts["added"] = len(change.added)
    counts["unsure"] = sum(change.items[key].image_type == UNSURE for key in change.after)
    return {kind: count for kind, count in counts.items() if count}


def summarise(change: Change, suppliers: Mapping[str, str]) -> str:
    """One line for the reviewer; `suppliers` names who sent each added image."""
    parts = [_describe_hero(change, suppliers)] if change.has_new_hero else []
    copies = count_changes(change).get("copy", 0) - len(change.replaced)
    if change.replaced:
        parts.append(f"{_count(len(change.replaced), 'image')} replaced by a better copy")
    if copies > 0:
        parts.append(f"{_count(copies, 'copy', 'copies')} removed")
    for reason, count in Counter(item.reason for item in change.dropped).items():
        if reason in POOR:
            parts.append(f"{_count(count, *POOR[reason])} removed")
    fresh = [key for key in change.added if key not in change.replaced]
    if fresh:
        names = " and ".join(sorted({suppliers[key] for key in fresh if suppliers.get(key)}))
        parts.append(f"{_count(len(fresh), 'image')} added" + (f" from {names}" if names else ""))
    if change.moved and not change.has_new_hero:
        parts.append("order changed")
    return " · ".join(parts)[:300]


def _describe_hero(change: Change, suppliers: Mapping[str, str]) -> str:
    hero = change.items[change.after[0]]
    supplier = "" if hero.sha256 in change.before else suppliers.get(hero.sha256, "")
    if hero.image_type in VIEWS:
        view = VIEWS[hero.image_type]
        return f"{view} from {supplier} becomes the hero" if supplier else f"{view} becomes the hero"
    if hero.sha256 in change.before:
        return f"image {change.before.index(hero.sha256) + 1} becomes the hero"
    return f"an image from {supplier} becomes the hero" if supplier else "a new image becomes the hero"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
