"""What every page shares: who may go where, and pages for what went wrong."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from review.access import roles_of


def context(request: HttpRequest) -> dict[str, Any]:
    """The person's roles for the top bar; an anonymous request asks nothing of the database."""
    user = getattr(request, "user", None)
    return {"roles": roles_of(user) if user is not None else frozenset()}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing here, or it is not yours."""
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Your role may not do this."""
    return render(request, "403.html", status=403)


def broke(request: HttpRequest) -> HttpResponse:
    """Our fault; nothing was saved by halves."""
    return render(request, "500.html", status=500)
