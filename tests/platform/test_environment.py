"""Making .venv: what is missing is installed, what is there is left alone, and what fails is explained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smartimg.setup import checks, environment
from smartimg.setup.environment import UnableToInstall

REPO = Path(__file__).resolve().parent.parent.parent


def bash(command: str, path: Path | str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash with a PATH of our own."""
    env = {"PATH": str(path), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        ["/bin/bash", "-c", command], cwd=REPO, env=env, capture_output=True, text=True, check=False
    )


def test_without_a_python_of_3_11_it_says_how_to_get_one(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = bash(". smartimg/setup/python.sh", tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "apt-get install python3.11 python3.11-venv" in done.stderr


def test_it_takes_the_first_python_that_is_new_enough(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    done = bash(". smartimg/setup/python.sh; echo $python", tmp_path)
    assert done.stdout.strip() == "python3"


def test_a_python_that_can_make_a_venv_goes_before_one_that_cannot(tmp_path: Path) -> None:
    bare = tmp_path / "python3.11"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    bare.chmod(0o755)
    assert bash(". smartimg/setup/python.sh; echo $python", tmp_path).stdout.strip() == "python3.11"
    (tmp_path / "python3").symlink_to(sys.executable)
    assert bash(". smartimg/setup/python.sh; echo $python", tmp_path).stdout.strip() == "python3"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "The virtual environment was not created because ensurepip is not available",
            "apt-get install python3.11-venv",
        ),
        ("No module named venv", "apt-get install python3.11-venv"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("something else", "something else"),
    ],
)
def test_it_explains_why_there_is_no_venv(output: str, words: str) -> None:
    assert words in environment.explain_venv(output, "3.11")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "the disk is full",
        ),
        (
            "ERROR: No matching distribution found for torch==2.13.0",
            "index can't be reached, or lacks a wheel",
        ),
        ("ERROR: Could not find a version that satisfies the requirement x==1", "index can't be reached"),
        ("ERROR: Failed building wheel for x", "pip failed: ERROR: Failed building wheel for x"),
    ],
)
def test_it_explains_why_pip_failed(line: str, words: str) -> None:
    assert words in environment.explain_pip(["Collecting x\n", f"{line}\n"])


def test_a_failed_install_leaves_no_stamp_and_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'ERROR: No matching distribution found for x'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(environment, "make_venv", lambda venv: None)
    with pytest.raises(UnableToInstall, match=r"setup\.log"):
        environment.prepare(tmp_path, dev=False)
    assert not environment.stamp_of(tmp_path, REPO / "requirements.lock").exists()


def test_too_little_disk_is_refused_before_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "NEEDED_FREE_GB", 1e9)
    with pytest.raises(UnableToInstall, match="GB are free on the disk"):
        environment.check_space(dev=False)


def test_nothing_is_installed_when_the_stamps_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = REPO / name
        environment.stamp_of(tmp_path, lock).write_text(environment.digest(lock))
    monkeypatch.setattr(environment, "install", lambda *arguments: pytest.fail("installed"))
    environment.prepare(tmp_path, dev=True)


def test_a_changed_lock_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    environment.stamp_of(tmp_path, REPO / "requirements.lock").write_text("an older digest")
    titles: list[str] = []
    monkeypatch.setattr(environment, "make_venv", lambda venv: None)
    monkeypatch.setattr(environment, "install", lambda venv, title, *rest: titles.append(title))
    environment.prepare(tmp_path, dev=False)
    assert titles == ["torch, the largest", "requirements"]


def test_progress_counts_packages(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"Collecting wheel-{number}==1\n" for number in range(50)]
    assert list(environment.follow(lines, "wheels", 50, lambda line: None)) == lines
    assert capsys.readouterr().out == "  wheels: 25 of 50\n  wheels: 50 of 50\n"


def test_a_failed_linter_shows_its_output_and_a_passed_one_only_its_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checks.run_step("good", ["ruff", "--version"])
    assert not checks.run_step("bad", ["ruff", "check", "no-such-folder-here"])
    good, bad, *output = capsys.readouterr().out.splitlines()
    assert good.strip().startswith("good: ok (")
    assert bad.strip().startswith("bad: FAILED (")
    assert "no-such-folder-here" in "".join(output)


class Apt:
    """A machine's programs, and an apt-get that has some packages."""

    def __init__(self, programs: set[str], offers: set[str]) -> None:
        self.programs, self.offers, self.asked = programs, offers, list[str]()

    def find(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, *words: str) -> bool:
        self.asked.append(words[-1])
        self.programs |= self.offers & {words[-1]}
        return words[-1] == "update" or words[-1] in self.offers


SHELL = checks.SHELL


@pytest.mark.parametrize(
    ("programs", "offers", "asked", "said"),
    [
        ({"apt-get", SHELL}, set(), [], ""),
        ({"apt-get"}, {SHELL, "chromium"}, ["update", SHELL], "chromium: installed ("),
        ({"apt-get"}, {"chromium"}, ["update", SHELL, "chromium"], "chromium: installed ("),
        ({"apt-get", "chromium"}, {SHELL}, ["update", SHELL], "chromium: installed ("),
        ({"apt-get", "chromium"}, set(), ["update", SHELL], "the browser tests take longer than with"),
        ({"chromium"}, set(), [], "the browser tests take longer than with"),
        (
            {"apt-get"},
            set(),
            ["update", SHELL, "chromium"],
            "absent, the browser tests are skipped; as root:",
        ),
        (set(), set(), [], "absent, the browser tests are skipped; as root: apt-get install"),
    ],
)
def test_the_browser_is_installed_where_it_can_be_and_else_it_is_said_what_is_not_run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    programs: set[str],
    offers: set[str],
    asked: list[str],
    said: str,
) -> None:
    apt = Apt(set(programs), offers)
    monkeypatch.setattr(checks.shutil, "which", apt.find)
    monkeypatch.setattr(checks.os, "geteuid", lambda: 0)
    monkeypatch.setattr(checks, "run_apt", apt.run)
    checks.ensure_browser()
    heard = capsys.readouterr().out
    assert apt.asked == asked
    assert said in heard
    assert bool(said) == bool(heard)


def test_only_root_installs_a_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks.shutil, "which", Apt({"apt-get"}, {SHELL}).find)
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(checks, "run_apt", lambda *_: pytest.fail("apt was asked"))
    checks.ensure_browser()
    assert "the browser tests are skipped" in capsys.readouterr().out


def test_apt_says_into_a_log_whether_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "apt-get"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@"\ntest "$5" != nothing\n')
    program.chmod(0o755)
    monkeypatch.setattr(checks, "REPO", tmp_path)
    monkeypatch.setattr(checks, "APT", ("A=1",))
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert checks.run_apt("update")
    assert not checks.run_apt("nothing")
    said = (tmp_path / "var" / "log" / "apt.log").read_text()
    assert said == "-q -y -o A=1 update\n-q -y -o A=1 nothing\n"
