"""Writing what a catalog says of its products: products, offers, and the set that the shop shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model

from pipeline.catalog_records import ParsedProduct
from review.actions.catalog_offers import Touched, write_offers
from review.actions.catalog_sets import write_sets
from review.models import Category, Event, Product, Supplier

NEW, CHANGED, UNCHANGED, REFUSED, RETIRED = "new", "changed", "unchanged", "refused", "no longer offered"
_LOCK = 0x536D6173  # of PostgreSQL's advisory locks; held until the end of the transaction
Row = TypeVar("Row", bound=Model)


@dataclass
class Tally:
    """How many products and pictures were new, changed, unchanged, refused; categories not known before."""

    products: Counter[str] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    new_categories: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Count another part too."""
        self.products.update(other.products)
        self.images.update(other.images)


@transaction.atomic
def write_products(
    parsed: Sequence[ParsedProduct], *, is_feed: bool, now: datetime, note: Mapping[str, Any] | None = None
) -> Tally:
    """Write products, each once; what the catalog says no differently than last time is left alone.

    `is_feed`: the lines come from one supplier, so that what others offer stays, and an empty field
    says nothing. `note` goes into the products' events.
    """
    with connection.cursor() as cursor:  # writers of products go one after another: no two make the same row
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    ids = [product.id for product in parsed]
    locked = Product.objects.select_for_update().filter(external_id__in=ids).order_by("pk")
    known = {row.external_id: row for row in locked}
    tally = Tally()
    touched = []
    for product in parsed:
        row = known.get(product.id)
        if row is not None and row.catalog_digest == _digest(product, is_feed):
            tally.products[UNCHANGED] += 1
            tally.images[UNCHANGED] += sum(not image.problem for _, _, image in product.iterate_images())
        else:
            touched.append(Touched(product, row or Product(external_id=product.id), row is None))
    if touched:
        tally.images.update(_write(touched, is_feed, now, note or {}))
    for one in touched:
        tally.products[NEW if one.is_new else CHANGED if one.changes else UNCHANGED] += 1
    return tally


def _write(touched: Sequence[Touched], is_feed: bool, now: datetime, note: Mapping[str, Any]) -> Counter[str]:
    paths = {one.parsed.category for one in touched if one.parsed.category}
    categories = {row.path: row for row in find_or_make(Category, "path", paths)}
    names = {offer.supplier for one in touched for offer in one.parsed.offers}
    suppliers = {row.name: row.pk for row in find_or_make(Supplier, "name", names)}
    for one in touched:
        _set_fields(one, categories, is_feed)
        one.row.catalog_digest = _digest(one.parsed, is_feed)
        one.row.updated_at = now
    Product.objects.bulk_create([one.row for one in touched if one.is_new])
    images = write_offers(touched, suppliers, is_feed)
    write_sets(touched, is_feed, now)
    for one in touched:
        one.row.current_digest = one.parsed.digest_current() or one.row.current_digest
    fields = ["title", "description", "category", "category_from", "category_confidence", "is_curated"]
    fields += ["views_a_week", "catalog_digest", "current_digest", "updated_at"]
    Product.objects.bulk_update([one.row for one in touched if _must_update(one)], fields, batch_size=200)
    _log(touched, now, note)
    return images


def _log(touched: Sequence[Touched], now: datetime, note: Mapping[str, Any]) -> None:
    Event.objects.bulk_create(
        Event(
            kind="imported" if one.is_new else "import_changed",
            product=one.row,
            data={**note, "changed": one.changes},
            created_at=now,
        )
        for one in touched
        if one.is_new or one.changes
    )


def _digest(product: ParsedProduct, is_feed: bool) -> str:
    """What was said, and whether it was said of the whole product."""
    return product.digest()[:62] + ("/f" if is_feed else "/w")


def _must_update(one: Touched) -> bool:
    """A new row was written whole, unless its catalog states a set."""
    return not one.is_new or bool(one.row.current_digest)


def find_or_make(model: type[Row], key: str, values: set[str]) -> list[Row]:
    """The rows of these names; missing ones are made, at the same moment by whomever else."""
    found = model._default_manager.filter(**{f"{key}__in": values})
    missing = values - set(found.values_list(key, flat=True))
    if missing:
        rows = [model(**{key: value}) for value in sorted(missing)]
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
    return list(model._default_manager.filter(**{f"{key}__in": values}))


def _set_fields(one: Touched, categories: Mapping[str, Category], is_feed: bool) -> None:
    """Take over what the line says; note what is different."""
    parsed, row = one.parsed, one.row
    for name, value in (("title", parsed.title), ("description", parsed.description)):
        if getattr(row, name) != value and (value or not is_feed):
            setattr(row, name, value)
            one.changes.append(name)
    if row.is_curated != parsed.is_curated and (parsed.is_curated or not is_feed):
        row.is_curated = parsed.is_curated
        one.changes.append("curated")
    if parsed.views_a_week is not None:  # comes anew each week: nothing that the product's history is for
        row.views_a_week = parsed.views_a_week
    given = row.category_from == Product.CategoryFrom.GIVEN
    category = categories[parsed.category] if parsed.category else None
    if category is not None and (not given or row.category_id != category.pk):
        row.category, row.category_from = category, Product.CategoryFrom.GIVEN
    elif category is None and given and not is_feed:
        row.category, row.category_from = None, Product.CategoryFrom.NONE
    else:
        return
    row.category_confidence = None
    one.changes.append("category")
