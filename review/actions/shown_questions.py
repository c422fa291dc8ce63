"""Questions with all that is shown of them, by one statement that is written once and not for each taking."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

from review.models import Category, Image, Product, Question

Columns = Sequence[str]
# What pages show; any other column is read by itself where somebody asks for it.
SHOWN: dict[str, tuple[type[models.Model], Columns]] = {
    "question": (Question, ("id", "kind", "subject", "image_id", "other_id", "product_id", "category_id")),
    "image": (Image, ("id", "sha256", "format", "width_px", "height_px")),
    "other": (Image, ("id", "sha256", "format", "width_px", "height_px")),
    "product": (Product, ("id", "external_id", "title")),
    "category": (Category, ("id", "path")),
}
ASKED = ("state", "choices")  # of the question besides
COLUMNS = ", ".join(
    [f"question.{name}" for name in ASKED]
    + [f'"{part}".{name}' for part, (_, names) in SHOWN.items() for name in names]
)
LOAD = f"""
SELECT {COLUMNS} FROM review_question AS question
JOIN review_image AS image ON image.id = question.image_id
LEFT JOIN review_image AS other ON other.id = question.other_id
LEFT JOIN review_product AS product ON product.id = question.product_id
LEFT JOIN review_category AS category ON category.id = question.category_id
WHERE question.id = ANY(%s)
"""  # noqa: S608 (our own columns)


def load_shown(ids: Sequence[int]) -> list[Question]:
    """The questions in the order given, without those that are gone."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [list(ids)])
        found = {question.pk: question for question in map(_make, cursor.fetchall())}
    return [found[pk] for pk in ids if pk in found]


def _make(row: Sequence[Any]) -> Question:
    values = iter(row[len(ASKED) :])
    question, *others = (_build(kind, names, values) for kind, names in SHOWN.values())
    assert isinstance(question, Question)
    question.state, question.choices = row[0], json.loads(row[1])
    for name, other in zip(list(SHOWN)[1:], others, strict=True):
        setattr(question, name, other)
    return question


def _build(kind: type[models.Model], names: Columns, values: Iterator[Any]) -> models.Model | None:
    """A row of one table; None where there is none."""
    taken = [next(values) for _ in names]
    return None if taken[0] is None else kind.from_db(connection.alias, names, taken)
