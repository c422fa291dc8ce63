"""The page of one product: what the shop shows, what suppliers send, who changed what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review import tasks
from review.access import ADMIN, SPECIALIST, get_product_for
from review.models import Offer, Product
from review.views.frame import page
from review.views.product_history import list_history


@require_safe
@page(SPECIALIST, ADMIN)
def product(request: HttpRequest, external_id: str) -> HttpResponse:
    """What the shop shows, what suppliers send, and who changed what."""
    found = get_product_for(request.user, external_id)
    history = list_history(found)
    suppliers = describe_offers(found)
    context = {
        "product": found,
        "current": next((entry.published for entry in history if entry.published), None),
        "history": history,
        "suppliers": suppliers,
        "refused": sum(offer.can_be_asked_again for _, offers in suppliers for offer in offers),
        "proposal": found.proposals.awaiting_review().first(),
    }
    return render(request, "catalog/product.html", context)


@dataclass(frozen=True)
class ShownOffer:
    """One picture of a supplier as the page tells of it."""

    offer: Offer
    same_as: str  # who sent the same file before, with its place

    @property
    def can_be_asked_again(self) -> bool:
        """Whether fetching it once more makes sense: not for a file that only an import can find."""
        offer = self.offer
        return offer.state == Offer.State.REFUSED and not offer.is_retired and offer.refusal_code != "missing"


def describe_offers(product: Product) -> list[tuple[str, list[ShownOffer]]]:
    """Suppliers in the catalog's order with their pictures, those no longer offered last; one query."""
    offers = product.offers.select_related("supplier", "image").order_by(
        "supplier", "is_retired", "position", "pk"
    )
    groups: dict[str, list[ShownOffer]] = defaultdict(list)
    first: dict[int, str] = {}
    for offer in offers:
        name = offer.supplier.name
        same_as = first.get(offer.image_id, "") if offer.image_id else ""
        if offer.image_id:
            first.setdefault(offer.image_id, f"{name} {offer.position + 1}")
        groups[name].append(ShownOffer(offer, same_as))
    return list(groups.items())


@require_POST
@page(SPECIALIST, ADMIN)
def fetch_again(request: HttpRequest, external_id: str) -> HttpResponse:
    """Try the refused pictures of a product once more."""
    found = get_product_for(request.user, external_id)
    many = found.offers.all().ask_again()
    if many:
        tasks.hint(tasks.fetch_pictures, found.pk)
        words = ngettext(
            "{count} picture is being fetched again; look back in a moment.",
            "{count} pictures are being fetched again; look back in a moment.",
            many,
        )
        messages.info(request, words.format(count=many))
    return redirect("product", found.external_id)
