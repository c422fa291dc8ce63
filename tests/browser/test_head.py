"""The head of a proposal keeps its height: whatever is said there, the pictures below stay where they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from review.models import SecondOpinion
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_every_page import WATCH_SHIFTS
from tests.browser.test_queue import decide
from tests.browser.test_review import press
from tests.review.conftest import make_person
from tests.review.factories import Candidate, make_pictured_image, make_product, make_proposal

DESK, NARROW, PHONE = (1440, 900), (1100, 800), (390, 844)
LONG = "Extraordinarilylongunbrokenname armchair, second generation, with everything that a supplier adds"
STRIPS = "() => document.querySelector('#strips').getBoundingClientRect().top + scrollY"


def top_of_strips(page: Page) -> float:
    """Where the pictures begin, in px from the top of the page."""
    page.wait_for_timeout(100)
    return float(page.evaluate(STRIPS))


@pytest.mark.parametrize("size", [DESK, NARROW, PHONE])
@pytest.mark.parametrize("title", ["Zoe armchair", LONG])
def test_nothing_moves_while_it_is_said_what_is_saved(
    open_page: OpenPage, person: User, size: tuple[int, int], title: str
) -> None:
    page = open_page(f"/proposals/{propose(title).pk}/", person, size=size)
    page.wait_for_load_state("networkidle")
    top = top_of_strips(page)
    head = page.locator(".review-head").bounding_box()
    page.context.set_offline(True)
    press(page, "3")
    expect(page.locator("#saved")).to_contain_text("draft kept in this browser only")
    assert page.locator(".review-head").bounding_box() == head
    words = "not saved: you are no longer logged in. Log in in another window; it is sent from here"
    page.evaluate("(words) => { document.querySelector('#saved span').textContent = words; }", words)
    assert page.locator(".review-head").bounding_box() == head
    said = page.locator("#saved").bounding_box()
    assert said and said["x"] >= 0 and said["x"] + said["width"] <= size[0]
    page.context.set_offline(False)
    press(page, "z")
    expect(page.locator("#saved")).to_have_text("as proposed")
    assert top_of_strips(page) == top


def test_of_forty_changes_two_lines_are_in_sight_and_keys_reach_the_last(
    open_page: OpenPage, person: User
) -> None:
    images = [make_pictured_image(100 + number) for number in range(40)]
    candidates = [Candidate(before=0, after=0), *(Candidate(after=place) for place in range(1, 40))]
    proposal = make_proposal(candidates, images=images, product=make_product("Forty"))
    page = open_page(f"/proposals/{proposal.pk}/", person)
    changes = page.locator("#changes")
    expect(changes.locator("button")).to_have_count(39)
    found = changes.bounding_box()
    assert found and found["height"] <= 64
    assert top_of_strips(page) < 220
    press(page, "k")
    last = changes.locator("button").last.bounding_box()
    assert last and found["y"] <= last["y"] and last["y"] + last["height"] <= found["y"] + found["height"]


def test_the_notice_of_a_second_opinion_stands_still(
    open_page: OpenPage, person: User, settings: Any
) -> None:
    settings.SECOND_OPINION_PERCENT = 100
    decide(make_person("ada", "admin"))
    page = open_page("/settings/keys/", person, size=PHONE)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"/second-opinions/{SecondOpinion.objects.get().pk}/")
    expect(page.get_by_text("Second opinion:")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifted ?? 0") < 0.001
