"""One open proposal a product, nothing decided is touched, nothing is asked or counted twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from review.actions import proposals, runs
from review.actions.changes import Doubt, DraftItem
from review.actions.proposals import Draft, SetChanged
from review.models import Event, Offer, Product, Proposal, Question, RunProduct, Supplier
from tests.review.factories import make_image, make_product, publish_images

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PROPOSED, UNCHANGED = RunProduct.Outcome.PROPOSED, RunProduct.Outcome.UNCHANGED


@pytest.fixture
def product() -> Product:
    """Three fetched pictures of two suppliers; the first two are shown."""
    product = make_product()
    images = [make_image() for _ in range(3)]
    for place, image in enumerate(images):
        supplier = Supplier.objects.get_or_create(name="Norda" if place == 2 else "Solvik")[0]
        Offer.objects.create(
            product=product,
            supplier=supplier,
            source=f"{place}.jpg",
            position=place,
            image=image,
            state=Offer.State.FETCHED,
        )
    publish_images(product, images[:2])
    return product


def list_pictures(product: Product) -> list[str]:
    return list(product.offers.order_by("position").values_list("image__sha256", flat=True))


def make_draft(product: Product, after: str = "20", **said: object) -> Draft:
    """The pictures named in `after` are kept in that order; the others are called blurred."""
    pictures = list_pictures(product)
    kept = tuple(pictures[int(place)] for place in after)
    items = tuple(
        DraftItem(sha, "keep", image_type="front") if sha in kept else DraftItem(sha, "drop", "blur")
        for sha in pictures
    )
    current = proposals.find_current_set(product.pk)
    assert current is not None
    shown = tuple(current.images.order_by("position").values_list("image__sha256", flat=True))
    return replace(Draft(current.pk, shown, kept, items), **said)  # type: ignore[arg-type]


def run_over(product: Product) -> RunProduct:
    run = runs.start(scope={"products": [product.external_id]}, by=None, now=NOW)
    runs.plan(run_id=run.pk, now=NOW)
    return run.products.get()


def store(product: Product, draft: Draft) -> RunProduct:
    stored = proposals.store(run_product_id=run_over(product).pk, draft=draft, now=NOW)
    assert stored is not None
    return stored


def test_it_stores_both_sets_and_the_reason_for_every_image(product: Product) -> None:
    proposal = store(product, make_draft(product)).proposal
    assert proposal is not None
    items = proposal.items.order_by("source").values_list(
        "source", "before_position", "after_position", "reason", "supplier__name"
    )
    assert list(items) == [
        ("0.jpg", 0, 1, "", "Solvik"),
        ("1.jpg", 1, None, "blur", "Solvik"),
        ("2.jpg", None, 0, "", "Norda"),
    ]
    assert proposal.summary.startswith("front view from Norda becomes the hero · 1 blurred image removed")
    assert proposal.changes == {"quality": 1, "hero": 1, "added": 1}
    assert 0 < proposal.benefit < 1


def test_the_history_tells_of_the_proposal(product: Product) -> None:
    stored = store(product, make_draft(product))
    assert Event.objects.get(product=product).data == {"proposal": stored.proposal_id, "run": stored.run_id}


def test_storing_twice_changes_nothing(product: Product) -> None:
    waiting = run_over(product)
    draft = make_draft(product)
    assert proposals.store(run_product_id=waiting.pk, draft=draft, now=NOW) is not None
    assert proposals.store(run_product_id=waiting.pk, draft=draft, now=NOW) is None
    assert Proposal.objects.count() == 1
    assert runs.SelectionRun.objects.get().batches.get().images_judged == 3


def test_a_newer_proposal_replaces_an_undecided_one(product: Product) -> None:
    older = store(product, make_draft(product)).proposal
    newer = store(product, make_draft(product, after="2")).proposal
    assert older is not None
    older.refresh_from_db()
    assert older.state == Proposal.State.SUPERSEDED
    assert product.proposals.get(state=Proposal.State.OPEN) == newer


def test_the_same_proposal_again_stays_as_it_is(product: Product) -> None:
    first = store(product, make_draft(product))
    again = store(product, make_draft(product))
    assert again.outcome == PROPOSED
    assert again.proposal == first.proposal
    assert Proposal.objects.count() == 1


def test_a_decided_proposal_is_never_touched(product: Product) -> None:
    decided = store(product, make_draft(product)).proposal
    assert decided is not None
    Proposal.objects.filter(pk=decided.pk).update(state=Proposal.State.REJECTED)
    store(product, make_draft(product, after="2"))
    decided.refresh_from_db()
    assert decided.state == Proposal.State.REJECTED


def test_people_are_not_asked_again_for_what_they_rejected(product: Product) -> None:
    store(product, make_draft(product))
    Proposal.objects.update(state=Proposal.State.REJECTED)
    again = store(product, make_draft(product))
    assert (again.outcome, again.reason) == (UNCHANGED, proposals.DECIDED_BEFORE)
    assert not product.proposals.awaiting_review().exists()


def test_the_best_set_already_is_no_proposal_and_ends_an_older_one(product: Product) -> None:
    store(product, make_draft(product))
    stored = store(product, make_draft(product, after="01"))
    assert stored.outcome == UNCHANGED
    assert not product.proposals.awaiting_review().exists()


def test_an_image_that_is_shown_twice_is_a_change(product: Product) -> None:
    draft = make_draft(product, after="01")
    assert store(product, replace(draft, before=draft.before + draft.before[:1])).outcome == PROPOSED


def test_a_set_that_was_published_meanwhile_is_noticed(product: Product) -> None:
    waiting, draft = run_over(product), make_draft(product)
    publish_images(product, [make_image()])
    with pytest.raises(SetChanged):
        proposals.store(run_product_id=waiting.pk, draft=draft, now=NOW)
    waiting.refresh_from_db()
    assert waiting.outcome == RunProduct.Outcome.WAITING


def test_what_cannot_be_chosen_from_is_passed_over_with_the_reason(product: Product) -> None:
    stored = store(product, make_draft(product, passed_over="fewer than two images"))
    assert (stored.outcome, stored.reason) == (RunProduct.Outcome.PASSED_OVER, "fewer than two images")
    assert not Proposal.objects.exists()


def test_doubts_become_questions_once(product: Product) -> None:
    draft = make_draft(product)
    doubt = Doubt("type", "type", 1.0, ("front", "back"), {"threshold": 0.6})
    asked = replace(draft, items=(replace(draft.items[0], doubts=(doubt,)), *draft.items[1:]))
    store(product, asked)
    Proposal.objects.update(state=Proposal.State.SUPERSEDED)
    store(product, asked)
    question = Question.objects.exclude(subject="hero").get()  # the new hero was chosen by looks alone
    assert (question.subject, question.choices) == ("type", ["front", "back"])
    assert question.image.sha256 == draft.items[0].sha256


def test_a_predicted_category_is_kept_with_its_probability(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(category=None, category_from="none")
    product.refresh_from_db()
    store(product, make_draft(product, predicted_category="Furniture > Sofas", category_confidence=0.8))
    product.refresh_from_db()
    assert product.category is not None
    assert (product.category.path, product.category_confidence) == ("Furniture > Sofas", 0.8)


def test_a_given_category_is_never_overwritten(product: Product) -> None:
    store(product, make_draft(product, predicted_category="Furniture > Sofas"))
    product.refresh_from_db()
    assert str(product.category) == "Armchairs"


def test_the_batch_counts_what_was_dropped_for_which_reason(product: Product) -> None:
    stored = store(product, make_draft(product, after="2", images_known=1))
    assert stored.batch is not None
    stored.batch.refresh_from_db()
    batch = stored.batch
    assert (batch.images_judged, batch.images_known, batch.dropped) == (3, 1, {"blur": 2})


def test_it_says_itself_what_stands_first_before_and_after(product: Product) -> None:
    pictures = list_pictures(product)
    proposals.store(run_product_id=run_over(product).pk, draft=make_draft(product, "20"), now=NOW)
    kept = Proposal.objects.get()
    assert (kept.hero_before, kept.hero_after) == (pictures[0], pictures[2])
