"""Agreement beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.agreement import measure_agreement
from pipeline.consensus import Votes, gather_votes


def votes_of(*items: str) -> Votes:
    """Each string holds one item's answers, a letter a person; a dot is no answer."""
    rows = [(at, who, said) for at, item in enumerate(items) for who, said in enumerate(item) if said != "."]
    return gather_votes(rows, sorted({row[2] for row in rows}))[0]


def test_it_gives_the_value_of_a_worked_example() -> None:
    # Four observers, twelve units, nominal: Krippendorff, "Computing Krippendorff's alpha-reliability", 2011
    units = ["1.11", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", ".3.."]
    assert measure_agreement(votes_of(*units)) == pytest.approx(0.743, abs=0.0005)


def test_full_agreement_is_one_and_guessing_is_about_zero() -> None:
    assert measure_agreement(votes_of("aa", "bb", "aa")) == 1.0
    random = np.random.default_rng(0)
    item, person = np.repeat(np.arange(3000), 2), np.tile([0, 1], 3000)
    guessed = measure_agreement(Votes(item, person, random.integers(0, 3, 6000), 3000, 2, 3))
    assert guessed == pytest.approx(0.0, abs=0.03)


def test_who_always_disagrees_is_below_chance() -> None:
    found = measure_agreement(votes_of("ab", "ba", "ab"))
    assert found is not None
    assert found < 0


@pytest.mark.parametrize("items", [("a", "b"), ("aa", "aa")])
def test_where_nothing_can_be_compared_it_says_nothing(items: tuple[str, ...]) -> None:
    assert measure_agreement(votes_of(*items)) is None
