"""What reviewers flagged for somebody else: the open ones, and answering them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review.access import ADMIN, SPECIALIST, flags_for, get_flag_for
from review.actions import flags
from review.views.frame import page
from review.views.keyset import Order, read_page

PAGE_ROWS = 40
_NEWEST = Order("pk", True, int)


@page(SPECIALIST, ADMIN)
def open_flags(request: HttpRequest) -> HttpResponse:
    """Open flags of one's own categories, newest first."""
    rows = flags_for(request.user).filter(settled_at__isnull=True)
    found = read_page(
        rows.select_related("product__category", "image", "raised_by"),
        _NEWEST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    return render(request, "proposals/flags.html", {"page": found})


@require_POST
@page(SPECIALIST, ADMIN)
def settle_flag(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Answer a flag, and back to the others."""
    assert isinstance(request.user, User)
    flag = get_flag_for(request.user, flag_id)
    try:
        answer = request.POST.get("answer", "")
        flags.settle(flag=flag, by=request.user, answer=answer, now=timezone.now())
    except flags.UnableToFlag as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Settled: {product}.").format(product=flag.product))
    return redirect("flags")


urlpatterns: list[URLPattern] = [
    path("flags/", open_flags, name="flags"),
    path("flags/<int:flag_id>/settle/", settle_flag, name="settle-flag"),
]
