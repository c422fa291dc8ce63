"""After a release: open proposals that the new model sees otherwise are made anew, the doubtful is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from review import inference, predicting
from review.actions import asking, runs
from review.actions.asking import Asked
from review.actions.blanks import leave_out_blanks
from review.actions.learning import TYPE
from review.models import Category, Image, Offer, Product, Proposal, Question, Release, SelectionRun
from review.verdicts import Side, name_values

logger = logging.getLogger(__name__)

CHUNK = 2000  # pictures judged at a time
MOST_ASKED = 200  # questions a release, the most doubtful first
NEAR = 0.1  # so near to a threshold a chance is doubtful


def follow(release_id: int) -> int | None:
    """Do what follows a release; the run to be planned, if there is one. Done twice it is as once."""
    release = Release.objects.select_related("model", "replaces", "category").get(pk=release_id)
    if release.followed_at is not None:
        return None
    changed = _find_changed(release)
    products = _list_products(changed)
    asked = _ask(release)
    said = {"pictures": len(changed), "products": len(products), "questions": asked}
    return _write_down(release, products, said)


@transaction.atomic
def _write_down(release: Release, products: list[str], said: dict[str, Any]) -> int | None:
    held = Release.objects.select_for_update().get(pk=release.pk)
    if held.followed_at is not None:
        return None
    now = timezone.now()
    run: SelectionRun | None = None
    if products:
        run = runs.start(scope={"products": products}, by=release.released_by, now=now)
    held.run, held.followed, held.followed_at = run, said, now
    held.save(update_fields=["run", "followed", "followed_at"])
    return run.pk if run else None


def _find_changed(release: Release) -> set[int]:
    """Pictures of open proposals of which the model says something else than the one before."""
    judge, category = release.judge, release.category
    before = None if release.replaces and release.replaces.state == "shipped" else release.replaces
    one, two = Side(judge, category, before), Side(judge, category, release.model)
    names = name_values(judge, (one, two), ())
    changed: set[int] = set()
    for ids in _in_chunks(_open_images(category)):
        first, second = one.judge_images(ids, names), two.judge_images(ids, names)
        changed |= {image for image, differs in zip(ids, first.said != second.said, strict=True) if differs}
    return changed


def _open_images(category: Category | None) -> QuerySet[Image]:
    proposals = Proposal.objects.awaiting_review().filter(product__in=_products_in(category))
    return Image.objects.filter(proposalitem__proposal__in=proposals)


def _products_in(category: Category | None) -> QuerySet[Product]:
    return runs.products_in({"category": category.path} if category else {"all": True})


def _in_chunks(images: QuerySet[Image]) -> Iterator[list[int]]:
    last = 0
    while ids := list(
        images.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True).distinct()[:CHUNK]
    ):
        yield ids
        last = ids[-1]


def _list_products(images: set[int]) -> list[str]:
    """Products with an open proposal over one of these pictures; decided ones are left alone."""
    rows = Proposal.objects.awaiting_review().filter(items__image__in=images)
    return sorted(set(rows.values_list("product__external_id", flat=True)))


def _ask(release: Release) -> int:
    """Questions about the pictures that the new model is least sure of; what was asked is not asked again."""
    if release.model is None:
        return 0
    doubts: list[tuple[float, int, dict[str, Any]]] = []
    offered = Offer.objects.filter(product__in=_products_in(release.category), is_retired=False)
    images = Image.objects.filter(offers__in=offered, unreadable="")
    for ids in _in_chunks(images):
        doubts += _find_doubts(release, ids)
        doubts = sorted(doubts, key=lambda one: (-one[0], one[1]))[:MOST_ASKED]
    places = _find_places([image for _, image, _ in doubts])
    questions = [
        Asked(
            release.judge,
            image,
            product_id=places[image][0],
            category_id=places[image][1],
            model_says=says,
            weight=doubt * min(places[image][2], 5) / 5,
        )
        for doubt, image, says in doubts
        if image in places
    ]
    return len(asking.ask(questions, origin=Question.Origin.DOUBT, now=timezone.now()))


def _find_doubts(release: Release, ids: Sequence[int]) -> list[tuple[float, int, dict[str, Any]]]:
    """(doubt 0 to 1, picture, what the model says) of pictures near a threshold."""
    wanted = leave_out_blanks(release.judge, ids, inference.load_assessor().version)
    found = predicting.weigh(release.judge, release.category, wanted, release.model)
    doubts = []
    for image, row in found.by_image.items():
        best = int(row.argmax())
        limit = found.thresholds[found.classes[best]]
        doubt = 1 - abs(float(row[best]) - limit) / NEAR
        if doubt <= 0:
            continue
        says: dict[str, Any] = {"score": round(float(row[best]), 4), "threshold": round(limit, 4)}
        if release.judge == TYPE:
            shares = {name: round(float(share), 4) for name, share in zip(found.classes, row, strict=True)}
            says = {"probabilities": shares, "threshold": round(limit, 4)}
        doubts.append((doubt, image, says))
    return doubts


def _find_places(images: Sequence[int]) -> dict[int, tuple[int, int | None, int]]:
    """Picture -> one of its products, that one's category, and how many products show it."""
    rows = Offer.objects.filter(image__in=images, is_retired=False).order_by("product_id")
    found: dict[int, tuple[int, int | None, int]] = {}
    for image, product, category in rows.values_list("image_id", "product_id", "product__category_id"):
        first, place, count = found.get(image or 0, (product, category, 0))
        found[image or 0] = (first, place, count + 1)
    return found
