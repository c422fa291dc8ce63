"""Keeping the queue's filters under a name, and forgetting them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review.access import ADMIN, SPECIALIST, NotFound
from review.actions import saved_filters
from review.views.frame import page
from review.views.queue_filters import Filters


def _clean(address: str) -> str:
    """Only what filters know, so that no address leads elsewhere."""
    return Filters.read(QueryDict(address.replace("\0", "").removeprefix("?"))).address()


@require_POST
@page(SPECIALIST, ADMIN)
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters, and back to them."""
    assert isinstance(request.user, User)
    address = _clean(request.POST.get("address", ""))
    try:
        kept = saved_filters.save(person=request.user, name=request.POST.get("name", ""), address=address)
    except saved_filters.UnableToSave as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved as {name}.").format(name=kept.name))
    return redirect(reverse("queue") + address)


@require_POST
@page(SPECIALIST, ADMIN)
def forget_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Delete one's own saved filters, and back."""
    assert isinstance(request.user, User)
    if not saved_filters.forget(person=request.user, filter_id=filter_id):
        raise NotFound
    return redirect(reverse("queue") + _clean(request.POST.get("here", "")))


urlpatterns: list[URLPattern] = [
    path("queue/filters/", save_filter, name="save-filter"),
    path("queue/filters/<int:filter_id>/forget/", forget_filter, name="forget-filter"),
]
