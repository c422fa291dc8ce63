"""Questions about two pictures: copies that were nearly called different, and doubtful new heroes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from review.actions.asking import Asked, rank, scatter
from review.actions.changes import Change, DraftItem
from review.models import Image, Product, Question

NEAR = 0.5  # of the doubt at which a pair is no copy any more: from here on a copy is asked about
SURE_TYPE = 0.7  # confidence in a new hero's type, below which people are asked whether it is the better one
HERO_WEIGHT = 0.7
AUDIT_WEIGHT = 0.5

Images = Mapping[str, Image]  # by SHA-256


def find_doubtful_pairs(item: DraftItem, images: Images, product: Product) -> Iterator[tuple[str, Asked]]:
    """(origin, question) for a picture dropped as a copy: a doubtful one, or one of a sample of sure ones."""
    said = item.evidence.get("copy", {})
    doubt, limit = (said.get(name, {}).get("doubt") for name in ("distances", "thresholds"))
    if item.reason != "duplicate" or not item.duplicate_of or doubt is None or not limit:
        return
    pair = images[item.sha256].pk, images[item.duplicate_of].pk
    nearness = min(1.0, doubt / limit)
    says = {"verdict": "duplicate", "doubt": doubt, "threshold": limit}
    ids: dict[str, Any] = {"product_id": product.pk, "category_id": product.category_id}
    if nearness >= NEAR:
        yield Question.Origin.DOUBT, Asked("pair", *pair, **ids, model_says=says, weight=rank(nearness, 1))
    elif scatter("audit", "pair", *sorted(pair)) < settings.AUDIT_SHARE:
        yield Question.Origin.AUDIT, Asked("pair", *pair, **ids, model_says=says, weight=AUDIT_WEIGHT)


def find_doubtful_hero(change: Change, images: Images, product: Product) -> Iterator[Asked]:
    """Whether a new hero is better than today's, where both stay and no model is sure of its type.

    Where no model knows the category, looks alone chose it: nothing is more doubtful.
    """
    if not change.before or not change.after or change.before[0] not in change.after:
        return
    old, new = change.before[0], change.items[change.after[0]]
    is_sure = new.type_confidence is not None and new.type_confidence >= SURE_TYPE
    if new.sha256 == old or is_sure:
        return
    yield Asked(
        "hero",
        images[new.sha256].pk,
        images[old].pk,
        product_id=product.pk,
        category_id=product.category_id,
        model_says={"proposed": new.sha256, "type": new.image_type},
        weight=HERO_WEIGHT,
    )
