"""A product's rows as the pipeline sees them: who sent which pictures, and what is shown today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import OfferedImage, ProductRecord
from review.actions.proposals import find_current_set
from review.models import Image, Offer, Product, PublishedSet


@dataclass(frozen=True)
class Candidates:
    """A product with all pictures that can be read or not, by SHA-256, and what could not be fetched."""

    record: ProductRecord
    current: PublishedSet | None
    shown: tuple[str, ...]  # today's set as it stands, exact copies included
    images: Mapping[str, Image]
    type_order: tuple[str, ...]  # the types of the product's category, where it has a list of its own
    refused: tuple[str, ...]  # why pictures could not be taken, one reason each
    notes: tuple[str, ...]


def gather(product: Product) -> Candidates:
    """All that the suppliers of a product sent, and the set that is shown today."""
    current = find_current_set(product.pk)
    places = list(current.images.select_related("image").order_by("position")) if current else []
    offers = list(
        Offer.objects.filter(product=product, is_retired=False)
        .select_related("image", "supplier")
        .order_by("supplier_id", "position", "pk")
    )
    images = [place.image for place in places] + [offer.image for offer in offers]
    shown = tuple(place.image.sha256 for place in places if place.image)
    return Candidates(
        record=_to_record(product, offers, shown),
        current=current,
        shown=shown,
        images={image.sha256: image for image in images if image},
        type_order=tuple(product.category.type_order) if product.category else (),
        refused=tuple(offer.refusal for offer in offers if offer.state == Offer.State.REFUSED),
        notes=tuple(
            f"today's image {place.position + 1} could not be fetched and is in neither set: {place.source}"
            for place in places
            if place.image is None
        ),
    )


def _to_record(product: Product, offers: Sequence[Offer], shown: Sequence[str]) -> ProductRecord:
    given = product.category if product.category_from == Product.CategoryFrom.GIVEN else None
    return ProductRecord(
        id=product.external_id,
        title=product.title,
        description=product.description,
        category=given.path if given else None,
        offered=tuple(
            OfferedImage(offer.image.sha256, offer.supplier.name, offer.position)
            for offer in offers
            if offer.image
        ),
        before=tuple(dict.fromkeys(shown)),
        curated=product.is_curated,
    )
