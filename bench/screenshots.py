"""Takes the README's pictures of a running server: python -m bench.screenshots --password ... [--url ...]"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET_MS = 600  # until the large pictures are there


def main() -> int:
    """Queue and proposal, at the desk in light and on the phone in dark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--name", default="specialist")
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--search", default="", help="query of the queue, for instance '?change=copy'")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        desk = open_as(browser, wanted, 1440, 900, "light")
        shoot(desk, wanted.out / "queue-1440-light.png")
        desk.goto(f"{wanted.url}/proposals/next/{wanted.search}")
        shoot(desk, wanted.out / "proposal-1440-light.png")
        address = desk.url
        desk.close()  # gives the proposal back
        phone = open_as(browser, wanted, 390, 844, "dark")
        phone.goto(address)
        shoot(phone, wanted.out / "proposal-390-dark.png")
        browser.close()
    return 0


def open_as(browser: Browser, wanted: argparse.Namespace, width: int, height: int, scheme: str) -> Page:
    """A window that is logged in and shows the queue."""
    dark = scheme == "dark"
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page.goto(f"{wanted.url}/log-in/")
    page.get_by_label("Name").fill(wanted.name)
    page.get_by_label("Password").fill(wanted.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/queue/")
    page.goto(f"{wanted.url}/queue/{wanted.search}")
    return page


def shoot(page: Page, path: Path) -> None:
    """One picture of what is in sight, once the pictures on the page are there."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(QUIET_MS)
    page.screenshot(path=path)
    with Image.open(path) as shot:  # half the bytes of a PNG, and no bands where a colour fades
        shot.convert("RGB").save(path.with_suffix(".webp"), quality=88, method=6)
    path.unlink()
    print(path.with_suffix(".webp"))


if __name__ == "__main__":
    raise SystemExit(main())
