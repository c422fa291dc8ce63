"""What the proposal page's script needs: for the page itself, and to put the next one in its place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from review.actions import drafts, publishing
from review.actions.picture_words import POOR, VIEWS
from review.actions.proposals import find_current_set
from review.actions.summary_words import say_summary
from review.models import Proposal
from review.views.proposal_words import OFFERED_REASONS, REASONS, describe_items, list_types
from review.views.queue_filters import Filters, find_next

MAX_LEFT_OUT = 50  # proposals that a page may ask not to be given again
# Words that are the same for every proposal; a page has them once.
WORDS = {"reasons": REASONS, "offeredReasons": OFFERED_REASONS, "views": VIEWS, "poor": POOR}
_ADDRESSES = {
    "decideUrl": "decide",
    "leaseUrl": "proposal-lease",
    "draftUrl": "draft",
    "flagUrl": "flag",
    "undoUrl": "undo-by-key",
    "openUrl": "proposal-open",
    "comingUrl": "proposals-coming",
    "comparisonUrl": "proposal-comparison",
    "rulesUrl": "proposal-rules",
}


def describe(user: User, proposal: Proposal, filters: Filters, *, can_edit: bool) -> dict[str, Any]:
    """One proposal in a constant number of queries."""
    current = find_current_set(proposal.product_id)
    draft = drafts.find(proposal, user)
    former = drafts.find_former(proposal, user) if draft is None else None
    return {
        "id": proposal.pk,
        "product": proposal.product.external_id,
        "title": str(proposal.product),
        "summary": say_summary(proposal.summary),
        "images": describe_items(proposal),
        "types": list_types(proposal.product.category),
        "canEdit": can_edit,
        "isOpen": proposal.state == Proposal.State.OPEN,
        "state": proposal.state,
        "models": proposal.model_versions,
        "seenSet": current.number if current else 0,
        "setChanged": not _is_based_on(proposal, current),
        "draft": {"clock": draft.clock, "edits": draft.edits} if draft else None,
        "former": {"id": former.proposal_id, "edits": former.edits} if former else None,
        "url": reverse("proposal", args=[proposal.pk]) + filters.address(),
        "nextUrl": next_url(proposal, filters),
        "queueUrl": reverse("queue") + filters.address(),
        "search": filters.address(),
        **{name: reverse(view, args=[proposal.pk]) for name, view in _ADDRESSES.items()},
    }


def _is_based_on(proposal: Proposal, current: Any) -> bool:
    """Whether the shop still shows what the proposal was made from."""
    if (current.pk if current else None) == proposal.based_on_id:
        return True
    base = publishing.names_of(publishing.list_places(proposal.based_on))
    return publishing.names_of(publishing.list_places(current)) == base


def describe_with_parts(
    request: HttpRequest, proposal: Proposal, filters: Filters, *, can_edit: bool
) -> dict[str, Any]:
    """The same with the parts of the page that are written on the server, to be put in place of the old."""
    assert isinstance(request.user, User)
    data = describe(request.user, proposal, filters, can_edit=can_edit)
    context = {**make_context(proposal, filters, can_edit=can_edit), "data": data}
    parts = {
        name: render_to_string(f"proposals/_{name}.html", context, request)
        for name in ("facts", "summary", "notices")
    }
    return {**data, "parts": parts}


def make_context(proposal: Proposal, filters: Filters, *, can_edit: bool) -> dict[str, Any]:
    """What the templates say of a proposal besides its data."""
    is_open = proposal.state == Proposal.State.OPEN
    last = None
    if not is_open:
        last = proposal.decisions.select_related("decided_by", "undone_by").order_by("-pk").first()
    return {
        "proposal": proposal,
        "product": proposal.product,
        "next_url": next_url(proposal, filters),
        "holder": proposal.leased_by if is_open and not can_edit else None,
        "is_open": is_open,
        "last": last,
        "undo_key": get_random_string(32),
        "newer": find_newer(proposal),
    }


def find_newer(proposal: Proposal) -> Proposal | None:
    """The open proposal of the product where this one was replaced."""
    if proposal.state != Proposal.State.SUPERSEDED:
        return None
    return Proposal.objects.filter(product=proposal.product_id, state=Proposal.State.OPEN).first()


def next_url(proposal: Proposal, filters: Filters) -> str:
    """Where the proposal after this one is taken."""
    after = urlencode({"after": filters.order.cursor(proposal)})
    address = filters.address()
    return reverse("next-proposal") + (f"{address}&{after}" if address else f"?{after}")


def find_coming(request: HttpRequest, proposal: Proposal, filters: Filters, many: int) -> list[Proposal]:
    """The free ones after this, without those that the page names with `not`; nobody takes them yet."""
    assert isinstance(request.user, User)
    words = request.GET.get("not", "").split(",")[:MAX_LEFT_OUT]
    left_out = {proposal.pk, *(int(word) for word in words if word.isdecimal() and len(word) < 18)}
    cursor, now = filters.order.cursor(proposal), timezone.now()
    found = find_next(request.user, filters, cursor, now, many + len(left_out))
    return [one for one in found if one.pk not in left_out][:many]
