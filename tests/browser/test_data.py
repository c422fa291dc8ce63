"""Data sets in the browser: frozen, compared, written, downloaded; labels sent; for everybody to read."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, ViewportSize, expect

from review import tasks
from review.models import Label, Snapshot
from tests.browser.conftest import SCREENSHOTS, OpenPage
from tests.review.conftest import make_person
from tests.review.factories import make_pictured_image
from tests.review.labelled import freeze, label
from tests.review.test_label_imports import csv_of

SIZES = ((1440, 900), (390, 844))


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """What would be a worker's is done at once."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: task(*args))


@pytest.fixture
def ada(live_server: Any) -> User:
    return make_person("ada", "admin")


def make_labels(first: int = 0, count: int = 8) -> list[str]:
    images = [make_pictured_image(number) for number in range(first, first + count)]
    for number, image in enumerate(images):
        label(image, "blur" if number % 2 else "fine")
    return [image.sha256 for image in images]


def check(page: Page, name: str) -> None:
    """Nothing off the screen, nothing that axe finds."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENSHOTS / f"{name}-{size[0]}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_data_set_is_frozen_written_and_downloaded(open_page: OpenPage, ada: User) -> None:
    make_labels()
    page = open_page("/data/", ada)
    page.get_by_label("Name").fill("blurred ones")
    page.get_by_role("button", name="Freeze").press("Enter")
    expect(page.get_by_role("heading", name="8 labels")).to_be_visible()
    frozen = Snapshot.objects.get()
    assert frozen.name == "blurred ones"
    expect(page.get_by_text(frozen.digest)).to_be_visible()
    page.get_by_role("button", name="Write CSV").press("Enter")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download labels.csv").press("Enter")
    data = Path(waiting.value.path()).read_bytes()
    assert waiting.value.suggested_filename == f"blur-{frozen.pk}-labels.csv"
    assert hashlib.sha256(data).hexdigest() == frozen.exports.get().files[0]["sha256"]
    assert data.count(b"\n") == 9


def test_what_changed_between_two_is_shown(open_page: OpenPage, ada: User) -> None:
    make_labels()
    freeze()
    make_labels(20, 3)
    page = open_page(f"/data/{freeze().pk}/", ada)
    page.get_by_role("button", name="Compare").press("Enter")
    rows = page.locator("section[aria-labelledby='changes'] tbody tr")
    expect(rows.first.get_by_text("added")).to_be_visible()
    assert sum(int(count) for count in rows.locator("td:last-child").all_inner_texts()) == 3


def test_labels_are_sent_and_the_report_names_bad_rows(
    open_page: OpenPage, ada: User, tmp_path: Path
) -> None:
    shas = make_labels(0, 2)
    file = tmp_path / "labels.csv"
    file.write_bytes(csv_of(f"{shas[0]},badge,yes,", "abc,badge,yes,"))
    page = open_page("/data/imports/", ada)
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="2 rows read")).to_be_visible()
    expect(page.get_by_text("no SHA-256")).to_be_visible()
    assert Label.objects.filter(subject="badge").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody(open_page: OpenPage, ada: User, scheme: str, tmp_path: Path) -> None:
    page = open_page("/data/", ada, color_scheme=scheme)
    check(page, f"data-empty-{scheme}")
    shas = make_labels()
    frozen = freeze()
    pair = {"image": shas[0], "side": "test", "other": shas[1], "other_side": "train", "cosine": 0.99}
    near = {"of": 9, "checked": 7, "found": 1, "pairs": [pair]}
    Snapshot.objects.update(progress={"groups_on_two_sides": 3, "near_copies": near})
    page.goto("/data/")
    check(page, f"data-list-{scheme}")
    make_labels(20, 3)
    freeze()
    page.goto(f"/data/{frozen.pk}/")
    for name in ("Write CSV", "Write COCO"):
        page.get_by_role("button", name=name).click()
    page.get_by_text("Addresses for programs").click()
    page.get_by_role("button", name="Compare").click()
    check(page, f"data-set-{scheme}")
    file = tmp_path / "labels.csv"
    file.write_bytes(csv_of(f"{shas[0]},badge,yes,", "abc,badge,yes,"))
    page.goto("/data/imports/")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(re.compile(r"/data/imports/\d+/$"))
    check(page, f"data-import-{scheme}")
    page.goto("/data/imports/")
    check(page, f"data-imports-{scheme}")
