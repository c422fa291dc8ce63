"""Deciding again what somebody else decided, without knowing how; nothing of it is published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review.access import ADMIN, SPECIALIST, get_second_opinion_for
from review.actions import preferences, second_opinions
from review.actions.decisions import UnableToDecide
from review.actions.second_opinions import Said
from review.models import SecondOpinion
from review.views import proposal_data
from review.views.deciding import read_body, refuse
from review.views.frame import page
from review.views.queue_filters import Filters
from review.views.reason_words import REJECT_REASONS, SEND_BACK_REASONS, keep_reason

_ADDRESSES = {
    "url": "second-opinion",
    "decideUrl": "give-second-opinion",
    "leaseUrl": "hold-second-opinion",
    "undoUrl": "withdraw-second-opinion",
    "openUrl": "open-second-opinion",
    "comingUrl": "after-second-opinion",
}


@page(SPECIALIST, ADMIN)
def next_second_opinion(request: HttpRequest) -> HttpResponse:
    """Take the oldest that this person may give; back to the queue when there is none."""
    assert isinstance(request.user, User)
    opinion = second_opinions.take_next(by=request.user, now=timezone.now())
    if opinion is None:
        messages.info(request, _("No decision waits for your second opinion."))
        return redirect("queue")
    return redirect("second-opinion", opinion.pk)


@require_safe
@page(SPECIALIST, ADMIN)
def second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """The page of a proposal as it was before the decision."""
    assert isinstance(request.user, User)
    opinion = get_second_opinion_for(request.user, opinion_id)
    if opinion.given_at is not None:
        messages.info(request, _("This second opinion was given."))
        return redirect("queue")
    data = _describe(opinion, request.user)
    commands = {command: str(what) for command, (_key, what) in preferences.COMMANDS.items()}
    keys = preferences.read_keys(request.user)
    context = {
        **_make_context(opinion, data),
        "queue_url": data["queueUrl"],
        "reject_reasons": REJECT_REASONS,
        "send_back_reasons": SEND_BACK_REASONS,
        "data": {**data, **proposal_data.WORDS, "keys": keys, "commands": commands},
    }
    return render(request, "proposals/proposal.html", context)


def _describe(opinion: SecondOpinion, person: User) -> dict[str, Any]:
    """What the script needs, as if nobody had decided; the first decision is in none of it."""
    proposal = opinion.decision.proposal
    held = second_opinions.renew(opinion=opinion, by=person, now=timezone.now())
    data = proposal_data.describe(person, proposal, Filters(), can_edit=held)
    hidden = {"isOpen": True, "state": "open", "seenSet": 0, "setChanged": False}
    unknown = {"draft": None, "former": None, "search": "", "nextUrl": reverse("next-second-opinion")}
    addresses = {name: reverse(view, args=[opinion.pk]) for name, view in _ADDRESSES.items()}
    return {**data, **hidden, **unknown, **addresses}


def _make_context(opinion: SecondOpinion, data: dict[str, Any]) -> dict[str, Any]:
    proposal = opinion.decision.proposal
    return {
        "proposal": proposal,
        "product": proposal.product,
        "is_second": True,
        "is_open": True,
        "next_url": data["nextUrl"],
        "data": data,
    }


@require_POST
@page(SPECIALIST, ADMIN)
def open_second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """The same for a script that puts it in the place of another."""
    assert isinstance(request.user, User)
    opinion = get_second_opinion_for(request.user, opinion_id)
    data = _describe(opinion, request.user)
    context = _make_context(opinion, data)
    names = ("facts", "summary", "notices")
    parts = {name: render_to_string(f"proposals/_{name}.html", context, request) for name in names}
    return JsonResponse({**data, "parts": parts})


@require_safe
@page(SPECIALIST, ADMIN)
def after_second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """None is loaded ahead: which one comes next is known when it is taken."""
    assert isinstance(request.user, User)
    get_second_opinion_for(request.user, opinion_id)
    return JsonResponse({"coming": []})


@require_POST
@page(SPECIALIST, ADMIN)
def give_second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """Keep what this person would have decided."""
    assert isinstance(request.user, User)
    opinion = get_second_opinion_for(request.user, opinion_id)
    try:
        body = read_body(request)
        said = Said(
            kind=str(body.get("kind")),
            reason=keep_reason(str(body.get("reason") or "")),
            final=body.get("final"),
            edits=body.get("edits"),
            submit_key=body["submit_key"],
        )
        second_opinions.give(opinion=opinion, by=request.user, said=said, now=timezone.now())
    except UnableToDecide as refused:
        return refuse(refused)
    return JsonResponse({"word": _("second opinion given"), "undoUrl": None})


@require_POST
@page(SPECIALIST, ADMIN)
def withdraw_second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """Take one's own opinion back; it can be given anew."""
    assert isinstance(request.user, User)
    opinion = get_second_opinion_for(request.user, opinion_id)
    try:
        second_opinions.withdraw(opinion=opinion, by=request.user, now=timezone.now())
    except UnableToDecide as refused:
        return refuse(refused)
    return JsonResponse({"word": _("undone")})


@require_POST
@page(SPECIALIST, ADMIN)
def hold_second_opinion(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """Go on holding it, or give it back with `release`."""
    assert isinstance(request.user, User)
    opinion = get_second_opinion_for(request.user, opinion_id)
    if request.POST.get("release"):
        second_opinions.give_back(opinion=opinion, by=request.user)
        return JsonResponse({"held": False})
    held = second_opinions.renew(opinion=opinion, by=request.user, now=timezone.now())
    holder = "" if held else _("somebody")
    return JsonResponse({"held": held, "holder": holder, "state": "open", "newer": None})


urlpatterns: list[URLPattern] = [
    path("second-opinions/next/", next_second_opinion, name="next-second-opinion"),
    path("second-opinions/<int:opinion_id>/", second_opinion, name="second-opinion"),
    path("second-opinions/<int:opinion_id>/open/", open_second_opinion, name="open-second-opinion"),
    path("second-opinions/<int:opinion_id>/coming/", after_second_opinion, name="after-second-opinion"),
    path("second-opinions/<int:opinion_id>/give/", give_second_opinion, name="give-second-opinion"),
    path(
        "second-opinions/<int:opinion_id>/withdraw/", withdraw_second_opinion, name="withdraw-second-opinion"
    ),
    path("second-opinions/<int:opinion_id>/hold/", hold_second_opinion, name="hold-second-opinion"),
]
