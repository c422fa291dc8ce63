"""Sure hits become proposals to take them off, once, and a specialist's yes teaches the judge."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import decisions, labels, removals
from review.models import Image, ImproveLoop, ImproveRound, Label, Product, Proposal, RunProduct
from tests.review.factories import make_image, make_product, make_proposal, publish_images

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def step() -> ImproveRound:
    loop = ImproveLoop.objects.create(judge="weapon", rounds=1)
    return ImproveRound.objects.create(loop=loop, number=1)


def show(count: int) -> tuple[Product, list[Image]]:
    product, images = make_product(), [make_image() for _ in range(count)]
    publish_images(product, images)
    return product, images


def propose(step: ImproveRound, *hits: Image) -> list[Proposal]:
    made = removals.propose(step=step, hits={image.pk: 0.98 for image in hits}, threshold=0.9, now=NOW)
    return list(Proposal.objects.filter(pk__in=made))


def test_only_the_hit_is_to_go(step: ImproveRound) -> None:
    product, (one, two, three) = show(3)
    (made,) = propose(step, two)
    rows = list(
        made.items.order_by("before_position").values_list("image", "verdict", "reason", "after_position")
    )
    assert rows == [(one.pk, "keep", "", 0), (two.pk, "drop", "weapon", None), (three.pk, "keep", "", 1)]
    assert made.items.get(image=two).evidence["judges"]["weapon"]["score"] == 0.98
    assert product.published_sets.count() == 1


def test_proposing_again_makes_nothing_new(step: ImproveRound) -> None:
    _, (_, two, _) = show(3)
    assert propose(step, two) == propose(step, two)
    assert Proposal.objects.count() == 1


def test_what_somebody_is_to_decide_on_already_is_left_alone(step: ImproveRound) -> None:
    proposal = make_proposal()
    shown = proposal.items.filter(before_position=0).get().image
    assert propose(step, shown) == []
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN
    assert "open" in RunProduct.objects.get(run__scope={removals.SCOPE: step.pk}).reason


def test_no_product_is_left_without_a_picture(step: ImproveRound) -> None:
    _, images = show(2)
    assert propose(step, *images) == []


def test_sets_that_were_arranged_by_hand_and_former_sets_are_left_alone(step: ImproveRound) -> None:
    curated, (hit, _) = show(2)
    Product.objects.filter(pk=curated.pk).update(is_curated=True)
    changed, (former, _) = show(2)
    publish_images(changed, [make_image(), make_image()])
    assert propose(step, hit, former) == []


def test_approving_teaches_and_restoring_teaches_the_opposite(step: ImproveRound, sam: User) -> None:
    _, (kept, hit, wrong) = show(3)
    (made,) = propose(step, hit, wrong)
    final = [kept.sha256, wrong.sha256]
    decisions.approve(proposal=made, by=sam, final=final, edits=[], submit_key="k", now=NOW)
    found = {row.image_id: row.value for row in labels.current("weapon")}
    assert found == {hit.pk: labels.YES, wrong.pk: labels.NO}
    assert set(Label.objects.values_list("source", flat=True)) == {Label.Source.SPECIALIST}


def test_a_judge_of_ones_own_is_taught_alike(sam: User) -> None:
    loop = ImproveLoop.objects.create(judge="mannequin", rounds=1)
    _, (kept, hit, wrong) = show(3)
    (made,) = propose(ImproveRound.objects.create(loop=loop, number=1), hit, wrong)
    decisions.approve(
        proposal=made, by=sam, final=[kept.sha256, wrong.sha256], edits=[], submit_key="k", now=NOW
    )
    assert {row.image_id: row.value for row in labels.current("mannequin")} == {
        hit.pk: labels.YES,
        wrong.pk: labels.NO,
    }
