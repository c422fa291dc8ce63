"""What may go wrong for a worker, a second window or a lost picture, is said and can be mended."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.labelling import (
    ask_about,
    expect_in_sight,
    make_worker,
    open_two_windows,
    press,
    said,
    wait_saved,
)


def test_a_second_window_says_that_the_first_answer_stays_and_takes_it_back(
    live_server: Any,
    label: Any,
) -> None:
    made = ask_about(3)
    first, second = open_two_windows(label, made)
    press(first, "y")
    wait_saved(first)
    expect(first.locator("#before")).to_be_hidden()
    press(second, "n")
    words = "You had answered this already, in another window: Yes. That answer stays, and counts once."
    expect(second.locator("#before")).to_contain_text(words)
    expect(second.locator("#today")).to_have_text("1 answer today")
    assert said() == [(made[0].pk, "yes")]
    expect_in_sight(second, made[1].image.sha256)
    press(second, "z", "n")  # as the notice says
    wait_saved(second)
    expect(second.locator("#before")).to_be_hidden()
    assert said() == [(made[0].pk, "no")]


def test_twenty_of_a_second_window_say_how_many_were_answered(live_server: Any, label: Any) -> None:
    ask_about(3, "badge")
    first = label("/label/grid/")
    second = first.context.new_page()
    second.goto("/label/grid/")
    expect(second.locator(".answer-tile")).to_have_count(3)
    first.keyboard.press("Enter")
    wait_saved(first)
    second.keyboard.press("1")
    second.keyboard.press("Enter")
    expect(second.locator("#before")).to_contain_text("3 of these were answered already, in another window.")
    assert [value for _, value in said()] == ["no"] * 3


def test_of_twenty_what_did_not_come_is_tried_again_or_left_out_and_never_called_no(
    live_server: Any, label: Any
) -> None:
    made = ask_about(3, "badge")
    page = label("/label/grid/")
    lost = f"**/i/**{made[1].image.sha256}**"
    page.route(lost, lambda route: route.abort())
    page.reload()
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("1 picture could not be loaded.")
    expect(page.locator("#submit-word")).to_have_text("Save 2: 0 yes")
    expect(page.locator(".answer-tile").nth(1)).to_contain_text("Not loaded")
    page.unroute(lost)
    again = page.get_by_role("button", name="Try again")
    again.focus()
    page.keyboard.press("Enter")
    expect(trouble).to_be_hidden()
    expect(page.locator(".answer-tile").nth(1)).to_be_focused()
    expect(page.locator("#submit-word")).to_have_text("Save 3: 0 yes")
    page.route(lost, lambda route: route.abort())
    page.reload()
    expect(page.locator("#submit-word")).to_have_text("Save 2: 0 yes")
    page.keyboard.press("Enter")
    wait_saved(page)
    assert sorted(said()) == [(made[0].pk, "no"), (made[2].pk, "no")]


def test_nothing_is_sent_while_pictures_are_on_their_way(live_server: Any, label: Any) -> None:
    ask_about(2, "badge")
    page = label("/label/grid/")
    held: list[Any] = []
    page.route("**/i/**", lambda route: held.append(route))
    page.reload(wait_until="domcontentloaded")  # the whole would wait for the pictures
    expect(page.locator(".answer-tile")).to_have_count(2)
    expect(page.locator('[data-do="submit"]')).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator(".answer-tile")).to_have_count(2)
    assert said() == []
    for route in held:
        route.continue_()
    expect(page.locator("#submit-word")).to_have_text("Save 2: 0 yes")
    page.keyboard.press("Enter")
    wait_saved(page)
    assert len(said()) == 2


def test_a_picture_that_did_not_come_is_tried_again_and_takes_no_answer_before(
    live_server: Any, open_page: OpenPage
) -> None:
    question, _ = ask_about(2)
    page = open_page("/label/", make_worker())
    page.route("**/i/**", lambda route: route.abort())
    page.reload()
    lost = page.get_by_text("The picture could not be loaded.")
    expect(lost).to_be_visible()
    press(page, "n")
    expect(lost).to_be_visible()
    assert said() == []
    page.unroute("**/i/**")
    again = page.get_by_role("button", name="Try again")
    again.focus()
    page.keyboard.press("Enter")
    expect(lost).to_be_hidden()
    expect(page.locator("#sentence")).to_be_focused()
    page.wait_for_function("document.querySelector('.stage-frame img').naturalWidth > 0")
    press(page, "n")
    wait_saved(page)
    assert said() == [(question.pk, "no")]
