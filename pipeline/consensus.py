"""What many people's answers say together: majority vote, one-coin and full Dawid-Skene, gold clamped."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Chances = npt.NDArray[np.float64]
Confuse = Callable[[Chances], Chances]  # posterior -> confusion of each person

LEAST = 1e-10  # no answer of anybody is taken for impossible
FULL_FROM_VOTES = 5.0  # votes an item; below it a confusion matrix has too little to stand on
FULL_FROM_WORK = 8.0  # answers a worker and class of answer, likewise
PRIOR_VOTES = 4.0  # answers that everybody is believed to have given before, at PRIOR_SKILL
PRIOR_SKILL = 0.7  # share of right ones among these


@dataclass(frozen=True)
class Votes:
    """Answers of people to items: three int64 (V,) arrays of indices, one entry a vote.

    `items` lie in 0..item_count-1, `people` in 0..person_count-1, `answers` in 0..class_count-1.
    """

    items: IntArray
    people: IntArray
    answers: IntArray
    item_count: int
    person_count: int
    class_count: int

    def __post_init__(self) -> None:
        if not len(self.items) == len(self.people) == len(self.answers):
            raise ValueError("items, people and answers differ in length")
        for name, count in (("items", "item"), ("people", "person"), ("answers", "class")):
            values = getattr(self, name)
            if len(values) and not 0 <= values.min() <= values.max() < getattr(self, f"{count}_count"):
                raise ValueError(f"{name} has an index outside 0..{count}_count-1")


@dataclass(frozen=True)
class Consensus:
    """What the votes settle to.

    `posterior` float64 (items, classes), rows sum to 1; `prior` (classes,); `confusion` (people, answered,
    true): the probability of an answer given the truth; `skill` (people,): the expected share of right
    answers, 0 to 1; `rounds`: how often the estimate was refined.
    """

    posterior: Chances
    prior: Chances
    confusion: Chances
    skill: Chances
    rounds: int
    method: str


def gather_votes(
    rows: Sequence[tuple[Hashable, Hashable, Hashable]], classes: Sequence[Hashable]
) -> tuple[Votes, list[Hashable], list[Hashable]]:
    """(item, person, answer) rows as indices, with the items' and the people's names in order.

    Raises ValueError for an answer that is none of `classes`.
    """
    items = {name: at for at, name in enumerate(dict.fromkeys(row[0] for row in rows))}
    people = {name: at for at, name in enumerate(dict.fromkeys(row[1] for row in rows))}
    known = {name: at for at, name in enumerate(classes)}
    strange = next((row[2] for row in rows if row[2] not in known), None)
    if strange is not None:
        raise ValueError(f"{strange!r} is none of {', '.join(map(str, classes))}")
    table = np.array([(items[i], people[p], known[a]) for i, p, a in rows], np.int64).reshape(-1, 3)
    votes = Votes(table[:, 0], table[:, 1], table[:, 2], len(items), len(people), len(classes))
    return votes, list(items), list(people)


def vote_by_majority(votes: Votes) -> Chances:
    """Share of the votes for each class: float64 (items, classes); even where nobody voted."""
    counts = np.zeros((votes.item_count, votes.class_count))
    np.add.at(counts, (votes.items, votes.answers), 1.0)
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts / np.maximum(totals, 1.0), 1.0 / votes.class_count)


def settle(votes: Votes, gold: Mapping[int, int] | None = None) -> Consensus:
    """The method that the data can bear: full Dawid-Skene with many votes, one-coin below.

    Full from FULL_FROM_VOTES votes an item and FULL_FROM_WORK answers a person and class on the average.
    """
    per_item = len(votes.items) / max(1, votes.item_count)
    per_person = len(votes.items) / max(1, votes.person_count) / max(1, votes.class_count)
    if per_item >= FULL_FROM_VOTES and per_person >= FULL_FROM_WORK:
        return dawid_skene(votes, gold, prior_votes=PRIOR_VOTES)
    return one_coin(votes, gold, prior_votes=PRIOR_VOTES)


def dawid_skene(
    votes: Votes,
    gold: Mapping[int, int] | None = None,
    *,
    prior_votes: float = 0.0,
    rounds: int = 100,
    tolerance: float = 1e-6,
) -> Consensus:
    """Expectation maximisation over a confusion matrix a person (Dawid and Skene, 1979).

    `gold` (item -> true class) is clamped in every round. `prior_votes` answers at PRIOR_SKILL are laid
    under each column, 0 for the plain estimate. It stops when no posterior moves by `tolerance`.
    """

    def confuse(posterior: Chances) -> Chances:
        shape = (votes.person_count, votes.class_count, votes.class_count)
        counts = np.zeros(shape)
        np.add.at(counts, (votes.people, votes.answers), posterior[votes.items])
        counts += prior_votes * _believe(votes.class_count)
        counts = np.maximum(counts, LEAST)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    return _refine(votes, gold, confuse, rounds, tolerance, "dawid_skene")


def one_coin(
    votes: Votes,
    gold: Mapping[int, int] | None = None,
    *,
    prior_votes: float = 0.0,
    rounds: int = 100,
    tolerance: float = 1e-6,
) -> Consensus:
    """The same with one skill a person: right with it, and evenly wrong otherwise (Zhang et al., 2016)."""
    given = np.bincount(votes.people, minlength=votes.person_count).astype(float)
    diagonal = np.eye(votes.class_count, dtype=bool)

    def confuse(posterior: Chances) -> Chances:
        right = np.bincount(votes.people, posterior[votes.items, votes.answers], minlength=votes.person_count)
        skill = (right + prior_votes * PRIOR_SKILL) / np.maximum(given + prior_votes, LEAST)
        wrong = (1.0 - skill) / max(1, votes.class_count - 1)
        confusion = np.where(diagonal, skill[:, None, None], wrong[:, None, None])
        return np.clip(confusion, LEAST, 1.0 - LEAST)

    return _refine(votes, gold, confuse, rounds, tolerance, "one_coin")


def update_posterior(prior: Chances, confusions: Chances, answers: IntArray) -> Chances:
    """One item's posterior from the people who answered it, with their confusion known.

    `confusions` float (V, answered, true) and `answers` int (V,), one a vote; gives float64 (classes,).
    What a page needs at once after an answer, until all is estimated again.
    """
    chances = confusions[np.arange(len(answers)), answers]
    return _normalise(np.log(np.maximum(prior, LEAST)) + np.log(np.maximum(chances, LEAST)).sum(axis=0))


def _refine(
    votes: Votes,
    gold: Mapping[int, int] | None,
    confuse: Confuse,
    rounds: int,
    tolerance: float,
    method: str,
) -> Consensus:
    posterior = _clamp(vote_by_majority(votes), gold)
    prior, confusion, done, moved = _average(posterior), confuse(posterior), 0, np.inf
    while done < rounds and moved >= tolerance:
        done, last = done + 1, posterior
        chances = np.log(confusion)[votes.people, votes.answers]
        log = np.tile(np.log(np.maximum(prior, LEAST)), (votes.item_count, 1))
        np.add.at(log, votes.items, chances)
        posterior = _clamp(_normalise(log), gold)
        prior, confusion = _average(posterior), confuse(posterior)
        moved = np.abs(posterior - last).max(initial=0.0)
    skill = np.einsum("wkk,k->w", confusion, prior)
    return Consensus(posterior, prior, confusion, skill, done, method)


def _average(posterior: Chances) -> Chances:
    """How frequent each class is; even where there are no items."""
    classes = posterior.shape[1]
    return posterior.mean(axis=0) if len(posterior) else np.full(classes, 1.0 / classes)


def _believe(classes: int) -> Chances:
    """A person of PRIOR_SKILL: (answered, true), columns sum to 1."""
    wrong = (1.0 - PRIOR_SKILL) / max(1, classes - 1)
    return np.full((classes, classes), wrong) + np.eye(classes) * (PRIOR_SKILL - wrong)


def _clamp(posterior: Chances, gold: Mapping[int, int] | None) -> Chances:
    if gold:
        rows = np.fromiter(gold.keys(), np.int64, len(gold))
        posterior = posterior.copy()
        posterior[rows] = 0.0
        posterior[rows, np.fromiter(gold.values(), np.int64, len(gold))] = 1.0
    return posterior


def _normalise(log: Chances) -> Chances:
    weights = np.exp(log - log.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
