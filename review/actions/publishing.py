"""Giving a product its next published set; sets are never changed, only followed."""

from __future__ import annotations

from collections.abc import Iterable

from review.models import Decision, Product, PublishedImage, PublishedSet

Place = tuple[str, int | None]  # how the picture was named, and its image's id where it is known


def publish(*, product: Product, places: Iterable[Place], origin: str, decision: Decision) -> PublishedSet:
    """Write the next number; the caller holds the lock on the product's row."""
    last = product.published_sets.order_by("-number").values_list("number", flat=True).first() or 0
    published = PublishedSet.objects.create(
        product=product,
        number=last + 1,
        origin=origin,
        decision=decision,
        created_by=decision.decided_by,
        created_at=decision.decided_at,
    )
    PublishedImage.objects.bulk_create(
        PublishedImage(published_set=published, position=position, source=source, image_id=image_id)
        for position, (source, image_id) in enumerate(places)
    )
    return published


def list_places(published: PublishedSet | None) -> list[Place]:
    """The pictures of a set in order; none for a product that shows nothing yet."""
    if published is None:
        return []
    return list(published.images.order_by("position").values_list("source", "image_id"))


def names_of(places: Iterable[Place]) -> list[object]:
    """What two sets are compared by: the picture's content where it is known, else its name."""
    return [image_id or source for source, image_id in places]
