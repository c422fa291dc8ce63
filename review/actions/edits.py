"""What a reviewer changed in a proposal, checked, and the labels that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from pipeline.labels import COMPLIANCE_DEFECTS, IMAGE_TYPES, QUALITY_DEFECTS
from review.models import ProposalItem

FINE = "fine"  # this picture has no such defect, or none that matters
DIFFERENT, DUPLICATE = "different", "duplicate"
SHOWN_BEFORE = "before"  # image is wanted before other
NEAR = 12  # places: a large set that is turned round says no more of a picture than its neighbours do

# Why a reviewer takes a picture out; the last two say nothing about the picture alone.
DROP_WORDS = (*QUALITY_DEFECTS, *COMPLIANCE_DEFECTS, DUPLICATE, "wrong_product", "not_needed")


class InvalidEdits(Exception):
    """What was sent does not fit the proposal; says what in a person's words."""


@dataclass(frozen=True)
class Fact:
    """A label in the making; images by their SHA-256."""

    kind: str
    image: str
    value: str
    other: str | None = None
    doubted: str = ""  # the defect that a picture was said to be free of

    @property
    def subject(self) -> str:
        """The judge that it teaches."""
        whole = {"type": "type", "pair": "pair", "preference": "hero"}
        return whole.get(self.kind) or (self.doubted if self.value == FINE else self.value)


@dataclass(frozen=True)
class Edits:
    """The net of a reviewer's changes: the final order, new types, reasons for drops, pairs told apart."""

    final: tuple[str, ...]
    types: Mapping[str, str] = field(default_factory=dict)
    drops: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    not_copies: tuple[str, ...] = ()

    def as_json(self) -> list[dict[str, Any]]:
        """The form that a decision keeps."""
        rows: list[dict[str, Any]] = [
            {"edit": "relabel", "image": image, "type": kind} for image, kind in self.types.items()
        ]
        for image, reason in self.drops.items():
            row = {"edit": "drop", "image": image, "reason": reason}
            rows.append(row | ({"other": self.copies[image]} if image in self.copies else {}))
        return rows + [{"edit": "not_copy", "image": image} for image in self.not_copies]


Items = Mapping[str, ProposalItem]  # by SHA-256


def read_edits(*, final: object, edits: object, items: Items) -> Edits:
    """The edits of a request against the proposal's images; raises InvalidEdits."""
    kept = _read_final(final, items)
    rows = edits if isinstance(edits, list) else []
    types, drops, copies, apart = {}, {}, {}, []
    for row in rows:
        image = row.get("image") if isinstance(row, dict) else None
        if not isinstance(image, str) or image not in items:
            raise InvalidEdits(_("An edit names a picture that is not part of this proposal."))
        if row.get("edit") == "relabel":
            types[image] = _one_of(row.get("type"), IMAGE_TYPES, "an image type")
        elif row.get("edit") == "drop" and image not in kept:
            drops[image] = _one_of(row.get("reason"), DROP_WORDS, "a reason for taking a picture out")
            if drops[image] == DUPLICATE and isinstance(row.get("other"), str) and row["other"] in items:
                copies[image] = row["other"]
        elif row.get("edit") == "not_copy":
            apart.append(image)
    return Edits(final=kept, types=types, drops=drops, copies=copies, not_copies=tuple(apart))


def _read_final(final: object, items: Items) -> tuple[str, ...]:
    if not isinstance(final, list | tuple) or not all(isinstance(image, str) for image in final):
        raise InvalidEdits(_("The final set must be a list of pictures."))
    if not final:
        raise InvalidEdits(_("A product cannot be left without a picture. Keep one, or reject the proposal."))
    if len(set(final)) != len(final):
        raise InvalidEdits(_("A picture stands in the final set twice."))
    if any(image not in items for image in final):
        raise InvalidEdits(_("The final set holds a picture that is not part of this proposal."))
    return tuple(final)


def _one_of(value: object, known: Sequence[str], what: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise InvalidEdits(f"{str(value)[:40]!r} is not {what}. Known: {', '.join(known)}.")
    return value


def find_facts(edits: Edits, items: Items) -> list[Fact]:
    """The labels that an approval implies.

    Only what somebody changed is a statement. An untouched verdict yields no label: people let a
    proposal pass that they would not have made, and a model trained on that would confirm itself.
    """
    facts = [Fact("type", image, kind) for image, kind in edits.types.items()]
    facts += _facts_of_restored(edits, items)
    facts += _facts_of_dropped(edits)
    facts += _facts_of_order(edits, items)
    return list(dict.fromkeys(facts))


def find_confirmed(edits: Edits, items: Items) -> list[Fact]:
    """What an approval says of a proposal that only takes sure hits off: there each drop was the question."""
    dropped = {
        image: item.reason for image, item in items.items() if item.verdict == ProposalItem.Verdict.DROP
    }
    return [
        Fact("quality" if reason in QUALITY_DEFECTS else "compliance", image, reason)
        for image, reason in dropped.items()
        if image not in edits.final and image not in edits.drops
    ]


def _facts_of_restored(edits: Edits, items: Items) -> Iterator[Fact]:
    for image in dict.fromkeys((*edits.final, *edits.not_copies)):
        item = items[image]
        if item.verdict == ProposalItem.Verdict.KEEP:
            continue
        if item.duplicate_of is not None:
            other = item.duplicate_of.sha256  # where only one of the two is shown, nobody told them apart
            if other in edits.final or image in edits.not_copies:
                yield Fact("pair", image, DIFFERENT, other)
        elif item.reason in QUALITY_DEFECTS:
            yield Fact("quality", image, FINE, doubted=item.reason)
        elif item.reason in COMPLIANCE_DEFECTS or item.reason in item.evidence.get("judges", {}):
            yield Fact("compliance", image, FINE, doubted=item.reason)


def _facts_of_dropped(edits: Edits) -> Iterator[Fact]:
    for image, reason in edits.drops.items():
        if reason in QUALITY_DEFECTS:
            yield Fact("quality", image, reason)
        elif reason in COMPLIANCE_DEFECTS:
            yield Fact("compliance", image, reason)
        elif image in edits.copies:
            yield Fact("pair", image, DUPLICATE, edits.copies[image])


def _facts_of_order(edits: Edits, items: Items) -> Iterator[Fact]:
    """A preference for each two kept pictures, not far apart, that the reviewer turned round."""
    proposed = {image: items[image].after_position for image in edits.final}
    for number, earlier in enumerate(edits.final):
        for later in edits.final[number + 1 : number + 1 + NEAR]:
            places = proposed[earlier], proposed[later]
            if places[0] is not None and places[1] is not None and places[0] > places[1]:
                yield Fact("preference", earlier, SHOWN_BEFORE, later)


def answers(facts: list[Fact]) -> dict[str, set[str]]:
    """Image -> the subjects of questions that the facts settle."""
    settled: dict[str, set[str]] = {}
    for fact in facts:
        settled.setdefault(fact.image, set()).update(() if fact.other else (fact.subject,))
    return settled
