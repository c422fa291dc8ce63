"""Every page of the table of addresses: axe finds nothing, nothing is too wide, keys get through."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, ViewportSize, expect

from review.models import Image, RunBatch, SelectionRun
from tests.browser.conftest import OpenPage, propose
from tests.review.conftest import ada, sam  # noqa: F401
from tests.review.factories import draw_picture, keep_picture
from tests.review.test_access_table import TABLE, YES, Ground, ground  # noqa: F401

DESK, PHONE, ENLARGED = (1440, 900), (390, 844), (720, 450)  # the last is a desk at 200 %
LOOKS: tuple[tuple[Literal["dark", "light"], tuple[int, int]], ...] = (
    ("dark", PHONE),
    ("light", DESK),
)  # both schemes and both sizes
MOST_SHIFT = 0.02  # of the layout, while a page comes
NOT_PAGES = ("/api/", "/health/", "/texts/", "{picture}")
OUTLINED = """() => {
  const at = document.activeElement;
  const looks = [at, at.closest('.tile')?.querySelector('.tile-frame'), at.closest('summary')];
  const styles = (one) => [getComputedStyle(one), getComputedStyle(one, '::after')];
  const rings = looks.filter(Boolean).flatMap(styles);
  return rings.some((ring) => ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) > 0);
}"""
WATCH_SHIFTS = """new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    window.shifted = (window.shifted ?? 0) + shift.value;
    const names = shift.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
    window.jumped = [...(window.jumped ?? []), ...names];
  }
}).observe({ type: 'layout-shift', buffered: true });"""
HERE = "() => [...document.querySelectorAll('*')].indexOf(document.activeElement)"


def list_pages(found: Ground) -> list[str]:
    """Addresses that an admin may read."""
    rows = [(method, address) for method, address, may in TABLE.values() if may[-1] == YES]
    gets = [address for method, address in rows if method == "GET"]
    return [address.format(**found.keys) for address in gets if not address.startswith(NOT_PAGES)]


def check(page: Page, address: str) -> list[str]:
    """What is wrong with one page, in both schemes and sizes."""
    wrong: list[str] = []
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
        answer = page.goto(address)
        if not answer or not answer.headers.get("content-type", "").startswith("text/html"):
            return []
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        wrong += [f"{address}, {scheme}\n{found.generate_report()}"] if found.violations_count else []
        shifted = page.evaluate("window.shifted ?? 0")
        if shifted > MOST_SHIFT:
            wrong += [f"{address} jumps by {shifted:.3f} in {size[0]}: {page.evaluate('window.jumped')}"]
    for width, height in (PHONE, ENLARGED):
        page.set_viewport_size(ViewportSize(width=width, height=height))
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{address} is {wide} px wide in {width}"] if wide > width else []
    return wrong


def test_axe_finds_nothing_and_nothing_jumps_on_any_page_of_the_table(
    open_page: OpenPage,
    ada: User,  # noqa: F811
    ground: Ground,  # noqa: F811
) -> None:
    addresses = [one for one in list_pages(ground) if "download" not in one]
    assert len(addresses) > 15
    for number, image in enumerate(Image.objects.all()):
        keep_picture(image, draw_picture(number))  # that one is missing is said, and the words push the rest
    page = open_page("/settings/keys/", ada)
    page.add_init_script(WATCH_SHIFTS)
    wrong = [one for address in addresses for one in check(page, address)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["queue", "products", "proposal"])
def test_tab_goes_through_a_page_in_sight_and_is_nowhere_caught(
    open_page: OpenPage, person: User, name: str
) -> None:
    proposal = propose()
    address = f"/proposals/{proposal.pk}/" if name == "proposal" else f"/{name}/"
    page = open_page(address, person)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    if name != "proposal":  # there the first tile has the focus at once
        page.keyboard.press("Tab")
        assert page.locator(".skip-link").evaluate("(link) => link === document.activeElement")
    seen: list[int] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here in seen or page.evaluate("document.activeElement === document.body"):
            break
        assert page.evaluate(OUTLINED), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        seen.append(here)
    assert len(seen) > 8
    assert len(seen) < 120


def test_the_words_of_a_chart_have_room_on_a_phone(open_page: OpenPage, person: User) -> None:
    run = SelectionRun.objects.create()
    RunBatch.objects.create(run=run, number=0, dropped={"resolution": 17, "blur": 3})
    page = open_page(f"/runs/{run.pk}/", person, size=PHONE)
    words = page.locator(".bars-rows tbody th").first.bounding_box()
    assert words
    assert words["width"] > 120


def test_the_menu_of_a_phone_opens_by_keyboard_and_closes(open_page: OpenPage, person: User) -> None:
    page = open_page("/products/", person, size=PHONE)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(menu.get_by_role("link", name="Review")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_pages_and_scripts_speak_german(open_page: OpenPage, person: User) -> None:
    page = open_page(f"/proposals/{propose().pk}/", person, locale="de-DE")
    expect(page.locator("#approve-word")).to_have_text("Genehmigen")
    expect(page.locator(".strip-after .tile-type").first).to_have_text("vorne")
    expect(page.locator("#summary-words")).to_contain_text("Vorderansicht wird Titelbild")
    page.keyboard.press("d")
    expect(page.locator("#evidence")).to_contain_text("0,12")
    expect(page.locator("#saved")).to_contain_text("1 Änderung")
