"""The way to write and to read labels: one table, and one rule of which label of a picture counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count

from pipeline.labels import kind_of
from review.models import Category, Decision, Label, Offer, Question

TYPE, PAIR, HERO = "type", "pair", "hero"
YES, NO = "yes", "no"
FINE, BEFORE, AFTER = "fine", "before", "after"
FIRST, SECOND = "first", "second"
CANNOT_TELL = "cannot_tell"
READ_AT_ONCE = 5000
JUDGE = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # what a judge may be called
RANKS = (Label.Source.SPECIALIST, Label.Source.GOLD, Label.Source.CONSENSUS)  # who is believed first


@dataclass(frozen=True)
class Row:
    """The label of a picture, or of two, that counts; `value` is what a judge should have said."""

    label_id: int
    image_id: int
    other_id: int | None
    product_id: int | None
    value: str
    source: str
    created_at: datetime


def is_of_two(subject: str) -> bool:
    """Whether it says something of two pictures."""
    return subject in (PAIR, HERO)


def value_of(subject: str, answer: str) -> str:
    """How a question's answer is kept as a label's value; '' for an answer that says nothing."""
    if answer in ("", CANNOT_TELL):
        return ""
    if subject == HERO:
        return {FIRST: BEFORE, SECOND: AFTER}.get(answer, "")
    if subject in (TYPE, PAIR):
        return answer
    return {YES: subject, NO: FINE}.get(answer, "")


def truth_of(label_value: str, label_subject: str, judge: str) -> str | None:
    """What a label says to a judge, in a question's words; None where it says nothing to this one."""
    if label_subject not in ("", judge):
        return None
    if judge in (TYPE, PAIR):
        return label_value
    if judge == HERO:
        return {BEFORE: FIRST, AFTER: SECOND}.get(label_value)
    return {judge: YES, FINE: NO}.get(label_value)


def make(
    *,
    subject: str,
    image_id: int,
    value: str,
    source: str,
    now: datetime,
    other_id: int | None = None,
    product_id: int | None = None,
    by: User | None = None,
    provenance: Mapping[str, Any] | None = None,
    import_key: str = "",
) -> Label:
    """A label that is not written yet; `value` is `value_of(subject, answer)`."""
    if value == AFTER and other_id is not None:  # kept the one way round
        image_id, other_id, value = other_id, image_id, BEFORE
    return Label(
        kind=kind_of(subject),
        subject=subject,
        image_id=image_id,
        other_id=other_id,
        product_id=product_id,
        value=value,
        source=source,
        created_by=by,
        created_at=now,
        provenance=dict(provenance or {}),
        import_key=import_key,
    )


def write(
    *,
    subject: str,
    image_id: int,
    value: str,
    source: str,
    now: datetime,
    other_id: int | None = None,
    product_id: int | None = None,
    question: Question | None = None,
    decision: Decision | None = None,
    by: User | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Label | None:
    """Write a label down; `value` is `value_of(subject, answer)`. None where the answer says nothing.

    A question's or a decision's label is there once: a second writing gives the first back.
    """
    if not value:
        return None
    product_id = product_id or (question.product_id if question else None) or find_product(image_id)
    said = {"value": value, "source": source, "product_id": product_id, "by": by, "provenance": provenance}
    made = make(subject=subject, image_id=image_id, other_id=other_id, now=now, **said)  # type: ignore[arg-type]
    made.question, made.decision = question, decision
    Label.objects.bulk_create([made], ignore_conflicts=True)
    return _find_written(made)


def _find_written(made: Label) -> Label:
    """The row as it is in the database, whoever wrote it first."""
    alike = Label.objects.filter(
        kind=made.kind, image_id=made.image_id, other_id=made.other_id, value=made.value, source=made.source
    )
    if made.question_id is not None:
        alike = alike.filter(question_id=made.question_id, withdrawn_at__isnull=True)
    if made.decision_id is not None:
        alike = alike.filter(decision_id=made.decision_id)
    return alike.latest("pk")


def find_product(image_id: int) -> int | None:
    """The first product that the picture was offered for."""
    offers = Offer.objects.filter(image_id=image_id).order_by("product_id")
    return offers.values_list("product_id", flat=True).first()


def current(
    judge: str,
    category: Category | None = None,
    until: datetime | None = None,
    sources: Sequence[str] = (),
) -> Iterator[Row]:
    """The label that counts of each picture, or pair, of a judge, by the picture's id; streamed."""
    sql, values = select_current(judge, category.path if category else "", until, sources)
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql + " ORDER BY image_id, other_id", values)
        while rows := cursor.fetchmany(READ_AT_ONCE):
            for row in rows:
                yield Row(*row)


def count_by_judge() -> list[tuple[str, int]]:
    """(judge, labels) of every judge that has some, the most first; what says 'fine' of all is of none."""
    said = Label.objects.filter(withdrawn_at__isnull=True).order_by()
    counts: Counter[str] = Counter()
    for subject, kind, value, count in said.values_list("subject", "kind", "value").annotate(Count("pk")):
        whole = {"type": TYPE, "pair": PAIR, "preference": HERO}.get(kind)
        counts[subject or whole or (value if value != FINE else "")] += count
    del counts[""]
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


# Of each picture the label that counts: the best source first, then the newest. Labels of decisions that
# were undone, and those whose answers were taken away, are as if they had not been written.
_CURRENT = """
SELECT DISTINCT ON (image_id, other_id) label_id, image_id, other_id, product_id, value, source, created_at
FROM (
    SELECT l.id AS label_id, {image} AS image_id, {other} AS other_id, l.product_id, {truth} AS value,
           l.source, l.created_at
    FROM review_label l {joins}
    WHERE l.kind = %(kind)s AND l.subject IN (%(judge)s, '') AND {says} AND l.withdrawn_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM review_decision u WHERE u.undoes_id = l.decision_id) {more}
) AS said
"""
_RANK = (
    "array_position(ARRAY['specialist', 'gold', 'consensus'], source::text), created_at DESC, label_id DESC"
)


def select_current(
    judge: str, category: str = "", until: datetime | None = None, sources: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """SQL of the labels that count, with its values; its columns are those of Row."""
    joins, more = "", ""
    if category:
        joins = "JOIN review_product p ON p.id = l.product_id JOIN review_category c ON c.id = p.category_id"
        more += " AND (c.path = %(category)s OR starts_with(c.path, %(category)s || ' > '))"
    if until is not None:
        more += " AND l.created_at <= %(until)s"
    if sources:
        more += " AND l.source = ANY(%(sources)s)"
    values = {"kind": kind_of(judge), "judge": judge, "category": category, "until": until}
    parts = _sides(judge) | {"truth": _truth(judge), "says": _says(judge), "joins": joins, "more": more}
    ranked = _CURRENT.format(**parts) + f" ORDER BY image_id, other_id, {_RANK}"
    sql = f"SELECT * FROM ({ranked}) AS counting"  # noqa: S608  (of our own parts; values stand apart)
    return sql, values | {"sources": list(sources)}


def _sides(judge: str) -> dict[str, str]:
    """Two pictures stand in the order of their ids, so that both ways round are one pair."""
    if is_of_two(judge):
        return {"image": "LEAST(l.image_id, l.other_id)", "other": "GREATEST(l.image_id, l.other_id)"}
    return {"image": "l.image_id", "other": "NULL::bigint"}


def _truth(judge: str) -> str:
    if judge in (TYPE, PAIR):
        return "l.value"
    if judge == HERO:
        return f"CASE WHEN l.image_id < l.other_id THEN '{FIRST}' ELSE '{SECOND}' END"
    return f"CASE WHEN l.value = %(judge)s THEN '{YES}' ELSE '{NO}' END"


def _says(judge: str) -> str:
    """Which of the labels say something to this judge; of its kind's others only 'fine' does."""
    if judge in (TYPE, PAIR):
        return "TRUE"
    if judge == HERO:
        return f"l.value = '{BEFORE}'"
    return f"l.value IN (%(judge)s, '{FINE}')"
