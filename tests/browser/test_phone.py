"""By finger at 390 px, and enlarged to 200 %: reorder, look through, decide; nothing runs out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import CDPSession, Page, expect

from review.models import Decision
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import read_strip
from tests.review.factories import list_shas

PHONE = (390, 844)


def middle(page: Page, selector: str) -> tuple[float, float]:
    place = page.locator(selector)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3


def touch(session: CDPSession, kind: str, *point: float) -> None:
    points: list[dict[str, Any]] = [{"x": point[0], "y": point[1]}] if point else []
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def carry(page: Page, start: tuple[float, float], end: tuple[float, float], hold_ms: int) -> None:
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", *start)
    page.wait_for_timeout(hold_ms)
    for step in range(1, 6):
        touch(session, "touchMove", *(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
    touch(session, "touchEnd")


def open_phone(open_page: OpenPage, person: User, path: str) -> Page:
    return open_page(path, person, size=PHONE, has_touch=True, is_mobile=True)


def test_a_long_press_picks_a_picture_up_and_a_short_one_scrolls(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_phone(open_page, person, f"/proposals/{proposal.pk}/")
    first, second = f'[data-strip="after"] [data-sha="{b}"]', f'[data-strip="after"] [data-sha="{a}"]'
    start = middle(page, first)
    x = page.locator(second).bounding_box()["x"]  # type: ignore[index]
    carry(page, start, (start[0] - 60, start[1]), hold_ms=20)
    page.wait_for_timeout(500)
    assert read_strip(page, "after") == [b, a, e]
    page.locator('.tiles[data-strip="after"]').evaluate("list => { list.scrollLeft = 0; }")
    carry(page, middle(page, first), (min(x + 120, 380), start[1]), hold_ms=600)
    assert read_strip(page, "after")[:2] == [a, b]
    expect(page.locator(".carried")).to_have_count(0)


def test_the_buttons_move_a_picture_and_decide(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_phone(open_page, person, f"/proposals/{proposal.pk}/")
    page.get_by_role("button", name="Move right").tap()
    assert read_strip(page, "after") == [a, b, e]
    page.locator('.action-bar [data-do="approve"]').tap()
    page.wait_for_url("**/queue/")
    assert Decision.objects.get().final_set == [a, b, e]


def test_a_swipe_shows_the_neighbour_and_opens_nothing(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_phone(open_page, person, f"/proposals/{proposal.pk}/")
    expect(page.locator("#detail-title")).to_have_text("Picture 1, the hero")
    x, y = middle(page, ".detail-picture")
    carry(page, (x + 80, y), (x - 80, y), hold_ms=10)
    expect(page.locator("#detail-title")).to_have_text("Picture 2 of the new set")
    carry(page, (x - 80, y), (x + 80, y), hold_ms=10)
    expect(page.locator("#detail-title")).to_have_text("Picture 1, the hero")
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("path", ["/proposals/{}/", "/settings/keys/", "/reports/reasons/", "/flags/"])
@pytest.mark.parametrize("size", [PHONE, (720, 450)])  # the second is 1440 x 900 at 200 %
def test_nothing_runs_out_of_the_window(
    open_page: OpenPage, person: User, path: str, size: tuple[int, int]
) -> None:
    page = open_page(path.format(propose().pk), person, size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [PHONE, (1024, 768)])
def test_where_there_is_no_keyboard_no_key_is_shown(
    open_page: OpenPage, person: User, size: tuple[int, int]
) -> None:
    path = f"/proposals/{propose().pk}/"
    for address in (path, "/queue/"):
        page = open_page(address, person, size=size, has_touch=True, is_mobile=True)
        expect(page.locator("button, .button").first).to_be_attached()
        expect(page.locator("kbd:visible")).to_have_count(0)
    page = open_page(path, person, size=(1024, 768))
    expect(page.locator('[data-do="lines"] kbd')).to_be_visible()
    expect(page.locator('[data-do="preview"] kbd')).to_be_visible()


def test_nothing_moves_for_whoever_wants_no_motion(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person, reduced_motion="reduce")
    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--quick')").strip()
        == "0ms"
    )
