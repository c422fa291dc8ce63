"""The tests' parts: nothing is left out or run twice, whichever fails is heard, and each has its own var/."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from smartimg.setup import checks, parts

REPO = Path(__file__).resolve().parent.parent.parent
PASSES, FAILS = "def test_it():\n    assert 1 == 1\n", "def test_it():\n    assert 1 == 2, 'said why'\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tests in two parts, both of which pass, and no Django; there is nothing to lint."""
    for folder in ("review", "new"):
        write(tmp_path, folder, PASSES)
    monkeypatch.setattr(parts, "REPO", tmp_path)
    monkeypatch.setattr(parts, "PARTS", {"review": ["tests/review"]})
    monkeypatch.setattr(checks, "LINTERS", {})
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return tmp_path


def write(repo: Path, folder: str, text: str) -> None:
    (repo / "tests" / folder).mkdir(parents=True, exist_ok=True)
    (repo / "tests" / folder / f"test_{folder}.py").write_text(text)


def test_each_test_is_in_one_part() -> None:
    everything = set((REPO / "tests").rglob("test_*.py"))
    *named, others = parts.list_arguments().values()
    taken = [path for paths in named for folder in paths for path in (REPO / folder).rglob("test_*.py")]
    ignored = {REPO / argument.removeprefix("--ignore=") for argument in others}
    rest = {path for path in everything if not ignored & set(path.parents)}
    assert len(taken) == len(set(taken))
    assert (set(taken) & rest, set(taken) | rest) == (set(), everything)


@pytest.mark.parametrize("failing", ["review", "new"])
def test_whichever_part_fails_all_has_failed_and_its_words_come_at_the_end(
    repo: Path, capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    write(repo, failing, FAILS)
    assert checks.run_all() == 1
    heard = capfd.readouterr().out
    assert (heard.count(": 1 passed in"), heard.count(": 1 failed in")) == (2, 2)  # then, and at the end
    assert "tests: 1 passed, 1 failed, 0 skipped\n" in heard
    assert heard.count("E       AssertionError: said why") == 1
    name = "review" if failing == "review" else parts.OTHERS
    *_, told, last = heard.splitlines()
    assert told.startswith(f"FAILED tests/{failing}/test_{failing}.py::test_it")
    assert last.startswith(f"checks and tests: FAILED: {name}, ")
    assert "said why" in (repo / "var" / "log" / f"tests-{name}.log").read_text()


def test_when_all_pass_that_is_all_that_is_said(repo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.run_all() == 0
    heard = capfd.readouterr().out
    assert heard.count(": 1 passed in") == 4
    assert "tests: 2 passed, 0 failed, 0 skipped\n" in heard
    assert heard.splitlines()[-1].startswith("checks and tests: ok, ")
    assert "FAILED" not in heard


def test_a_part_without_tests_or_that_is_killed_has_failed(
    repo: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(repo, "review", "")
    write(repo, "new", "import os\n\ndef test_it():\n    os.kill(os.getpid(), 9)\n")
    assert checks.run_all() == 1
    assert capfd.readouterr().out.splitlines()[-1].startswith("checks and tests: FAILED: review, others, ")


def test_a_failed_linter_fails_all_and_the_tests_run_nonetheless(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "LINTERS", {"ruff check": ["ruff", "check", "no-such-folder-here"]})
    assert checks.run_all() == 1
    heard = capfd.readouterr().out
    assert "no-such-folder-here" in heard
    assert heard.count(": 1 passed") == 4
    assert heard.splitlines()[-1].startswith("checks and tests: FAILED: ruff check, ")


def test_each_part_has_a_var_of_its_own_below_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMARTIMG_VAR", raising=False)
    assert parts.make_environment("review")["SMARTIMG_VAR"] == str(REPO / "var" / "test" / "review")
    monkeypatch.setenv("SMARTIMG_VAR", "/elsewhere")
    places = {parts.make_environment(name)["SMARTIMG_VAR"] for name in parts.list_arguments()}
    assert len(places) == len(parts.list_arguments())
    assert all(Path(place).parent == Path("/elsewhere") for place in places)


def test_a_test_that_could_not_begin_counts_as_failed(tmp_path: Path) -> None:
    said = [["2 passed, 1 error in 3.00s"], ["== 1 failed, 4 passed, 2 skipped, 3 errors in 9.00s =="], []]
    outcomes = [parts.Outcome("review", 1, lines, tmp_path) for lines in said]
    assert parts.add_up(outcomes) == "6 passed, 5 failed, 2 skipped"


@pytest.mark.parametrize(
    ("processors", "workers", "threads"), [(1, 1, "1"), (2, 2, "1"), (4, 4, "1"), (64, 4, "16")]
)
def test_as_many_parts_run_at_once_as_there_are_processors_up_to_four(
    monkeypatch: pytest.MonkeyPatch, processors: int, workers: int, threads: str
) -> None:
    monkeypatch.setattr(parts.os, "sched_getaffinity", lambda _: set(range(processors)))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert parts.count_workers() == workers
    assert parts.make_environment("review")["OMP_NUM_THREADS"] == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert parts.make_environment("review")["OMP_NUM_THREADS"] == "3"


def test_the_browser_part_waits_for_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Installing(Future[None]):
        def result(self, timeout: float | None = None) -> None:
            order.append("installed")

    def run(name: str, arguments: list[str]) -> parts.Outcome:
        order.append(name)
        return parts.Outcome(name, 0, ["1 passed"], Path())

    monkeypatch.setattr(parts, "run_part", run)
    checks.run_tests("review", [], Installing())
    checks.run_tests("browser", [], Installing())
    assert order == ["review", "installed", "browser"]


def test_tests_have_settings_of_their_own_whatever_is_set_where_they_are_started(tmp_path: Path) -> None:
    ask = "import os\n\ndef test_it():\n    assert os.environ['DJANGO_SETTINGS_MODULE'] == 'tests.settings'\n"
    (tmp_path / "test_it.py").write_text(ask)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--rootdir={REPO}",
        "-c",
        "pyproject.toml",
    ]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "smartimg.settings"}
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=REPO, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()


def test_with_arguments_only_the_tests_that_they_name_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> object:
        asked.append(command)
        return type("Done", (), {"returncode": 5})

    monkeypatch.setattr(checks.subprocess, "run", run)
    monkeypatch.setattr(checks, "run_all", lambda: pytest.fail("all ran"))
    assert checks.main(["tests/pipeline", "-k", "blur"]) == 5
    assert asked == [[sys.executable, "-m", "pytest", "tests/pipeline", "-k", "blur"]]
