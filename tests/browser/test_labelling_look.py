"""The worker's page for everybody: axe finds nothing, nothing is too wide, the keyboard reaches all of it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, ViewportSize, expect

from review.models import ExamplePicture
from tests.browser.conftest import OpenPage
from tests.browser.labelling import ask_about, make_worker
from tests.review.conftest import make_person
from tests.review.factories import make_pictured_image

SIZES = ((1440, 900), (390, 844))


@pytest.fixture
def worker(live_server: object) -> User:
    return make_worker()


def look(page: Page, name: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_question_of_any_kind(open_page: OpenPage, worker: User, scheme: str) -> None:
    image = make_pictured_image(901)
    ExamplePicture.objects.create(subject="badge", image=image, value="yes", caption="a price")
    ask_about(20, "badge")
    page = open_page("/label/", worker, color_scheme=scheme)
    expect(page.locator(".stage img")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(".question-examples img")).to_be_visible()
    look(page, "one question")
    page.keyboard.press("f")
    look(page, "flagging")
    page.goto("/label/grid/?subject=badge")
    expect(page.locator(".answer-tile")).to_have_count(20)
    look(page, "twenty at once")
    other = make_worker("ann")
    ask_about(1, "pair")
    page = open_page("/label/", other, color_scheme=scheme)
    look(page, "another person")


def test_axe_finds_nothing_where_an_admin_asks(open_page: OpenPage, worker: User) -> None:
    ask_about(3)
    page = open_page("/questions/", make_person("ada", "admin"))
    look(page, "questions")


def test_without_a_mouse_every_answer_is_reached_and_pressed(open_page: OpenPage, worker: User) -> None:
    ask_about(2)
    page = open_page("/label/", worker)
    expect(page.locator("[data-needs-script]")).to_be_visible()
    names = []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().split(' ')[0]"))
    assert {"Yes", "No", "I", "Skip", "Flag", "Twenty"} <= set(names)
    page.get_by_role("button", name="No", exact=False).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#today")).to_have_text("1 answer today")


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_that_does_not_come_is_said_over_its_place_and_pushes_nothing(
    open_page: OpenPage, worker: User, size: tuple[int, int]
) -> None:
    ask_about(8)
    page = open_page("/label/", worker, size=size)
    page.route("**/i/**", lambda route: route.abort())
    before = page.locator("#sentence").bounding_box()
    for _ in range(7):  # three are loaded ahead
        page.wait_for_timeout(400)  # as somebody who looks before each key
        if page.locator("#trouble").is_visible():
            break
        page.keyboard.press("n")
    expect(page.get_by_text("The picture could not be loaded.")).to_be_visible()
    assert page.locator("#sentence").bounding_box() == before


def test_three_answers_stand_two_and_one_on_a_phone(open_page: OpenPage, worker: User) -> None:
    ask_about(1)
    page = open_page("/label/", worker, size=(390, 844))
    first, _, last = (one.bounding_box() for one in page.locator("#answers button").all())
    assert first and last
    assert last["width"] > 2 * first["width"]
