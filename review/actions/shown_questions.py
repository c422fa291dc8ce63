"""Questions with all that is shown of them: part of the statements that find or take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

from review.actions import prepared
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
# One value a question, which `make_shown` reads, where a statement has these tables.
ROW = f"json_build_array({COLUMNS})"
TABLES = """review_question AS question
JOIN review_image AS image ON image.id = question.image_id
LEFT JOIN review_image AS other ON other.id = question.other_id
LEFT JOIN review_product AS product ON product.id = question.product_id
LEFT JOIN review_category AS category ON category.id = question.category_id"""
LOAD = f"SELECT {ROW} FROM {TABLES} WHERE question.id = ANY(%s)"  # noqa: S608 (our own columns)


def load_shown(ids: Sequence[int]) -> list[Question]:
    """The questions in the order given, without those that are gone."""
    if not ids:
        return []
    with prepared.open_cursor() as cursor:
        cursor.execute(LOAD, [list(ids)])
        found = {question.pk: question for question in (make_shown(row) for (row,) in cursor.fetchall())}
    return [found[pk] for pk in ids if pk in found]


def make_shown(row: Sequence[Any]) -> Question:
    """A question with the rows that belong to it, out of a ROW."""
    values = iter(row[len(ASKED) :])
    question, *others = (_build(kind, names, values) for kind, names in SHOWN.values())
    assert isinstance(question, Question)
    question.state, question.choices = row[: len(ASKED)]
    for name, other in zip(list(SHOWN)[1:], others, strict=True):
        setattr(question, name, other)
    return question


def _build(kind: type[models.Model], names: Columns, values: Iterator[Any]) -> models.Model | None:
    """A row of one table; None where there is none."""
    taken = [next(values) for _ in names]
    return None if taken[0] is None else kind.from_db(connection.alias, names, taken)
