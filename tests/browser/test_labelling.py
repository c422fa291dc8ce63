"""The worker's page by keys and by finger: the next question at once, nothing lost and nothing doubled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.actions import departures, trust
from review.models import Answer, GoldQuestion, Question, QuestionSlot, SkippedQuestion, WorkerPause
from tests.browser.labelling import (
    SOON_MS,
    ask_about,
    expect_in_sight,
    open_two_windows,
    press,
    said,
    sha_in_sight,
    wait_saved,
)

STRIKE_TWICE = """() => {
  const strike = () => new KeyboardEvent("keydown", { key: "n", bubbles: true });
  document.body.dispatchEvent(strike());
  document.body.dispatchEvent(strike());
}"""


def test_one_key_answers_and_the_next_picture_is_there(live_server: Any, label: Any) -> None:
    made = ask_about(4)
    page = label()
    for question, key in zip(made[:3], "yn0", strict=True):
        expect_in_sight(page, question.image.sha256)
        press(page, key)
    expect_in_sight(page, made[3].image.sha256)
    wait_saved(page)
    assert said() == [(made[0].pk, "yes"), (made[1].pk, "no"), (made[2].pk, "cannot_tell")]
    expect(page.locator("#today")).to_have_text("3 answers today")
    assert all(0.2 < (one.seconds or 0) < 30 for one in Answer.objects.all())


def test_a_key_that_is_held_down_answers_one_question(live_server: Any, label: Any) -> None:
    ask_about(4)
    page = label()
    for _ in range(4):
        page.keyboard.down("y")
    page.keyboard.up("y")
    page.wait_for_timeout(SOON_MS)
    wait_saved(page)
    assert len(said()) == 1
    page.evaluate(STRIKE_TWICE)  # the second time before anybody can have looked
    page.wait_for_timeout(SOON_MS)
    wait_saved(page)
    assert len(said()) == 2


def test_taking_back_shows_it_again_and_the_second_answer_counts(live_server: Any, label: Any) -> None:
    made = ask_about(4)
    page = label()
    press(page, "y", "y", "z", "z")
    expect_in_sight(page, made[0].image.sha256)
    press(page, "n", "n")
    wait_saved(page)
    assert said() == [(made[0].pk, "no"), (made[1].pk, "no")]
    page.reload()
    page.wait_for_timeout(SOON_MS)
    press(page, "z")  # what a reload forgets nothing of
    expect(page.locator("#heard")).to_contain_text("Taken back")
    expect_in_sight(page, made[1].image.sha256)


def test_skipping_and_flagging_go_on_without_an_answer(live_server: Any, label: Any) -> None:
    made = ask_about(3)
    page = label()
    press(page, "s", "f")
    page.get_by_role("button", name="Flag", exact=True).last.click()
    expect(page.get_by_text("Say what, in a few words.")).to_be_visible()
    page.get_by_role("button", name="None of the answers fits").click()
    page.get_by_role("button", name="Flag", exact=True).last.click()
    expect_in_sight(page, made[2].image.sha256)
    wait_saved(page)
    rows = SkippedQuestion.objects.order_by("pk").values_list("question_id", "is_flag", "reason")
    assert list(rows) == [(made[0].pk, False, ""), (made[1].pk, True, "None of the answers fits")]
    assert said() == []


def test_without_a_network_answers_are_kept_and_sent_once_it_is_back(live_server: Any, label: Any) -> None:
    made = ask_about(3)
    page = label()
    page.context.set_offline(True)
    press(page, "y", "n")
    expect(page.locator("#saved")).to_contain_text("2 answers are kept here")
    assert said() == []
    page.context.set_offline(False)
    wait_saved(page)
    assert said() == [(made[0].pk, "yes"), (made[1].pk, "no")]


def test_what_was_answered_offline_outlives_the_page(live_server: Any, label: Any) -> None:
    made = ask_about(2)
    page = label()
    page.route("**/label/answers/", lambda route: route.abort())
    press(page, "y")
    expect(page.locator("#saved")).to_contain_text("1 answer is kept here")
    page.unroute("**/label/answers/")
    page.goto("/label/")
    wait_saved(page)
    assert said() == [(made[0].pk, "yes")]
    expect_in_sight(page, made[1].image.sha256)


def test_two_windows_show_the_same_question_and_keep_one_answer(live_server: Any, label: Any) -> None:
    made = ask_about(3)
    first, second = open_two_windows(label, made)
    press(first, "y")
    wait_saved(first)
    press(second, "n")
    second.wait_for_timeout(SOON_MS)
    assert said() == [(made[0].pk, "yes")]
    expect_in_sight(second, made[1].image.sha256)


def test_a_pair_flickers_while_space_is_held_and_is_enlarged_together(live_server: Any, label: Any) -> None:
    (question,) = ask_about(1, "pair")
    page = label()
    over = page.locator(".stage-over")
    expect(over).to_be_hidden()
    page.keyboard.down(" ")
    expect(over).to_be_visible()
    page.keyboard.up(" ")
    expect(over).to_be_hidden()
    before = page.locator(".stage-frame > img:not(.stage-over)").evaluate_all(
        "all => all.map(one => one.style.transform)"
    )
    page.keyboard.press("+")
    after = page.locator(".stage-frame > img:not(.stage-over)").evaluate_all(
        "all => all.map(one => one.style.transform)"
    )
    assert all(old != new for old, new in zip(before, after, strict=True))
    press(page, "1")
    wait_saved(page)
    assert said() == [(question.pk, "duplicate")]


def test_the_hero_is_chosen_by_the_arrow_to_its_side(live_server: Any, label: Any) -> None:
    made = ask_about(2, "hero")
    page = label()
    left = [sha_in_sight(page)]
    press(page, "ArrowLeft")
    page.wait_for_timeout(SOON_MS)
    left.append(sha_in_sight(page))
    press(page, "ArrowLeft")
    wait_saved(page)
    for question, sha in zip(made, left, strict=True):
        first = question.image.sha256 == sha
        assert (question.pk, "first" if first else "second") in said()


def test_twenty_at_once_are_sent_in_one_request_and_taken_back_as_one(live_server: Any, label: Any) -> None:
    made = ask_about(22, "badge")
    page = label("/label/grid/")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "answers" in request.url else None)
    page.keyboard.press("2")
    for key in ("ArrowRight", "ArrowRight", "Space", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#submit-word")).to_have_text("Save 20: 1 yes")
    page.keyboard.press("Enter")
    wait_saved(page)
    expect(page.locator(".answer-tile")).to_have_count(2)
    values = [value for _, value in sorted(said())]
    assert (len(requests), values[:3], set(values[3:])) == (1, ["no", "yes", "cannot_tell"], {"no"})
    page.keyboard.press("z")
    expect(page.locator(".answer-tile")).to_have_count(20)
    wait_saved(page)
    assert said() == []
    marked = page.locator('.answer-tile[data-value="yes"] img')
    expect(marked).to_have_attribute("src", re.compile(made[1].image.sha256))


def test_misses_are_told_as_advice_and_the_share_names_no_question(
    live_server: Any, label: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "_share_for", lambda *_: 1.0)
    for question in ask_about(8):
        GoldQuestion.objects.create(question=question, value="yes")
    Question.objects.update(origin="gold", state="settled", settled_value="yes")
    ask_about(16)
    page = label()
    for _ in range(18):
        press(page, "n")
        wait_saved(page)
        known = Answer.objects.filter(question__gold__isnull=False).count()
        if known >= 5:
            break
        expect(page.locator("#known")).to_have_text("")
    expect(page.locator("#advice")).to_contain_text("your answers differ from known ones")
    expect(page.locator("#known")).to_have_text("0 of the last 5 known questions right")
    page.get_by_role("button", name="I have read them").click()
    expect(page.locator("#advice")).to_be_hidden()


def test_a_pause_that_comes_meanwhile_says_why(live_server: Any, label: Any) -> None:
    ask_about(3)
    page = label()
    pause = {"subject": "", "reason": "2 of the last 8 known questions were answered right."}
    WorkerPause.objects.create(person=User.objects.get(username="wim"), **pause)
    press(page, "y")
    expect(page.locator("#pause")).to_contain_text("You are not asked anything for now: 2 of the last 8")
    expect(page.locator("#empty")).to_be_hidden()


def test_by_finger_on_a_phone_nothing_runs_out(live_server: Any, label: Any) -> None:
    made = ask_about(2, "type", ("front", "side", "back", "detail", "lifestyle", "other"))
    page = label(size=(390, 844), has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture = page.locator(".stage").bounding_box()
    assert picture is not None and picture["height"] > 300
    page.get_by_role("button", name="Back view").tap()
    wait_saved(page)
    assert said() == [(made[0].pk, "back")]


def list_held() -> set[int]:
    held = QuestionSlot.objects.filter(leased_by__isnull=False, leased_until__gt=timezone.now())
    return set(held.values_list("question_id", flat=True))


def test_leaving_gives_the_questions_back_and_loading_again_does_not(
    live_server: Any, label: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, ended = ask_about(5), []
    leave = departures.leave
    monkeypatch.setattr(departures, "leave", lambda **said: ended.append(leave(**said)))
    page = label()
    press(page, "y")
    wait_saved(page)
    assert list_held() == {question.pk for question in made[1:4]}
    page.reload()
    wait_until(page, lambda: len(ended) == 1)
    assert (ended, list_held()) == ([0], {question.pk for question in made[1:4]})
    expect_in_sight(page, made[1].image.sha256)
    page.goto("/nothing/here/")
    wait_until(page, lambda: len(ended) == 2)
    assert (ended, list_held()) == ([0, 3], set())


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """The last words of a page that is gone are no request of the page that is there."""
    for _ in range(25):
        if is_so():
            return
        page.wait_for_timeout(SOON_MS)
