"""The grid of sure proposals: approved together, undone as one, never more than the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review.access import ADMIN, SPECIALIST, get_bulk_for, proposals_for
from review.actions import bulk, leases, preferences
from review.actions.decisions import UnableToDecide
from review.models import BulkApproval, Proposal, ProposalItem
from review.views.bodies import read_json
from review.views.frame import page
from review.views.queue_filters import Filters

UNDO_WITHIN = timedelta(days=1)  # so long a page offers to undo the last bulk
KEYS = ("approve", "undo", "skip", "queue")


@require_safe
@page(SPECIALIST, ADMIN)
def sure(request: HttpRequest) -> HttpResponse:
    """The next sure proposals, held for this person; what was approved last can be undone."""
    assert isinstance(request.user, User)
    filters, now = Filters.read(request.GET), timezone.now()
    rows = bulk.sure_ones(filters.rows_to_take(request.user))
    taken: list[int] = []
    for stretch in filters.order.ranges(rows, request.GET.get("after", "")):
        if len(taken) < bulk.MOST:
            left = bulk.MOST - len(taken)
            taken += leases.take_next(rows=stretch, by=request.user, now=now, many=left)
    items = ProposalItem.objects.select_related("image").order_by("pk")
    found = filters.order.sort(Proposal.objects.filter(pk__in=taken)).select_related("product__category")
    cards = list(found.prefetch_related(Prefetch("items", queryset=items, to_attr="pictures")))
    last = bulk.find_last(request.user, now - UNDO_WITHIN)
    keys = preferences.read_keys(request.user)
    context: dict[str, Any] = {
        "filters": filters,
        "cards": [_show(card) for card in cards],
        "others": filters.order.cursor(cards[-1]) if len(cards) == bulk.MOST else "",
        "is_later": bool(request.GET.get("after")),
        "last": describe(last) if last else None,
        "keys": {command: keys[command] for command in KEYS},
    }
    return render(request, "proposals/sure.html", context)


def _show(proposal: Proposal) -> dict[str, Any]:
    pictures: Sequence[ProposalItem] = proposal.pictures  # type: ignore[attr-defined]
    before = sorted((one for one in pictures if one.before_position is not None), key=_by_before)
    after = sorted((one for one in pictures if one.after_position is not None), key=_by_after)
    return {"proposal": proposal, "before": before, "after": after}


def _by_before(item: ProposalItem) -> int:
    return item.before_position or 0


def _by_after(item: ProposalItem) -> int:
    return item.after_position or 0


def describe(one: BulkApproval) -> dict[str, Any]:
    """What became of a bulk, in ids and in words; two queries."""
    items = list(one.items.select_related("proposal__product", "decision__undone_by").order_by("pk"))
    undone = [item for item in items if item.decision and hasattr(item.decision, "undone_by")]
    approved = [item for item in items if item.decision and item not in undone]
    refused = [item for item in items if item.refusal]
    return {
        "bulk": one.pk,
        "at": one.approved_at,
        "undoUrl": reverse("undo-bulk", args=[one.pk]),
        "approved": [item.proposal_id for item in approved],
        "undone": [item.proposal_id for item in undone],
        "refused": [
            {"id": item.proposal_id, "title": str(item.proposal.product), "why": item.refusal}
            for item in refused
        ],
        "words": _tell(len(approved), len(undone), is_undone=one.undone_at is not None),
    }


def _tell(approved: int, undone: int, *, is_undone: bool) -> str:
    if is_undone:
        words = ngettext("{n} approval undone.", "{n} approvals undone.", undone).format(n=undone)
        kept = ngettext("{n} stays approved.", "{n} stay approved.", approved).format(n=approved)
        return f"{words} {kept}" if approved else words
    if not approved:
        return _("None approved.")
    return ngettext("{n} approved together.", "{n} approved together.", approved).format(n=approved)


@require_POST
@page(SPECIALIST, ADMIN)
def approve_sure(request: HttpRequest) -> HttpResponse:
    """Approve the chosen ones; the answer names those that moved meanwhile, each with the reason."""
    assert isinstance(request.user, User)
    try:
        ids, key = _read_choice(request)
        found = {one.pk: one for one in proposals_for(request.user).filter(pk__in=ids)}
        chosen = [found[pk] for pk in ids if pk in found]
        done = bulk.approve_all(proposals=chosen, by=request.user, submit_key=key, now=timezone.now())
    except UnableToDecide as refused:
        return JsonResponse({"code": refused.code, "message": str(refused)}, status=400)
    return JsonResponse(describe(done))


def _read_choice(request: HttpRequest) -> tuple[list[int], str]:
    try:
        body = read_json(request)
        ids, key = body["proposals"], body["submit_key"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise UnableToDecide("invalid", _("The choice did not arrive whole. Try again.")) from wrong
    if not isinstance(key, str) or not _are_ids(ids):
        raise UnableToDecide("invalid", _("The choice did not arrive whole. Try again."))
    return list(dict.fromkeys(ids)), key


def _are_ids(ids: object) -> bool:
    if not isinstance(ids, list) or not len(ids) <= bulk.MOST:
        return False
    return all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in ids)


@require_POST
@page(SPECIALIST, ADMIN)
def undo_bulk(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """Undo the whole of one's own bulk; again changes nothing."""
    assert isinstance(request.user, User)
    one = get_bulk_for(request.user, bulk_id)
    return JsonResponse(describe(bulk.undo_all(bulk=one, by=request.user, now=timezone.now())))


@require_POST
@page(SPECIALIST, ADMIN)
def hold_sure(request: HttpRequest) -> HttpResponse:
    """Go on holding what the grid shows, or give it back with `release`."""
    assert isinstance(request.user, User)
    words = request.POST.get("proposals", "").split(",")[: bulk.MOST]
    ids = [int(word) for word in words if word.isdecimal() and len(word) < 18]
    mine = list(proposals_for(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    if request.POST.get("release"):
        leases.give_back_all(ids=mine, by=request.user)
        return JsonResponse({"held": 0})
    return JsonResponse({"held": leases.renew(ids=mine, by=request.user, now=timezone.now())})


urlpatterns: list[URLPattern] = [
    path("queue/sure/", sure, name="sure"),
    path("queue/sure/approve/", approve_sure, name="approve-sure"),
    path("queue/sure/hold/", hold_sure, name="hold-sure"),
    path("bulks/<int:bulk_id>/undo/", undo_bulk, name="undo-bulk"),
]
