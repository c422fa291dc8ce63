"""A proposal in the words and numbers that its page works with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from pipeline.labels import IMAGE_TYPES
from review.actions.store import image_url, original_url
from review.models import Category, Offer, Proposal, ProposalItem
from review.views.comparison_words import explain_copy
from review.views.evidence_words import explain_judges, explain_types, list_silent, tell_origin
from review.views.import_words import say_reason
from review.views.place_words import say_place

# Why a picture is out, as people say it.
REASONS = {
    "unreadable": _("cannot be read"),
    "adult": _("adult content"),
    "weapon": _("a weapon"),
    "violence": _("violence"),
    "placeholder": _("placeholder"),
    "badge": _("badge or text on it"),
    "watermark": _("watermark"),
    "blur": _("blurred"),
    "small_object": _("object too small"),
    "resolution": _("too few pixels"),
    "aspect": _("odd shape"),
    "other_colour": _("another colour than the current images"),
    "duplicate": _("copy"),
    "wrong_product": _("another product"),
    "not_needed": _("not needed"),
    "reviewer": _("taken out by a reviewer"),
}
# What a reviewer may give as the reason, most frequent first.
OFFERED_REASONS = (
    "not_needed",
    "duplicate",
    "blur",
    "small_object",
    "placeholder",
    "badge",
    "watermark",
    "wrong_product",
    "adult",
)


def list_types(category: Category | None) -> list[str]:
    """The category's own types first, in its order, then the others: the first nine have keys."""
    own: Sequence[str] = category.type_order if category else []
    return list(dict.fromkeys([*own, *IMAGE_TYPES]))


Origins = Mapping[int, Sequence[tuple[str, int, int]]]  # image -> (supplier, place from 1, of how many)


def find_places(product_id: int) -> Origins:
    """Where each picture of a product stands in the lists of those who send it; one query."""
    rows = Offer.objects.filter(product=product_id).order_by("is_retired", "supplier_id", "position")
    lists: dict[str, list[int | None]] = defaultdict(list)
    for supplier, image in rows.values_list("supplier__name", "image"):
        lists[supplier].append(image)
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for name, images in lists.items():
        for place, sent in enumerate(images, start=1):
            if sent is not None:
                found[sent].append((name, place, len(images)))
    return found


def describe_items(proposal: Proposal) -> list[dict[str, Any]]:
    """Every picture of a proposal for the page's script; two queries."""
    items = proposal.items.select_related("image", "supplier", "duplicate_of").order_by(
        "after_position", "before_position", "pk"
    )
    places = find_places(proposal.product_id)
    return [_describe(item) | _explain(item, places) for item in items]


def _explain(item: ProposalItem, places: Origins) -> dict[str, Any]:
    """The evidence in words, ready to be shown."""
    evidence, image = item.evidence, item.image
    judges = evidence.get("judges") or {}
    return {
        "judges": explain_judges(judges),
        "silent": list_silent(judges),
        "types": explain_types(evidence.get("type")),
        "copy": explain_copy(evidence.get("copy")),
        "origin": tell_origin(places.get(image.pk, ())),
        "firstSeen": date_format(timezone.localtime(image.created_at), "DATETIME_FORMAT"),
        "kind": image.format,
        "place": say_place(evidence.get("place", "")),
    }


def _describe(item: ProposalItem) -> dict[str, Any]:
    image = item.image
    return {
        "sha": image.sha256,
        "small": image_url(image.sha256, 160),
        "tile": image_url(image.sha256, 480),
        "large": image_url(image.sha256, 1200),
        "original": original_url(image.sha256),
        "width": image.width_px,
        "height": image.height_px,
        "bytes": image.byte_size,
        "unreadable": say_reason(image.unreadable),
        "before": item.before_position,
        "after": item.after_position,
        "reason": item.reason,
        "copyOf": item.duplicate_of.sha256 if item.duplicate_of else None,
        "type": item.image_type,
        "confidence": item.type_confidence,
        "supplier": item.supplier.name if item.supplier else "",
        "source": item.source,
        "evidence": item.evidence,
    }
