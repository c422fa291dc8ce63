"""The page of the queue: what waits, what others look at, and what one has to do with oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from review.access import ADMIN, SPECIALIST, flags_for, proposals_for, runs_for
from review.actions import second_opinions
from review.models import CHANGES, Category, Decision, Proposal
from review.models.proposals import ProposalQuerySet
from review.views.frame import page
from review.views.keyset import estimate, read_page
from review.views.queue_filters import COUNT_UP_TO, MINE, Filters

PAGE_ROWS = 30
MAX_HELD = 12  # proposals that others look at; more are not named
MAX_MINE = 20  # of each kind
RECENT_RUNS = 200  # among these, the newest that have something open are offered
SORT_WORDS = {
    "benefit": _("most to gain first"),
    "doubt": _("most doubtful first"),
    "oldest": _("oldest first"),
    MINE: _("yours"),
}


def with_products(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Each with its product and category, without what a row does not show."""
    hidden = ("product__description", "notes", "model_versions")
    return rows.select_related("product__category").defer(*hidden)


@page(SPECIALIST, ADMIN)
def queue(request: HttpRequest) -> HttpResponse:
    """Open proposals with what they would change; those that others look at are named, not listed."""
    assert isinstance(request.user, User)
    person, filters, now = request.user, Filters.read(request.GET), timezone.now()
    rows, count = filters.narrow(person)
    held = find_held(rows, person, now)
    context: dict[str, Any] = {
        "filters": filters,
        "held": held,
        "holders": sorted({one.leased_by.get_username() for one in held if one.leased_by}),
        "count": count,
        "about": estimate(rows) if count is None else 0,
        "count_up_to": COUNT_UP_TO,
        "sort_words": SORT_WORDS,
        "has_filter": filters.address(sort="") != "",
        "saved_filters": list(person.saved_filters.order_by("name")),
        "second_opinions": second_opinions.count_waiting(person, now),
    }
    context |= find_mine(person, now) if filters.is_mine else _read_rows(request, rows, filters, now)
    return render(request, "proposals/queue.html", context | _choices(person, filters))


def _read_rows(
    request: HttpRequest, rows: ProposalQuerySet, filters: Filters, now: datetime
) -> dict[str, Any]:
    found = read_page(
        with_products(rows.free_for(request.user, now)),
        filters.order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    return {"page": found, "rows": [_show(proposal) for proposal in found.rows]}


def find_held(rows: ProposalQuerySet, person: User, now: datetime) -> list[Proposal]:
    """Who is on what: proposals behind the filters that others look at, the longest held first."""
    held = rows.filter(leased_until__gte=now).exclude(leased_by=person)
    return list(held.select_related("leased_by", "product").order_by("leased_at", "pk")[:MAX_HELD])


def find_mine(person: User, now: datetime) -> dict[str, Any]:
    """What this person holds, has begun, sent back or flagged; newest first, the same few queries for any."""
    mine = with_products(proposals_for(person))
    sent_back = Decision.objects.filter(decided_by=person, kind=Decision.Kind.SEND_BACK, undone_by=None)
    flags = flags_for(person).filter(raised_by=person, settled_at__isnull=True)
    begun = mine.filter(state=Proposal.State.OPEN, drafts__person=person, drafts__edits__isnull=False)
    back = mine.filter(state=Proposal.State.SENT_BACK, decisions__in=sent_back).distinct()
    holding = mine.filter(state=Proposal.State.OPEN, leased_by=person, leased_until__gte=now)
    return {
        "mine": {
            "holding": [_show(one) for one in holding.order_by("-leased_at")[:MAX_MINE]],
            "begun": [_show(one) for one in begun.order_by("-drafts__updated_at")[:MAX_MINE]],
            "sent_back": [_show(one) for one in back.order_by("-pk")[:MAX_MINE]],
            "flags": list(flags.select_related("product", "image").order_by("-pk")[:MAX_MINE]),
        }
    }


def _choices(user: User, filters: Filters) -> dict[str, Any]:
    """What can be filtered by: only what has open proposals; an index is asked about each, none is walked."""
    of_category = proposals_for(user).awaiting_review().filter(category=OuterRef("pk"))
    paths = Category.objects.filter(Exists(of_category)).order_by("path")
    of_run = Proposal.objects.awaiting_review().filter(run=OuterRef("pk"))
    recent = runs_for(user).order_by("-pk").values("pk")[:RECENT_RUNS]
    runs = runs_for(user).filter(Exists(of_run), pk__in=recent)
    return {
        "categories": list(paths.values_list("path", flat=True)[:200]),
        "runs": list(runs.order_by("-pk")[:20]),
        "changes": [(kind, word, filters.address(change=kind)) for kind, word in CHANGES.items()],
    }


def _show(proposal: Proposal) -> dict[str, Any]:
    return {"proposal": proposal, "before": proposal.hero_before, "after": proposal.hero_after}
