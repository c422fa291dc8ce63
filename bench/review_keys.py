"""From the key to the next proposal painted: python -m bench.review_keys --password ... [--many 100]

Drives Chromium through proposals of a running server by keys, at 1440 x 900. Measured in the page, from the
keydown event until two frames after every picture in sight was decoded; the time that somebody looks at a
proposal is waited, not measured. `cpu` is processor time of the page's main thread, which a busy machine does
not change. `--key s` skips and changes nothing; `--key a` approves for good.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil

from playwright.sync_api import CDPSession, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
GOAL_MS = 150
# Waits for the pictures that are in the window, then for the frame that shows them.
WATCH = """() => {
  window.taken = [];
  let pressed = 0;
  addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  const isInSight = (picture) => {
    const box = picture.getBoundingClientRect();
    return box.width && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  };
  const frame = () => new Promise(requestAnimationFrame);
  document.addEventListener('proposal-shown', async ({ detail }) => {
    const start = pressed;
    await Promise.resolve();
    const pictures = [...document.querySelectorAll('#main img')].filter(isInSight);
    const shown = performance.now();
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
    const decoded = performance.now();
    await frame();
    await frame();
    const painted = performance.now() - start;
    const parts = { shown: shown - start, decoded: decoded - start, pictures: pictures.length };
    window.taken.push({ id: detail, painted, ...parts });
  });
}"""


def main() -> int:
    """Print p50 and p95; 1 where p95 misses the goal."""
    wanted = read_arguments()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        log_in(page, wanted.url, wanted.name, wanted.password)
        taken = drive(page, wanted)
        browser.close()
    return report(taken, wanted)


def read_arguments() -> argparse.Namespace:
    """What to measure, and where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--name", default="specialist")
    parser.add_argument("--password", required=True)
    parser.add_argument("--many", type=int, default=100)
    parser.add_argument("--key", choices=("s", "a"), default="s")
    parser.add_argument("--look-ms", type=int, default=1500, help="how long somebody looks at a proposal")
    return parser.parse_args()


def log_in(page: Page, url: str, name: str, password: str) -> None:
    """As the person whose queue is walked through."""
    page.goto(f"{url}/log-in/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/queue/")


def drive(page: Page, wanted: argparse.Namespace) -> list[dict[str, float]]:
    """Press the key as often as wanted; ends early where the queue does."""
    page.goto(f"{wanted.url}/proposals/next/")
    if "/queue/" in page.url:
        raise SystemExit("The queue is empty: nothing can be measured.")
    page.evaluate(WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    spent: list[float] = []
    for number in range(wanted.many):
        page.wait_for_timeout(wanted.look_ms)
        before = read_cpu_ms(session)
        page.keyboard.press(wanted.key)
        if not wait_for(page, number + 1):
            break  # the queue has ended
        spent.append(read_cpu_ms(session) - before)
    found: list[dict[str, float]] = page.evaluate("window.taken ?? []")
    return [{**one, "cpu": cpu} for one, cpu in zip(found, spent, strict=False)]


def read_cpu_ms(session: CDPSession) -> float:
    """Processor time of the page's main thread so far: what a busy machine does not change."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def wait_for(page: Page, count: int) -> bool:
    """Asked from outside: the page's policy forbids what polls inside it. False where the queue has ended."""
    for _ in range(400):
        painted = page.evaluate("window.taken?.length ?? -1")
        if painted < 0:
            return False
        if painted >= count:
            return True
        page.wait_for_timeout(50)
    raise SystemExit(f"Proposal {count} was not painted within 20 s.")


def report(taken: list[dict[str, float]], wanted: argparse.Namespace) -> int:
    """One line of JSON."""
    if not taken:
        raise SystemExit("Nothing was measured.")
    figures = {
        f"{name}_ms": {
            share: round(find_share(taken, name, at), 1) for share, at in (("p50", 0.5), ("p95", 0.95))
        }
        for name in ("painted", "shown", "decoded", "cpu")
    }
    pictures = sum(one["pictures"] for one in taken) / len(taken)
    machine = {"machine": platform.machine(), "key": wanted.key, "look_ms": wanted.look_ms}
    print(
        json.dumps({"proposals": len(taken), "pictures_in_sight": round(pictures, 1), **figures, **machine})
    )
    return 0 if figures["painted_ms"]["p95"] < GOAL_MS else 1


def find_share(taken: list[dict[str, float]], name: str, at: float) -> float:
    """The value below which this share of the proposals lies."""
    values = sorted(one[name] for one in taken)
    return values[min(len(values) - 1, int(at * len(values)))]


if __name__ == "__main__":
    raise SystemExit(main())
