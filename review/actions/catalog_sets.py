"""The sets that a catalog says its shop shows. They follow a person's decision only when the catalog changed.

A catalog that states `current` speaks for the shop: a set is published when that statement is another one
than last time, unless it is what is published already. A catalog that states none makes no such claim:
the first offer's pictures are the set only for as long as nobody has decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from review.actions.catalog_offers import Touched
from review.models import Offer, PublishedImage, PublishedSet

Sources = tuple[str, ...]


def write_sets(touched: Sequence[Touched], is_feed: bool, now: datetime) -> None:
    """Publish the next number where the shop's own set is another one now.

    The rows still hold what the catalog stated last time.
    """
    latest = _read_latest(touched)
    planned = []
    for one in touched:
        shown = tuple(image.source for image in one.parsed.shown)
        last = latest.get(one.row.pk)
        stated = one.parsed.digest_current()
        if _is_news(one, stated, shown, last, is_feed):
            planned.append((one, shown, last[0].number + 1 if last else 1))
            one.changes.append("current set")
    _publish(planned, now)


def _is_news(
    one: Touched, stated: str, shown: Sources, last: tuple[PublishedSet, Sources] | None, is_feed: bool
) -> bool:
    if last is None:
        return bool(shown)
    if shown == last[1]:
        return False
    if stated:
        return stated != one.row.current_digest
    was_defaulted = last[0].origin == PublishedSet.Origin.IMPORT and not one.row.current_digest
    return was_defaulted and bool(shown) and not is_feed


def _read_latest(touched: Sequence[Touched]) -> dict[int, tuple[PublishedSet, Sources]]:
    """The newest set of each product with the names of its pictures in order."""
    products = [one.row.pk for one in touched]
    sets = (
        PublishedSet.objects.filter(product__in=products).order_by("product", "-number").distinct("product")
    )
    by_id = {row.pk: row for row in sets}
    sources: dict[int, list[str]] = {pk: [] for pk in by_id}
    places = PublishedImage.objects.filter(published_set__in=by_id).order_by("position")
    for set_id, source in places.values_list("published_set", "source"):
        sources[set_id].append(source)
    return {row.product_id: (row, tuple(sources[pk])) for pk, row in by_id.items()}


def _publish(planned: Sequence[tuple[Touched, Sources, int]], now: datetime) -> None:
    """Write the sets; pictures that were fetched before are known at once."""
    fetched = Offer.objects.filter(product__in=[one.row.pk for one, _, _ in planned], image__isnull=False)
    images = {
        (product, source): image
        for product, source, image in fetched.exclude(state=Offer.State.PENDING)
        .order_by("pk")
        .values_list("product", "source", "image")
    }
    rows = [
        PublishedSet(product=one.row, number=number, origin=PublishedSet.Origin.IMPORT, created_at=now)
        for one, _, number in planned
    ]
    PublishedSet.objects.bulk_create(rows)
    PublishedImage.objects.bulk_create(
        [
            PublishedImage(
                published_set=row, position=place, source=source, image_id=images.get((one.row.pk, source))
            )
            for row, (one, shown, _) in zip(rows, planned, strict=True)
            for place, source in enumerate(shown)
        ],
        batch_size=2000,
    )
