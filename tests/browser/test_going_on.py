"""From one proposal to the next without a page load, and back again by undoing."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.actions import decisions, leases
from review.models import Decision, Flag, Proposal
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import press, read_strip
from tests.review.conftest import make_person
from tests.review.factories import list_shas, list_shown

MARK = "() => { window.isSamePage = true; }"


def open_first(open_page: OpenPage, person: User, first: Proposal) -> Page:
    """The page of a proposal whose next ones have been loaded ahead."""
    page = open_page("/queue/", person)
    with page.expect_response("**/coming/**"):
        page.goto(f"/proposals/{first.pk}/")
    page.evaluate(MARK)
    return page


def expect_shown(page: Page, title: str) -> None:
    """In the same document, with the title in the window's bar and the keys alive."""
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    assert page.evaluate("window.isSamePage") is True
    assert page.title() == f"{title} · smartimg"
    page.wait_for_timeout(250)  # a decision so soon after a swap is taken for a slip of the finger


def three() -> tuple[Proposal, Proposal, Proposal]:
    first, second, third = (
        propose(name, 2 * i + 1, benefit=0.9 - i / 10) for i, name in enumerate(("First", "Second", "Third"))
    )
    return first, second, third


def test_the_next_one_takes_the_place_of_the_decided_one(open_page: OpenPage, person: User) -> None:
    first, second, third = three()
    page = open_first(open_page, person, first)
    press(page, "a")
    expect_shown(page, "Second")
    expect(page).to_have_url(re.compile(rf"/proposals/{second.pk}/$"))
    assert read_strip(page, "after") == [list_shas(second)[place] for place in (1, 0, 4)]
    expect(page.get_by_text("First: approved.")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("saved")
    expect(page.locator("#heard")).to_contain_text("Second. front view becomes the hero")
    press(page, "Shift+ArrowRight", "a")
    expect_shown(page, "Third")
    expect(page.get_by_text("Second: approved.")).to_be_visible()
    assert set(Proposal.objects.filter(state="approved")) == {first, second}
    assert Proposal.objects.get(pk=third.pk).leased_by == person
    press(page, "a")
    page.wait_for_url("**/queue/")


def test_undo_brings_proposals_back_with_their_edits(open_page: OpenPage, person: User) -> None:
    first, second, _ = three()
    shown = list_shown(first.product)
    page = open_first(open_page, person, first)
    press(page, "Shift+ArrowRight", "2")
    edited = read_strip(page, "after")
    press(page, "a")
    expect_shown(page, "Second")
    press(page, "a")
    expect_shown(page, "Third")
    press(page, "z")
    expect_shown(page, "Second")
    press(page, "z")
    expect_shown(page, "First")
    assert read_strip(page, "after") == edited
    expect(page.locator("#saved")).to_contain_text("2 edits")
    assert set(Proposal.objects.filter(state="open").values_list("pk", flat=True)) >= {first.pk, second.pk}
    assert list_shown(first.product) == shown
    press(page, "a")
    expect_shown(page, "Second")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert list_shown(first.product) == edited


def test_one_that_somebody_took_meanwhile_is_passed_over(open_page: OpenPage, person: User) -> None:
    first, second, third = three()
    page = open_first(open_page, person, first)
    leases.take(proposal=second, by=make_person("ada", "admin"), now=timezone.now())
    press(page, "a")
    expect_shown(page, "Third")
    expect(page.locator("#heard")).to_contain_text("ada took Second meanwhile")
    holders = dict(Proposal.objects.values_list("pk", "leased_by__username"))
    assert holders == {first.pk: None, second.pk: "ada", third.pk: "sam"}


def test_back_shows_the_former_one_and_forward_the_later(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    press(page, "s")
    expect_shown(page, "Second")
    page.go_back()
    expect_shown(page, "First")
    page.go_forward()
    expect_shown(page, "Second")
    press(page, "a")
    expect_shown(page, "Third")


def test_a_key_that_is_held_down_decides_once(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    for _ in range(5):
        page.keyboard.down("a")
        page.wait_for_timeout(120)
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert Decision.objects.count() == 1


def test_the_same_key_struck_twice_decides_once(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    press(page, "a", "a")
    expect_shown(page, "Second")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert Decision.objects.count() == 1


def test_sending_back_goes_on_and_keeps_the_reason(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    shown = list_shown(first.product)
    page = open_first(open_page, person, first)
    press(page, "b")
    expect(page.get_by_role("button", name="Wrong category").locator("kbd")).to_have_text("1")
    press(page, "1")
    press(page, "Enter")
    expect_shown(page, "Second")
    expect(page.get_by_text("First: sent back.")).to_be_visible()
    decision = Decision.objects.get()
    assert (decision.kind, decision.reason, list_shown(first.product)) == (
        "send_back",
        "Wrong category",
        shown,
    )


def test_a_flag_is_raised_beside_the_decision(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    press(page, "f")
    page.get_by_label("What should they look at?").fill("Is this our logo?")
    press(page, "Control+Enter")
    expect(page.locator("#heard")).to_contain_text("Flagged")
    flag = Flag.objects.get()
    assert (flag.reason, flag.image and flag.image.sha256) == ("Is this our logo?", list_shas(first)[1])
    expect(page.get_by_role("heading", name="First", level=1)).to_be_visible()


def test_a_conflict_found_later_leads_back_to_the_edits(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    press(page, "Shift+ArrowRight")
    edited = read_strip(page, "after")
    ada = make_person("ada", "admin")
    decisions.reject(proposal=first, by=ada, reason="No", submit_key="ada", now=timezone.now())
    press(page, "a")
    expect(page.get_by_text("First was not saved: ada rejected this proposal")).to_be_visible()
    page.get_by_role("link", name="Open it with your edits").click()
    expect(page.get_by_text("rejected by ada")).to_be_visible()
    assert Decision.objects.count() == 1 and edited
