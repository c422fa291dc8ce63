"""Forms that start something lead to one thing, however often they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from review.actions import sent_forms

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (a field's name); masked anew each time a form is shown


def go_once(request: HttpRequest, name: str, start: Callable[[], Model]) -> HttpResponse:
    """Start it and go to its page; sent again, go where the first sending led to."""

    def act() -> str:
        return reverse(name, args=[start().pk])

    assert isinstance(request.user, User)
    if TOKEN not in request.POST:  # a script's: each of its requests means something
        return redirect(act())
    return redirect(sent_forms.act_once(by=request.user, key=digest(request), now=timezone.now(), act=act))


def digest(request: HttpRequest) -> str:
    """Of the address, of every field with the form's own token, and of what files are called and weigh."""
    fields = sorted(request.POST.lists())
    sent = ((field, file) for field, files in request.FILES.lists() for file in files)
    files = sorted((field, file.name or "", file.size or 0) for field, file in sent)
    return sha256(json.dumps([request.path, fields, files]).encode()).hexdigest()
