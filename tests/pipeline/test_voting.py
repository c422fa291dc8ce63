"""When votes are enough, how a person's work weighs, and from when on it looks bad."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.consensus import PRIOR_SKILL, Votes, one_coin, update_posterior
from pipeline.voting import (
    VotingRule,
    decide,
    describe_person,
    find_decline,
    weigh_votes,
    wilson_interval,
)

RULE = VotingRule(first_votes=2, cap=5, target=0.95)
YES_NO = ("yes", "no")
GOOD = {"yes": {"yes": 45, "no": 5}, "no": {"yes": 5, "no": 45}}
GUESSING = {"yes": {"yes": 25, "no": 25}, "no": {"yes": 25, "no": 25}}


def test_two_good_people_who_agree_settle_a_question() -> None:
    chances = weigh_votes([(GOOD, "yes"), (GOOD, "yes")], YES_NO, {}, full=False)
    assert chances["yes"] > 0.98
    assert decide(chances, 2, 0, 0, RULE) == "settled"


def test_one_vote_never_settles_where_two_are_waited_for() -> None:
    assert decide({"yes": 0.99, "no": 0.01}, 1, 0, 0, RULE) == "ask"


def test_people_who_contradict_each_other_leave_it_in_doubt() -> None:
    chances = weigh_votes([(GOOD, "yes"), (GOOD, "no")], YES_NO, {}, full=False)
    assert chances["yes"] == pytest.approx(0.5)
    assert decide(chances, 2, 0, 0, RULE) == "ask"


def test_whoever_guesses_moves_nothing() -> None:
    alone = weigh_votes([(GOOD, "yes")], YES_NO, {}, full=False)
    beside = weigh_votes([(GOOD, "yes"), (GUESSING, "no")], YES_NO, {}, full=False)
    assert beside["yes"] == pytest.approx(alone["yes"], abs=0.02)


def test_whoever_turns_everything_round_says_the_opposite() -> None:
    turned = {"yes": {"no": 50}, "no": {"yes": 50}}
    assert weigh_votes([(turned, "yes")], YES_NO, {}, full=True)["no"] > 0.9


def test_at_the_cap_a_specialist_decides_with_those_who_could_not_tell() -> None:
    doubt = {"yes": 0.6, "no": 0.4}
    assert decide(doubt, 4, 0, 0, RULE) == "ask"
    assert decide(doubt, 4, 1, 0, RULE) == "disputed"


@pytest.mark.parametrize(("unsure", "flags"), [(2, 0), (0, 2)])
def test_two_who_cannot_tell_or_flag_it_call_a_specialist(unsure: int, flags: int) -> None:
    assert decide({"yes": 0.99, "no": 0.01}, 3, unsure, flags, RULE) == "disputed"


def test_a_rare_value_needs_more_than_one_voice() -> None:
    chances = weigh_votes([(GOOD, "yes")], YES_NO, {"yes": 10, "no": 990}, full=False)
    assert chances["yes"] < 0.2


def test_a_value_that_is_not_offered_is_no_vote() -> None:
    assert weigh_votes([(GOOD, "perhaps")], YES_NO, {}, full=False) == {"yes": 0.5, "no": 0.5}


def test_a_stranger_is_believed_to_be_of_the_usual_skill() -> None:
    matrix = describe_person({}, ("a", "b", "c"))
    assert np.diag(matrix) == pytest.approx(PRIOR_SKILL)
    assert matrix.sum(axis=0) == pytest.approx(1.0)


def test_a_matrix_of_their_own_needs_work_enough() -> None:
    lopsided = {"a": {"a": 10}, "b": {"a": 10}}
    own = describe_person(lopsided, ("a", "b"), full=True)
    assert own[0, 1] > own[1, 1]
    few = {"a": {"a": 4}, "b": {"a": 4}}
    one_skill = describe_person(few, ("a", "b"), full=False)
    assert np.allclose(describe_person(few, ("a", "b"), full=True), one_skill)


def test_the_skill_of_a_person_is_the_one_of_the_estimate_over_all() -> None:
    """What is kept of a fitting gives a question the chances that the fitting gave it."""
    votes = Votes(
        np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 1, 1, 0, 1]), 3, 2, 2
    )
    found = one_coin(votes, prior_votes=4.0, rounds=1000, tolerance=1e-12)
    counts: list[dict[str, dict[str, float]]] = [{}, {}]
    for item, person, said in zip(votes.items, votes.people, votes.answers, strict=True):
        for true in (0, 1):
            row = counts[person].setdefault("ab"[true], {})
            row["ab"[said]] = row.get("ab"[said], 0.0) + float(found.posterior[item, true])
    mine = np.array([describe_person(counts[person], ("a", "b"), full=False) for person in (0, 1)])
    assert np.allclose(mine, found.confusion, atol=1e-6)
    assert np.allclose(update_posterior(found.prior, mine, np.array([0, 1])), found.posterior[2], atol=1e-6)


@pytest.mark.parametrize(
    ("right", "seen", "low", "high"),
    [(0, 0, 0.0, 1.0), (8, 10, 0.4902, 0.9433), (0, 8, 0.0, 0.3244), (8, 8, 0.6756, 1.0)],
)
def test_the_interval_is_wilsons(right: int, seen: int, low: float, high: float) -> None:
    assert wilson_interval(right, seen) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("said", "start"),
    [("rrrrrrwwrw", 6), ("wwwwwwww", 0), ("rrrrrrrr", 8), ("wwrrrrrrrr", 10), ("", 0), ("rrrrwrww", 4)],
)
def test_a_decline_begins_where_the_wrong_ones_begin(said: str, start: int) -> None:
    assert find_decline([letter == "r" for letter in said]) == start
