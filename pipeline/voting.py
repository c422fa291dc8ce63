"""When answers are enough: a question's chances from who answered it, and how far a person is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.consensus import (
    FULL_FROM_WORK,
    LEAST,
    PRIOR_SKILL,
    PRIOR_VOTES,
    Chances,
    update_posterior,
)

Outcome = Literal["ask", "settled", "disputed"]
Counts = Mapping[str, Mapping[str, float]]  # true value -> said value -> how many

Z = 1.96  # normal quantile of a two-sided interval of 95 %
MANY_UNSURE = 2  # people who cannot tell, or who flag a question, after which a specialist looks
PRIOR_ITEMS = 2.0  # questions a value that are believed to have been settled before, evenly
GOOD_SKILL, BAD_SKILL = 0.9, 0.5  # right answers on known ones, between which a decline is looked for


@dataclass(frozen=True)
class VotingRule:
    """`first_votes` are always waited for; `target` (0 to 1) settles; `cap` votes are the most."""

    first_votes: int = 2
    cap: int = 5
    target: float = 0.95


def decide(posterior: Mapping[str, float], votes: int, unsure: int, flags: int, rule: VotingRule) -> Outcome:
    """Whether a question is settled, goes to a specialist, or is asked once more.

    `votes` are the answers that name a value, `unsure` those that cannot tell; both use up the cap.
    """
    if max(unsure, flags) >= MANY_UNSURE:
        return "disputed"
    if votes >= rule.first_votes and max(posterior.values(), default=0.0) >= rule.target:
        return "settled"
    return "disputed" if votes + unsure >= rule.cap else "ask"


def weigh_votes(
    votes: Sequence[tuple[Counts, str]], values: Sequence[str], shares: Mapping[str, float], *, full: bool
) -> dict[str, float]:
    """The chance of each value, given what is known of everybody who voted; sums to 1.

    `votes` are (the person's counts, the value said), `shares` how many items of each value are known.
    `full` allows confusion matrices, for those persons with work enough; one skill a person otherwise.
    """
    known = {value: at for at, value in enumerate(values)}
    cast = [(counts, known[said]) for counts, said in votes if said in known]
    prior = np.array([shares.get(value, 0.0) + PRIOR_ITEMS for value in values])
    confusions = np.array([describe_person(counts, values, full=full) for counts, _ in cast])
    confusions = confusions.reshape(-1, len(values), len(values))
    said_at = np.array([at for _, at in cast], np.int64)
    chances = update_posterior(prior / prior.sum(), confusions, said_at)
    return {value: float(chance) for value, chance in zip(values, chances, strict=True)}


def describe_person(counts: Counts, values: Sequence[str], *, full: bool = True) -> Chances:
    """A person's chances to answer each value given the truth: float64 (answered, true), columns sum to 1.

    A matrix of their own from FULL_FROM_WORK answers a value on the average, where `full` allows it;
    otherwise one skill: right with it, and evenly wrong. Laid over PRIOR_VOTES at PRIOR_SKILL.
    """
    table = np.array([[counts.get(true, {}).get(said, 0.0) for true in values] for said in values], float)
    size = len(values)
    if full and table.sum() >= FULL_FROM_WORK * size:
        return _own_matrix(table)
    given = sum(sum(row.values()) for row in counts.values())
    right = sum(row.get(true, 0.0) for true, row in counts.items())
    skill = (right + PRIOR_VOTES * PRIOR_SKILL) / (given + PRIOR_VOTES)
    return _one_skill(skill, size)


def _own_matrix(table: Chances) -> Chances:
    table = np.maximum(table + PRIOR_VOTES * _one_skill(PRIOR_SKILL, len(table)), LEAST)
    return np.asarray(table / table.sum(axis=0, keepdims=True))


def _one_skill(skill: float, size: int) -> Chances:
    wrong = (1.0 - skill) / max(1, size - 1)
    return np.clip(np.full((size, size), wrong) + np.eye(size) * (skill - wrong), LEAST, 1.0)


def wilson_interval(right: int, seen: int) -> tuple[float, float]:
    """The 95 % interval of a share, `right` of `seen`; (0, 1) where nothing was seen (Wilson, 1927)."""
    if seen == 0:
        return 0.0, 1.0
    share, spread = right / seen, Z * Z / seen
    middle = (share + spread / 2) / (1 + spread)
    half = Z * np.sqrt(share * (1 - share) / seen + spread / (4 * seen)) / (1 + spread)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def find_decline(rights: Sequence[bool]) -> int:
    """Index of the answer from which on the latest ones look bad; their number where none do.

    `rights` are answers to known questions, oldest first. The end stretch is taken whose answers are
    likeliest at BAD_SKILL rather than at GOOD_SKILL (a cumulative sum test, Page 1954).
    """
    gain = np.where(
        np.asarray(rights, bool),
        np.log(BAD_SKILL / GOOD_SKILL),
        np.log((1 - BAD_SKILL) / (1 - GOOD_SKILL)),
    )
    sums = np.append(np.cumsum(gain[::-1])[::-1], 0.0)
    return int(len(sums) - 1 - np.argmax(sums[::-1]))
