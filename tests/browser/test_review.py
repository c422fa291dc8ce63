"""A reviewer's way through proposals in a real browser, by keys, by dragging, and when things go wrong."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from review.actions import decisions
from review.models import Decision, Label, Proposal
from tests.browser.conftest import SCREENSHOTS, OpenPage, propose
from tests.review.conftest import make_person
from tests.review.factories import list_shas, list_shown


def read_strip(page: Page, strip: str) -> list[str]:
    tiles = page.locator(f'[data-strip="{strip}"] .tile')
    return [str(sha) for sha in tiles.evaluate_all("tiles => tiles.map((tile) => tile.dataset.sha)")]


def focus(page: Page, strip: str, sha: str) -> None:
    page.locator(f'[data-strip="{strip}"] [data-sha="{sha}"]').click()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def log_in(page: Page) -> None:
    page.get_by_label("Name").fill("sam")
    page.get_by_label("Password").fill("sam-has-a-long-password")
    press(page, "Enter")
    page.wait_for_url("**/queue/")


def keep_screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_from_logging_in_to_the_published_set_and_back(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, copy, _, e = list_shas(proposal)
    product, shown = proposal.product, list_shown(proposal.product)
    log_in(page := open_page("/"))
    press(page, "j", "Enter")
    page.wait_for_url("**/proposals/*/")
    assert read_strip(page, "after") == [b, a, e]

    press(page, "ArrowRight", "Shift+ArrowRight")  # the second picture becomes the third
    assert read_strip(page, "after") == [b, e, a]
    press(page, "ArrowDown", "ArrowLeft", "ArrowLeft", "d")  # put the first dropped one back
    assert read_strip(page, "after") == [b, copy, e, a]  # behind the one that it follows today
    expect(page.locator("#saved")).to_have_text("2 edits, kept as a draft")
    keep_screenshot(page, "review-edited")
    press(page, "a")
    expect(page.get_by_text("Zoe armchair: approved.")).to_be_visible()
    assert list_shown(product) == [b, copy, e, a]

    page.goto(f"/products/{product.external_id}/")
    expect(page.get_by_text("Set 2").first).to_be_visible()
    keep_screenshot(page, "product-history")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("shows its former set, and is open again")).to_be_visible()
    assert list_shown(product) == shown
    assert product.published_sets.count() == 3


def test_the_queue_offers_to_undo_the_last_decision(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    shown = list_shown(proposal.product)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "ArrowDown", "d", "a")
    page.wait_for_url("**/queue/")
    assert set(Label.objects.values_list("kind", "value")) == {("pair", "different")}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("shows its former set, and is open again")).to_be_visible()
    assert list_shown(proposal.product) == shown


def test_relabelling_and_making_a_hero_by_keys(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, _, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", e)
    press(page, "m", "3")
    assert read_strip(page, "after") == [e, b, a]
    tile = page.locator(f'[data-strip="after"] [data-sha="{e}"]')
    for word in ("new hero", "added from Solvik", "back → side"):
        expect(tile).to_contain_text(word)
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert list_shown(proposal.product) == [e, b, a]
    assert Label.objects.filter(kind="type").values_list("image__sha256", "value").get() == (e, "side")


def test_ten_steps_can_be_undone(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    before = read_strip(page := open_page(f"/proposals/{proposal.pk}/", person), "after")
    focus(page, "after", before[0])
    press(page, *["Shift+ArrowRight", "Shift+ArrowLeft"] * 5)
    assert read_strip(page, "after") == before
    press(page, "d", *["z"] * 11)
    assert read_strip(page, "after") == before
    expect(page.locator("#saved")).to_have_text("as proposed")
    expect(page.locator('.action-bar [data-do="undo"]')).to_be_disabled()


def test_dragging_reorders_drops_and_puts_back(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, copy, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    tile = '[data-strip="{}"] [data-sha="{}"]'.format
    page.drag_and_drop(tile("after", e), tile("after", b), target_position={"x": 10, "y": 40})
    assert read_strip(page, "after") == [e, b, a]
    page.drag_and_drop(tile("after", b), ".strip-dropped .tiles")
    assert read_strip(page, "after") == [e, a]
    page.drag_and_drop(tile("dropped", copy), tile("after", a), target_position={"x": 10, "y": 40})
    assert read_strip(page, "after") == [e, copy, a]


def test_not_a_copy_puts_it_beside_the_other(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    a, b, copy, _, e = list_shas(proposal)
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "dropped", copy)
    press(page, "n")
    assert read_strip(page, "after") == [b, copy, a, e]


def test_a_reason_for_dropping_is_kept(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    e = list_shas(proposal)[4]
    page = open_page(f"/proposals/{proposal.pk}/", person)
    focus(page, "after", e)
    press(page, "d")
    focus(page, "dropped", e)
    page.get_by_role("button", name="badge or text on it").click()
    press(page, "a")
    page.wait_for_url("**/queue/")
    assert Label.objects.values_list("kind", "image__sha256", "value").get() == ("compliance", e, "badge")


def test_the_last_picture_cannot_be_dropped(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    press(page, "d", "d", "d", "d")
    assert len(read_strip(page, "after")) == 1


def test_edits_survive_a_reload_as_a_draft(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person)
    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "Shift+ArrowRight")
    edited = read_strip(page, "after")
    page.reload()
    assert read_strip(page, "after") == edited
    expect(page.locator("#saved")).to_contain_text("taken up again")


def test_keys_do_nothing_while_somebody_types(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "x")
    page.get_by_label("Why?").type("a sad set, d z")
    assert not Decision.objects.exists()
    page.locator("#reject").get_by_role("button", name="Reject").click()
    page.wait_for_url("**/queue/")
    assert Decision.objects.get().reason == "a sad set, d z"


def test_whoever_is_late_keeps_the_edits_and_learns_who_decided(open_page: OpenPage, person: User) -> None:
    proposal = propose()
    page = open_page(f"/proposals/{proposal.pk}/", person)
    press(page, "Shift+ArrowRight")
    ada, final = make_person("ada", "admin"), list_shas(proposal)[:1]
    decisions.approve(proposal=proposal, by=ada, final=final, edits=[], submit_key="ada", now=timezone.now())
    edited = read_strip(page, "after")
    press(page, "a")
    expect(page.locator("#trouble")).to_contain_text("ada approved this proposal")
    expect(page.locator("#saved")).to_have_text("not saved")
    assert read_strip(page, "after") == edited
    assert list_shown(proposal.product) == final


def test_a_decision_that_did_not_arrive_is_sent_by_the_next_page(open_page: OpenPage, person: User) -> None:
    first = propose("First", 1, benefit=0.9)
    propose("Second", 2, benefit=0.5)
    page = open_page(f"/proposals/{first.pk}/", person)
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.abort()

    page.route("**/decide/", fail_once)
    press(page, "a")
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    expect(page.get_by_text("First: approved.")).to_be_visible()
    assert Decision.objects.filter(proposal=first).count() == len(failed) == 1


def test_edits_of_a_replaced_proposal_can_be_laid_on_the_newer_one(open_page: OpenPage, person: User) -> None:
    older = propose()
    b, a, e = [list_shas(older)[place] for place in (1, 0, 4)]
    page = open_page(f"/proposals/{older.pk}/", person)
    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "2", "Shift+ArrowRight")
    assert read_strip(page, "after") == [a, b, e]
    Proposal.objects.update(state=Proposal.State.SUPERSEDED)
    newer = propose(product=older.product)
    page.reload()
    page.get_by_role("link", name="Open the newer one").click()
    page.wait_for_url(f"**/proposals/{newer.pk}/")
    page.get_by_role("button", name="Lay those edits on this one").click()
    assert read_strip(page, "after") == [a, b, e]
    expect(page.locator(f'[data-strip="after"] [data-sha="{b}"]')).to_contain_text("front → angle")


def test_two_reviewers_get_different_proposals(open_page: OpenPage, person: User) -> None:
    propose("First", 1, benefit=0.9)
    propose("Second", 2, benefit=0.5)
    ada = make_person("ada", "admin")
    mine, hers = open_page("/proposals/next/", person), open_page("/proposals/next/", ada)
    expect(mine.get_by_role("heading", name="First")).to_be_visible()
    expect(hers.get_by_role("heading", name="Second")).to_be_visible()


def test_skipping_gives_the_proposal_back(open_page: OpenPage, person: User) -> None:
    first, second = propose("First", 1, benefit=0.9), propose("Second", 2, benefit=0.5)
    page = open_page(f"/proposals/{first.pk}/", person)
    with page.expect_request("**/lease/"):
        press(page, "s")
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    page.wait_for_timeout(300)
    holders = dict(Proposal.objects.values_list("pk", "leased_by__username"))
    assert holders == {first.pk: None, second.pk: "sam"}


def test_the_fewest_pictures_count_as_moved(open_page: OpenPage) -> None:
    page = open_page("/log-in/")
    script = "async (places) => (await import('/static/js/review/state.js')).findMoved(places)"
    orders = {(0, 1, 2): [], (1, 0): [1], (3, 0, 1, 2): [0], (0, 2, 3, 1): [3], (): [], (2, 1, 0): [1, 2]}
    for places, moved in orders.items():
        assert page.evaluate(script, list(places)) == moved
