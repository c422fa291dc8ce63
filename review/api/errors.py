"""Errors of the API: always {"errors": [{"field": ..., "message": ...}]}."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from review.access import NotAllowed, NotFound

HOW_TO_LOG_IN = "Send a token: 'Authorization: Token ...'. An admin makes it under Admin, Tokens."


class Invalid(Exception):
    """The request cannot be carried out; every problem with its field."""

    def __init__(self, *problems: tuple[str, str], status: int = 400) -> None:
        super().__init__(problems)
        self.problems = problems
        self.status = status


def answer(*problems: tuple[str, str], status: int) -> Response:
    """An error answer."""
    return Response(
        {"errors": [{"field": name, "message": message} for name, message in problems]}, status=status
    )


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF calls for every exception of a view; None leaves it to Django."""
    if isinstance(error, Invalid):
        return answer(*error.problems, status=error.status)
    if isinstance(error, NotFound):
        return answer(("id", "There is nothing under this id, or it is not yours."), status=404)
    if isinstance(error, NotAllowed):
        return answer(("", "Your role may not do this."), status=403)
    if isinstance(error, RecursionError):
        return answer(("", "The JSON is nested too deeply."), status=400)
    usual = exception_handler(error, context)
    if usual is None:
        return None
    told = answer(("", _say(error, usual)), status=usual.status_code)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in usual:
            told[name] = usual[name]
    return told


def _say(error: Exception, usual: Response) -> str:
    if isinstance(error, exceptions.NotAuthenticated):
        return HOW_TO_LOG_IN
    if isinstance(error, exceptions.ParseError):
        return f"The body is not JSON: {error.detail}"
    if isinstance(usual.data, dict):
        return str(usual.data.get("detail", usual.data))
    return str(usual.data)
