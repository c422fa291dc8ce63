"""Clusters keep whatever is no direct copy of the picture that stays, and say why it stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.dedup import Standing, cluster, explain_choice, rank
from pipeline.records import Framing, PairComparison


def judge(
    duplicates: set[frozenset[int]], asked: list[tuple[int, int]] | None = None
) -> Callable[[int, int], PairComparison]:
    """A comparator that knows which pairs are copies, and notes what it was asked."""

    def compare(a: int, b: int) -> PairComparison:
        if asked is not None:
            asked.append((a, b))
        same = frozenset((a, b)) in duplicates
        return PairComparison(same, {"residual": float(not same)}, {"residual": 0.5}, "residual")

    return compare


def every_pair(count: int) -> list[tuple[int, int]]:
    """All pairs of indices."""
    return [(i, j) for i in range(count) for j in range(i + 1, count)]


def frame(**changes: float) -> Framing:
    """A well-framed picture on white, changed as asked."""
    values = {"fill": 0.7, "white_background": 1.0, "plain_background": 1.0, "sharpness": 0.9} | changes
    return Framing(**values)  # type: ignore[arg-type]


def test_copies_gather_around_the_best_ranked_picture() -> None:
    found = cluster(["a", "b", "c"], judge({frozenset((0, 2))}), [2, 0, 1], every_pair(3))
    assert [(c.representative, c.copies) for c in found] == [("c", ("a",)), ("b", ())]
    assert found[0].comparisons["a"].duplicate


def test_a_copy_of_a_copy_that_is_no_copy_of_the_kept_one_stays() -> None:
    chain = {frozenset((0, 1)), frozenset((1, 2))}
    found = cluster(["a", "b", "c"], judge(chain), [0, 1, 2], every_pair(3))
    assert [(c.representative, c.copies) for c in found] == [("a", ("b",)), ("c", ())]


def test_every_picture_is_in_exactly_one_cluster() -> None:
    duplicates = {frozenset(pair) for pair in ((0, 3), (1, 3), (2, 4), (0, 5))}
    found = cluster(list("abcdef"), judge(duplicates), [3, 5, 0, 1, 2, 4], every_pair(6))
    placed = [key for c in found for key in (c.representative, *c.copies)]
    assert sorted(placed) == list("abcdef")


def test_only_candidates_are_compared() -> None:
    asked: list[tuple[int, int]] = []
    found = cluster(["a", "b", "c"], judge({frozenset((0, 1))}, asked), [0, 1, 2], [(2, 0)])
    assert asked == [(0, 2)]
    assert len(found) == 3


def test_no_picture_gives_no_cluster() -> None:
    assert cluster([], judge(set()), [], []) == []


def test_a_ranking_that_forgets_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="every picture once"):
        cluster(["a", "b"], judge(set()), [0], [])


def test_the_larger_of_two_like_pictures_stands_first() -> None:
    small, large = Standing("s", 300, 300, frame()), Standing("l", 900, 900, frame())
    assert rank([small, large]) == [1, 0]
    assert "more pixels (900 x 900 against 300 x 300)" in explain_choice(large, small)


@pytest.mark.parametrize(
    ("worse", "words"),
    [
        ({"sharpness": 0.3}, "sharper"),
        ({"fill": 0.2}, "better framed"),
        ({"white_background": 0.1}, "whiter background"),
        ({"text_area": 0.2}, "less text over it"),
    ],
)
def test_what_a_customer_sees_decides_between_equal_sizes(worse: dict[str, float], words: str) -> None:
    good, bad = Standing("g", 800, 800, frame(), order=1), Standing("b", 800, 800, frame(**worse), order=0)
    assert rank([bad, good]) == [1, 0]
    assert explain_choice(good, bad) == words


def test_equal_copies_keep_their_suppliers_order() -> None:
    first, second = Standing("z", 800, 800, frame(), order=0), Standing("a", 800, 800, frame(), order=1)
    assert rank([second, first]) == [1, 0]
    assert "first in the suppliers' order" in explain_choice(first, second)


def test_pictures_of_unknown_framing_are_ranked_by_their_pixels() -> None:
    assert rank([Standing("a", 200, 200), Standing("b", 600, 400)]) == [1, 0]
