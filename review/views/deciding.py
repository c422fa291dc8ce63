"""What the proposal page sends: decisions, undoing them, drafts of edits, flags; refusals are words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_POST

from review.access import ADMIN, SPECIALIST, NotFound, get_proposal_for
from review.actions import decisions, drafts, flags
from review.actions.decisions import UnableToDecide
from review.models import Decision, Proposal
from review.views.bodies import read_json
from review.views.frame import page
from review.views.reason_words import keep_reason

REFUSED = {"invalid": 400}  # every other refusal is a conflict: 409
NOT_WHOLE = noop("The decision did not arrive whole. Try again.")


@require_POST
@page(SPECIALIST, ADMIN)
def decide(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Approve, reject or send back, from the page's script; a refused page keeps the edits."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    try:
        decision = _decide(request.user, proposal, read_body(request))
    except UnableToDecide as refused:
        return refuse(refused)
    undo_url = reverse("undo-decision", args=[decision.pk])
    return JsonResponse({"decision": decision.pk, "undoUrl": undo_url, "word": decision.get_kind_display()})


def refuse(refused: UnableToDecide) -> JsonResponse:
    """A refusal for the page's script: its code and its words."""
    answer = {"code": refused.code, "message": str(refused)}
    return JsonResponse(answer, status=REFUSED.get(refused.code, 409))


def read_body(request: HttpRequest) -> dict[str, Any]:
    """What a page's script sent, with its key; raises UnableToDecide."""
    try:
        body = read_json(request)
    except ValueError as wrong:
        raise UnableToDecide("invalid", _(NOT_WHOLE)) from wrong
    if not isinstance(body, dict) or not isinstance(body.get("submit_key"), str):
        raise UnableToDecide("invalid", _(NOT_WHOLE))
    return body


def _decide(by: User, proposal: Proposal, body: dict[str, Any]) -> Decision:
    key, now, kind = body["submit_key"], timezone.now(), str(body.get("kind"))
    refusing = {"reject": decisions.reject, "send_back": decisions.send_back}
    if turn_down := refusing.get(kind):
        reason = keep_reason(str(body.get("reason") or ""))
        return turn_down(proposal=proposal, by=by, reason=reason, submit_key=key, now=now)
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
        messages.success(
            request,
            _("Undone: {product} shows its former set, and is open again.").format(product=proposal.product),
        )
    return redirect("proposal", proposal.pk)


@require_POST
@page(SPECIALIST, ADMIN)
def undo_by_key(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Undo the decision that the page sent under the key `of`; the page stays where it is."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    try:
        body = read_body(request)
        decision = proposal.decisions.filter(submit_key=str(body.get("of"))[:64].replace("\0", "")).first()
        if decision is None:
            raise UnableToDecide("nothing", _("There is no such decision: nothing had to be undone."))
        key = body["submit_key"]
        decisions.undo(decision=decision, by=request.user, submit_key=key, now=timezone.now())
    except UnableToDecide as refused:
        return refuse(refused)
    return JsonResponse({"word": "undone"})


@require_POST
@page(SPECIALIST, ADMIN)
def keep_draft(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Keep the page's edits; `kept` is false where another page of the same person was later."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    try:
        body = read_json(request)
        said = {name: body.get(name) for name in ("clock", "edits")}
        draft = drafts.keep(proposal=proposal, by=request.user, now=timezone.now(), **said)
    except (ValueError, AttributeError, drafts.InvalidDraft) as wrong:
        return JsonResponse({"message": f"{_('The draft was not kept.')} {wrong}"}, status=400)
    kept = draft.clock == said["clock"]
    return JsonResponse({"kept": kept, "clock": draft.clock, "edits": None if kept else draft.edits})


@require_POST
@page(SPECIALIST, ADMIN)
def flag(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Ask somebody else to look at a picture or the product."""
    assert isinstance(request.user, User)
    proposal = get_proposal_for(request.user, proposal_id)
    try:
        body = read_body(request)
        said = {"reason": str(body.get("reason") or ""), "sha256": str(body.get("image") or "")}
        key = body["submit_key"]
        flags.flag(proposal=proposal, by=request.user, submit_key=key, now=timezone.now(), **said)
    except (UnableToDecide, flags.UnableToFlag) as refused:
        return JsonResponse({"code": "invalid", "message": str(refused)}, status=400)
    return JsonResponse({"word": "flagged"})


urlpatterns: list[URLPattern] = [
    path("proposals/<int:proposal_id>/decide/", decide, name="decide"),
    path("proposals/<int:proposal_id>/undo/", undo_by_key, name="undo-by-key"),
    path("proposals/<int:proposal_id>/draft/", keep_draft, name="draft"),
    path("proposals/<int:proposal_id>/flag/", flag, name="flag"),
    path("decisions/<int:decision_id>/undo/", undo_decision, name="undo-decision"),
]
