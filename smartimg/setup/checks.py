"""What ./test runs inside .venv: linters, a browser for the browser tests, pytest; run by path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
LINTERS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "."],
    "import-linter": ["lint-imports"],
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ASIDE = "tests/pipeline"  # no database, port, browser or process to kill: they bear neighbours
APT = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]


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
    print(f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
    if not passed:
        print(done.stdout + done.stderr, flush=True)
    return passed


def find_browser() -> str | None:
    """Chromium's program, where there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def ensure_browser() -> None:
    """Install Chromium where that takes no question; else say what is not run, and how to get it."""
    if find_browser():
        return
    began = time.monotonic()
    if os.geteuid() == 0 and shutil.which("apt-get") and install_browser():
        print(f"chromium: installed ({time.monotonic() - began:.0f} s)", flush=True)
    else:
        print(
            "chromium: absent, the browser tests are skipped; as root: apt-get install chromium", flush=True
        )


def install_browser() -> bool:
    """Through apt, with a font to draw with; False when it can't."""
    (REPO / "var" / "log").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = ([*APT, "update"], [*APT, "install", "--no-install-recommends", "chromium", "fonts-dejavu-core"])
    with (REPO / "var" / "log" / "apt.log").open("ab") as log:
        for step in steps:
            if subprocess.run(
                step, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False
            ).returncode:
                return False
    return find_browser() is not None


def list_failed_linters() -> list[str]:
    """All of them, side by side: one long type check, three short ones."""
    with ThreadPoolExecutor(len(LINTERS)) as pool:
        passed = pool.map(run_step, LINTERS, LINTERS.values())
        return [name for name, good in zip(LINTERS, passed, strict=True) if not good]


def run_all_tests(aside: str = ASIDE) -> int:
    """Those of the pipeline beside all others, each in turn; their output comes when the others are done."""
    pytest = [sys.executable, "-m", "pytest"]
    with tempfile.TemporaryFile("w+") as heard:
        command = [*pytest, aside, "-p", "no:cacheprovider"]
        with subprocess.Popen(command, cwd=REPO, stdout=heard, stderr=subprocess.STDOUT) as beside:
            code = subprocess.run([*pytest, f"--ignore={aside}"], cwd=REPO, check=False).returncode
        heard.seek(0)
        print(f"\n{aside}, beside the others:\n{heard.read()}", flush=True)
    return code or beside.returncode


def main(arguments: list[str]) -> int:
    """All linters even when one fails; then the tests."""
    began = time.monotonic()
    failed = [] if arguments else list_failed_linters()
    ensure_browser()
    if failed:
        print(f"FAILED before the tests: {', '.join(failed)}", flush=True)
    if not arguments:
        print(f"pytest: after {time.monotonic() - began:.0f} s of checks", flush=True)
        code = run_all_tests()
        print(f"tests: {'FAILED' if code else 'ok'}, {time.monotonic() - began:.0f} s in all", flush=True)
    else:
        command = [sys.executable, "-m", "pytest", *arguments]
        code = subprocess.run(command, cwd=REPO, check=False).returncode
    return code or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
