"""Pages of proposals: one proposal, the next ones for its script, and who looks at it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from review.access import ADMIN, SPECIALIST, get_proposal_for
from review.actions import leases, preferences
from review.models import Proposal
from review.views import deciding, proposal_data
from review.views.frame import page
from review.views.queue import queue
from review.views.queue_filters import Filters
from review.views.reason_words import REJECT_REASONS, SEND_BACK_REASONS

LOADED_AHEAD = 2


@page(SPECIALIST, ADMIN)
def next_proposal(request: HttpRequest) -> HttpResponse:
    """Take the next free proposal of the queue and go there; to the queue when there is none."""
    assert isinstance(request.user, User)
    filters, now, by = Filters.read(request.GET), timezone.now(), request.user
    rows, cursor = filters.rows_to_take(by), request.GET.get("after", "")
    for stretch in (*filters.order.ranges(rows, cursor), filters.order.sort(rows)):
        for taken in leases.take_next(rows=stretch, by=by, now=now):
            return redirect(reverse("proposal", args=[taken]) + filters.address())
    return redirect(reverse("queue") + filters.address())


@page(SPECIALIST, ADMIN)
def proposal_page(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """A proposal with its strips; opening it takes the lease, unless somebody else has it."""
    assert isinstance(request.user, User)
    proposal, filters = get_proposal_for(request.user, proposal_id), Filters.read(request.GET)
    taken = _take(proposal, request.user)
    data = proposal_data.describe(request.user, proposal, filters, can_edit=taken)
    keys = preferences.read_keys(request.user)
    context = {
        **proposal_data.make_context(proposal, filters, can_edit=taken),
        "queue_url": data["queueUrl"],
        "reject_reasons": REJECT_REASONS,
        "send_back_reasons": SEND_BACK_REASONS,
        "data": {**data, **proposal_data.WORDS, "keys": keys, "commands": _list_commands()},
    }
    return render(request, "proposals/proposal.html", context)


def _list_commands() -> dict[str, str]:
    return {command: str(what) for command, (_, what) in preferences.COMMANDS.items()}


def _take(proposal: Proposal, by: User) -> bool:
    """Whether it is this person's to decide now; a decided one is not asked for."""
    is_open = proposal.state == Proposal.State.OPEN
    return is_open and leases.take(proposal=proposal, by=by, now=timezone.now())


@require_POST
@page(SPECIALIST, ADMIN)
def open_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What the page of a proposal holds, for a page that shows another one; takes the lease as it does."""
    assert isinstance(request.user, User)
    proposal, filters = get_proposal_for(request.user, proposal_id), Filters.read(request.GET)
    taken = _take(proposal, request.user)
    return JsonResponse(proposal_data.describe_with_parts(request, proposal, filters, can_edit=taken))


@require_safe
@page(SPECIALIST, ADMIN)
def coming(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The next ones, to be loaded ahead; they are nobody's until they are shown."""
    proposal, filters = get_proposal_for(request.user, proposal_id), Filters.read(request.GET)
    found = proposal_data.find_coming(request, proposal, filters, LOADED_AHEAD)
    whole = [get_proposal_for(request.user, one.pk) for one in found]
    rows: list[dict[str, Any]] = [
        proposal_data.describe_with_parts(request, one, filters, can_edit=True) for one in whole
    ]
    return JsonResponse({"coming": rows})


@require_POST
@page(SPECIALIST, ADMIN)
def lease(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Renew the lease, or give it back with `release`; says who else holds it, or what has replaced it."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    if request.POST.get("release"):
        leases.give_back(proposal=proposal, by=request.user)
        return JsonResponse({"held": False})
    held = leases.take(proposal=proposal, by=request.user, now=timezone.now())
    holder = proposal.leased_by.get_username() if proposal.leased_by else ""
    newer = proposal_data.find_newer(proposal)
    answer = {"held": held, "holder": holder, "state": proposal.state, "newer": newer.pk if newer else None}
    return JsonResponse(answer)


urlpatterns: list[URLPattern] = [
    path("queue/", queue, name="queue"),
    path("proposals/next/", next_proposal, name="next-proposal"),
    path("proposals/<int:proposal_id>/", proposal_page, name="proposal"),
    path("proposals/<int:proposal_id>/open/", open_proposal, name="proposal-open"),
    path("proposals/<int:proposal_id>/coming/", coming, name="proposals-coming"),
    path("proposals/<int:proposal_id>/lease/", lease, name="proposal-lease"),
    *deciding.urlpatterns,
]
