"""Questions with pictures that the page can show."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from review.actions.asking import Asked, ask
from review.models import Question
from tests.review.conftest import make_person
from tests.review.factories import SERIAL, make_pictured_image


def ask_about(count: int, subject: str = "blur", choices: tuple[str, ...] = ()) -> list[Question]:
    """So many questions, the first one asked first."""
    pairs = subject in ("pair", "hero")
    asked = []
    for _ in range(count):
        number = next(SERIAL)
        other = make_pictured_image(5000 + number).pk if pairs else None
        image = make_pictured_image(100 + number).pk
        asked.append(Asked(subject, image, other, choices=choices, weight=-float(number)))
    ids = ask(asked, origin=Question.Origin.DOUBT, now=timezone.now())
    rows = Question.objects.in_bulk(ids)
    return [rows[pk] for pk in ids]


def make_worker(name: str = "wim") -> User:
    """A crowd worker."""
    return make_person(name, "worker")
