"""Every key of the proposal page: what it does, on other layouts, remapped, and when somebody types."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from review.actions.preferences import COMMANDS
from review.models import Decision, ReviewPreferences
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import focus, press, read_strip
from tests.review.factories import list_shas

TYPE = """([key, code, shiftKey]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, code, shiftKey, bubbles: true, cancelable: true }))"""
OPEN = "dialog[open]"


def read_focus(page: Page) -> tuple[str, str]:
    tile = page.locator(".tile.is-focus")
    return tile.get_attribute("data-strip") or "", tile.get_attribute("data-sha") or ""


def test_arrows_move_the_focus_and_with_shift_the_picture(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    assert read_focus(page) == ("after", b)
    press(page, "ArrowRight")
    assert read_focus(page) == ("after", a)
    press(page, "ArrowUp")
    assert read_focus(page) == ("before", a)
    press(page, "ArrowDown", "ArrowDown")
    assert read_focus(page)[0] == "dropped"
    press(page, "ArrowUp", "ArrowLeft", "ArrowLeft", "Shift+ArrowRight")
    assert read_strip(page, "after") == [a, b, e]
    press(page, "Shift+ArrowLeft")
    assert read_strip(page, "after") == [b, a, e]


def test_each_editing_key(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, copy, blurred, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", e)
    press(page, "m")
    assert read_strip(page, "after") == [e, b, a]
    press(page, "d")
    assert read_strip(page, "after") == [b, a]
    press(page, "z", "z")
    assert read_strip(page, "after") == [b, a, e]
    focus(page, "dropped", copy)
    press(page, "n")
    assert read_strip(page, "after") == [b, copy, a, e]
    press(page, "z")
    focus(page, "dropped", blurred)
    press(page, "v")
    assert read_strip(page, "after") == [b, blurred, a, e]
    press(page, "v")
    assert read_strip(page, "after") == [b, a, e]
    focus(page, "after", b)
    press(page, "9")
    expect(page.locator(f'[data-strip="after"] [data-sha="{b}"]')).to_contain_text("front →")


@pytest.mark.parametrize(
    ("key", "dialog"),
    [
        ("x", "#reject"),
        ("b", "#send-back"),
        ("f", "#flag"),
        ("?", "#help"),
        ("c", "#compare"),
        (" ", "#zoom"),
    ],
)
def test_each_key_that_opens_something(open_page: OpenPage, person: User, key: str, dialog: str) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    page.wait_for_timeout(300)
    press(page, "Space" if key == " " else key)
    expect(page.locator(f"{dialog}[open]")).to_be_visible()
    press(page, "Escape")
    expect(page.locator(OPEN)).to_have_count(0)


def test_only_changes_and_the_way_to_the_queue(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    press(page, "o")
    expect(page.locator("#strips")).to_have_class("strips only-changes")
    press(page, "q")
    page.wait_for_url("**/queue/")


def test_the_sheet_and_the_buttons_name_every_command(open_page: OpenPage, person: User) -> None:
    ReviewPreferences.objects.create(person=person, keys={"approve": "Enter", "hero": "h"})
    page = open_page(f"/proposals/{propose().pk}/", person)
    expect(page.locator('.action-bar [data-do="approve"] kbd')).to_have_text("Enter")
    expect(page.locator('.detail [data-do="hero"] kbd')).to_have_text("h")
    press(page, "?")
    for _, what in COMMANDS.values():
        expect(page.locator("#key-list").get_by_text(str(what), exact=True)).to_be_visible()


def test_a_key_of_ones_own_takes_the_place_of_the_usual_one(open_page: OpenPage, person: User) -> None:
    page = open_page("/settings/keys/", person)
    page.get_by_label("Make this picture the hero").click()
    press(page, "h")
    press(page, "Enter")
    expect(page.get_by_text("Your keys are kept")).to_be_visible()
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page.goto(f"/proposals/{proposal.pk}/")
    focus(page, "after", e)
    press(page, "m")
    assert read_strip(page, "after") == [b, a, e]
    press(page, "h")
    assert read_strip(page, "after") == [e, b, a]


@pytest.mark.parametrize(
    ("key", "code", "shifted"),
    [
        ("m", "Semicolon", False),
        ("ь", "KeyM", False),
        ("M", "KeyM", False),
    ],  # AZERTY, Cyrillic, CapsLock is off
)
def test_letters_go_by_what_they_produce(
    open_page: OpenPage, person: User, key: str, code: str, shifted: bool
) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", e)
    page.evaluate(TYPE, [key, code, shifted])
    assert read_strip(page, "after") == ([b, a, e] if key == "M" else [e, b, a])


def test_digits_of_a_french_keyboard_name_types(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    b = list_shas(proposal)[1]
    page = open_page(f"/proposals/{proposal.pk}/", person)
    page.evaluate(TYPE, ["é", "Digit2", False])
    expect(page.locator(f'[data-strip="after"] [data-sha="{b}"]')).to_contain_text("front → angle")
    page.evaluate(TYPE, ["3", "Digit3", True])
    expect(page.locator(f'[data-strip="after"] [data-sha="{b}"]')).to_contain_text("front → side")


def test_no_key_acts_in_a_field_or_a_dialog(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    before = read_strip(page, "after")
    page.get_by_label("Find a product").click()
    press(page, "a", "d", "m", "3")
    press(page, "Control+a", "Alt+d")
    page.locator("#strips h2").first.click()
    press(page, "?")
    press(page, "d", "a", "x")
    assert read_strip(page, "after") == before and not Decision.objects.exists()
