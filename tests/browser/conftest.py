"""A real browser on a live server; skipped in one clear line where there is no Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect, sync_playwright

from review.models import CategoryGrant, Proposal
from smartimg.setup.checks import find_browser
from tests.browser.labelling import SOON_MS, make_worker
from tests.review.conftest import make_person
from tests.review.factories import USUAL, Candidate, make_pictured_image, make_product, make_proposal

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
CHROMIUM = find_browser()
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder needs the browser and a live server."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with this folder's tests: its loop runs in the thread where other tests start theirs."""
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium-headless-shell")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def person(live_server: Any) -> User:
    """A specialist for everything."""
    person = make_person("sam", "specialist")
    CategoryGrant.objects.create(user=person, path="")
    return person


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> None:
    """Pictures of a test lie in a folder of its own."""
    options = {"location": str(tmp_path), "base_url": None}
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**django_settings.STORAGES, "default": folder}


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, store: None) -> Iterator[OpenPage]:
    """Opens an address as somebody; a script error or a refused resource fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []
    under_way: set[Request] = set()

    def open_it(
        path: str, user: User | None = None, *, size: tuple[int, int] = (1440, 900), **options: Any
    ) -> Page:
        window = ViewportSize(width=size[0], height=size[1])
        context = chromium.new_context(viewport=window, base_url=live_server.url, **options)
        contexts.append(context)
        if user is not None:
            context.add_cookies([_log_in(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Refused" in said.text else None)
        page.on("request", lambda request: under_way.add(request))
        page.on("requestfinished", lambda request: under_way.discard(request))
        page.on("requestfailed", lambda request: under_way.discard(request))
        page.goto(path)
        return page

    answering = Answering()
    yield open_it
    _wait_for_none(contexts, under_way)
    _leave(contexts)
    answering.wait_for_none()
    assert not troubles


def _wait_for_none(contexts: list[BrowserContext], under_way: set[Request]) -> None:
    """A request that is still being answered would meet the emptying of the tables."""
    for _ in range(40):
        if not under_way:
            break
        for page in contexts[0].pages[:1]:
            page.wait_for_timeout(50)


def _leave(contexts: list[BrowserContext]) -> None:
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")  # what a page sends as it is left, it sends now
        context.close()


@pytest.fixture
def label(open_page: OpenPage) -> Any:
    """Opens the page as Wim, on questions that are there already."""
    wim = make_worker()

    def open_it(path: str = "/label/", **options: Any) -> Page:
        page = open_page(path, wim, **options)
        expect(page.locator(".question-tools")).to_be_visible()
        page.wait_for_timeout(SOON_MS)
        return page

    return open_it


class Answering:
    """How many requests the live server, which runs in this process, answers at this moment."""

    def __init__(self) -> None:
        self.count = 0
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def _begin(self, **_: Any) -> None:
        self.count += 1

    def _end(self, **_: Any) -> None:
        self.count -= 1

    def wait_for_none(self) -> None:
        """Until nothing was under way for a tenth of a second: the browser's last words come late."""
        quiet = 0
        for _ in range(200):
            quiet = 0 if self.count > 0 else quiet + 1
            if quiet == 5:
                break
            time.sleep(0.02)


def _log_in(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def propose(title: str = "Zoe armchair", seed: int = 1, **said: Any) -> Proposal:
    """The usual proposal with pictures that the page can show."""
    images = [make_pictured_image(seed * 10 + number) for number in range(len(USUAL))]
    judges = {"blur": {"score": 0.12, "threshold": 0.7, "flag": False}}
    poor = {"blur": {"score": 0.93, "threshold": 0.7, "flag": True, "version": "blur-1"}}
    copied = {"distances": {"phash": 2}, "thresholds": {"phash": 10}, "decided_by": "residual"}
    kinds = {"front": 0.9, "angle": 0.06}
    candidates = [
        Candidate(**{**vars(wanted), "evidence": {"judges": poor if wanted.reason == "blur" else judges}})
        for wanted in USUAL
    ]
    candidates[0].evidence["type"] = {"head": "armchair", "threshold": 0.6, "probabilities": kinds}
    candidates[2].evidence["copy"] = copied
    summary = "front view becomes the hero · 1 copy removed · 1 blurred image removed · 1 added from Solvik"
    changes = {"hero": 1, "copy": 1, "quality": 1, "added": 1}
    usual: dict[str, Any] = {"summary": summary, "changes": changes, "benefit": 0.8, "doubt": 0.2}
    return make_proposal(candidates, images=images, **({"product": make_product(title)} | usual | said))
