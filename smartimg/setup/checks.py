"""What ./test runs inside .venv: linters, a browser for the browser tests, pytest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from smartimg.setup import parts

REPO = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
LINTERS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "."],
    "import-linter": ["lint-imports"],
}
SHELL = "chromium-headless-shell"
# The shell is Chromium without windows and menus: a page costs it a fifth of the processor's time.
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome")
APT = ("DPkg::Lock::Timeout=300", "Acquire::Retries=1", "Acquire::http::Timeout=30")
INSTALL = ("install", "--no-install-recommends", "--no-remove", "fonts-dejavu-core")  # a font to draw with
HOW = f"apt-get install {SHELL}, or chromium where there is none"


def run_step(name: str, command: list[str]) -> bool:
    """Run one linter; a line with its seconds, and its output only where it failed."""
    began = time.monotonic()
    program, *rest = command
    done = subprocess.run(
        [str(BIN / program), *rest],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    passed = done.returncode == 0
    result = f"{'ok' if passed else 'FAILED'} ({time.monotonic() - began:.1f} s)"
    parts.say(name, result if passed else f"{result}\n{done.stdout}{done.stderr}")
    return passed


def find_browser() -> str | None:
    """Chromium's program, where there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def ensure_browser() -> None:
    """Install the shell where that takes no question; else say which browser serves, or what is not run."""
    if shutil.which(SHELL):
        return
    began = time.monotonic()
    if os.geteuid() == 0 and shutil.which("apt-get") and install_browser():
        parts.say("chromium", f"installed ({time.monotonic() - began:.0f} s)")
    elif find_browser():
        parts.say("chromium", f"the browser tests take longer than with {SHELL}; as root: {HOW}")
    else:
        parts.say("chromium", f"absent, the browser tests are skipped; as root: {HOW}")


def install_browser() -> bool:
    """The shell, or Chromium where there is neither; False when nothing new came."""
    run_apt("update")
    return run_apt(*INSTALL, SHELL) or (find_browser() is None and run_apt(*INSTALL, "chromium"))


def run_apt(*words: str) -> bool:
    """What it says goes into a log; False when it can't."""
    command = ["apt-get", "-q", "-y", *(word for option in APT for word in ("-o", option)), *words]
    (REPO / "var" / "log").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with (REPO / "var" / "log" / "apt.log").open("ab") as log:
        done = subprocess.run(
            command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False
        )
    return done.returncode == 0


def run_tests(name: str, arguments: list[str], browser: Future[None]) -> parts.Outcome:
    """A part of the tests; those with a browser once it is there (whoever installs it began before them)."""
    if name == "browser":
        browser.result()
    return parts.run_part(name, arguments)


def run_all() -> int:
    """Linters, the browser's installation and all parts of the tests, a few at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(parts.count_workers()) as pool:
        browser = pool.submit(ensure_browser)
        linters = {name: pool.submit(run_step, name, command) for name, command in LINTERS.items()}
        tests = [pool.submit(run_tests, *part, browser) for part in parts.list_arguments().items()]
        try:
            failed = [name for name, passed in linters.items() if not passed.result()]
            outcomes = [done.result() for done in tests]
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)  # those that run were interrupted, too
            raise
    parts.report(outcomes)
    failed += [outcome.name for outcome in outcomes if outcome.code]
    verdict = f"FAILED: {', '.join(failed)}" if failed else "ok"
    print(f"checks and tests: {verdict}, {time.monotonic() - began:.0f} s in all", flush=True)
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Everything; with arguments only the tests that they name, in one process."""
    if not arguments:
        return run_all()
    ensure_browser()
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=REPO, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
