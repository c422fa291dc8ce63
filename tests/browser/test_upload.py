"""A large file is sent with a bar that can be followed and stopped; what the server says of it is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect

from review.models import LabelImport
from tests.browser.conftest import OpenPage
from tests.review.conftest import make_person

SIZES = ((1440, 900), (390, 844))


@pytest.fixture
def ada(live_server: Any) -> User:
    return make_person("ada", "admin")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.csv"
    file.write_text("sha256,judge,value,source\nabc,badge,yes,\n")
    return file


def hold(page: Page) -> list[Route]:
    """The file is on its way, and the server does not answer yet."""
    held: list[Route] = []
    page.route(
        "**/imports/",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    return held


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_while_it_is_sent_there_is_a_bar_and_nothing_moves(
    open_page: OpenPage, ada: User, labels: Path, size: tuple[int, int], scheme: str
) -> None:
    page = open_page("/data/imports/", ada, size=size, color_scheme=scheme)
    hold(page)
    page.locator("#file").set_input_files(labels)
    before = page.locator("form.panel").bounding_box()
    page.get_by_role("button", name="Send", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="How much of the file is sent")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    assert page.locator("form.panel").bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_focused()
    assert page.locator("#file").input_value().endswith("labels.csv")
    assert not LabelImport.objects.exists()


def test_it_leads_to_the_report_or_says_what_is_wrong_in_its_place(
    open_page: OpenPage, ada: User, labels: Path, tmp_path: Path
) -> None:
    page = open_page("/data/imports/", ada)
    odd = tmp_path / "labels.xls"
    odd.write_bytes(b"x")
    page.locator("#judge").fill("badge")
    page.locator("#file").set_input_files(odd)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("the name does not tell the format")
    expect(page.locator("#judge")).to_have_value("badge")
    page.locator("#file").set_input_files(labels)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page).to_have_url(re.compile(r"/data/imports/\d+/$"))
    assert LabelImport.objects.count() == 1


def test_a_connection_that_breaks_is_told_and_the_form_can_be_sent_again(
    open_page: OpenPage, ada: User, labels: Path
) -> None:
    page = open_page("/data/imports/", ada)
    page.route(
        "**/imports/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.locator("#file").set_input_files(labels)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("send it again|taken once"))
    page.unroute("**/imports/")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page).to_have_url(re.compile(r"/data/imports/\d+/$"))


def test_without_a_script_the_browser_sends_it(open_page: OpenPage, ada: User, labels: Path) -> None:
    page = open_page("/data/imports/", ada, java_script_enabled=False)
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    page.locator("#file").set_input_files(labels)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page).to_have_url(re.compile(r"/data/imports/\d+/$"))


def test_the_words_of_the_bar_are_plain(open_page: OpenPage, ada: User) -> None:
    page = open_page("/imports/", ada)
    told = page.evaluate("""async () => {
      const { describeUpload } = await import("/static/js/upload.js");
      const moments = [[0, 1], [75e6, 5], [150e6, 600]];
      return moments.map(([loaded, seconds]) => describeUpload({ loaded, total: 300e6, seconds }));
    }""")
    assert told == [
        "0 of 300 MB",
        "75 of 300 MB, about 15 seconds left",
        "150 of 300 MB, about 10 minutes left",
    ]
