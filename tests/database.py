"""The database server of the tests: the same code path as ./run, in var/test."""

from __future__ import annotations

from pathlib import Path

import psycopg
from django.conf import settings

from smartimg import services

PREFIX = "test_smartimg_"


def start_services() -> None:
    """Have the services run for as long as the tests do, without what killed test runs left."""
    services.ensure_running(settings.VAR_DIR)
    with psycopg.connect(settings.ENDPOINTS.database_url, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        for (name,) in rows.fetchall():
            pid = name.removeprefix(PREFIX)
            if pid.isdigit() and not Path(f"/proc/{pid}").exists():
                connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
