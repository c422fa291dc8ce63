"""Change by change: each accepted or reverted on its own, said in one sentence; laid on newer ones."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.actions import drafts
from review.models import Label, Proposal
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import focus, press, read_strip
from tests.review.factories import (
    USUAL,
    Candidate,
    list_shas,
    make_pictured_image,
    make_product,
    make_proposal,
)


def change(page: Page, words: str) -> None:
    page.locator("#changes").get_by_role("button", name=words).click()


def read_changes(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#changes li").all_inner_texts()]


def test_each_change_is_named_and_can_be_reverted_and_accepted_again(
    open_page: OpenPage, person: User
) -> None:
    proposal = propose()
    a, b, copy, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    assert read_changes(page) == [
        "picture 2 becomes the hero",
        "picture 3 out: copy of 2",
        "picture 4 out: blurred 0.93 ≥ 0.70",
        "back added from Solvik",
    ]
    change(page, "becomes the hero")
    assert read_strip(page, "after") == [a, b, e]
    change(page, "picture 3 out")
    assert read_strip(page, "after") == [a, b, copy, e]
    change(page, "back added")
    assert read_strip(page, "after") == [a, b, copy]
    expect(page.locator("#summary-words")).to_have_text("1 blurred image removed")
    change(page, "picture 4 out")
    expect(page.locator("#summary-words")).to_have_text("nothing changes: the set stays as it is today")
    for words in ("picture 3 out", "picture 4 out", "back added", "becomes the hero"):
        change(page, words)
    assert read_strip(page, "after") == [b, a, e]
    expect(page.locator("#saved")).to_contain_text("as proposed")


def test_own_edits_stand_among_the_changes(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", a)
    press(page, "3", "d")
    assert "picture 1: angle → side" in read_changes(page)
    expect(page.locator("#summary-words")).to_have_text(
        "front view becomes the hero · 1 copy removed · 1 image removed · 1 blurred image removed · "
        "1 image added from Solvik · 1 image renamed"
    )
    change(page, "picture 1 out: not needed")
    assert read_strip(page, "after") == [b, a, e]
    change(page, "angle → side")
    expect(page.locator("#saved")).to_contain_text("as proposed")


def test_a_reverted_copy_is_a_label(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    change(page, "picture 3 out")
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert set(Label.objects.values_list("kind", "value")) == {("pair", "different")}


def test_what_changes_is_said_aloud(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    heard = page.locator("#heard")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight")
    expect(heard).to_have_text("Front view moved from position 2 to 3")
    press(page, "m")
    expect(heard).to_have_text("Front view moved from position 3 to 1")
    press(page, "d")
    expect(heard).to_have_text("Front view taken out of position 1")
    press(page, "z")
    expect(heard).to_have_text("Front view put at position 1")
    press(page, "3")
    expect(heard).to_have_text("Picture 2 is named side")


def propose_copies() -> Proposal:
    """Today's hero is to go for a better copy from Solvik, and the last picture repeats the second one."""
    wanted = [
        Candidate(before=0, reason="duplicate", copy_of=3),
        Candidate(before=1, after=1, image_type="angle"),
        Candidate(before=2, reason="duplicate", copy_of=1),
        Candidate(after=0, supplier="Solvik"),
    ]
    images = [make_pictured_image(50 + number) for number in range(len(wanted))]
    return make_proposal(wanted, images=images, product=make_product("Two copies"))


def test_a_picture_replaced_by_its_copy_is_one_change(open_page: OpenPage, person: User) -> None:
    proposal = propose_copies()
    a, b, _, better = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    assert read_changes(page) == ["picture 1 replaced by its copy from Solvik", "picture 3 out: copy of 2"]
    change(page, "picture 1 replaced")
    assert read_strip(page, "after") == [a, b]
    change(page, "picture 1 replaced")
    assert read_strip(page, "after") == [better, b]
    expect(page.locator("#saved")).to_contain_text("as proposed")


def test_keys_go_from_change_to_change_and_revert_the_one_they_are_at(
    open_page: OpenPage, person: User
) -> None:
    proposal = propose_copies()
    a, b, copy, better = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    now = page.locator("#changes [aria-current]")
    press(page, "j")
    expect(now).to_have_text("picture 1 replaced by its copy from Solvik")
    press(page, "j", "j")
    expect(now).to_have_text("picture 3 out: copy of 2")
    expect(page.locator(".tile.is-focus")).to_have_attribute("data-sha", copy)
    press(page, "v")
    assert read_strip(page, "after") == [better, b, copy]
    press(page, "k", "v")
    assert read_strip(page, "after") == [a, b, copy]
    press(page, "ArrowUp", "ArrowRight")
    expect(now).to_have_count(0)


def test_of_two_copies_the_other_one_is_shown_and_they_stay_copies(open_page: OpenPage, person: User) -> None:
    proposal = propose_copies()
    a, b, _, better = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "u")
    assert read_strip(page, "after") == [a, b]
    expect(page.locator("#summary-words")).to_have_text("1 copy removed")
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert list(Label.objects.values_list("value", "image__sha256", "other__sha256")) == [
        ("duplicate", better, a)
    ]


def test_what_is_put_back_stands_where_it_stood(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, blurred, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "dropped", blurred)
    press(page, "d")
    assert read_strip(page, "after") == [b, blurred, a, e]


def test_a_picture_is_taken_out_with_its_reason_by_two_keys(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", a)
    press(page, "e")
    expect(page.get_by_role("dialog", name="Take this picture out")).to_be_visible()
    press(page, "7")
    assert read_strip(page, "after") == [b, e]
    assert "picture 1 out: watermark" in read_changes(page)


def replace(older: Proposal, *more: Candidate, without: int | None = None) -> Proposal:
    """A newer proposal for the same product after a supplier sent or took back pictures."""
    Proposal.objects.filter(pk=older.pk).update(
        state=Proposal.State.SUPERSEDED, leased_by=None, leased_until=None
    )
    images = [make_pictured_image(10 + number) for number in range(5 + len(more))]
    wanted = [*USUAL, *more]
    if without is not None:
        del wanted[without], images[without]
    return make_proposal(wanted, images=images, product=older.product, based_on=older.based_on)


def test_edits_are_laid_in_place_on_a_proposal_that_has_a_new_picture(
    open_page: OpenPage, person: User
) -> None:
    older = propose()
    a, b, _, _, e = list_shas(older)
    page = open_page(f"/proposals/{older.pk}/", person)
    focus(page, "after", e)
    press(page, "m", "3")
    focus(page, "after", a)
    press(page, "d")
    newer = replace(older, Candidate(after=3, image_type="top", supplier="Omni"))
    fresh = list_shas(newer)[5]
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_role("button", name="Lay my edits on it").click()
    expect(page.get_by_text("All of your edits lie on the newer proposal")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/proposals/{newer.pk}/$"))
    assert read_strip(page, "after") == [e, fresh, b] or read_strip(page, "after") == [e, b, fresh]
    page.wait_for_timeout(250)  # a decision so soon after a swap is taken for a slip of the finger
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert Label.objects.filter(kind="type", value="side", image__sha256=e).exists()


def test_what_could_not_be_laid_is_said(open_page: OpenPage, person: User) -> None:
    older = propose()
    a, b, _, _, e = list_shas(older)
    edits = {"order": [e, b], "types": {e: "side"}, "drops": {a: "not_needed"}, "proposed": [b, a, e]}
    drafts.keep(proposal=older, by=person, clock=5, edits=edits, now=timezone.now())
    newer = replace(older, without=4)
    page = open_page(f"/proposals/{newer.pk}/", person)
    page.get_by_role("button", name="Lay those edits on this one").click()
    told = page.locator("#rebase")
    expect(told).to_contain_text("a picture that you named side is no longer offered")
    expect(told).to_contain_text("a picture that you kept is no longer offered")
    assert read_strip(page, "after") == [b]
