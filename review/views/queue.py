"""Which proposals wait for somebody, in which order, behind which filters; the page that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from review.access import ADMIN, SPECIALIST, AnyUser, proposals_for, runs_for
from review.models import CHANGES, Category, Proposal, ProposalItem
from review.views.frame import page
from review.views.keyset import Order, read_page

PAGE_ROWS = 40
COUNT_UP_TO = 1000  # counting further costs time and tells nobody more


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


ORDERS = {
    "benefit": Order("benefit", True, float),
    "doubt": Order("doubt", True, float),
    "oldest": Order("created_at", False, _read_moment),
}
SORT_WORDS = {"benefit": "most to gain first", "doubt": "most doubtful first", "oldest": "oldest first"}


@dataclass(frozen=True)
class Filters:
    """What a reviewer asked the queue for; kept in the address from page to page."""

    category: str = ""
    run: str = ""
    change: str = ""
    sort: str = "benefit"

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """From an address; what is not known falls away."""
        change, run, sort = query.get("change", ""), query.get("run", ""), query.get("sort", "")
        return cls(
            category=query.get("category", "").replace("\0", "")[:300],
            run=run if run.isdigit() and len(run) < 18 else "",
            change=change if change in CHANGES else "",
            sort=sort if sort in ORDERS else "benefit",
        )

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    def address(self, **changed: str) -> str:
        """The query string of these filters with some of them changed; '' for the plain queue."""
        wanted = {"category": self.category, "run": self.run, "change": self.change, "sort": self.sort}
        wanted |= changed
        kept = {
            name: value for name, value in wanted.items() if value and (name, value) != ("sort", "benefit")
        }
        return "?" + urlencode(kept) if kept else ""

    def rows(self, user: AnyUser) -> QuerySet[Proposal]:
        """The open proposals behind the filters that this person may decide on."""
        rows = proposals_for(user).filter(state=Proposal.State.OPEN)
        if self.category:
            path = Q(product__category__path=self.category)
            rows = rows.filter(path | Q(product__category__path__startswith=self.category + " > "))
        if self.run:
            rows = rows.filter(run_id=int(self.run))
        if self.change:
            rows = rows.filter(changes__has_key=self.change)
        return rows


def is_free(user: AnyUser, now: datetime) -> Q:
    """Nobody else looks at it at this moment."""
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_by=user)


def with_heroes(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Each with `heroes`: the items that stand first before or after."""
    first = ProposalItem.objects.filter(Q(before_position=0) | Q(after_position=0)).select_related("image")
    return rows.select_related("product__category").prefetch_related(
        Prefetch("items", queryset=first, to_attr="heroes")
    )


def find_next(user: User, filters: Filters, cursor: str, now: datetime, many: int) -> list[Proposal]:
    """The free proposals behind a cursor, and from the beginning again where none are left."""
    free = filters.rows(user).filter(is_free(user, now))
    behind = list(filters.order.sort(filters.order.after(free, cursor))[:many])
    if len(behind) < many and cursor:
        known = [proposal.pk for proposal in behind]
        behind += filters.order.sort(free.exclude(pk__in=known))[: many - len(behind)]
    return behind


@page(SPECIALIST, ADMIN)
def queue(request: HttpRequest) -> HttpResponse:
    """Open proposals with what they would change; those that others look at are named, not listed."""
    assert isinstance(request.user, User)
    filters, now = Filters.read(request.GET), timezone.now()
    rows = filters.rows(request.user)
    found = read_page(
        with_heroes(rows.filter(is_free(request.user, now))),
        filters.order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    held = rows.exclude(is_free(request.user, now)).select_related("leased_by", "product")[:5]
    context: dict[str, Any] = {
        "filters": filters,
        "page": found,
        "rows": [_show(proposal) for proposal in found.rows],
        "held": held,
        "count": rows.order_by()[: COUNT_UP_TO + 1].count(),
        "count_up_to": COUNT_UP_TO,
        "sort_words": SORT_WORDS[filters.sort],
        "has_filter": filters.address(sort="") != "",
    }
    return render(request, "proposals/queue.html", context | _choices(request.user, filters))


def _choices(user: User, filters: Filters) -> dict[str, Any]:
    """What can be filtered by: only what has open proposals."""
    waiting = proposals_for(user).filter(state=Proposal.State.OPEN)
    paths = Category.objects.filter(product__proposals__in=waiting).distinct().order_by("path")
    runs = runs_for(user).filter(pk__in=waiting.values("run"))
    return {
        "categories": list(paths.values_list("path", flat=True)[:200]),
        "runs": list(runs.order_by("-pk")[:20]),
        "changes": [(kind, word, filters.address(change=kind)) for kind, word in CHANGES.items()],
    }


def _show(proposal: Proposal) -> dict[str, Any]:
    heroes: list[ProposalItem] = proposal.heroes  # type: ignore[attr-defined]
    return {
        "proposal": proposal,
        "before": next((item.image for item in heroes if item.before_position == 0), None),
        "after": next((item.image for item in heroes if item.after_position == 0), None),
    }
