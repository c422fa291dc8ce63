"""From labels to a live model and back, in one go: freeze, export, train, compare, release, roll back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from review import tasks
from review.models import ModelVersion, Release, Snapshot
from tests.browser.conftest import OpenPage
from tests.review.conftest import make_person
from tests.review.heads import SIZE, embed_numbers, lay_ground
from tests.review.labelled import label


@pytest.fixture
def admin(
    live_server: Any, store: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> User:
    """An admin; what would be a worker's is done at once."""
    lay_ground(settings, tmp_path, monkeypatch)
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: task(*args))
    return make_person("ada", "admin")


def make_labels(count: int = 240) -> None:
    """A third has it, and their embeddings lie apart."""
    rng = np.random.default_rng(4)
    for number in range(count):
        has_it = number % 3 == 0
        numbers = rng.normal(0, 1, SIZE)
        numbers[:40] += 1.2 * has_it
        label(embed_numbers(numbers), "weapon" if has_it else "fine", subject="weapon")


def freeze_and_export(page: Page) -> None:
    page.locator("#judge").select_option("weapon")
    page.get_by_role("button", name="Freeze").press("Enter")
    page.get_by_role("heading", name="240 labels").wait_for()
    page.get_by_role("button", name="Write CSV").press("Enter")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download labels.csv").press("Enter")
    assert Path(waiting.value.path()).read_bytes().count(b"\n") == 241
    expect(page.get_by_role("row", name="CSV").first).to_contain_text("kept until")


def train_and_compare(page: Page) -> None:
    page.get_by_role("link", name="Train a model on it").click()
    page.get_by_role("button", name="Train").press("Enter", timeout=60_000)  # the next page waits for a core
    page.get_by_role("link", name="The model and its card").click()
    page.get_by_role("button", name="Compare").press("Enter")
    page.get_by_role("heading", name="Past decisions, decided again").wait_for()
    expect(page.get_by_role("status")).to_contain_text("The candidate is better")


def test_labels_become_a_live_model_that_can_be_taken_back(open_page: OpenPage, admin: User) -> None:
    make_labels()
    page = open_page("/data/", admin)
    freeze_and_export(page)
    train_and_compare(page)
    page.get_by_role("link", name="Release").click()
    page.get_by_role("button", name="Release").press("Enter")
    expect(page.locator("main")).to_contain_text("judges from now on")
    made = Release.objects.get()
    assert made.model is not None and made.model.training_run is not None
    assert (made.model.state, made.model.training_run.snapshot) == ("live", Snapshot.objects.get())
    assert made.followed_at is not None
    page.goto(page.url.split("/models/")[0] + "/models/")
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.locator("main")).to_contain_text("What ships with the product judges again")
    assert ModelVersion.objects.get().state == "retired"
