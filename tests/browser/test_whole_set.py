"""The new set is seen whole where the window allows, and a row that goes on beyond its edge shows it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_review import press
from tests.review.factories import Candidate, make_pictured_image, make_proposal

RIGHT, LEFT = re.compile("goes-on-right"), re.compile("goes-on-left")


def open_set(open_page: OpenPage, person: User, many: int) -> tuple[Page, Locator]:
    """The page of a proposal with so many pictures in its new set, and their row."""
    images = [make_pictured_image(number) for number in range(many)]
    candidates = [Candidate(before=0, after=0), *(Candidate(after=place) for place in range(1, many))]
    page = open_page(f"/proposals/{make_proposal(candidates, images=images).pk}/", person)
    return page, page.locator('ol[data-strip="after"]')


@pytest.mark.parametrize("many", [2, 5, 7])
def test_of_up_to_seven_pictures_all_are_in_sight(open_page: OpenPage, person: User, many: int) -> None:
    page, row = open_set(open_page, person, many)
    frame = page.locator("#strips").bounding_box()
    last = row.locator(".tile").last.bounding_box()
    assert frame and last and last["x"] + last["width"] <= frame["x"] + frame["width"]
    expect(row).not_to_have_class(RIGHT)


def test_an_edit_does_not_change_how_large_the_pictures_are(open_page: OpenPage, person: User) -> None:
    page, row = open_set(open_page, person, 6)
    side = row.locator(".tile-frame").first.bounding_box()
    press(page, "ArrowRight", "d")
    expect(row.locator(".tile")).to_have_count(5)
    assert row.locator(".tile-frame").first.bounding_box() == side


def test_a_row_that_goes_on_fades_out_where_it_does(open_page: OpenPage, person: User) -> None:
    page, row = open_set(open_page, person, 12)
    expect(row).to_have_class(RIGHT)
    expect(row).not_to_have_class(LEFT)
    press(page, *["ArrowRight"] * 11)
    expect(row).to_have_class(LEFT)
    expect(row).not_to_have_class(RIGHT)
