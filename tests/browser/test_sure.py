"""Approving sure proposals together by keys and by hand, and undoing them as one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.actions import decisions
from review.models import BulkApproval, Decision, Proposal
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import press
from tests.review.conftest import make_person


def make_sure(many: int = 4) -> list[Proposal]:
    return [propose(f"Chair {n + 1}", n + 1, benefit=0.9 - n / 10, is_sure=True) for n in range(many)]


def list_chosen(page: Page) -> list[str]:
    chosen = page.locator(".sure-card:has(input:checked) label")
    return chosen.all_inner_texts()


def list_states() -> list[str]:
    return list(Proposal.objects.order_by("pk").values_list("state", flat=True))


def test_chosen_by_keys_approved_together_and_undone_after_a_reload(
    open_page: OpenPage, person: User
) -> None:
    make_sure()
    page = open_page("/queue/sure/", person)
    press(page, " ", "ArrowRight", "Shift+ArrowRight")
    assert list_chosen(page) == ["Chair 1", "Chair 2", "Chair 3"]
    press(page, "Shift+ArrowLeft", "ArrowLeft", " ")
    press(page, "a")
    expect(page.locator("#bulk-words")).to_have_text("2 approved together.")
    expect(page.locator("#heard")).to_contain_text("0 chosen")
    assert list_states() == ["open", "approved", "approved", "open"]
    page.reload()
    expect(page.locator(".sure-card")).to_have_count(2)
    press(page, "z")
    expect(page.locator("#bulk-words")).to_have_text("2 approvals undone.")
    assert list_states() == ["open"] * 4


def test_chosen_by_hand_with_ranges_and_all_at_once(open_page: OpenPage, person: User) -> None:
    make_sure()
    page = open_page("/queue/sure/", person)
    page.locator(".sure-card").nth(0).locator(".sure-sets").click()
    page.locator(".sure-card").nth(2).locator(".sure-sets").click(modifiers=["Shift"])
    expect(page.locator("#approve-word")).to_have_text("Approve 3")
    assert list_chosen(page) == ["Chair 1", "Chair 2", "Chair 3"]
    press(page, "*")
    expect(page.locator("#approve-word")).to_have_text("Approve 4")
    press(page, "*")
    assert list_chosen(page) == []
    page.get_by_label("Chair 4").check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#bulk-words")).to_have_text("1 approved together.")
    page.get_by_role("button", name="Undo all of them").click()
    expect(page.locator("#bulk-words")).to_have_text("1 approval undone.")
    expect(page.get_by_label("Chair 4")).to_be_enabled()


def test_those_that_moved_are_named_on_their_cards(open_page: OpenPage, person: User) -> None:
    first, _ = make_sure(2)
    page = open_page("/queue/sure/", person)
    ada = make_person("ada", "admin")
    decisions.reject(proposal=first, by=ada, reason="No", submit_key="ada", now=timezone.now())
    press(page, "*", "a")
    expect(page.locator("#bulk-words")).to_have_text("1 approved together.")
    expect(page.locator(".sure-card").first.locator(".sure-result")).to_contain_text(
        "ada rejected this proposal"
    )
    expect(page.locator("#bulk-refused")).to_contain_text("Chair 1: ada rejected")
    assert list_states() == ["rejected", "approved"]


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(open_page: OpenPage, person: User) -> None:
    make_sure(2)
    page = open_page("/queue/sure/", person)
    lost: list[Any] = []

    def lose_once(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/sure/approve/", lose_once)
    press(page, "*", "a")
    expect(page.locator("#saved")).to_contain_text("not saved")
    expect(page.locator("#bulk-words")).to_have_text("2 approved together.")
    expect(page.locator("#saved")).to_have_text("saved")
    assert (Decision.objects.count(), BulkApproval.objects.count()) == (2, 1)


def test_leaving_the_grid_gives_back_what_it_held(open_page: OpenPage, person: User) -> None:
    make_sure(2)
    page = open_page("/queue/sure/", person)
    assert Proposal.objects.filter(leased_by=person).count() == 2
    page.goto("/flags/")
    for _ in range(40):
        if Proposal.objects.filter(leased_by=person).exists():
            page.wait_for_timeout(50)
    assert not Proposal.objects.filter(leased_by=person).exists()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_it_works_by_touch_and_fits(open_page: OpenPage, person: User, size: tuple[int, int]) -> None:
    make_sure(2)
    page = open_page("/queue/sure/", person, size=size, has_touch=True)
    page.locator(".sure-card").nth(1).locator(".sure-sets").tap()
    page.get_by_role("button", name="Approve").tap()
    expect(page.locator("#bulk-words")).to_have_text("1 approved together.")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert list_states() == ["open", "approved"]
