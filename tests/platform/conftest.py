"""Ground for tests with real processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services of whoever runs the tests are not touched."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A var/ of its own; not in pytest's temporary folder, which each pytest run closes to other accounts."""
    (REPO / "var" / "test").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="var-", dir=REPO / "var" / "test"))
    yield folder
    shutil.rmtree(folder)
