"""Nothing is lost and nothing is doubled: cut networks, lost answers, ended sessions, drafts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Dialog, Page, Route, expect

from review.actions import drafts, leases
from review.models import Decision, Proposal, ReviewDraft
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_going_on import expect_shown, open_first, three
from tests.browser.test_labelling import wait_until
from tests.browser.test_review import press, read_strip
from tests.review.conftest import make_person
from tests.review.factories import list_shas, list_shown


def saved(page: Page) -> str:
    return page.locator("#saved").inner_text()


def test_a_cut_network_holds_nobody_up_and_loses_nothing(open_page: OpenPage, person: User) -> None:
    first, second, _ = three()
    page = open_first(open_page, person, first)
    expect(page.locator('img[src*="/i/480/"]').first).to_be_visible()
    page.wait_for_timeout(500)  # the pictures of the next ones come too
    page.context.set_offline(True)
    press(page, "Shift+ArrowRight", "a")
    expect_shown(page, "Second")
    expect(page.locator("#saved")).to_contain_text("offline: 1 decision kept here")
    press(page, "a")
    expect_shown(page, "Third")
    expect(page.locator("#saved")).to_contain_text("offline: 2 decisions kept here")
    assert not Decision.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("saved")
    assert list(Decision.objects.order_by("pk").values_list("proposal", flat=True)) == [first.pk, second.pk]


def test_undo_works_without_the_network_and_arrives_with_it(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    shown = list_shown(first.product)
    page = open_first(open_page, person, first)
    page.context.set_offline(True)
    press(page, "Shift+ArrowRight", "a")
    expect_shown(page, "Second")
    press(page, "z")
    expect_shown(page, "First")
    expect(page.locator('[data-do="approve"]')).to_contain_text("with edits")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("1 edit, draft")
    first.refresh_from_db()
    assert (first.state, list_shown(first.product)) == ("open", shown)


def test_an_answer_that_is_lost_decides_once(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    lost: list[int] = []

    def lose_once(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/decide/", lose_once)
    press(page, "a")
    expect_shown(page, "Second")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert lost == [200] and Decision.objects.count() == 1
    assert list_shown(first.product) == [list_shas(first)[place] for place in (1, 0, 4)]


def test_a_failing_server_is_tried_again_and_named(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    page.route("**/decide/", lambda route: route.fulfill(status=503))
    press(page, "a")
    expect(page.locator("#saved")).to_contain_text("not saved: the server could not save it. Trying again in")
    page.unroute("**/decide/")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert Decision.objects.count() == 1


def test_a_session_that_ended_keeps_the_decision(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    Session.objects.all().delete()
    press(page, "a")
    expect(page.locator("#saved")).to_contain_text("you are no longer logged in")
    assert not Decision.objects.exists()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/log-in/")
    page.get_by_label("Name").fill("sam")
    page.get_by_label("Password").fill("sam-has-a-long-password")
    press(page, "Enter")
    page.wait_for_url("**/queue/")
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert Decision.objects.get().proposal == first


def test_what_one_person_left_is_never_sent_by_another(open_page: OpenPage, person: User) -> None:
    first, _, _ = three()
    page = open_first(open_page, person, first)
    page.route("**/decide/", lambda route: route.abort())
    press(page, "a")
    expect_shown(page, "Second")
    ada = open_page("/log-in/")
    ada.context.storage_state()
    stored = page.evaluate("JSON.stringify(localStorage)")
    ada.evaluate("(text) => Object.assign(localStorage, JSON.parse(text))", stored)
    make_person("ada", "admin")
    ada.get_by_label("Name").fill("ada")
    ada.get_by_label("Password").fill("ada-has-a-long-password")
    press(ada, "Enter")
    ada.wait_for_url("**/queue/")
    ada.wait_for_timeout(500)
    assert not Decision.objects.exists()


def test_a_draft_is_on_the_server_a_second_later(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "Shift+ArrowRight")
    edited = read_strip(page, "after")
    expect(page.locator("#saved")).to_have_text("1 edit, saving the draft …")
    expect(page.locator("#saved")).to_have_text("1 edit, kept as a draft")
    other = open_page(f"/proposals/{proposal.pk}/", person)  # another machine
    assert read_strip(other, "after") == edited
    press(page, "z")
    expect(page.locator("#saved")).to_have_text("as proposed")
    wait_until(page, lambda: ReviewDraft.objects.get().edits is None)
    assert ReviewDraft.objects.get().edits is None


def test_only_what_is_unsaved_asks_on_leaving(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    press(page, "Shift+ArrowRight")
    expect(page.locator("#saved")).to_have_text("1 edit, kept as a draft")
    page.get_by_role("link", name="Queue").click()
    page.wait_for_url("**/queue/")
    assert asked == []
    page.go_back()
    press(page, "Shift+ArrowRight")
    page.get_by_role("link", name="Queue").click()
    page.wait_for_url("**/queue/")
    assert asked == ["beforeunload"]
    assert ReviewDraft.objects.count() == 1


def test_a_late_save_after_the_lease_ran_out_succeeds(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    Proposal.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    assert leases.take(proposal=proposal, by=make_person("ada", "admin"), now=timezone.now())
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert Decision.objects.get().decided_by == person


def test_losing_the_lease_is_said(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    Proposal.objects.update(leased_by=make_person("ada", "admin"))
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#trouble")).to_contain_text("ada has taken this proposal over")


@pytest.mark.parametrize("choice", ["Take those edits", "Keep mine"])
def test_later_edits_of_another_window_are_offered(open_page: OpenPage, person: User, choice: str) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    later = int((timezone.now() + timedelta(minutes=5)).timestamp() * 1000)
    edits = {"order": [e, a], "drops": {b: "not_needed"}}
    drafts.keep(proposal=proposal, by=person, clock=later, edits=edits, now=timezone.now())
    press(page, "Shift+ArrowRight")
    expect(page.locator("#rebase")).to_contain_text("in another window later than here")
    page.get_by_role("button", name=choice).click()
    mine = [a, b, e]
    assert read_strip(page, "after") == ([e, a] if choice == "Take those edits" else mine)
    page.wait_for_timeout(2500)
    kept = ReviewDraft.objects.get()
    assert kept.edits is not None
    assert (kept.clock >= later, kept.edits["order"]) == (True, read_strip(page, "after"))


def test_undone_on_another_machine_it_comes_back_with_the_edits(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "Shift+ArrowRight")
    edited = read_strip(page, "after")
    press(page, "a")
    page.wait_for_url("**/queue/")
    other = open_page(f"/products/{proposal.product.external_id}/", person)
    other.get_by_role("button", name="Undo").click()
    other.wait_for_url("**/proposals/*/")
    assert read_strip(other, "after") == edited
