"""What helps to decide in a real browser: evidence, the shop's preview, lines between the strips, rules."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from review.models import Proposal, ProposalItem
from tests.browser.conftest import OpenPage, propose
from tests.review.factories import list_shas

DESK, PHONE = (1440, 900), (390, 844)


def open_proposal(open_page: OpenPage, person: User, **options: object) -> tuple[Page, Proposal]:
    proposal = propose()
    return open_page(f"/proposals/{proposal.pk}/", person, **options), proposal


def tile(page: Page, strip: str, sha: str) -> Locator:
    return page.locator(f'[data-strip="{strip}"] .tile[data-sha="{sha}"]')


def shown_picture(page: Page) -> str:
    return str(page.locator(".shop.is-shown .shop-large > .is-shown").get_attribute("src"))


def test_evidence_shows_each_judge_with_its_limit_and_what_it_means(
    open_page: OpenPage, person: User
) -> None:
    page, proposal = open_proposal(open_page, person)
    a, _, _, blurred, _ = list_shas(proposal)
    tile(page, "dropped", blurred).click()
    judge = page.locator('.judge[data-judge="blur"]')
    expect(judge).to_contain_text("0.93 ≥ 0.70")
    expect(judge).to_contain_text("Edges are soft, even on the product.")
    expect(judge).to_contain_text("model blur-1")
    tile(page, "after", a).click()
    expect(judge).to_contain_text("0.12 < 0.70")
    expect(judge.locator("p")).to_be_hidden()
    judge.locator("summary").click()
    expect(judge.locator("p")).to_contain_text("Edges are sharp.")
    shares = page.locator(".type-share").all_inner_texts()
    assert [share.split()[0] for share in shares] == ["front", "angle"]
    expect(page.locator("#detail-facts")).to_contain_text("Norda: picture 1 of 4")


def test_a_box_shows_what_a_judge_saw(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    item = ProposalItem.objects.get(proposal=proposal, reason="blur")
    said = {"score": 0.97, "threshold": 0.9, "flag": True, "evidence": {"box": [0.5, 0.25, 1.0, 0.5]}}
    item.evidence = {"judges": {"badge": said}}
    item.save()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    tile(page, "dropped", item.image.sha256).click()
    box = page.locator("#detail-boxes rect")
    assert [box.get_attribute(name) for name in ("x", "y", "width", "height")] == ["160", "80", "160", "80"]


def test_on_the_phone_evidence_is_folded_and_there(open_page: OpenPage, person: User) -> None:
    page, _ = open_proposal(open_page, person, size=PHONE)
    expect(page.locator("#evidence")).to_be_hidden()
    page.locator("#evidence-fold > summary").click()
    expect(page.locator("#evidence")).to_contain_text("Sharpness")


def test_why_a_picture_stands_there_is_said_and_follows_the_edits(open_page: OpenPage, person: User) -> None:
    page, proposal = open_proposal(open_page, person)
    a, b, copy, _, e = list_shas(proposal)
    why = page.locator("#detail-why")
    tile(page, "after", e).click()
    expect(why).to_contain_text(
        "Not in the shop yet. Solvik: picture 1 of 1. Back comes fourth in this category"
    )
    tile(page, "after", a).click()
    page.keyboard.press("m")
    expect(why).to_have_text("The hero, chosen by you.")
    tile(page, "after", b).click()
    expect(why).to_have_text("Front comes first in this category's order of types.")
    tile(page, "dropped", copy).click()
    expect(why).to_be_empty()
    page.keyboard.press("d")
    expect(why).to_have_text("Put back by you.")


def test_the_preview_shows_before_and_after_in_one_place(open_page: OpenPage, person: User) -> None:
    page, proposal = open_proposal(open_page, person)
    a, b, _, _, e = list_shas(proposal)
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog", name="As the shop would show it")
    expect(dialog).to_contain_text("After, the new set: picture 1 of 3")
    assert b in shown_picture(page)
    place = page.locator(".shop.is-shown .shop-large").bounding_box()
    page.keyboard.press(" ")
    expect(dialog).to_contain_text("Before, today's set: picture 1 of 4")
    assert a in shown_picture(page)
    assert page.locator(".shop.is-shown .shop-large").bounding_box() == place
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert e in shown_picture(page)
    expect(page.locator(".shop.is-shown .shop-dots .is-shown")).to_have_count(1)
    page.keyboard.press("p")
    expect(dialog).to_be_hidden()


def test_the_preview_shows_the_reviewers_edits(open_page: OpenPage, person: User) -> None:
    page, proposal = open_proposal(open_page, person)
    e = list_shas(proposal)[4]
    tile(page, "after", e).click()
    page.keyboard.press("m")
    page.keyboard.press("p")
    assert e in shown_picture(page)


def test_a_swipe_goes_through_the_phones_carousel(open_page: OpenPage, person: User) -> None:
    page, _ = open_proposal(open_page, person, size=PHONE, has_touch=True)
    page.locator('[data-do="preview"]').click()
    track = page.locator(".shop.is-shown .shop-track")
    track.evaluate("track => track.scrollTo({ left: track.clientWidth, behavior: 'instant' })")
    expect(page.locator("#preview [data-told]")).to_contain_text("picture 2 of 3")
    expect(page.locator(".shop.is-shown .shop-desk")).to_be_hidden()


def test_a_line_and_a_ghost_show_where_the_focused_picture_came_from(
    open_page: OpenPage, person: User
) -> None:
    page, proposal = open_proposal(open_page, person)
    _, b, copy, *_ = list_shas(proposal)
    tile(page, "after", b).click()
    page.mouse.move(0, 0)
    expect(page.locator("#lines .line")).to_have_count(1)
    expect(page.locator("#lines .line-moved")).to_have_count(1)
    expect(tile(page, "before", b)).to_have_class("tile is-ghost")
    tile(page, "dropped", copy).hover()
    expect(page.locator("#lines .line-removed")).to_have_count(1)
    expect(page.locator("#lines .line-copy")).to_have_count(1)  # to the picture that it repeats
    expect(page.locator(".is-ghost")).to_have_count(1)


def test_all_lines_come_and_go_at_a_key(open_page: OpenPage, person: User) -> None:
    page, _ = open_proposal(open_page, person)
    page.mouse.move(0, 0)
    page.keyboard.press("l")
    button = page.locator('[data-do="lines"]')
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lines .line-removed")).to_have_count(2)
    expect(page.locator("#lines .line-added")).to_have_count(1)
    gap = page.locator(".strip-after").bounding_box()
    assert gap
    ends = page.locator("#lines .line circle").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().bottom)"
    )
    assert max(ends) < gap["y"] + 60  # no line crosses the pictures of a strip
    button.click()
    page.mouse.move(0, 0)
    expect(page.locator("#lines .line")).to_have_count(1)


def test_rules_are_told_before_and_after_and_follow_edits_and_days(open_page: OpenPage, person: User) -> None:
    page, proposal = open_proposal(open_page, person)
    b = list_shas(proposal)[1]
    count = page.locator("[data-count-rules]")
    expect(count).to_contain_text("today")
    page.keyboard.press("r")
    google = page.locator(".rules-market", has_text="Google")
    expect(google).not_to_contain_text("at least 500 px")
    page.get_by_label("On", exact=True).fill("2027-02-01")
    expect(google).to_contain_text("320 px, at least 500 px")
    expect(count).to_contain_text("1 February 2027")
    rule = google.locator("li.rule-still", has_text="at least 500 px").locator(".rule-picture")
    before = rule.count()
    rule.first.click()
    expect(page.locator("#detail-title")).to_contain_text("Picture")
    tile(page, "after", b).click()
    page.keyboard.press("d")
    expect(rule).to_have_count(before - 1)


def test_rules_that_could_not_be_had_say_so(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page("/queue/", person)

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/rules/**", refuse)
    page.goto(f"/proposals/{proposal.pk}/")
    expect(page.locator("[data-count-rules]")).to_have_text("not known")


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_dialogs_and_they_fit(
    open_page: OpenPage, person: User, scheme: str, size: tuple[int, int]
) -> None:
    page, _ = open_proposal(open_page, person, size=size, color_scheme=scheme)
    page.keyboard.press("r")
    expect(page.locator(".rules-market").first).to_be_visible()
    for key, name in (("", ""), ("c", "#compare"), ("p", "#preview"), (" ", "#zoom")):
        if key:
            page.locator(".strip-after .tile").first.focus()
            page.keyboard.press(key)
            expect(page.locator(name)).to_be_visible()
            page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
        if name == "#compare":
            expect(page.locator("#compare-verdict")).not_to_have_text("Comparing …")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        page.keyboard.press("Escape")
