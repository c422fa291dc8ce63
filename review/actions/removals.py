"""Sure hits of a judge in training become proposals to take them off; nothing goes without a specialist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from review.actions.changes import DraftItem
from review.actions.proposals import Draft, SetChanged, find_current_set, store
from review.models import (
    Image,
    ImageAnalysis,
    ImproveRound,
    Product,
    Proposal,
    ProposalItem,
    PublishedImage,
    PublishedSet,
    RunProduct,
    SelectionRun,
)

SCOPE = "improve_round"  # key of such a run's scope
MADE_BY = "improve"  # in the place of a configuration's digest: nothing was selected
Verdict = ProposalItem.Verdict
Outcome = RunProduct.Outcome


def propose(*, step: ImproveRound, hits: Mapping[int, float], threshold: float, now: datetime) -> list[int]:
    """Ids of proposals to take hits (image -> chance) off today's sets; asked twice, they are made once.

    Left alone are products that somebody is to decide on already, sets that would be left empty, and sets
    that were arranged by hand.
    """
    if not hits:
        return []
    run = _find_run(step, now)
    for product in _find_products(hits):
        row = RunProduct.objects.get_or_create(run=run, product=product)[0]
        draft = _draft(product, step, hits, threshold)
        if draft is None:
            _pass_over(row, "left to the proposal that is open, or nothing would remain")
            continue
        try:
            store(run_product_id=row.pk, draft=draft, now=now)
        except SetChanged:
            _pass_over(row, "another set was published meanwhile")
    SelectionRun.objects.filter(pk=run.pk).update(state=SelectionRun.State.DONE, finished_at=now)
    return list(Proposal.objects.filter(run=run).values_list("pk", flat=True))


def find_runs(rounds: Sequence[int]) -> dict[int, int]:
    """Round -> the run that holds its proposals to take hits off."""
    scopes = [{SCOPE: pk} for pk in rounds]
    rows = SelectionRun.objects.filter(scope__in=scopes).values_list("scope", "pk")
    return {scope[SCOPE]: pk for scope, pk in rows}


@transaction.atomic
def _find_run(step: ImproveRound, now: datetime) -> SelectionRun:
    ImproveRound.objects.select_for_update().get(pk=step.pk)
    known = SelectionRun.objects.filter(scope={SCOPE: step.pk}).first()
    return known or SelectionRun.objects.create(
        scope={SCOPE: step.pk},
        state=SelectionRun.State.RUNNING,
        created_by=step.loop.created_by,
        created_at=now,
    )


def _find_products(hits: Mapping[int, float]) -> Iterator[Product]:
    """Products whose set shows a hit today, as far as nobody has arranged it by hand."""
    shown = PublishedImage.objects.filter(image__in=list(hits))
    sets = PublishedSet.objects.filter(images__in=shown)
    for product in (
        Product.objects.filter(published_sets__in=sets, is_curated=False).distinct().order_by("pk")
    ):
        current = find_current_set(product.pk)
        if current and current.images.filter(image__in=list(hits)).exists():
            yield product


def _pass_over(row: RunProduct, reason: str) -> None:
    waiting = RunProduct.objects.filter(pk=row.pk, outcome=Outcome.WAITING)
    waiting.update(outcome=Outcome.PASSED_OVER, reason=reason)


def _draft(product: Product, step: ImproveRound, hits: Mapping[int, float], threshold: float) -> Draft | None:
    current = find_current_set(product.pk)
    assert current is not None
    places = current.images.select_related("image").order_by("position")
    images = list({place.image_id: place.image for place in places if place.image}.values())
    kept = [image for image in images if image.pk not in hits]
    if not kept or product.proposals.filter(state=Proposal.State.OPEN).exists():
        return None
    judge = step.loop.judge
    return Draft(
        based_on_id=current.pk,
        before=tuple(place.image.sha256 for place in places if place.image),
        after=tuple(image.sha256 for image in kept),
        items=tuple(_make_items(images, hits, judge, threshold)),
        notes=(f"Made while “{judge}” was being improved: only sure hits are taken off.",),
        config_digest=MADE_BY,
        model_versions={f"judge {judge}": f"loop {step.loop_id} round {step.number}"},
    )


def _make_items(
    images: Sequence[Image], hits: Mapping[int, float], judge: str, threshold: float
) -> Iterator[DraftItem]:
    rows = ImageAnalysis.objects.filter(image__in=images).order_by("pk")
    known = dict(rows.values_list("image_id", "judgements"))  # the newest of each
    for image in images:
        chance = hits.get(image.pk)
        said = dict(known.get(image.pk, {}))
        if chance is not None:
            said[judge] = {"score": round(chance, 4), "threshold": round(threshold, 4), "flag": True}
        yield DraftItem(
            sha256=image.sha256,
            verdict=Verdict.KEEP if chance is None else Verdict.DROP,
            reason="" if chance is None else judge,
            evidence={"judges": said},
        )
