"""Splitting a data set: groups stay whole, values are spread evenly, and nobody changes sides."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.splits import MIXED, SIDES, UNKNOWN, Ints, assign, draw_turns, find_sides, unite

TRAIN, VALIDATION, TEST = range(3)


def ints(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64)


def split(groups: Ints, values: Ints, sides: Ints | None = None) -> Ints:
    """The side of every row."""
    count = int(groups.max()) + 1
    known = np.full(count, UNKNOWN, dtype=np.int64) if sides is None else sides
    return assign(groups, values, known, draw_turns(np.arange(count)))[groups]


def test_things_joined_over_several_edges_are_one_group() -> None:
    groups = unite(6, ints(0, 1, 4), ints(1, 2, 5))
    assert groups[0] == groups[1] == groups[2]
    assert groups[4] == groups[5]
    assert len(set(groups.tolist())) == 3


def test_without_edges_everything_stands_alone() -> None:
    assert len(set(unite(4, ints(), ints()).tolist())) == 4


def test_every_side_gets_its_share_of_every_value() -> None:
    values = np.repeat(ints(0, 1), [900, 100])
    sides = split(np.arange(1000), values)
    for value, total in ((0, 900), (1, 100)):
        counts = np.bincount(sides[values == value], minlength=3) / total
        assert counts == pytest.approx([0.7, 0.15, 0.15], abs=0.011)


def test_shares_hold_for_groups_of_all_sizes_and_mixed_values() -> None:
    random = np.random.default_rng(3)
    groups = np.sort(random.integers(0, 400, 3000))
    values = random.choice(4, 3000, p=[0.6, 0.3, 0.08, 0.02])
    sides = split(groups, values)
    for value in range(4):
        counts = np.bincount(sides[values == value], minlength=3) / np.count_nonzero(values == value)
        assert counts == pytest.approx([0.7, 0.15, 0.15], abs=0.06)


def test_a_group_stands_on_one_side() -> None:
    random = np.random.default_rng(4)
    groups = random.integers(0, 50, 500)
    sides = split(groups, random.integers(0, 3, 500))
    assert all(len(set(sides[groups == group].tolist())) == 1 for group in range(50))


def test_the_same_data_are_split_the_same_way() -> None:
    random = np.random.default_rng(5)
    groups, values = random.integers(0, 80, 300), random.integers(0, 3, 300)
    assert np.array_equal(split(groups, values), split(groups, values))


def test_groups_with_a_side_keep_it_when_data_grow() -> None:
    values = np.arange(200) % 2
    first = split(np.arange(100), values[:100])
    known = np.concatenate([first, np.full(100, UNKNOWN)])
    second = split(np.arange(200), values, known)
    assert np.array_equal(second[:100], first)
    assert np.bincount(second, minlength=3) == pytest.approx([140, 30, 30], abs=2)


def test_ten_examples_leave_some_to_measure_with() -> None:
    counts = np.bincount(split(np.arange(10), np.zeros(10, dtype=np.int64)), minlength=3)
    assert counts[TRAIN] == 7
    assert counts[VALIDATION] >= 1
    assert counts[TEST] >= 1


def test_a_group_whose_members_stand_on_two_sides_is_mixed() -> None:
    sides = find_sides(ints(0, 0, 1, 1, 2), ints(TRAIN, TEST, TEST, UNKNOWN, UNKNOWN), 3)
    assert sides.tolist() == [MIXED, TEST, UNKNOWN]


def test_a_mixed_group_is_left_as_it_is() -> None:
    assert assign(ints(0, 1), ints(0, 0), ints(MIXED, UNKNOWN), draw_turns(ints(0, 1)))[0] == MIXED


def test_turns_differ_and_stay() -> None:
    turns = draw_turns(np.arange(1000))
    assert len(set(turns.tolist())) == 1000
    assert turns[1] == 7960286522194355700  # pinned: another order would give the same labels other sides


def test_the_sides_are_those_of_a_data_set() -> None:
    assert SIDES == ("train", "validation", "test")
