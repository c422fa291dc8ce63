"""Two pictures compared in a real browser: enlarged together, one in the other's place, their differences."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from review.models import Proposal
from tests.browser.conftest import OpenPage, propose
from tests.review.factories import list_shas

MATRIX = "element => new DOMMatrix(getComputedStyle(element).transform).a"


def open_compare(
    open_page: OpenPage, person: User, place: int = 2, **options: object
) -> tuple[Page, Locator, Proposal]:
    """The dialog for one picture of the usual proposal, the dropped copy unless another is named."""
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person, **options)
    page.locator(f'.tile[data-sha="{list_shas(proposal)[place]}"]').last.click()
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Compare")
    expect(dialog).to_be_visible()
    return page, dialog, proposal


def pictures(dialog: Locator) -> Locator:
    return dialog.locator(".compare-frame img:visible")


def scale(dialog: Locator, layer: str) -> float:
    return float(dialog.locator(f'[data-layer="{layer}"]').evaluate(MATRIX))


def test_it_shows_what_stays_on_the_left_its_copy_on_the_right_and_what_was_measured(
    open_page: OpenPage, person: User
) -> None:
    page, dialog, proposal = open_compare(open_page, person)
    kept, copy = list_shas(proposal)[1:3]
    expect(pictures(dialog)).to_have_count(2)
    expect(dialog.locator('[data-layer="left"]')).to_have_attribute("src", re.compile(kept))
    expect(dialog.locator('[data-layer="right"]')).to_have_attribute("src", re.compile(copy))
    expect(dialog.locator("#compare-verdict")).to_contain_text("ot the same")
    for word in (
        "Detail of the worst spot",
        "Light and dark",
        "Outlines",
        "Colours altogether",
    ):
        expect(dialog.locator("#compare-evidence")).to_contain_text(word)
    page.keyboard.press("c")
    expect(dialog).to_be_hidden()


def test_both_are_enlarged_and_moved_together_by_keys_wheel_and_dragging(
    open_page: OpenPage, person: User
) -> None:
    page, dialog, _ = open_compare(open_page, person)
    whole = scale(dialog, "left")
    page.keyboard.press("+")
    assert scale(dialog, "left") == pytest.approx(1.4 * whole, rel=0.01)
    frame = dialog.locator(".compare-frame").last
    frame.hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert scale(dialog, "left") > 2 * whole
    assert scale(dialog, "right") == pytest.approx(scale(dialog, "left"), rel=0.001)
    place = "element => new DOMMatrix(getComputedStyle(element).transform).e"
    before = [dialog.locator(f'[data-layer="{side}"]').evaluate(place) for side in ("left", "right")]
    page.mouse.down()
    page.mouse.move(900, 300)
    page.mouse.up()
    after = [dialog.locator(f'[data-layer="{side}"]').evaluate(place) for side in ("left", "right")]
    assert after[0] != before[0]
    assert after[1] - before[1] == pytest.approx(after[0] - before[0], abs=0.1)
    page.keyboard.press("0")
    assert scale(dialog, "left") == pytest.approx(whole, rel=0.001)
    page.keyboard.press("1")
    assert scale(dialog, "left") == pytest.approx(1, rel=0.01)  # a pixel of the file is one of the screen


def test_a_held_key_shows_the_other_one_in_its_place(open_page: OpenPage, person: User) -> None:
    page, dialog, _ = open_compare(open_page, person)
    page.keyboard.down("f")
    expect(pictures(dialog)).to_have_count(1)
    expect(dialog.locator('[data-layer="over"]')).to_be_visible()
    page.wait_for_timeout(320)
    page.keyboard.up("f")
    expect(dialog.locator('[data-layer="left"]')).to_be_visible()
    expect(dialog.locator('[data-layer="over"]')).to_be_hidden()


def test_a_tapped_key_has_them_change_by_themselves_and_stops_it_again(
    open_page: OpenPage, person: User
) -> None:
    page, dialog, _ = open_compare(open_page, person)
    page.keyboard.press("f")
    expect(dialog.get_by_role("button", name="Flicker")).to_have_attribute("aria-pressed", "true")
    for layer in ("left", "over", "left"):
        expect(dialog.locator(f'[data-layer="{layer}"]')).to_be_visible(timeout=2000)
    page.keyboard.press("f")
    expect(dialog.get_by_role("button", name="Flicker")).to_have_attribute("aria-pressed", "false")
    expect(dialog.locator('[data-layer="left"]')).to_be_visible()


def test_nothing_moves_by_itself_for_whoever_wants_no_motion(open_page: OpenPage, person: User) -> None:
    page, dialog, _ = open_compare(open_page, person, reduced_motion="reduce")
    for layer in ("over", "left"):
        page.keyboard.press("f")
        page.wait_for_timeout(700)
        expect(dialog.locator(f'[data-layer="{layer}"]')).to_be_visible()


def test_the_map_lies_over_both_pictures_at_a_key(open_page: OpenPage, person: User) -> None:
    page, dialog, proposal = open_compare(open_page, person, place=1)
    heat = dialog.locator('[data-layer="heat"]')
    button = dialog.get_by_role("button", name="Differences")
    expect(dialog.locator("#compare-verdict")).not_to_have_text("Comparing …")
    if not button.is_enabled():
        page.keyboard.press(".")  # these two drawings do not lie on each other
    expect(button).to_be_enabled()
    page.keyboard.press("h")
    expect(heat).to_be_visible()
    assert heat.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    page.keyboard.press("h")
    expect(heat).to_be_hidden()
    assert proposal.items.count() == 5


def test_any_two_pictures_can_be_chosen(open_page: OpenPage, person: User) -> None:
    page, dialog, proposal = open_compare(open_page, person)
    shas = list_shas(proposal)
    dialog.locator(f'.picker[data-sha="{shas[4]}"]').click()
    expect(dialog.locator('[data-layer="right"]')).to_have_attribute("src", re.compile(shas[4]))
    expect(dialog.locator(f'.picker[data-sha="{shas[4]}"]')).to_be_focused()
    expect(dialog.locator(f'.picker[data-sha="{shas[1]}"]')).to_be_disabled()
    seen = set()
    for _ in range(4):
        page.keyboard.press(".")
        seen.add(dialog.locator('.picker[aria-pressed="true"]').get_attribute("data-sha"))
    assert seen == set(shas) - {shas[1]}


def test_a_split_follows_the_pointer_and_a_slider(open_page: OpenPage, person: User) -> None:
    page, dialog, _ = open_compare(open_page, person)
    page.keyboard.press("w")
    frame = dialog.locator(".compare-frame").first
    box = frame.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50)
    slider = dialog.get_by_role("slider", name="Where the split is")
    expect(slider).to_have_value("25")
    slider.fill("60")
    clip = dialog.locator(".layer-over").evaluate("layer => getComputedStyle(layer).clipPath")
    assert clip == "inset(0px 0px 0px 60%)"


def test_pictures_stay_when_the_answer_does_not_come(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    page.route("**/comparison/**", lambda route: route.abort())
    page.reload()  # the page may have asked ahead before
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Compare")
    expect(dialog.locator("#compare-verdict")).to_contain_text("No answer")
    expect(pictures(dialog)).to_have_count(2)
    page.unroute("**/comparison/**")
    dialog.locator('.picker[aria-pressed="true"]').click()
    expect(dialog.locator("#compare-verdict")).to_contain_text("same")


def test_the_zoom_goes_down_to_the_pixels_of_the_file_and_through_the_pictures(
    open_page: OpenPage, person: User
) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    page.keyboard.press(" ")
    dialog = page.locator("#zoom")
    expect(dialog).to_contain_text("320 × 320 px · PNG · Norda: picture 2 of 4")
    page.keyboard.press("1")
    expect(dialog.locator("[data-zoom]")).to_have_text("100 %")
    page.keyboard.press(".")
    expect(dialog.get_by_role("heading")).to_have_text("Picture 2, angle")
    page.keyboard.press(" ")
    expect(dialog).to_be_hidden()


def test_two_fingers_enlarge(open_page: OpenPage, person: User) -> None:
    _, dialog, _ = open_compare(open_page, person, size=(390, 844), has_touch=True)
    whole = scale(dialog, "left")
    dialog.locator(".compare-frame").first.evaluate(
        """(frame) => {
          frame.setPointerCapture = () => {};
          const box = frame.getBoundingClientRect();
          const touch = (name, id, x) => frame.dispatchEvent(new PointerEvent(name, {
            pointerId: id, clientX: box.left + x * box.width, clientY: box.top + 50, bubbles: true }));
          touch("pointerdown", 1, 0.4);
          touch("pointerdown", 2, 0.6);
          touch("pointermove", 2, 0.8);
          touch("pointerup", 1, 0.4);
          touch("pointerup", 2, 0.8);
        }"""
    )
    assert scale(dialog, "left") == pytest.approx(2 * whole, rel=0.02)
    assert scale(dialog, "right") == pytest.approx(2 * whole, rel=0.02)
