"""Questions with people who answer them, as the labelling page has them do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.labels import kind_of
from review.actions import gold, labelling, settling, slots
from review.models import Answer, Category, GoldQuestion, Question
from tests.review.conftest import make_person
from tests.review.factories import make_image

SERIAL = count(1)
YES_NO = ("yes", "no")


def make_question(subject: str = "blur", choices: tuple[str, ...] = YES_NO, **said: Any) -> Question:
    """An open question with room for the first votes."""
    if subject in ("pair", "hero"):
        said.setdefault("other", make_image())
    usual: dict[str, Any] = {"image": make_image(), "choices": list(choices), "priority": next(SERIAL) / 1000}
    question = Question.objects.create(kind=kind_of(subject), subject=subject, **(usual | said))
    slots.open_slots([question], settling.rule_of(subject).first_votes)
    return question


def make_gold(subject: str = "blur", value: str = "yes", **said: Any) -> GoldQuestion:
    """A question whose answer is known."""
    question = make_question(subject, **said)
    return gold.make_gold(question=question, value=value, by=None, now=timezone.now())


def make_workers(many: int) -> list[User]:
    """People who only answer questions."""
    return [make_person(f"worker{next(SERIAL)}", "worker") for _ in range(many)]


def say(question: Question, by: User, value: str, now: datetime | None = None, **said: Any) -> Answer:
    """One answer in a slot of the question, as the page stores it."""
    now = now or timezone.now()
    with transaction.atomic():
        free = question.slots.filter(is_open=True, leased_by__isnull=True).order_by("number")
        slot = free.select_for_update(skip_locked=True).first()
        if slot:
            slot.leased_by, slot.leased_until = by, now + timedelta(minutes=10)
            slot.save()
    return labelling.record_answer(question=question, by=by, value=value, now=now, **said)


def make_category(path: str = "Furniture > Armchairs") -> Category:
    """With a few types."""
    return Category.objects.get_or_create(path=path, defaults={"type_order": ["front", "side", "back"]})[0]
