"""Pages of products: finding one, and everything that is known of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from review.access import ADMIN, SPECIALIST, products_for
from review.models import Category, Offer, Product, Proposal, PublishedImage, PublishedSet
from review.models.catalog import PRODUCT_WORDS
from review.views.frame import page
from review.views.keyset import Order, read_page

PAGE_ROWS = 50
COUNT_UP_TO = 1000
NEWEST_FIRST = Order("id", True, int)
STATES = {
    "proposal": _("with a proposal"),
    "refused": _("with refused pictures"),
    "curated": _("curated by hand"),
}


@dataclass(frozen=True)
class Filters:
    """What somebody looks for; kept in the address from page to page."""

    q: str = ""
    category: str = ""
    state: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """From an address; what is not known falls away."""
        state = query.get("state", "")
        words = query.get("q", "").replace("\x00", "").strip()[:200]
        return cls(
            words, query.get("category", "").replace("\x00", "")[:300], state if state in STATES else ""
        )

    def address(self, **changed: str) -> str:
        """The query string of these filters with some of them changed; '' for all products."""
        wanted = {"q": self.q, "category": self.category, "state": self.state} | changed
        kept = {name: value for name, value in wanted.items() if value}
        return "?" + urlencode(kept) if kept else ""

    def narrow(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        """The products behind the filters."""
        if self.q:
            rows = search(rows, self.q)
        if self.category:  # ids at once: the index of category and id then gives the order too
            below = Q(path=self.category) | Q(path__startswith=self.category + " > ")
            rows = rows.filter(category__in=list(Category.objects.filter(below).values_list("pk", flat=True)))
        if self.state == "proposal":
            rows = rows.filter(Exists(Proposal.objects.awaiting_review().filter(product=OuterRef("pk"))))
        if self.state == "refused":
            refused = Offer.objects.filter(state=Offer.State.REFUSED, is_retired=False)
            rows = rows.filter(Exists(refused.filter(product=OuterRef("pk"))))
        return rows.filter(is_curated=True) if self.state == "curated" else rows


def search(rows: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Products that have all words, or their beginnings, in title or id; or an id that begins so."""
    words = re.findall(r"\w+", text)
    wanted = Q(external_id__startswith=text)
    if words:
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        rows, wanted = rows.annotate(words=PRODUCT_WORDS), wanted | Q(words=query)
    found = rows.filter(wanted)
    # Few hits are looked up first and sorted after; the planner would walk all products in order for them.
    few = list(found.order_by().values_list("pk", flat=True)[: COUNT_UP_TO + 1])
    return found if len(few) > COUNT_UP_TO else rows.filter(pk__in=few)


@require_safe
@page(SPECIALIST, ADMIN)
def products(request: HttpRequest) -> HttpResponse:
    """The products that somebody may see, newest first."""
    filters = Filters.read(request.GET)
    rows = filters.narrow(products_for(request.user))
    found = read_page(
        rows.select_related("category"),
        NEWEST_FIRST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    context: dict[str, Any] = {
        "filters": filters,
        "has_filter": filters != Filters(),
        "page": found,
        "rows": describe_rows(found.rows),
        "count": rows.order_by()[: COUNT_UP_TO + 1].count(),
        "count_up_to": COUNT_UP_TO,
        "search": filters.q,
        "states": [(name, word, filters.address(state=name)) for name, word in STATES.items()],
        "categories": Category.objects.order_by("path").values_list("path", flat=True)[:500],
    }
    return render(request, "catalog/products.html", context)


def describe_rows(found: Sequence[Product]) -> list[dict[str, Any]]:
    """Each product with its set, its pictures and its open proposal; four queries for any number."""
    ids = [product.pk for product in found]
    sets = read_sets(ids)
    offers = count_offers(ids)
    waiting = Proposal.objects.awaiting_review().filter(product__in=ids)
    proposals = {proposal.product_id: proposal for proposal in waiting}
    return [
        {
            "product": product,
            "set": sets.get(product.pk),
            "offered": sum(offers[product.pk].values()),
            "refused": offers[product.pk].get(Offer.State.REFUSED, 0),
            "proposal": proposals.get(product.pk),
        }
        for product in found
    ]


def read_sets(ids: Sequence[int]) -> dict[int, PublishedSet]:
    """The newest set of each product: `many` places, of which `first` holds the hero's alone."""
    heroes = PublishedImage.objects.filter(position=0).select_related("image")
    newest = PublishedSet.objects.filter(product__in=ids).order_by("product", "-number").distinct("product")
    places = PublishedImage.objects.filter(published_set=OuterRef("pk")).order_by().values("published_set")
    counted = newest.annotate(many=places.annotate(many=Count("pk")).values("many"))
    sets = counted.prefetch_related(Prefetch("images", queryset=heroes, to_attr="first"))
    return {one.product_id: one for one in sets}


def count_offers(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many pictures are offered for each product, by state."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Offer.objects.filter(product__in=ids, is_retired=False).order_by().values("product", "state")
    for row in rows.annotate(many=Count("pk")):
        counts[row["product"]][row["state"]] = row["many"]
    return counts
