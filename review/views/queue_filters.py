"""What a reviewer asked the queue for: kept in the address, turned into rows that an index finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict

from review.access import AnyUser, proposals_for, sees_all_categories
from review.models import CHANGES, Category, Proposal
from review.models.proposals import ProposalQuerySet
from review.views.keyset import Order, count_up_to, read_rows

COUNT_UP_TO = 1000  # counting further costs time and tells nobody more
MINE = "mine"


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
            run=run if run.isdecimal() and len(run) < 18 else "",
            change=change if change in CHANGES else "",
            sort=sort if sort in ORDERS or sort == MINE else "benefit",
        )

    @property
    def order(self) -> Order:
        return ORDERS.get(self.sort, ORDERS["benefit"])

    @property
    def is_mine(self) -> bool:
        """What this person has to do with, instead of what waits."""
        return self.sort == MINE

    def address(self, **changed: str) -> str:
        """The query string of these filters with some of them changed; '' for the plain queue."""
        wanted = {"category": self.category, "run": self.run, "change": self.change, "sort": self.sort}
        wanted |= changed
        kept = {
            name: value for name, value in wanted.items() if value and (name, value) != ("sort", "benefit")
        }
        return "?" + urlencode(kept) if kept else ""

    @cached_property
    def categories(self) -> list[int]:
        """Ids of the category and of all below it."""
        below = Q(path=self.category) | Q(path__startswith=self.category + " > ")
        return list(Category.objects.filter(below).values_list("pk", flat=True))

    def has_index(self, user: AnyUser) -> bool:
        """Whether one index holds just these rows in their order; there is one a category, run and change."""
        wanted = [one for one in (self.category, self.run, self.change) if one]
        is_one = len(wanted) == 1 and (not self.category or len(self.categories) == 1)
        return is_one and self.order is ORDERS["benefit"] and sees_all_categories(user)

    def rows(self, user: AnyUser) -> ProposalQuerySet:
        """The open proposals behind the filters that this person may decide on."""
        rows = proposals_for(user).awaiting_review()
        if self.category:
            rows = rows.filter(category__in=self.categories)
        if self.run:
            rows = rows.filter(run_id=int(self.run))
        if self.change:
            rows = rows.filter(changes__has_key=self.change)
        return rows

    def rows_to_take(self, user: AnyUser) -> ProposalQuerySet:
        """The same rows, found quickly: where nothing is left out, by the index of the order alone."""
        if self.category or self.run or self.change or not sees_all_categories(user):
            return self.narrow(user)[0]
        return self.rows(user)

    def narrow(self, user: AnyUser) -> tuple[ProposalQuerySet, int | None]:
        """The same rows, and how many, up to COUNT_UP_TO; None for more.

        Few ones are looked up first and sorted after, unless an index of their own gives the order: for
        them the planner would walk the whole queue.
        """
        rows = self.rows(user)
        few = count_up_to(rows, COUNT_UP_TO)
        if few is None or self.has_index(user):
            return rows, None if few is None else len(few)
        return rows.filter(pk__in=few), len(few)


def find_next(user: User, filters: Filters, cursor: str, now: datetime, many: int) -> list[Proposal]:
    """The free proposals behind a cursor, and from the beginning again where none are left."""
    free = filters.rows_to_take(user).free_for(user, now)
    return read_rows(free, [*filters.order.ranges(free, cursor), filters.order.sort(free)], many)
