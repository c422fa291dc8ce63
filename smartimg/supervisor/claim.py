"""One ./run a var/, on a port that is free."""

from __future__ import annotations

import fcntl
import os
import socket
from typing import IO

from smartimg.embedded.place import Place


class AlreadyRuns(Exception):
    """Another ./run holds this var/; the text is its address."""


def claim(place: Place, address: str) -> IO[str]:
    """Take the lock of this var/ for the life of the file returned; the kernel frees it after a kill."""
    place.run.mkdir(parents=True, exist_ok=True)
    lock = os.fdopen(os.open(place.run / "run.lock", os.O_RDWR | os.O_CREAT, 0o644), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            raise AlreadyRuns(lock.read().strip()) from None
    lock.truncate()
    lock.write(f"{address}\n")
    lock.flush()
    return lock


def is_free(port: int) -> bool:
    """Whether we could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
