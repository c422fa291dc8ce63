"""The cast and the ground that every test may stand on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.database import start_services

REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real catalogs; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SMARTIMG_SHARED_DATA") or REPO.parent / "shared" / "data")
    if not (folder / "products.jsonl").exists():
        pytest.skip("needs the real catalogs of ../shared/data, which are not part of the product")
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Called by pytest-django before the first test with a database, and only then."""
    start_services()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins in the settings' language: a request in German leaves its own active behind it."""
    translation.deactivate()
    yield
    translation.deactivate()
