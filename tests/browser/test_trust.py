"""In the browser: known questions hidden among the others, a pause and its end, a dispute settled by keys."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from review.actions import labelling, pauses, standings, trust
from review.models import Answer, Label, Question, WorkerPause, WorkerStanding
from tests.browser.conftest import SCREENSHOTS, OpenPage
from tests.browser.labelling import SOON_MS
from tests.review.conftest import make_person
from tests.review.crowds import make_category, make_gold, make_question, make_workers, say
from tests.review.factories import make_pictured_image, make_product
from tests.review.test_settling import trust as make_trusted

DESK, PHONE = (1440, 900), (390, 844)


@pytest.fixture
def worker(live_server: object) -> User:
    return make_person("wim", "worker")


@pytest.fixture
def admin(live_server: object) -> User:
    return make_person("ada", "admin")


def ask(number: int, subject: str = "blur", choices: tuple[str, ...] = ("yes", "no")) -> Question:
    product = make_product(category=make_category().path)
    said = {"image": make_pictured_image(number), "product": product, "category": product.category}
    if subject == "pair":
        said["other"] = make_pictured_image(number + 50)
    return make_question(subject, choices, **said)


def dispute(number: int, subject: str = "blur", *values: str) -> Question:
    choices = ("duplicate", "different") if subject == "pair" else ("yes", "no")
    question = ask(number, subject, choices)
    values = values or (choices[0], choices[1], choices[0], choices[1], choices[0])
    for person, value in zip(make_workers(len(values)), values, strict=True):
        say(question, person, value, seconds=1.8)
    return question


def make_crowd(worker: User) -> None:
    """Two who are good, and the worker who is not and was paused for it."""
    good = make_workers(2)
    make_trusted([*good, worker])
    for number in range(4):
        question = ask(number)
        for person in (*good, worker):
            say(question, person, "no" if number % 2 else "yes", seconds=1.4)
    for number in range(8):
        known = make_gold(image=make_pictured_image(20 + number))
        say(known.question, good[0], "yes", seconds=2.0)
        say(known.question, worker, "no", seconds=0.5)
    dispute(40)
    labelling.skip(question=ask(41), by=good[0], now=timezone.now())
    standings.refit("blur", timezone.now())


def look(page: Page, name: str, scheme: str) -> None:
    """Nothing off the screen, and nothing for axe to find, on both screens."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size in (DESK, PHONE):
        page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENSHOTS / f"{name}-{size[0]}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    expect(page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_pages_fit(open_page: OpenPage, worker: User, admin: User, scheme: str) -> None:
    make_crowd(worker)
    pages = {
        "crowd": "/crowd/",
        "workers": "/crowd/workers/",
        "rules": "/crowd/rules/",
        "known": "/known-questions/",
        "dispute": "/disputes/",
    }
    for name, address in pages.items():
        look(open_page(address, admin, color_scheme=scheme), name, scheme)


def press(page: Page, key: str, said: str) -> None:
    """The page says what was done, and its keys work again once the sentence has the focus."""
    page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text(said)
    expect(page.locator("#sentence")).to_be_focused()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def test_a_dispute_is_settled_by_keys_and_taken_back(open_page: OpenPage, person: User) -> None:
    first, second = dispute(1), dispute(2, "pair")
    page = open_page("/disputes/", person)
    expect(page.locator("#said + ul")).to_contain_text("3 × Yes")
    press(page, "y", "Settled: Yes. 1 question left")
    expect(page.locator("#sentence")).to_have_text("Do the two show the same picture?")
    press(page, "z", "Taken back")
    expect(page.locator("#sentence")).to_have_text("Is the picture blurred?")
    press(page, "n", "Settled: No.")
    press(page, "s", "Passed by")
    press(page, "1", "Settled: The same picture. 0 questions left")
    expect(page.locator("#sentence")).to_have_text("Nothing is disputed")
    said = Label.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    assert [(label.question, label.value, label.source) for label in said] == [
        (first, "fine", "specialist"),
        (second, "duplicate", "specialist"),
    ]


def test_space_shows_the_second_picture_in_the_first_ones_place(open_page: OpenPage, person: User) -> None:
    dispute(3, "pair")
    page = open_page("/disputes/", person)
    own, other = (page.locator(".dispute-two img").nth(at).get_attribute("src") for at in (0, 1))
    page.keyboard.down(" ")
    expect(page.locator(".dispute-two img").first).to_have_attribute("src", str(other))
    page.keyboard.up(" ")
    expect(page.locator(".dispute-two img").first).to_have_attribute("src", str(own))


def test_a_known_question_looks_like_any_other_and_counts_for_the_person(
    open_page: OpenPage, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "_draw", lambda *_: 0.0)
    ask(60)
    make_gold(image=make_pictured_image(61))
    page = open_page("/label/", worker)
    expect(page.locator("[data-needs-script]").first).to_be_visible()
    for _ in range(2):
        expect(page.locator("#sentence")).to_have_text("Is the picture blurred?")
        assert "known" not in (page.locator("#question").text_content() or "").replace("Known", "")
        answered = Answer.objects.count()
        page.wait_for_timeout(SOON_MS)  # as somebody who looks before the key
        with page.expect_response(lambda answer: answer.url.endswith("/label/answers/")):
            page.keyboard.press("y")
        assert Answer.objects.count() == answered + 1
    standing = WorkerStanding.objects.get(person=worker)
    assert (standing.gold_seen, standing.gold_right) == (1, 1)


def test_a_pause_is_shown_to_the_person_and_ends_when_an_admin_lifts_it(
    open_page: OpenPage, worker: User, admin: User
) -> None:
    ask(70)
    reason = "2 of the last 9 questions with a known answer were answered right."
    pauses.pause(person=worker, subject="blur", reason=reason, now=timezone.now(), after=0)
    page = open_page("/label/", worker)
    expect(page.locator("main")).to_contain_text(reason)
    page.context.clear_cookies()
    office = open_page("/crowd/workers/", admin)
    expect(office.locator("main")).to_contain_text(reason)
    office.get_by_role("button", name="Ask again").click()
    expect(office.locator("main")).to_contain_text("wim is asked again.")
    assert WorkerPause.objects.get().lifted_by == admin
    again = open_page("/label/", worker)
    expect(again.locator("#sentence")).to_have_text("Is the picture blurred?")
