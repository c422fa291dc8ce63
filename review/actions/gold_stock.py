"""Keeping known questions ready: made of what specialists said in their own work, evenly over the values."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from review.actions import asking, gold, labels
from review.actions.labels import HERO, Row
from review.models import GoldQuestion, Label, Product, Question

LOOKED_AT = 3000  # labels of a subject, of which the missing ones are drawn


def stock(subject: str, now: datetime, wanted: int = gold.STOCK) -> int:
    """Make known questions of specialists' labels until so many are ready; gives how many were made.

    Labels of disputes are left out: what people could not agree on is no fair test.
    """
    active = GoldQuestion.objects.filter(question__subject=subject, is_active=True).count()
    if subject == HERO or active >= wanted:  # which picture comes first is a matter of taste
        return 0
    rows = choose_labels(subject, wanted - active)
    products = Product.objects.in_bulk({row.product_id for row in rows if row.product_id})
    asked = [
        asking.Asked(
            subject=subject,
            image_id=row.image_id,
            other_id=row.other_id,
            product_id=row.product_id,
            category_id=products[row.product_id].category_id if row.product_id in products else None,
        )
        for row in rows
    ]
    ids = asking.ask(asked, origin=Question.Origin.GOLD, now=now)
    questions = Question.objects.in_bulk(ids)
    made = 0
    for pk, row in zip(ids, rows, strict=True):
        if row.value in questions[pk].choices:
            gold.make_gold(question=questions[pk], value=row.value, by=None, now=now)
            made += 1
    return made


def choose_labels(subject: str, most: int) -> list[Row]:
    """Specialists' labels of pictures that no known question shows, each value in turn."""
    found = list(islice(labels.current(subject, sources=[Label.Source.SPECIALIST]), LOOKED_AT))
    ids = [row.label_id for row in found]
    disputed = set(Label.objects.filter(pk__in=ids, question__isnull=False).values_list("pk", flat=True))
    shown = set(
        GoldQuestion.objects.filter(question__subject=subject).values_list("question__image", flat=True)
    )
    rows = [row for row in found if row.label_id not in disputed and row.image_id not in shown]
    return _take_in_turn(rows, most)


def _take_in_turn(rows: Sequence[Row], most: int) -> list[Row]:
    by_value: defaultdict[str, deque[Row]] = defaultdict(deque)
    for row in sorted(rows, key=lambda row: asking.scatter(row.label_id)):
        by_value[row.value].append(row)
    taken: list[Row] = []
    while by_value and len(taken) < most:
        for value in sorted(by_value):
            taken.append(by_value[value].popleft())
            if not by_value[value]:
                del by_value[value]
    return taken[:most]
