"""Statements that are asked with every answer: the database plans them once a connection, not each time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import CursorDebugWrapper, ServerBindingCursor
from django.db.backends.utils import CursorWrapper


class LoggedCursor(CursorDebugWrapper):
    """Django's log of queries has these without their values, which are not in them."""

    def debug_sql(
        self, sql: Any = None, params: Any = None, use_last_executed_query: bool = False, many: bool = False
    ) -> AbstractContextManager[None]:
        return super().debug_sql(sql, params, many=many)


def open_cursor() -> CursorWrapper:
    """A cursor whose statements stay prepared, for all such cursors of the connection.

    Their values go beside them, so what the database cannot know the type of is cast. For statements that
    are always the same alone: each one that is put together anew would be kept, too.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return LoggedCursor(cursor, connection) if connection.queries_logged else connection.make_cursor(cursor)
