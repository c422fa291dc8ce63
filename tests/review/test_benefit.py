"""What a proposal is worth, what that is made of, and when it is sure."""

from __future__ import annotations

import pytest

from review.actions.benefit import is_sure, rate_benefit, rate_doubt
from review.actions.changes import Change, Doubt, DraftItem
from review.models import Product, Proposal, SelectionRun
from tests.review.factories import make_product
from tests.review.test_changes import make_change

POOR_HERO = make_change("abc", "bc", a="blur")
NEAR = Doubt("blur", "quality", 1.0, ("yes", "no"))


def test_a_poor_hero_is_worth_more_than_a_copy_at_the_end() -> None:
    late_copy = rate_benefit(make_change("abc", "ab", c="copy of a"))
    assert 0 < late_copy.value < rate_benefit(POOR_HERO).value < 1


def test_nothing_changed_is_worth_nothing() -> None:
    assert rate_benefit(make_change("ab", "ab")).parts == ()


def test_its_parts_add_up_to_it_the_greatest_worth_first() -> None:
    rated = rate_benefit(make_change("abcd", "bae", c="copy of b", d="blur"), doubt=0.4, views_a_week=5000)
    assert [part.what for part in rated.parts] == [
        "hero",
        "quality",
        "added",
        "copy",
        "moved",
        "doubt",
        "views",
    ]
    assert sum(part.gain for part in rated.parts) == pytest.approx(rated.value, abs=0.001)
    assert [part.gain < 0 for part in rated.parts] == [False] * 5 + [True, False]


def test_doubt_takes_from_it_and_at_most_half() -> None:
    plain = rate_benefit(POOR_HERO).value
    assert rate_benefit(POOR_HERO, doubt=1).value == pytest.approx(plain / 2, abs=1e-4)


def test_many_views_put_a_product_forward_and_few_put_it_back() -> None:
    values = [rate_benefit(POOR_HERO, views_a_week=views).value for views in (0, 100, 10_000, 10**9)]
    assert values == sorted(set(values)) and values[-1] < 1
    assert values[1] == rate_benefit(POOR_HERO).value


def test_doubt_grows_with_unsure_types_and_with_scores_near_their_threshold() -> None:
    sure = make_change("ab", "ab")
    unsure = Change(sure.before, sure.after, {k: DraftItem(k, "keep", image_type="unsure") for k in "ab"})
    doubted = Change(sure.before, sure.after, {**sure.items, "a": DraftItem("a", "keep", doubts=(NEAR,))})
    assert rate_doubt(sure) == 0
    assert 0 < rate_doubt(doubted) < rate_doubt(unsure) <= 1


def test_only_what_holds_no_doubt_and_nothing_to_read_is_sure() -> None:
    unsure = Change(("a",), ("a", "b"), {k: DraftItem(k, "keep", image_type="unsure") for k in "ab"})
    assert is_sure(POOR_HERO, 0.05, ())
    assert not is_sure(POOR_HERO, 0.06, ())
    assert not is_sure(POOR_HERO, 0.0, ("image 3 could not be fetched",))
    assert not is_sure(unsure, 0.0, ())


def test_a_second_picture_of_a_view_from_elsewhere_is_not_sure() -> None:
    views = {"a": "front", "b": "back", "c": "front"}
    items = {key: DraftItem(key, "keep", image_type=view) for key, view in views.items()}
    assert is_sure(Change(("a",), ("a", "b"), items), 0.0, ())
    assert not is_sure(Change(("a",), ("a", "c"), items), 0.0, ())
    copied = items | {
        "a": DraftItem("a", "drop", "duplicate", "c", "front"),
        "d": DraftItem("d", "keep", image_type="front"),
    }
    assert is_sure(Change(("a", "d"), ("c", "d"), copied), 0.0, ())


@pytest.mark.django_db
def test_a_proposal_follows_its_product_into_another_category() -> None:
    product, other = make_product(category="Toys"), make_product(category="Furniture").category
    run = SelectionRun.objects.create()
    proposal = Proposal.objects.create(product=product, run=run, content_digest="c")
    proposal.refresh_from_db()
    assert proposal.category == product.category
    Product.objects.filter(pk=product.pk).update(category=other)
    proposal.refresh_from_db()
    assert proposal.category == other
    Product.objects.filter(pk=product.pk).update(category=None)
    proposal.refresh_from_db()
    assert proposal.category is None
