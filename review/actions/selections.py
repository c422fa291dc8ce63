"""Selections that programs ask for: one product in, its chosen set out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from pipeline.catalog_records import ParsedProduct
from review.actions import catalog, runs
from review.models import Offer, Product, ProposalItem, PublishedSet, RunProduct

Outcome = RunProduct.Outcome


@transaction.atomic
def request_selection(
    *, parsed: ParsedProduct, by: User, now: datetime, anew: bool = False
) -> tuple[RunProduct, bool]:
    """Write the product and have it selected; (selection, whether it is a new one).

    The same product again gives the selection that there is, unless the product or its published set
    changed since, it failed, or `anew` asks for another. The caller enqueues a new one's run.
    """
    catalog.write_products([parsed], is_feed=False, now=now, note={"by": by.get_username()})
    product = Product.objects.get(external_id=parsed.id)
    known = None if anew else find_selection(product)
    if known is not None:
        return known, False
    now = max(now, product.updated_at)  # a new row notes its own moment: the run comes after it
    run = runs.start(scope={"products": [parsed.id]}, by=by, now=now)
    runs.plan(run_id=run.pk, now=now)
    return run.products.select_related("run").get(), True


def find_selection(product: Product) -> RunProduct | None:
    """The newest selection of a product that still holds."""
    last = (
        RunProduct.objects.filter(product=product, run__created_at__gte=F("product__updated_at"))
        .exclude(outcome=Outcome.FAILED)
        .select_related("run")
        .order_by("-pk")
        .first()
    )
    if last is None:
        return None
    newer = PublishedSet.objects.filter(product=product, created_at__gt=last.run.created_at)
    return None if newer.exists() else last


def describe(selected: RunProduct) -> dict[str, Any] | None:
    """The selection in the form of `python -m pipeline select`; None while it is not finished, or failed."""
    if selected.outcome in (Outcome.WAITING, Outcome.FAILED):
        return None
    product = selected.product
    found = dict(selected.selection or {}) or _read_proposal(selected)
    names = _name_pictures(product)
    shown: dict[str, Any] = {
        "id": product.external_id,
        "before": [names.get(key, key) for key in found.get("before", [])],
        "after": [names.get(key, key) for key in found.get("after", [])],
        "items": [_name_item(item, names) for item in found.get("items", [])],
        "category": found.get("category"),
    }
    shown["items"] += _list_others(product, names, {item["file"] for item in shown["items"]})
    if selected.outcome == Outcome.PASSED_OVER:
        shown["passed_over"] = selected.reason
    if found.get("notes"):
        shown["notes"] = found["notes"]
    return shown


def _read_proposal(selected: RunProduct) -> dict[str, Any]:
    """The same from the proposal's rows, pictures by SHA-256; nothing for what was never looked at."""
    proposal = selected.proposal
    if proposal is None:
        return {}
    items = list(proposal.items.select_related("image", "duplicate_of").order_by("pk"))
    kept = [item for item in items if item.after_position is not None]
    before = [item for item in items if item.before_position is not None]
    category = selected.product.category
    return {
        "before": [item.image.sha256 for item in sorted(before, key=lambda item: item.before_position or 0)],
        "after": [item.image.sha256 for item in sorted(kept, key=lambda item: item.after_position or 0)],
        "items": [_show_item(item) for item in items],
        "category": category.path if category else None,
        "notes": proposal.notes,
    }


def _show_item(item: ProposalItem) -> dict[str, Any]:
    return {
        "file": item.image.sha256,
        "verdict": item.verdict,
        "reason": item.reason or None,
        "duplicate_of": item.duplicate_of.sha256 if item.duplicate_of else None,
        "type": item.image_type or None,
        "type_confidence": item.type_confidence,
        "evidence": item.evidence,
    }


def _name_pictures(product: Product) -> dict[str, str]:
    """SHA-256 -> the address under which the picture was sent first."""
    rows = product.offers.filter(image__isnull=False).order_by("is_retired", "supplier_id", "position")
    names: dict[str, str] = {}
    for sha256, source in rows.values_list("image__sha256", "source"):
        names.setdefault(sha256, source)
    return names


def _name_item(item: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    copy_of = item.get("duplicate_of")
    return {
        **item,
        "file": names.get(item["file"], item["file"]),
        "duplicate_of": names.get(copy_of, copy_of) if copy_of else None,
    }


def _list_others(product: Product, names: Mapping[str, str], told: set[str]) -> list[dict[str, Any]]:
    """Addresses that are no item of their own: the same file as another one, or refused."""
    others = []
    offers = (
        product.offers.filter(is_retired=False).select_related("image").order_by("supplier_id", "position")
    )
    for offer in offers:
        if offer.source in told:
            continue
        told.add(offer.source)
        others.append(_show_other(offer, names))
    return others


def _show_other(offer: Offer, names: Mapping[str, str]) -> dict[str, Any]:
    is_refused = offer.state == Offer.State.REFUSED  # an unreadable file is in the store, too
    same = names.get(offer.image.sha256) if offer.image and not is_refused else None
    evidence = {"same_file": True} if same else {"unreadable": offer.refusal or "not looked at"}
    return {
        "file": offer.source,
        "verdict": "drop",
        "reason": "duplicate" if same else "unreadable" if offer.refusal else "not_looked_at",
        "duplicate_of": same,
        "type": None,
        "type_confidence": None,
        "evidence": evidence,
    }
