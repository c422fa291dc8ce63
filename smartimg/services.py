"""Finds PostgreSQL and the broker, or has the embedded ones run under var/ while somebody uses them."""

from __future__ import annotations

import fcntl
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from smartimg.embedded import postgres, valkey
from smartimg.embedded.place import Place, UnableToStart

BASE_DIR = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 90.0
USUAL_ADDRESS = "http://127.0.0.1:8000"
IN_USE: dict[Path, IO[str]] = {}  # open for the life of the process: the kernel gives the lock back


@dataclass(frozen=True)
class Endpoints:
    """Where the two services answer, in the form that DATABASE_URL and REDIS_URL have."""

    database_url: str
    redis_url: str


def endpoints(var_dir: Path) -> Endpoints:
    """The addresses from the environment, or those of the embedded services; starts nothing."""
    sockets = Place(var_dir).sockets
    embedded_database = f"postgresql://postgres@/{postgres.DATABASE}?host={quote(str(sockets), safe='')}"
    return Endpoints(
        database_url=os.environ.get("DATABASE_URL") or embedded_database,
        redis_url=os.environ.get("REDIS_URL") or f"unix://{quote(str(sockets / valkey.SOCKET))}",
    )


def celery_broker_url(redis_url: str) -> str:
    """Celery's name for the same address."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def list_embedded() -> list[str]:
    """The services that the environment leaves to us."""
    names = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    return [name for name, variable in names.items() if not os.environ.get(variable)]


def read_address(var: Path) -> str:
    """Where the web server of this var/ answers, or did last: ./run writes it into its lock."""
    lock = Place(var).run / "run.lock"
    return (lock.read_text(encoding="utf-8").strip() if lock.is_file() else "") or USUAL_ADDRESS


def read_secret_key(var_dir: Path) -> str:
    """The key of this installation, made at first use and readable by its owner only."""
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # whoever links first wins; the others read the same key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def ensure_running(var_dir: Path) -> None:
    """Have the embedded services run until this process ends; raises UnableToStart with the reason."""
    names = list_embedded()
    if not names:
        return
    place = Place(var_dir)
    for folder in (place.run, place.log):
        folder.mkdir(parents=True, exist_ok=True)
    if var_dir not in IN_USE:
        users = (place.run / "users.lock").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
        IN_USE[var_dir] = users
    with (place.run / "starting.lock").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not is_kept(var_dir):
            start_keeper(place, names)
    wait_ready(place, names)


def release(var_dir: Path) -> None:
    """Give the services up, and wait for their end when nobody else uses them."""
    users = IN_USE.pop(var_dir, None)
    if users is None:
        return
    users.close()
    while is_kept(var_dir) and not is_used(var_dir):
        time.sleep(0.1)


def is_used(var_dir: Path) -> bool:
    """Whether another process uses the services; False too while the keeper stops them."""
    with (Place(var_dir).run / "users.lock").open("a") as users:
        for kind, answer in ((fcntl.LOCK_EX, False), (fcntl.LOCK_SH, True)):
            try:
                fcntl.flock(users, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return answer
    return False


def is_kept(var_dir: Path) -> bool:
    """Whether a keeper runs for this var/."""
    with (Place(var_dir).run / "keeper.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def start_keeper(place: Place, names: list[str]) -> None:
    """Start a keeper that outlives us and wait for its word."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "smartimg.embedded.keeper", str(place.var), str(writing), *names]
    with (place.log / "services.log").open("ab") as log:
        KEEPERS.append(
            subprocess.Popen(
                command,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[writing],
                start_new_session=True,
            )
        )
    os.close(writing)
    with os.fdopen(reading) as report:
        answer = report.read()
    if answer != "ready":
        raise UnableToStart(answer or f"the embedded services do not start; see {place.log / 'services.log'}")


KEEPERS: list[subprocess.Popen[bytes]] = []  # referenced, so that nothing warns of a child still running


def wait_ready(place: Place, names: list[str]) -> None:
    """Return when all answer: a service that was killed may be coming back this moment."""
    checks = {"postgres": postgres.is_ready, "valkey": valkey.is_ready}
    give_up_at = time.monotonic() + READY_WITHIN_S
    for name in names:
        while not checks[name](place):
            if time.monotonic() > give_up_at:
                raise UnableToStart(f"{name} does not answer; see {place.log / f'{name}.log'}")
            time.sleep(0.05)
