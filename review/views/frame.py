"""What every page shares: who may go where, and pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django_htmx.http import HttpResponseClientRefresh

from review.access import NotAllowed, NotFound, require_role, roles_of

View = Callable[..., HttpResponse]


def page(*roles: str) -> Callable[[View], View]:
    """A page for people who are logged in and have one of the roles; translates what loading raises."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_log_in(request)
            try:
                require_role(request.user, *roles)
                return view(request, *args, **kwargs)
            except NotAllowed:
                return not_allowed(request)
            except NotFound:
                return not_found(request)

        return guarded

    return wrap


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """The log-in page; a part of a page, fetched after the session ended, has the whole page ask."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRefresh()
    return redirect_to_login(request.get_full_path())


def context(request: HttpRequest) -> dict[str, Any]:
    """The person's roles for the top bar; an anonymous request asks nothing of the database."""
    user = getattr(request, "user", None)
    return {"roles": roles_of(user) if user is not None else frozenset()}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing here, or it is not yours."""
    return render(request, "404.html", status=404)


def not_here(request: HttpRequest, path: str) -> HttpResponse:
    """Any other address: one of ours that lacks its slash, or nothing; DEBUG would list all addresses."""
    is_read = request.method in ("GET", "HEAD") and not path.endswith("/")
    if is_read and resolve(f"{request.path_info}/").url_name != "not-here":
        return redirect(request.get_full_path(force_append_slash=True))
    return not_found(request)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Your role may not do this."""
    return render(request, "403.html", status=403)


def not_readable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent is damaged, or larger than any page's form."""
    return render(request, "400.html", status=400)


def broke(request: HttpRequest) -> HttpResponse:
    """Our fault; nothing was saved by halves."""
    return render(request, "500.html", status=500)
