"""Pages of proposals: one proposal, and what is decided on it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from review.access import ADMIN, SPECIALIST, NotFound, get_proposal_for
from review.actions import decisions, leases, publishing
from review.actions.decisions import UnableToDecide
from review.actions.proposals import find_current_set
from review.models import Decision, Proposal
from review.views.frame import page
from review.views.proposal_words import (
    OFFERED_REASONS,
    REASONS,
    REJECT_REASONS,
    describe_items,
    list_tiles,
    list_types,
)
from review.views.queue import Filters, find_next, queue

TRIES = 5  # somebody else may take the same proposal in the same moment
REFUSED = {"invalid": 400}  # every other refusal is a conflict: 409


@page(SPECIALIST, ADMIN)
def next_proposal(request: HttpRequest) -> HttpResponse:
    """Take the next free proposal of the queue and go there; to the queue when there is none."""
    assert isinstance(request.user, User)
    filters, now = Filters.read(request.GET), timezone.now()
    for proposal in find_next(request.user, filters, request.GET.get("after", ""), now, TRIES):
        if leases.take(proposal=proposal, by=request.user, now=now):
            return redirect(reverse("proposal", args=[proposal.pk]) + filters.address())
    return redirect(reverse("queue") + filters.address())


@page(SPECIALIST, ADMIN)
def proposal_page(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """A proposal with its strips; opening it takes the lease, unless somebody else has it."""
    assert isinstance(request.user, User)
    proposal, now = get_proposal_for(request.user, proposal_id), timezone.now()
    filters = Filters.read(request.GET)
    is_open = proposal.state == Proposal.State.OPEN
    taken = is_open and leases.take(proposal=proposal, by=request.user, now=now)
    coming = _find_coming(request.user, proposal, filters)
    last = proposal.decisions.select_related("decided_by", "undone_by").order_by("-pk").first()
    context = {
        "proposal": proposal,
        "product": proposal.product,
        "filters": filters,
        "queue_url": reverse("queue") + filters.address(),
        "next_url": _next_url(proposal, filters),
        "holder": proposal.leased_by if is_open and not taken else None,
        "is_open": is_open,
        "last": last,
        "undo_key": get_random_string(32),
        "newer": _find_newer(proposal),
        "reject_reasons": REJECT_REASONS,
        "data": _describe(proposal, filters, coming, can_edit=taken),
    }
    return render(request, "proposals/proposal.html", context)


def _describe(
    proposal: Proposal, filters: Filters, coming: list[Proposal], *, can_edit: bool
) -> dict[str, Any]:
    """All that the page's script needs."""
    items = describe_items(proposal)
    current = find_current_set(proposal.product_id)
    base = publishing.names_of(publishing.list_places(proposal.based_on))
    is_same = (current.pk if current else None) == proposal.based_on_id or (
        publishing.names_of(publishing.list_places(current)) == base
    )
    return {
        "id": proposal.pk,
        "product": proposal.product.external_id,
        "title": str(proposal.product),
        "images": items,
        "types": list_types(proposal.product.category),
        "reasons": REASONS,
        "offeredReasons": OFFERED_REASONS,
        "canEdit": can_edit,
        "isOpen": proposal.state == Proposal.State.OPEN,
        "models": proposal.model_versions,
        "seenSet": current.number if current else 0,
        "setChanged": not is_same,
        "decideUrl": reverse("decide", args=[proposal.pk]),
        "leaseUrl": reverse("proposal-lease", args=[proposal.pk]),
        "nextUrl": _next_url(proposal, filters),
        "queueUrl": reverse("queue") + filters.address(),
        "coming": list_tiles(coming),
    }


def _find_coming(user: User, proposal: Proposal, filters: Filters) -> list[Proposal]:
    """The next two, for their pictures to be loaded ahead."""
    cursor = filters.order.cursor(proposal)
    found = find_next(user, filters, cursor, timezone.now(), 3)
    return [one for one in found if one.pk != proposal.pk][:2]


def _find_newer(proposal: Proposal) -> Proposal | None:
    """The open proposal of the product where this one was replaced."""
    if proposal.state != Proposal.State.SUPERSEDED:
        return None
    return Proposal.objects.filter(product=proposal.product_id, state=Proposal.State.OPEN).first()


def _next_url(proposal: Proposal, filters: Filters) -> str:
    after = urlencode({"after": filters.order.cursor(proposal)})
    address = filters.address()
    return reverse("next-proposal") + (f"{address}&{after}" if address else f"?{after}")


@require_POST
@page(SPECIALIST, ADMIN)
def lease(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Renew the lease, or give it back with `release`; says who else holds it."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    if request.POST.get("release"):
        leases.give_back(proposal=proposal, by=request.user)
        return JsonResponse({"held": False})
    held = leases.take(proposal=proposal, by=request.user, now=timezone.now())
    holder = proposal.leased_by.get_username() if proposal.leased_by else ""
    return JsonResponse({"held": held, "holder": holder, "state": proposal.state})


@require_POST
@page(SPECIALIST, ADMIN)
def decide(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Approve or reject, from the page's script; a refusal says why, and the page keeps the edits."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    try:
        decision = _decide(request.user, proposal, _read_body(request))
    except UnableToDecide as refused:
        answer = {"code": refused.code, "message": str(refused)}
        return JsonResponse(answer, status=REFUSED.get(refused.code, 409))
    undo_url = reverse("undo-decision", args=[decision.pk])
    return JsonResponse({"decision": decision.pk, "undoUrl": undo_url, "word": decision.get_kind_display()})


def _read_body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError as wrong:
        raise UnableToDecide("invalid", "The decision did not arrive whole. Try again.") from wrong
    if not isinstance(body, dict) or not isinstance(body.get("submit_key"), str):
        raise UnableToDecide("invalid", "The decision did not arrive whole. Try again.")
    return body


def _decide(by: User, proposal: Proposal, body: dict[str, Any]) -> Decision:
    key, now = body["submit_key"], timezone.now()
    if body.get("kind") == Decision.Kind.REJECT:
        reason = str(body.get("reason") or "")
        return decisions.reject(proposal=proposal, by=by, reason=reason, submit_key=key, now=now)
    seen = body.get("seen_set")
    return decisions.approve(
        proposal=proposal,
        by=by,
        final=body.get("final"),
        edits=body.get("edits"),
        submit_key=key,
        now=now,
        seen_set=seen if isinstance(seen, int) else None,
    )


@require_POST
@page(SPECIALIST, ADMIN)
def undo_decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Publish the former set again and open the proposal; goes to where it can be decided anew."""
    assert isinstance(request.user, User)
    decision = Decision.objects.select_related("proposal").filter(pk=decision_id).first()
    if decision is None:
        raise NotFound
    proposal = get_proposal_for(request.user, decision.proposal_id)
    key = request.POST.get("submit_key") or f"undo-{decision.pk}"
    try:
        decisions.undo(decision=decision, by=request.user, submit_key=key, now=timezone.now())
    except UnableToDecide as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Undone: {proposal.product} shows its former set, and is open again.")
    return redirect("proposal", proposal.pk)


urlpatterns: list[URLPattern] = [
    path("queue/", queue, name="queue"),
    path("proposals/next/", next_proposal, name="next-proposal"),
    path("proposals/<int:proposal_id>/", proposal_page, name="proposal"),
    path("proposals/<int:proposal_id>/lease/", lease, name="proposal-lease"),
    path("proposals/<int:proposal_id>/decide/", decide, name="decide"),
    path("decisions/<int:decision_id>/undo/", undo_decision, name="undo-decision"),
]
