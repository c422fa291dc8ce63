"""Models in a browser: train, follow, compare, release, roll back; and what the pages look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from review import comparing, releasing, tasks, training
from review.actions import learning
from review.models import ModelComparison, ModelVersion, Release, Snapshot, SnapshotRow, TrainingRun
from tests.browser.conftest import SCREENSHOTS, OpenPage
from tests.review.conftest import make_person
from tests.review.factories import make_pictured_image
from tests.review.heads import SIZE, embed_numbers, lay_ground
from tests.review.test_learning_actions import make_model
from tests.review.test_shipped_cards import CARD
from tests.review.test_training import make_row

NOW = timezone.now()


@pytest.fixture
def admin(live_server: Any, store: None, settings: Any, tmp_path: Path, monkeypatch: Any) -> User:
    """An admin; messages to workers are kept, and the test works them off."""
    lay_ground(settings, tmp_path, monkeypatch)
    monkeypatch.setattr(tasks, "hint", lambda *_, **__: None)
    return make_person("ada", "admin")


def make_snapshot() -> Snapshot:
    """A small frozen data set of pictures that can be seen."""
    rng = np.random.default_rng(4)
    snapshot = Snapshot.objects.create(name="weapons, week 48", judge="weapon")
    rows = []
    for number in range(210):
        value = "yes" if number % 3 == 0 else "no"
        numbers = rng.normal(0, 1, SIZE)
        numbers[:40] += 0.8 if value == "yes" else 0
        row = make_row(snapshot, None, value, f"p{number}")
        row.image = embed_numbers(numbers, make_pictured_image(number) if row.side == "test" else None)
        rows.append(row)
    SnapshotRow.objects.bulk_create(rows)
    counts = {
        "train": {"yes": 24, "no": 48},
        "validation": {"yes": 8, "no": 16},
        "test": {"yes": 8, "no": 16},
    }
    Snapshot.objects.filter(pk=snapshot.pk).update(
        frozen_at=NOW, digest="d" * 64, state="done", counts=counts
    )
    return snapshot


def look(page: Page, name: str) -> None:
    """At the desk and on the phone, in both schemes: nothing off the screen, nothing for axe."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size(ViewportSize(width=width, height=height))
            page.wait_for_load_state("networkidle")
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size(ViewportSize(width=1440, height=900))


def test_a_model_is_trained_compared_released_and_rolled_back(open_page: OpenPage, admin: User) -> None:
    make_snapshot()
    page = open_page("/models/", admin)
    look(page, "models-empty")
    page.get_by_role("link", name="Train a model").click()
    page.get_by_role("link", name="Shallow network").click()
    page.get_by_text("Settings").click()
    page.get_by_label("Epochs").fill("20")
    look(page, "models-train")
    page.get_by_role("button", name="Train").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("waiting for a worker")
    run = TrainingRun.objects.get()
    assert training.run_training(run.pk)
    page.get_by_role("link", name="The model and its card").wait_for()  # the page follows by itself
    look(page, "models-training")
    page.get_by_role("link", name="The model and its card").click()
    look(page, "models-card")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_contain_text("waiting for a worker")
    assert comparing.run_comparison(ModelComparison.objects.get().pk)
    page.get_by_role("heading", name="Past decisions, decided again").wait_for()
    look(page, "models-comparison")
    release_and_go_back(page)


def release_and_go_back(page: Page) -> None:
    """From a comparison's page."""
    page.get_by_role("link", name="Release").click()
    look(page, "models-release")
    page.get_by_role("button", name="Release").press("Enter")
    expect(page.locator("main")).to_contain_text("judges from now on")
    assert releasing.follow(Release.objects.get().pk) is None  # no proposal waits
    page.reload()
    look(page, "models-list")
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.locator("main")).to_contain_text("What ships with the product judges again")
    assert ModelVersion.objects.get().state == "retired"


def test_a_training_is_stopped_from_its_page(open_page: OpenPage, admin: User) -> None:
    run = learning.train(
        judge="weapon",
        category=None,
        snapshot=Snapshot.objects.get(pk=make_snapshot().pk),
        technique="shallow",
        config={},
        seed=0,
        by=admin,
        now=NOW,
    )
    page = open_page(f"/models/trainings/{run.pk}/", admin)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("main")).to_contain_text("It was stopped")
    run.refresh_from_db()
    assert run.state == "stopped"


def test_a_table_of_ten_types_is_seen_whole_on_a_desk(open_page: OpenPage, admin: User) -> None:
    names = [
        "accessory",
        "angle",
        "back",
        "detail",
        "front",
        "lifestyle",
        "multiview",
        "packaging",
        "side",
        "top",
    ]
    table = {"names": names, "columns": [*names, "unsure"], "rows": [[1] * 11 for _ in names]}
    told = {"rows": 9, "figures": {"accuracy": 0.9}, "by_class": [], "confusion": table, "reliability": []}
    model = ModelVersion.objects.create(
        name="m", sha256="a" * 64, judge="type", card={"sides": {"test": told}}
    )
    page = open_page(f"/models/{model.pk}/", admin)
    frame = page.locator(".table-frame:has(.models-confusion)")
    assert frame.evaluate("(frame) => frame.scrollWidth <= frame.clientWidth")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_card_of_a_model_that_ships_fits_a_phone_and_unfolds(
    open_page: OpenPage, admin: User, size: tuple[int, int]
) -> None:
    shipped = make_model("type", state="shipped")
    shipped.card = CARD
    shipped.save()
    page = open_page(f"/models/{shipped.pk}/", admin, size=size, locale="de-DE", color_scheme="dark")
    page.get_by_text("Alles, was auf der Karte steht").click()
    expect(page.locator(".models-raw")).to_contain_text('"temperature": 0.6144')
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
