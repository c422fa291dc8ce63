"""What pages look like: nothing hidden from those who see or hear differently, nothing off the screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import ViewportSize, expect

from review.actions import decisions, flags
from tests.browser.conftest import SCREENSHOTS, OpenPage, propose

SCHEMES = ("light", "dark")
DESK, PHONE = (1440, 900), (390, 844)


def find_pages() -> dict[str, str]:
    """Name -> address, for one proposal among three."""
    proposal = propose()
    propose("Norda mug", 2, benefit=0.4)
    propose("Ilse lamp", 3, benefit=0.3)
    return {
        "log-in": "/log-in/",
        "queue": "/queue/",
        "proposal": f"/proposals/{proposal.pk}/",
        "product": f"/products/{proposal.product.external_id}/",
        "run": f"/runs/{proposal.run_id}/",
        "keys": "/settings/keys/",
        "reasons": "/reports/reasons/",
        "flags": "/flags/",
    }


def say_something(person: User) -> None:
    """A flag and a reason, so that their pages have something to show."""
    kept, sent = propose("Ada chair", 4), propose("Ida stool", 5)
    key, now = "k" * 8, timezone.now()
    flags.flag(proposal=kept, by=person, reason="Ours?", sha256="", submit_key=key, now=now)
    decisions.send_back(proposal=sent, by=person, reason="Wrong category", submit_key=key, now=now)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_and_pages_fit_their_window(open_page: OpenPage, person: User, scheme: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    say_something(person)
    for name, address in find_pages().items():
        page = open_page(address, None if name == "log-in" else person, color_scheme=scheme)
        for size in (DESK, PHONE):
            page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
            page.wait_for_load_state("networkidle")
            page.screenshot(path=SCREENSHOTS / f"{name}-{size[0]}-{scheme}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        expect(page.locator("h1")).to_have_count(1)


def test_axe_finds_nothing_in_what_asks_for_a_reason(open_page: OpenPage, person: User) -> None:
    page = open_page(find_pages()["proposal"], person)
    page.wait_for_timeout(300)
    for key in ("x", "b", "f"):
        page.keyboard.press(key)
        expect(page.locator("dialog[open] textarea")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("Escape")
    page.locator("#changes button").first.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_action_bar_is_always_in_sight(open_page: OpenPage, person: User, size: tuple[int, int]) -> None:
    page = open_page(find_pages()["proposal"], person, size=size)
    bar = page.locator(".action-bar")
    place = bar.bounding_box()
    page.mouse.wheel(0, 600)
    assert bar.bounding_box() == place
    assert place is not None
    assert place["y"] + place["height"] == size[1]
    expect(page.get_by_role("button", name="Approve")).to_be_visible()


def test_on_the_phone_the_large_picture_comes_first(open_page: OpenPage, person: User) -> None:
    page = open_page(find_pages()["proposal"], person, size=PHONE)
    picture, strips = page.locator("#detail-image").bounding_box(), page.locator("#strips").bounding_box()
    assert picture and strips
    assert picture["y"] < strips["y"]
    assert picture["width"] == PHONE[0]


def test_tiles_do_not_jump_while_pictures_load(open_page: OpenPage, person: User) -> None:
    address = find_pages()["proposal"]
    page = open_page("/queue/", person)
    page.route("**/i/**", lambda route: None)  # pictures never come
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_selector(".tile")
    places = (
        "[...document.querySelectorAll('.tile')].map((tile) => JSON.stringify(tile.getBoundingClientRect()))"
    )
    without = page.evaluate(places)
    page.unroute("**/i/**")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(places) == without


def test_the_theme_that_was_chosen_is_kept(open_page: OpenPage, person: User) -> None:
    page = open_page("/queue/", person, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".person summary").click()
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    page.reload()
    assert page.evaluate(ground) == dark != light


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_of_the_api_follows_the_scheme(open_page: OpenPage, person: User, scheme: str) -> None:
    page = open_page("/api/v1/docs/", person, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(250, 250, 250)", "dark": "rgb(28, 32, 34)"}[scheme]


def test_only_changes_hides_what_stays(open_page: OpenPage, person: User) -> None:
    page = open_page(find_pages()["proposal"], person)
    kept = page.locator(".tile.is-unchanged:visible")
    changed = page.locator(".strip-after .tile:not(.is-unchanged):visible").count()
    page.keyboard.press("o")
    expect(kept).to_have_count(0)
    expect(page.locator(".strip-after .tile:visible")).to_have_count(changed)


def test_every_key_is_explained(open_page: OpenPage, person: User) -> None:
    page = open_page(find_pages()["proposal"], person)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    shown = page.locator("#key-list dt").all_inner_texts()
    assert {"a", "x", "s", "z", "m", "d", "c", "Space", "?", "1 – 9"} <= set(shown)


def test_a_picture_that_cannot_be_read_says_why(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    item = proposal.items.get(reason="blur")
    item.reason = "unreadable"
    item.save()
    item.image.unreadable = "the file ends in the middle"
    item.image.save()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    tile = page.locator(f'[data-strip="dropped"] [data-sha="{item.image.sha256}"]')
    tile.click()
    expect(tile.locator("img")).to_have_count(0)
    expect(tile).to_contain_text("cannot be read")
    expect(page.locator("#detail-facts")).to_contain_text("the file ends in the middle")
