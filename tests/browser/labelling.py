"""Questions with pictures that the page can show."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.actions.asking import Asked, ask
from review.models import Answer, Question
from tests.review.conftest import make_person
from tests.review.factories import SERIAL, make_pictured_image

SOON_MS = 400  # a picture is shown and a key counts


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


def press(page: Page, *keys: str) -> None:
    """As somebody who looks before each key."""
    for key in keys:
        page.wait_for_timeout(SOON_MS)
        page.keyboard.press(key)


def wait_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("All answers are saved")


def said() -> list[tuple[int, str]]:
    rows = Answer.objects.filter(withdrawn_at=None).order_by("pk")
    return list(rows.values_list("question_id", "value"))


def sha_in_sight(page: Page) -> str:
    address = page.locator(".stage-frame img").first.get_attribute("src") or ""
    return address.split("/")[-1].split(".")[0]


def expect_in_sight(page: Page, sha256: str) -> None:
    """Waits until the page shows this picture."""
    expect(page.locator(".stage-frame img").first).to_have_attribute("src", re.compile(sha256))


def open_two_windows(label: Callable[[], Page], made: list[Question]) -> tuple[Page, Page]:
    """Two windows of one worker that show the same first question."""
    first = label()
    second = first.context.new_page()
    second.goto("/label/")
    second.wait_for_timeout(SOON_MS)
    for window in (first, second):
        expect_in_sight(window, made[0].image.sha256)
    return first, second
