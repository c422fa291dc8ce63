"""What a start does besides processes: tables first, and on the first start the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from smartimg import services
from smartimg.embedded.place import Place
from smartimg.processes import die_with
from smartimg.supervisor.roster import BASE_DIR


class UnableToPrepare(RuntimeError):
    """A management command failed; the text names its log."""


def manage(place: Place, env: Mapping[str, str], *arguments: str, show: bool = False) -> None:
    """Run a management command; its output goes to a log, its progress to the person if wanted."""
    command = [sys.executable, "manage.py", *arguments]
    log = place.log / "manage.log"
    with log.open("ab") as output:
        code = subprocess.run(
            command,
            cwd=BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if show else output,
            preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            check=False,
        ).returncode
    if code:
        where = "" if show else f"; the end of {log}:\n{read_tail(log)}"
        raise UnableToPrepare(f"manage.py {arguments[0]} failed{where}")


def read_tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def is_first_start(place: Place) -> bool:
    """True until the demo was loaded or declined once; never where the database holds somebody's products."""
    if (place.var / "first-start.done").exists():
        return False
    return (place.var / "first-start.begun").exists() or not has_products(place)


def has_products(place: Place) -> bool:
    """Whether a catalog is there, for instance in a database of the person's own."""
    url = services.endpoints(place.var).database_url
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute("SELECT EXISTS (SELECT 1 FROM review_product)").fetchone()
    return bool(row and row[0])


def note_first_start(place: Place) -> None:
    """The next start is not the first."""
    (place.var / "first-start.done").touch()


def is_debug(env: Mapping[str, str]) -> bool:
    """Whether the web server runs for one person at this machine."""
    return env["SMARTIMG_DEBUG"].lower() not in {"0", "false", "no", "off"}


def prepare(place: Place, env: Mapping[str, str]) -> None:
    """Bring the tables and, for others' eyes, the static files up to date."""
    manage(place, env, "migrate", "--no-input", "--verbosity", "1")
    if not is_debug(env):
        manage(place, env, "collectstatic", "--no-input", "--verbosity", "1")


def load_demo_once(place: Place, env: Mapping[str, str], empty: bool) -> None:
    """Load the demo on the first start, unless an empty one is wanted."""
    if not is_first_start(place):
        return
    (place.var / "first-start.begun").touch()  # interrupted, it is gone through again
    if is_debug(env) and not empty:  # its people have passwords that anybody can read
        manage(place, env, "load_demo", show=True)
    note_first_start(place)


def label_demo_once(place: Place, env: Mapping[str, str]) -> None:
    """Have what the demo has drawn stated as labels, once its pictures are there; interrupted, again."""
    mark = place.var / "demo-labels.done"
    if is_debug(env) and (place.var / "demo-logins.txt").exists() and not mark.exists():
        manage(place, env, "demo_labels")
        mark.touch()


def describe_logins(place: Place) -> str:
    """The ready-made people of the demo, one a line; where it was never loaded, how to make an account."""
    path = place.var / "demo-logins.txt"
    if not path.exists():
        return "  Make an account: .venv/bin/python manage.py createsuperuser\n"
    heading = f"  {'Log in as':<13} {'password':<16} to\n"
    return heading + "".join(f"    {line}\n" for line in path.read_text().splitlines())
