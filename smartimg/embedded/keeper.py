"""Runs the embedded services while any process uses them: `keeper VAR REPORT_FD NAME...`.

Users hold a shared lock on one file; the kernel drops it even when they are killed. When the keeper
gets the same lock for itself alone, nobody uses the services, and it stops them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from smartimg.embedded import postgres, valkey
from smartimg.embedded.place import Place, UnableToStart, make_private
from smartimg.processes import Child, stop_all

LOOK_EVERY_S = 0.25
READY_WITHIN_S = 90.0  # a long recovery after a kill included
STOP_WITHIN_S = 30.0
LOCK_WITHIN_S = 2.0  # whoever asks whether a keeper runs holds the lock for a moment


class Service(NamedTuple):
    """How a service is made and asked."""

    make_child: Callable[[Place], Child]
    is_ready: Callable[[Place], bool]
    after_start: Callable[[Place], None]


SERVICES = {
    "postgres": Service(postgres.make_child, postgres.is_ready, postgres.make_database),
    "valkey": Service(valkey.make_child, valkey.is_ready, lambda place: None),
}


def start(place: Place, names: list[str]) -> list[Child]:
    """Start the services named and return when all are ready."""
    make_private(place.sockets)
    children = [SERVICES[name].make_child(place) for name in names]
    for child in children:
        child.end_leftover(STOP_WITHIN_S)
        child.start()
    for name, child in zip(names, children, strict=True):
        wait_ready(place, name, child)
        SERVICES[name].after_start(place)
    return children


def wait_ready(place: Place, name: str, child: Child) -> None:
    """Return when the service answers; raise with the end of its log when it does not."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while not SERVICES[name].is_ready(place):
        child.tend()
        if child.deaths > 3 or time.monotonic() > give_up_at:
            tail = child.log.read_text(errors="replace")[-1500:]
            raise UnableToStart(f"{name} does not start; the end of {child.log}:\n{tail}")
        time.sleep(0.05)


def keep(place: Place, children: list[Child]) -> None:
    """Start again what dies, until nobody uses the services or a signal comes."""
    asked_to_end: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, frame: asked_to_end.append(got))
    with (place.run / "users.lock").open("a") as users:
        while not asked_to_end:
            for message in filter(None, [child.tend() for child in children]):
                print(time.strftime("%F %T"), message, flush=True)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK_EVERY_S)
                continue
            break
        stop_all(children, STOP_WITHIN_S)
        with contextlib.suppress(OSError):
            place.sockets.rmdir()
        # Given back before the users' lock: a newcomer waits for that one and must then find no keeper.
        release_lock()


KEEPER_LOCK: list[int] = []


def take_lock(place: Place) -> bool:
    """One keeper a var/."""
    handle = os.open(place.run / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    give_up_at = time.monotonic() + LOCK_WITHIN_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                os.close(handle)
                return False
            time.sleep(0.01)
        else:
            KEEPER_LOCK.append(handle)
            return True


def release_lock() -> None:
    """Let another keeper start."""
    while KEEPER_LOCK:
        os.close(KEEPER_LOCK.pop())


def main(var: str, report_fd: str, *names: str) -> int:
    """Start, report `ready` or the reason why not, keep."""
    place = Place(Path(var))
    report = os.fdopen(int(report_fd), "w")
    if not take_lock(place):
        report.write("another keeper runs")
        return 1
    children: list[Child] = []
    try:
        children = start(place, list(names))
    except (UnableToStart, OSError) as error:
        report.write(str(error))
        report.close()
        return 1
    report.write("ready")
    report.close()
    keep(place, children)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
