"""The queue in a browser: saved filters, two people at once, a second opinion."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from review.actions import decisions, leases
from review.models import Decision, Proposal, SavedFilter, SecondOpinion
from tests.browser.conftest import OpenPage, propose
from tests.browser.test_review import press
from tests.review.conftest import make_person
from tests.review.factories import list_shas, list_shown, make_product


@pytest.mark.parametrize("address", ["/products/", "/reports/reasons/"])
def test_other_lists_are_filtered_as_the_queue_is(open_page: OpenPage, person: User, address: str) -> None:
    rejected, now = propose(), timezone.now()
    decisions.reject(proposal=rejected, by=person, reason="Not now", submit_key="k" * 8, now=now)
    page = open_page(address, person)
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    page.get_by_label("Category").select_option("Furniture > Armchairs")
    page.wait_for_url("**category=Furniture**")


def test_long_names_fit_a_phone(open_page: OpenPage, person: User) -> None:
    category = "Furniture > " + " > ".join(["A category with a rather long name indeed"] * 3)
    propose(product=make_product("Extraordinarily" * 5, category))
    page = open_page("/products/", person, size=(390, 844))
    for shown in (page.get_by_label("Category"), page.get_by_role("link", name="Extraordinarily")):
        box = shown.bounding_box()
        assert box and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def decide(by: User, title: str = "Zoe armchair", seed: int = 1) -> Proposal:
    proposal = propose(title, seed)
    final = [list_shas(proposal)[place] for place in (1, 0, 4)]
    key = f"first-{proposal.pk}"
    decisions.approve(proposal=proposal, by=by, final=final, edits=[], submit_key=key, now=timezone.now())
    return proposal


def test_filters_are_saved_used_again_and_deleted(open_page: OpenPage, person: User) -> None:
    propose("Copies", 1, changes={"copy": 1})
    propose("Hero", 2, changes={"hero": 1})
    page = open_page("/queue/", person)
    page.get_by_role("link", name="copy removed").click()
    page.get_by_label("Order").select_option("oldest")
    page.wait_for_url("**change=copy**sort=oldest**")
    page.get_by_label("Name for these filters").fill("Old copies")
    press(page, "Enter")
    expect(page.get_by_text("Saved as Old copies.")).to_be_visible()
    page.goto("/queue/")
    page.get_by_role("link", name="Old copies").click()
    expect(page.locator(".queue-table .row-link")).to_have_text(["Copies"])
    page.get_by_role("button", name="Delete the saved filter Old copies").click()
    expect(page.get_by_role("link", name="Old copies")).to_have_count(0)
    assert not SavedFilter.objects.exists()


def test_two_people_who_start_at_once_get_different_ones(open_page: OpenPage, person: User) -> None:
    propose("First", 1, benefit=0.9)
    propose("Second", 2, benefit=0.5)
    ada = make_person("ada", "admin")
    pages = [open_page("/queue/", one) for one in (person, ada)]
    for page in pages:
        page.get_by_role("link", name="Start reviewing").click()
        page.wait_for_url("**/proposals/**")
    titles = {page.locator("h1").inner_text() for page in pages}
    assert titles == {"First", "Second"}
    assert set(Proposal.objects.values_list("leased_by", flat=True)) == {person.pk, ada.pk}
    pages[0].goto("/queue/")
    pages[0].get_by_text("Somebody else looks at one proposal now").click()
    expect(pages[0].locator(".queue-held")).to_contain_text("ada Second for")


def test_a_second_opinion_is_given_by_keys_and_taken_back(
    open_page: OpenPage, person: User, settings: Any
) -> None:
    settings.SECOND_OPINION_PERCENT = 100
    proposal = decide(make_person("ada", "admin"))
    shown = list_shown(proposal.product)
    page = open_page("/queue/", person)
    page.get_by_role("link", name="Give one").click()
    expect(page.get_by_text("Second opinion:")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("as proposed")
    press(page, "Shift+ArrowRight", "a")
    page.wait_for_url("**/queue/")
    expect(page.get_by_text("No decision waits for your second opinion.")).to_be_visible()
    opinion = SecondOpinion.objects.get()
    assert (opinion.kind, opinion.given_by) == ("approve", person)
    assert opinion.final_set == [list_shas(proposal)[place] for place in (0, 1, 4)]
    assert Decision.objects.count() == 1 and list_shown(proposal.product) == shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_pages_fit(
    open_page: OpenPage, person: User, settings: Any, scheme: str
) -> None:
    settings.SECOND_OPINION_PERCENT = 100
    ada = make_person("ada", "admin")
    given, waiting, held = decide(ada), decide(ada, "Norda mug", 2), propose("Held", 3)
    SecondOpinion.objects.filter(decision__proposal=given).update(
        kind="reject", given_by=person, given_at=timezone.now()
    )
    propose("Sure", 4, is_sure=True)
    leases.take(proposal=held, by=ada, now=timezone.now())
    SavedFilter.objects.create(person=person, name="Copies", address="?change=copy")
    opinion = SecondOpinion.objects.get(decision__proposal=waiting)
    addresses = [
        "/queue/",
        "/queue/?sort=mine",
        "/queue/sure/",
        "/reports/agreement/",
        f"/second-opinions/{opinion.pk}/",
    ]
    for address in addresses:
        page = open_page(address, person, color_scheme=scheme)
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
