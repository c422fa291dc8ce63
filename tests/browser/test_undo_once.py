"""One way back, said once: the button that undoes stands in one place, and its key works there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from review.actions import decisions
from review.models import Decision
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_every_page import WATCH_SHIFTS
from tests.browser.test_going_on import expect_shown, open_first, three
from tests.browser.test_review import press
from tests.review.conftest import make_person

ACTIONS = ("hero", "drop", "drop-why", "move-left", "move-right")


def test_after_a_decision_undo_stands_once_on_the_page(open_page: OpenPage, person: User) -> None:
    page = open_first(open_page, person, three()[0])
    press(page, "a")
    expect_shown(page, "Second")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect_shown(page, "First")


def test_the_key_that_the_queue_shows_undoes(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "a")
    page.wait_for_url("**/queue/")
    expect(page.get_by_role("button", name="Undo z")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("shows its former set, and is open again")).to_be_visible()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_line_of_the_last_decision_moves_nothing(
    open_page: OpenPage, person: User, size: tuple[int, int]
) -> None:
    decided, _ = propose("A very long title of an armchair with a footstool, in oak and grey wool"), propose()
    page = open_page(f"/proposals/{decided.pk}/", person, size=size)
    press(page, "a")
    expect(page.locator("#last-decision")).to_contain_text(": approved.")
    page.add_init_script(WATCH_SHIFTS)
    page.goto("/queue/")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifted ?? 0") < 0.001, page.evaluate("window.jumped")


def test_a_decided_proposal_says_once_who_decided_and_offers_no_edits(
    open_page: OpenPage, person: User
) -> None:
    proposal = propose()
    by, key, now = make_person("Lou", "admin"), "k" * 8, timezone.now()
    decisions.reject(proposal=proposal, by=by, reason="Not now", submit_key=key, now=now)
    assert Decision.objects.count() == 1
    page = open_page(f"/proposals/{proposal.pk}/", person)
    expect(page.locator("#notices")).to_contain_text("This proposal was rejected by Lou,")
    expect(page.locator("#notices")).to_contain_text(": Not now.")
    for name in ACTIONS:
        expect(page.locator(f'.detail-actions [data-do="{name}"]')).to_be_disabled()
