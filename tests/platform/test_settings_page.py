"""docs/running.md names every variable that the program reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
NAME = r"(?:SMARTIMG_[A-Z0-9_]+|DATABASE_URL|REDIS_URL)"
READ_BY = ("smartimg", "review", "pipeline", "demo", "manage.py")


def list_sources() -> list[Path]:
    """Everything that may read the environment."""
    folders = [REPO / name for name in READ_BY]
    return [
        path for top in folders for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()
    ]


def test_the_table_names_every_variable_that_is_read() -> None:
    table = set(re.findall(rf"^\| `({NAME})` \|", (REPO / "docs" / "running.md").read_text(), re.MULTILINE))
    read = set()
    for path in list_sources():
        if path.suffix == ".py":
            read |= set(re.findall(rf'"({NAME})"', path.read_text()))
        elif path.suffix == ".sh":
            read |= set(re.findall(rf"\$\{{({NAME})", path.read_text()))
    assert table == read
