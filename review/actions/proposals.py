"""Storing what a selection proposes: one open proposal a product, and a decided one is never touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from review.actions import benefit, changes
from review.actions.asking import Asked, ask, count_products, rank
from review.actions.changes import Change, DraftItem
from review.actions.pair_questions import find_doubtful_hero, find_doubtful_pairs
from review.actions.question_sources import find_audited
from review.models import (
    Category,
    Event,
    Image,
    Offer,
    Product,
    Proposal,
    ProposalItem,
    PublishedSet,
    Question,
    RunBatch,
    RunProduct,
)

DECIDED_BEFORE = "already decided"


class SetChanged(Exception):
    """The product's set is another one by now: read it again and select anew."""


@dataclass(frozen=True)
class Draft:
    """What was selected for one product, and from what."""

    based_on_id: int | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    items: tuple[DraftItem, ...]
    notes: tuple[str, ...] = ()
    config_digest: str = ""
    model_versions: Mapping[str, str] = field(default_factory=dict)
    images_known: int = 0  # of the items, judged before at the same version
    predicted_category: str | None = None
    category_confidence: float | None = None
    passed_over: str = ""  # why there is nothing to choose
    selection: Mapping[str, Any] = field(default_factory=dict)

    @property
    def change(self) -> Change:
        """The difference that it would make."""
        return Change(self.before, self.after, {item.sha256: item for item in self.items})

    @property
    def content_digest(self) -> str:
        """Names what the selection wants, whatever today's set is and however sure the judges are."""
        words = [
            [item.sha256, item.verdict, item.reason, item.duplicate_of, item.image_type]
            for item in sorted(self.items, key=lambda item: item.sha256)
        ]
        return hashlib.sha256(json.dumps([self.after, words]).encode()).hexdigest()


def find_current_set(product_id: int) -> PublishedSet | None:
    """The set that the shop shows today."""
    return PublishedSet.objects.filter(product_id=product_id).order_by("-number").first()


@transaction.atomic
def store(*, run_product_id: int, draft: Draft, now: datetime) -> RunProduct | None:
    """Write down what was selected for a product of a run; None when that was done before.

    Raises SetChanged when somebody published another set since the draft was made.
    """
    run_product = RunProduct.objects.select_for_update().get(pk=run_product_id)
    if run_product.outcome != RunProduct.Outcome.WAITING:
        return None
    product = Product.objects.select_for_update().get(pk=run_product.product_id)
    current = find_current_set(product.pk)
    if (current.pk if current else None) != draft.based_on_id:
        raise SetChanged
    _note_category(product, draft)
    _settle(run_product, product, draft, now)
    run_product.save()
    _count_images(run_product, draft)
    return run_product


def _settle(run_product: RunProduct, product: Product, draft: Draft, now: datetime) -> None:
    """Give the product its outcome: passed over, unchanged, decided before, proposed before, or proposed."""
    open_one = product.proposals.select_for_update().filter(state=Proposal.State.OPEN).first()
    run_product.outcome = RunProduct.Outcome.UNCHANGED
    run_product.selection = dict(draft.selection)
    if draft.passed_over:
        _supersede(open_one)
        run_product.outcome = RunProduct.Outcome.PASSED_OVER
        run_product.reason = draft.passed_over[:500]
    elif draft.after == draft.before:
        _supersede(open_one)
    elif open_one and open_one.content_digest == draft.content_digest and _has_base(open_one, draft):
        run_product.outcome, run_product.proposal = RunProduct.Outcome.PROPOSED, open_one
        run_product.selection = None
    elif _was_decided(product, draft):
        _supersede(open_one)
        run_product.reason = DECIDED_BEFORE
    else:
        _supersede(open_one)
        run_product.proposal = _create(run_product, product, draft, now)
        run_product.outcome, run_product.selection = RunProduct.Outcome.PROPOSED, None


def _has_base(proposal: Proposal, draft: Draft) -> bool:
    return proposal.based_on_id == draft.based_on_id


def _was_decided(product: Product, draft: Draft) -> bool:
    """Whether people decided on this very wish last: they are not asked the same thing twice."""
    states = [Proposal.State.APPROVED, Proposal.State.REJECTED, Proposal.State.SENT_BACK]
    decided = product.proposals.filter(state__in=states)
    last = decided.order_by("-pk").values_list("content_digest", flat=True).first()
    return last == draft.content_digest


def _supersede(proposal: Proposal | None) -> None:
    if proposal is not None:
        proposal.state = Proposal.State.SUPERSEDED
        proposal.save(update_fields=["state"])


def _create(run_product: RunProduct, product: Product, draft: Draft, now: datetime) -> Proposal:
    change = draft.change
    images = {image.sha256: image for image in Image.objects.filter(sha256__in=change.items)}
    origins = find_origins(product.pk)
    suppliers = {sha: offer.supplier.name for sha, offer in origins.items()}
    proposal = Proposal.objects.create(
        product=product,
        category_id=product.category_id,
        run_id=run_product.run_id,
        **_rate(change, product, draft),
        summary=changes.summarise(change, suppliers),
        changes=changes.count_changes(change),
        notes=list(draft.notes),
        hero_before=next(iter(change.before), ""),
        hero_after=next(iter(change.after), ""),
        based_on_id=draft.based_on_id,
        content_digest=draft.content_digest,
        config_digest=draft.config_digest,
        model_versions=dict(draft.model_versions),
        created_at=now,
    )
    ProposalItem.objects.bulk_create(
        _make_item(proposal, item, change, images, origins) for item in draft.items
    )
    _ask(product, draft, images, now)
    Event.objects.create(
        kind="proposed", product=product, data={"proposal": proposal.pk, "run": run_product.run_id}
    )
    return proposal


def _rate(change: Change, product: Product, draft: Draft) -> dict[str, Any]:
    """Where it stands in the queue, and why."""
    doubt = benefit.rate_doubt(change)
    rated = benefit.rate_benefit(change, doubt=doubt, views_a_week=product.views_a_week)
    return {
        "benefit": rated.value,
        "benefit_parts": [part.as_json() for part in rated.parts],
        "doubt": doubt,
        "is_sure": benefit.is_sure(change, doubt, draft.notes),
    }


def find_origins(product_id: int) -> dict[str, Offer]:
    """SHA-256 -> the first offer of that picture, in the suppliers' order."""
    rows = Offer.objects.filter(product_id=product_id, image__isnull=False).select_related(
        "supplier", "image"
    )
    found: dict[str, Offer] = {}
    for offer in rows.order_by("is_retired", "supplier_id", "position"):
        assert offer.image is not None
        found.setdefault(offer.image.sha256, offer)
    return found


def _make_item(
    proposal: Proposal,
    item: DraftItem,
    change: Change,
    images: Mapping[str, Image],
    origins: Mapping[str, Offer],
) -> ProposalItem:
    origin = origins.get(item.sha256)
    before, after = change.before, change.after
    return ProposalItem(
        proposal=proposal,
        image=images[item.sha256],
        source=origin.source if origin else item.sha256,
        supplier=origin.supplier if origin else None,
        before_position=before.index(item.sha256) if item.sha256 in before else None,
        after_position=after.index(item.sha256) if item.sha256 in after else None,
        verdict=item.verdict,
        reason=item.reason,
        duplicate_of=images[item.duplicate_of] if item.duplicate_of else None,
        image_type=item.image_type,
        type_confidence=item.type_confidence,
        evidence=dict(item.evidence),
    )


def _ask(product: Product, draft: Draft, images: Mapping[str, Image], now: datetime) -> None:
    """Turn doubts into questions for people; one that was asked before is not asked again."""
    doubts = [(images[item.sha256].pk, doubt) for item in draft.items for doubt in item.doubts]
    shown_by = count_products([image for image, _ in doubts])
    asked = [
        Asked(
            subject=doubt.subject,
            image_id=image,
            product_id=product.pk,
            category_id=product.category_id,
            choices=doubt.choices,
            model_says=doubt.model_says,
            weight=rank(doubt.nearness, shown_by.get(image, 1)),
        )
        for image, doubt in doubts
    ]
    audited = [one for item in draft.items for one in find_audited(item, images[item.sha256].pk, product)]
    pairs = [one for item in draft.items for one in find_doubtful_pairs(item, images, product)]
    asked += [one for origin, one in pairs if origin == Question.Origin.DOUBT]
    audited += [one for origin, one in pairs if origin == Question.Origin.AUDIT]
    asked += find_doubtful_hero(draft.change, images, product)
    ask(asked, origin=Question.Origin.DOUBT, now=now)
    ask(audited, origin=Question.Origin.AUDIT, now=now)


def _note_category(product: Product, draft: Draft) -> None:
    if not draft.predicted_category or product.category_from == Product.CategoryFrom.GIVEN:
        return
    product.category, _ = Category.objects.get_or_create(path=draft.predicted_category)
    product.category_from = Product.CategoryFrom.PREDICTED
    product.category_confidence = draft.category_confidence
    product.save(update_fields=["category", "category_from", "category_confidence"])


def _count_images(run_product: RunProduct, draft: Draft) -> None:
    """Add to the batch's counts; a product's outcome is written once, so nothing counts twice."""
    if run_product.batch_id is None:
        return
    batch = RunBatch.objects.select_for_update().get(pk=run_product.batch_id)
    for item in draft.items:
        if item.verdict == ProposalItem.Verdict.DROP:
            batch.dropped[item.reason] = batch.dropped.get(item.reason, 0) + 1
    batch.images_judged += len(draft.items)
    batch.images_known += draft.images_known
    batch.save(update_fields=["dropped", "images_judged", "images_known"])


def fail(*, run_product_id: int, reason: str) -> None:
    """Note why a product of a run could not be judged."""
    waiting = RunProduct.objects.filter(pk=run_product_id, outcome=RunProduct.Outcome.WAITING)
    waiting.update(outcome=RunProduct.Outcome.FAILED, reason=reason[:500])
