"""Labelled pictures and data sets of them, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from review.actions import labels, snapshots, work
from review.models import Image, Label, Offer, Product, Snapshot, Supplier
from tests.review.factories import make_image, make_product

NOW = timezone.now()
LATER = NOW + work.LASTS + timedelta(seconds=1)


def offer(image: Image, product: Product) -> None:
    supplier = Supplier.objects.get_or_create(name="Norda")[0]
    place = {"source": f"{image.pk}.png", "position": 0, "state": Offer.State.FETCHED}
    Offer.objects.create(product=product, supplier=supplier, image=image, **place)


def label(image: Image, value: str = "blur", *, subject: str = "blur", **said: Any) -> Label:
    said = {"source": "specialist", "now": NOW, **said}
    made = labels.write(subject=subject, image_id=image.pk, value=value, **said)
    assert made is not None
    return made


def make_labelled(count: int, products: int = 0) -> list[Image]:
    """Pictures of so many products, a third of them blurred."""
    images = [make_image() for _ in range(count)]
    made = [make_product() for _ in range(products)]
    for number, image in enumerate(images):
        if made:
            offer(image, made[number % products])
        label(image, "blur" if number % 3 == 0 else "fine")
    return images


def freeze(judge: str = "blur", *, now: Any = NOW, **filters: Any) -> Snapshot:
    asked = snapshots.freeze(judge=judge, filters=filters, name="", by=None, now=now)
    assert snapshots.fill(asked.pk, lambda: now)
    asked.refresh_from_db()
    return asked


def sides_of(snapshot: Snapshot) -> dict[int, str]:
    return {row.image_id: row.side for row in snapshots.read(snapshot)}


def unite(left: Image, right: Image, **said: Any) -> None:
    label(left, "duplicate", subject="pair", other_id=right.pk, **said)
