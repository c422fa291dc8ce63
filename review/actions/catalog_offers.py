"""The offers of products that a catalog names: who sends which picture at which place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.catalog_records import ParsedProduct
from pipeline.sources import ImageSource
from review.models import Offer, Product

Key = tuple[int, str]  # supplier's id and source: names an offer within its product


@dataclass
class Touched:
    """A product that has to be written, with what is new about it."""

    parsed: ParsedProduct
    row: Product
    is_new: bool
    changes: list[str] = field(default_factory=list)


@dataclass
class _Plan:
    """What is to be written, and what was found."""

    made: list[Offer] = field(default_factory=list)
    changed: list[Offer] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, one: Touched, known: dict[Key, Offer], suppliers: Mapping[str, int], is_feed: bool) -> None:
        """Compare one product's offers with what the catalog says."""
        before = len(self.made) + len(self.changed)
        for supplier, position, image in one.parsed.iterate_images():
            offer = known.pop((suppliers[supplier], image.source), None)
            if offer is None:
                self.made.append(_make(one.row, suppliers[supplier], position, image))
                self.counts["new"] += not image.problem
            elif _renew(offer, position, image):
                self.changed.append(offer)
                self.counts["changed"] += not image.problem
            else:
                self.counts["unchanged"] += not image.problem
        gone = _retire(known, {suppliers[offer.supplier] for offer in one.parsed.offers}, is_feed)
        self.changed += gone
        self.counts["no longer offered"] += len(gone)
        if len(self.made) + len(self.changed) > before:
            one.changes.append("images")


def write_offers(touched: Sequence[Touched], suppliers: Mapping[str, int], is_feed: bool) -> Counter[str]:
    """Make, move, renew and retire offers in three statements; counts pictures by what happened."""
    known: dict[int, dict[Key, Offer]] = defaultdict(dict)
    for row in Offer.objects.filter(product__in=[one.row.pk for one in touched if not one.is_new]):
        known[row.product_id][row.supplier_id, row.source] = row
    plan = _Plan()
    for one in touched:
        plan.add(one, known[one.row.pk], suppliers, is_feed)
    Offer.objects.bulk_create(plan.made, batch_size=2000)
    fields = ["position", "stamp", "state", "refusal", "refusal_code", "is_retired"]
    Offer.objects.bulk_update(plan.changed, fields, batch_size=2000)
    return +plan.counts


def _make(product: Product, supplier_id: int, position: int, image: ImageSource) -> Offer:
    offer = Offer(product=product, supplier_id=supplier_id, source=image.source, position=position)
    offer.stamp = image.stamp
    if image.problem:
        _mark_missing(offer, image)
    return offer


def _mark_missing(offer: Offer, image: ImageSource) -> None:
    offer.state, offer.refusal, offer.refusal_code = Offer.State.REFUSED, image.problem, "missing"


def _renew(offer: Offer, position: int, image: ImageSource) -> bool:
    """Bring an offer up to date; whether there was anything to do.

    A replaced file is fetched anew; a file that is missing for now keeps the picture it had.
    """
    is_moved = offer.position != position or offer.is_retired
    was_missing = offer.state == Offer.State.REFUSED and offer.refusal_code == "missing"
    is_lost = bool(image.problem) and offer.state == Offer.State.PENDING
    is_renewed = not image.problem and (offer.stamp != image.stamp or offer.is_retired or was_missing)
    if is_lost:
        _mark_missing(offer, image)
    elif is_renewed:
        offer.stamp, offer.refusal, offer.refusal_code = image.stamp, "", ""
        offer.state = Offer.State.PENDING
    offer.position, offer.is_retired = position, False
    return is_moved or is_lost or is_renewed


def _retire(own: Mapping[Key, Offer], named: set[int], is_feed: bool) -> list[Offer]:
    """Offers that the catalog no longer lists; a feed speaks only for the suppliers that it names."""
    gone = [
        offer
        for (supplier_id, _), offer in own.items()
        if not offer.is_retired and (supplier_id in named or not is_feed)
    ]
    for offer in gone:
        offer.is_retired = True
    return gone
