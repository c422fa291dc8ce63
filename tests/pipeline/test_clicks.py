"""Clicks re-rank a set only where they settle it (II.E)."""

from __future__ import annotations

import pytest

from pipeline.clicks import Showing, rate_appeal, rerank_by_clicks


def test_without_clicks_the_order_stays() -> None:
    assert rerank_by_clicks(("a", "b"), {}) == ("a", "b")
    assert rerank_by_clicks(("a", "b"), {"b": [Showing(2, 0, 0)]}) == ("a", "b")


def test_an_image_that_is_surely_liked_better_moves_up() -> None:
    clicks = {
        "a": [Showing(1, 10_000, 200)],
        "b": [Showing(2, 10_000, 100)],
        "c": [Showing(3, 10_000, 400)],
    }
    assert rerank_by_clicks(("a", "b", "c"), clicks) == ("c", "a", "b")


def test_as_many_clicks_from_a_later_rank_mean_more() -> None:
    appeals = rate_appeal({"a": [Showing(1, 1000, 50)], "b": [Showing(3, 1000, 50)]})
    assert appeals["b"].mean > 2 * appeals["a"].mean


def test_fewer_clicks_are_no_fault_of_an_image_that_stood_further_down() -> None:
    clicks = {"a": [Showing(2, 10_000, 500)], "b": [Showing(1, 10_000, 1000)]}
    assert rerank_by_clicks(("a", "b"), clicks) == ("a", "b")


def test_a_handful_of_clicks_settles_nothing() -> None:
    assert rerank_by_clicks(("a", "b"), {"a": [Showing(1, 20, 1)], "b": [Showing(2, 20, 3)]}) == ("a", "b")


def test_an_image_without_data_is_neither_passed_nor_passes() -> None:
    clicks = {"a": [Showing(1, 10_000, 10)], "c": [Showing(3, 10_000, 900)]}
    assert rerank_by_clicks(("a", "new", "c"), clicks) == ("a", "new", "c")


def test_showings_at_several_ranks_add_up() -> None:
    both = rate_appeal({"a": [Showing(1, 500, 50), Showing(2, 1000, 50)], "b": [Showing(1, 1000, 100)]})
    assert both["a"].mean == pytest.approx(both["b"].mean)


def test_more_clicks_than_likely_looks_are_no_error() -> None:
    assert rate_appeal({"a": [Showing(9, 100, 90)]})["a"].mean <= 1


@pytest.mark.parametrize(("rank", "shown", "clicked"), [(0, 5, 1), (1, 5, 6), (1, 5, -1)])
def test_impossible_counts_are_refused(rank: int, shown: int, clicked: int) -> None:
    with pytest.raises(ValueError, match="no more can be clicked"):
        Showing(rank, shown, clicked)
