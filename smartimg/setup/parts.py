"""The tests in parts that run side by side, each in a process with a var/, database and broker of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
MOST_WORKERS = 4  # each holds up to 3 GB: models, a browser
# The longest first, so that none is left alone at the end. Those that kill processes stay in one part, and so
# does the browser: two of either disturb each other.
PARTS = {
    "browser": ["tests/browser"],
    "review": ["tests/review"],
    "pipeline": ["tests/pipeline"],
}
OTHERS = "others"  # all that no part names: a new folder is never forgotten
PROGRESS = re.compile(r"[.sxXFE]+ +\[ *\d+%\]$")
FAILED = re.compile(r"(FAILED|ERROR) tests/")
RESULT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


@dataclass(frozen=True)
class Outcome:
    """What a part came to; `said` is its output without the progress."""

    name: str
    code: int
    said: list[str]
    log: Path

    @property
    def summary(self) -> str:
        """pytest's last line, such as '138 passed in 300.12s (0:05:00)'."""
        return self.said[-1].strip("= ") if self.said else "nothing was said"

    def count(self, *results: str) -> int:
        """How many tests came to one of the results, such as 'passed'."""
        return sum(int(number) for number, result in RESULT.findall(self.summary) if result in results)

    @property
    def failures(self) -> list[str]:
        """A line for each test that failed, as pytest names it."""
        return [line for line in self.said if FAILED.match(line)]


def count_processors() -> int:
    """Those that we may use."""
    return len(os.sched_getaffinity(0))


def count_workers() -> int:
    """How many parts run at once: one a processor, up to some."""
    return min(MOST_WORKERS, count_processors())


def list_arguments() -> dict[str, list[str]]:
    """pytest's arguments for each part, the others' last."""
    return {**PARTS, OTHERS: [f"--ignore={path}" for paths in PARTS.values() for path in paths]}


def run_part(name: str, arguments: list[str]) -> Outcome:
    """Run it to its end; its progress is printed as it comes, the rest is kept for the end."""
    log = REPO / "var" / "log" / f"tests-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # -u: a line of dots comes when it is full, not with the next 8 KiB.
    command = [sys.executable, "-u", "-m", "pytest", *arguments, "-p", "no:cacheprovider"]
    run = partial(subprocess.Popen, cwd=REPO, env=make_environment(name), text=True, errors="replace")
    ways = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with log.open("w", encoding="utf-8") as record, run(command, **ways) as tests:
        said = list(follow(name, tests.stdout or (), record.write))
    outcome = Outcome(name, tests.returncode, said, log)
    say(name, outcome.summary)
    return outcome


def make_environment(name: str) -> dict[str, str]:
    """Ours, with a var/ of the part's own: its database server, broker, files and logs are there."""
    var = Path(os.environ.get("SMARTIMG_VAR") or REPO / "var" / "test") / name
    # Threads of parts that compute at the same time would wait for one another, and do so by spinning.
    threads = str(count_processors() // count_workers())
    return {"OMP_NUM_THREADS": threads, **os.environ, "SMARTIMG_VAR": str(var)}


def follow(name: str, lines: Iterable[str], record: Callable[[str], object]) -> Iterator[str]:
    """Record every line and print the progress as it comes; yields what else is said."""
    for line in lines:
        record(line)
        if PROGRESS.match(line):
            say(name, line.rstrip())
        elif line.strip():
            yield line.rstrip()


def say(name: str, text: str) -> None:
    """A line that no other part breaks into."""
    sys.stdout.write(f"{name:>13}: {text}\n")
    sys.stdout.flush()


def report(outcomes: list[Outcome]) -> None:
    """What the failed ones said in full, what passed ones said besides their result, and all results."""
    for outcome in outcomes:
        heard = outcome.said if outcome.code else outcome.said[:-1]
        if heard:
            print(f"\n{outcome.name} (all of it: {outcome.log.relative_to(REPO)}):", *heard, sep="\n")
    print("\nresults:")
    for outcome in outcomes:
        say(outcome.name, outcome.summary)
    say("tests", add_up(outcomes))
    print(*(line for outcome in outcomes for line in outcome.failures), sep="\n", flush=True)


def add_up(outcomes: list[Outcome]) -> str:
    """What all parts together came to; a test whose preparations broke has failed."""
    passed, failed, skipped = (
        sum(outcome.count(*results) for outcome in outcomes)
        for results in (("passed",), ("failed", "error", "errors"), ("skipped",))
    )
    return f"{passed} passed, {failed} failed, {skipped} skipped"
