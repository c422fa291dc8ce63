"""A person's own keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from review.access import ADMIN, SPECIALIST
from review.actions.preferences import COMMANDS, UnableToKeep, keep_keys, name_key, read_keys
from review.views.frame import page


@page(SPECIALIST, ADMIN)
def keys(request: HttpRequest) -> HttpResponse:
    """The key of each command, to be given another one; a conflict is refused where it is."""
    assert isinstance(request.user, User)
    wanted, trouble = read_keys(request.user), None
    if request.method == "POST":
        usual = {command: key for command, (key, _) in COMMANDS.items()}
        wanted = usual if "usual" in request.POST else {**wanted, **_read(request)}
        try:
            keep_keys(person=request.user, keys=wanted)
        except UnableToKeep as refused:
            trouble = refused
        else:
            messages.success(request, _("Your keys are kept. They hold on every machine where you log in."))
            return redirect("keys")
    context = {"rows": _list_rows(wanted, trouble), "trouble": trouble}
    return render(request, "people/keys.html", context, status=400 if trouble else 200)


def _read(request: HttpRequest) -> dict[str, str]:
    """The fields hold names of keys; 'Space' is easier to see than a blank."""
    fields = {command: request.POST[command] for command in COMMANDS if command in request.POST}
    return {
        command: " " if text.lower() == "space" else text if text == " " else text.strip()
        for command, text in fields.items()
    }


def _list_rows(wanted: dict[str, str], trouble: UnableToKeep | None) -> list[dict[str, Any]]:
    return [
        {
            "command": command,
            "what": what,
            "key": name_key(wanted[command]),
            "usual": name_key(usual),
            "is_own": wanted[command] != usual,
            "error": str(trouble) if trouble and trouble.command == command else "",
        }
        for command, (usual, what) in COMMANDS.items()
    ]


urlpatterns: list[URLPattern] = [path("settings/keys/", keys, name="keys")]
