"""Where the embedded services of one var/ lie, and who may enter."""

from __future__ import annotations

import hashlib
import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET = 107  # bytes of sun_path on Linux, less the closing zero
SOCKET_NAME = ".s.PGSQL.5432"


class UnableToStart(RuntimeError):
    """An embedded service can't run; the text says why and what helps."""


@dataclass(frozen=True)
class Place:
    """The folders of one var/."""

    var: Path

    @property
    def run(self) -> Path:
        """Locks and marks of running processes."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """What the processes say."""
        return self.var / "log"

    @property
    def sockets(self) -> Path:
        """Under var/ where a socket can have its path (PostgreSQL splits at commas), else in /tmp."""
        inside = self.run / "sockets"
        if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET and "," not in str(inside):
            return inside
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"smartimg-{os.getuid()}-{digest}"


def find_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then `nobody` runs the services; None: whoever we are."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def make_private(folder: Path) -> None:
    """Make a folder that only the services' account may enter; refuse one that is somebody else's."""
    account = find_account()
    owner = account.pw_uid if account else os.geteuid()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {owner, os.geteuid()}:
        raise UnableToStart(
            f"{folder} belongs to somebody else; remove it, or set SMARTIMG_VAR to another folder"
        )
    if account:
        os.chown(folder, owner, account.pw_gid)
    folder.chmod(0o700)


def open_way(*targets: Path) -> None:
    """As root: let the services' account pass through (not read) the folders above each target."""
    if find_account() is None:
        return
    for folder in {folder for target in targets for folder in target.parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode & 0o7777 | 0o001)
