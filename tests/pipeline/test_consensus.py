"""Many people's answers settle to what is most likely true; good people weigh more."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.consensus import (
    Consensus,
    Votes,
    dawid_skene,
    gather_votes,
    one_coin,
    settle,
    update_posterior,
    vote_by_majority,
)


def simulate(
    *, items: int, each: int, people: int, classes: int, spammers: int, seed: int
) -> tuple[Votes, np.ndarray]:
    """Votes of people of 70 to 97 % skill and of spammers who guess; with the truth."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, items)
    skill = random.uniform(0.7, 0.97, people)
    skill[:spammers] = 1.0 / classes
    item = np.repeat(np.arange(items), each)
    person = np.concatenate([random.choice(people, each, replace=False) for _ in range(items)])
    wrong = (truth[item] + random.integers(1, classes, len(item))) % classes
    answer = np.where(random.random(len(item)) < skill[person], truth[item], wrong)
    return Votes(item, person, answer, items, people, classes), truth


def share_right(posterior: np.ndarray, truth: np.ndarray) -> float:
    return float((posterior.argmax(axis=1) == truth).mean())


def test_with_a_fifth_of_spammers_it_is_right_far_more_often_than_the_majority() -> None:
    won, settled_right = [], []
    for seed in range(4):
        votes, truth = simulate(items=2000, each=3, people=50, classes=8, spammers=10, seed=seed)
        settled = settle(votes)
        assert settled.method == "one_coin"
        settled_right.append(share_right(settled.posterior, truth))
        won.append(settled_right[-1] - share_right(vote_by_majority(votes), truth))
    assert np.mean(settled_right) >= 0.89
    assert min(won) >= 0.05


def test_it_tells_spammers_from_the_others() -> None:
    votes, _ = simulate(items=600, each=3, people=20, classes=4, spammers=4, seed=1)
    skill = settle(votes).skill
    assert skill[:4].max() < skill[4:].min()


def test_with_many_votes_it_learns_whom_to_mistrust_on_what() -> None:
    votes, truth = simulate(items=300, each=6, people=12, classes=3, spammers=0, seed=2)
    mixed = np.where((votes.people < 6) & (truth[votes.items] == 2), 1, votes.answers)
    found = settle(Votes(votes.items, votes.people, mixed, 300, 12, 3))
    assert found.method == "dawid_skene"
    assert share_right(found.posterior, truth) > 0.95
    assert found.confusion[0, 1, 2] > 0.8


def test_gold_is_clamped_and_rights_a_crowd_whose_most_answer_the_wrong_way_round() -> None:
    votes, truth = simulate(items=400, each=3, people=9, classes=2, spammers=0, seed=3)
    turned = np.where(votes.people < 5, 1 - votes.answers, votes.answers)
    votes = Votes(votes.items, votes.people, turned, 400, 9, 2)
    settled = settle(votes, {item: int(truth[item]) for item in range(60)})
    assert settled.posterior[range(60), truth[:60]].min() == 1.0
    assert share_right(settle(votes).posterior[60:], truth[60:]) < 0.5
    assert share_right(settled.posterior[60:], truth[60:]) > 0.8


@pytest.mark.parametrize("method", [one_coin, dawid_skene])
def test_it_agrees_with_crowd_kit(method: object) -> None:
    aggregation = pytest.importorskip("crowdkit.aggregation")
    pandas = pytest.importorskip("pandas")
    votes, _ = simulate(items=150, each=4, people=15, classes=5, spammers=3, seed=4)
    table = pandas.DataFrame({"task": votes.items, "worker": votes.people, "label": votes.answers})
    theirs = aggregation.OneCoinDawidSkene if method is one_coin else aggregation.DawidSkene
    expected = theirs(n_iter=25, tol=-np.inf).fit_predict_proba(table).loc[range(150), range(5)].to_numpy()
    assert callable(method)
    found: Consensus = method(votes, rounds=25, tolerance=0.0)
    assert np.abs(found.posterior - expected).max() < 1e-6


def test_it_agrees_with_crowd_kit_where_gold_is_known() -> None:
    aggregation = pytest.importorskip("crowdkit.aggregation")
    pandas = pytest.importorskip("pandas")
    votes, truth = simulate(items=150, each=4, people=15, classes=5, spammers=3, seed=5)
    table = pandas.DataFrame({"task": votes.items, "worker": votes.people, "label": votes.answers})
    known = pandas.Series(truth[:40], index=range(40))
    theirs = aggregation.DawidSkene(n_iter=25, tol=-np.inf).fit_predict_proba(table, known)
    gold = {item: int(truth[item]) for item in range(40)}
    found = dawid_skene(votes, gold, rounds=25, tolerance=0.0)
    assert np.abs(found.posterior - theirs.loc[range(150), range(5)].to_numpy()).max() < 1e-6


def test_one_more_answer_moves_an_item_as_a_whole_estimate_would() -> None:
    votes, _ = simulate(items=200, each=3, people=20, classes=3, spammers=2, seed=6)
    found = one_coin(votes, rounds=200, tolerance=1e-12)
    mine = votes.items == 7
    alone = update_posterior(found.prior, found.confusion[votes.people[mine]], votes.answers[mine])
    assert np.abs(alone - found.posterior[7]).max() < 1e-6


def test_an_item_nobody_answered_keeps_the_prior() -> None:
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), 2, 2, 2)
    settled = settle(votes)
    assert np.allclose(settled.posterior.sum(axis=1), 1.0)
    assert settled.posterior[0, 1] > settled.posterior[1, 1]


def test_no_votes_at_all_are_no_error() -> None:
    none = np.zeros(0, np.int64)
    assert settle(Votes(none, none, none, 0, 0, 3)).posterior.shape == (0, 3)


def test_rows_become_indices_in_the_order_they_come() -> None:
    votes, items, people = gather_votes([("b", 7, "yes"), ("a", 7, "no"), ("b", 3, "no")], ["no", "yes"])
    assert (items, people) == (["b", "a"], [7, 3])
    assert (votes.items.tolist(), votes.answers.tolist()) == ([0, 1, 0], [1, 0, 0])


def test_it_refuses_an_answer_that_was_not_offered() -> None:
    with pytest.raises(ValueError, match="'perhaps' is none of no, yes"):
        gather_votes([("a", 1, "perhaps")], ["no", "yes"])


def test_it_refuses_an_index_out_of_range() -> None:
    with pytest.raises(ValueError, match="answers has an index outside"):
        Votes(np.array([0]), np.array([0]), np.array([2]), 1, 1, 2)
