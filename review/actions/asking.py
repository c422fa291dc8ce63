"""Making questions: whoever doubts something says so here, and it is asked of people once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from pipeline.labels import IMAGE_TYPES, kind_of
from review.actions.slots import open_slots
from review.models import AskingRule, Category, Offer, Question

JITTER = 0.05  # of priority: pictures of one product do not come one after the other
TWO = {"pair": ("duplicate", "different"), "hero": ("first", "second")}
AT_ONCE = 1000

Key = tuple[str, int, int | None]


@dataclass(frozen=True)
class Asked:
    """A question in the making; `weight`, 0 to 1 and more, says how much its answer would change."""

    subject: str
    image_id: int
    other_id: int | None = None
    product_id: int | None = None
    category_id: int | None = None
    choices: Sequence[str] = ()
    model_says: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 0.0

    @property
    def key(self) -> Key:
        """What makes it the same question; two pictures are the same pair in either order."""
        if self.other_id is None:
            return (self.subject, self.image_id, None)
        return (self.subject, min(self.image_id, self.other_id), max(self.image_id, self.other_id))


def ask(asked: Sequence[Asked], *, origin: str, now: datetime, rule: AskingRule | None = None) -> list[int]:
    """Ids of the questions, in the order given; what was asked before is found and not asked again.

    `rule` takes the place of the subjects' own. A question with a known answer gets no slots: it is put
    before one person at a time.
    """
    found: dict[Key, int] = {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        with transaction.atomic():
            found |= _ask_some(some, origin, now, rule)
    return [found[one.key] for one in asked]


def _ask_some(asked: Sequence[Asked], origin: str, now: datetime, rule: AskingRule | None) -> dict[Key, int]:
    rules = _find_rules({one.subject for one in asked}, rule)
    known = _find(asked)
    fresh = {one.key: one for one in asked if one.key not in known}
    orders = _find_orders(fresh.values())
    rows = [_make(one, origin, now, rules[one.subject], orders) for one in fresh.values()]
    Question.objects.bulk_create(rows, ignore_conflicts=True)
    found = known | (_find(list(fresh.values())) if fresh else {})
    if origin != Question.Origin.GOLD:
        _open(found.values(), rules)
    return found


def _open(ids: Iterable[int], rules: Mapping[str, AskingRule]) -> None:
    without = Question.objects.filter(pk__in=list(ids), state=Question.State.OPEN, slots__isnull=True)
    rows = list(without.exclude(origin=Question.Origin.GOLD))
    for subject in {row.subject for row in rows}:
        open_slots([row for row in rows if row.subject == subject], rules[subject].first_votes)


def _find(asked: Sequence[Asked]) -> dict[Key, int]:
    """What is asked already, whatever product it came up with; an open question before a closed one."""
    rows = Question.objects.filter(
        subject__in={one.subject for one in asked}, image_id__in={one.key[1] for one in asked}
    )
    wanted = {one.key for one in asked}
    found: dict[Key, int] = {}
    for pk, subject, image, other, state in rows.order_by("pk").values_list(
        "pk", "subject", "image_id", "other_id", "state"
    ):
        key = (subject, image, other)
        if key in wanted and (key not in found or state == Question.State.OPEN):
            found[key] = pk
    return found


def _make(
    one: Asked, origin: str, now: datetime, rule: AskingRule, orders: Mapping[int, Sequence[str]]
) -> Question:
    subject, image, other = one.key
    return Question(
        kind=kind_of(subject),
        subject=subject,
        image_id=image,
        other_id=other,
        product_id=one.product_id,
        category_id=one.category_id,
        origin=origin,
        choices=list(one.choices or usual_choices(subject, orders.get(one.category_id or 0, ()))),
        model_says=dict(one.model_says),
        priority=one.weight + JITTER * scatter(*one.key),
        cap=rule.cap,
        created_at=now,
    )


def usual_choices(subject: str, type_order: Sequence[str] = ()) -> tuple[str, ...]:
    """The answers that a subject offers where nobody names others."""
    if subject == "type":
        return tuple(dict.fromkeys((*(type_order or IMAGE_TYPES), "other")))
    return TWO.get(subject, ("yes", "no"))


def scatter(*of: object) -> float:
    """A number from 0 to 1 that looks drawn by lot and is always the same for the same."""
    digest = hashlib.sha256(repr(of).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _find_rules(subjects: Iterable[str], rule: AskingRule | None) -> dict[str, AskingRule]:
    if rule is not None:
        return dict.fromkeys(subjects, rule)
    rows = {row.subject: row for row in AskingRule.objects.filter(subject__in=subjects)}
    return {subject: rows.get(subject) or AskingRule(subject=subject) for subject in subjects}


def _find_orders(asked: Iterable[Asked]) -> dict[int, Sequence[str]]:
    wanted = [one for one in asked if one.subject == "type" and not one.choices]
    ids = {one.category_id for one in wanted if one.category_id}
    rows = Category.objects.filter(pk__in=ids) if ids else []
    return {row.pk: row.type_order for row in rows}


def count_products(image_ids: Sequence[int]) -> dict[int, int]:
    """How many products have each picture among their offers: so many would an answer change."""
    rows = Offer.objects.filter(image_id__in=image_ids, is_retired=False).values("image_id")
    counted = rows.annotate(count=Count("product", distinct=True)) if image_ids else ()
    return {row["image_id"]: row["count"] for row in counted}


def rank(doubt: float, products: int) -> float:
    """Where a doubtful judgement stands: its doubt and half of it again for each doubling of products."""
    return doubt * (1 + 0.5 * math.log2(max(1, products)))
