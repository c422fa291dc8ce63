"""Customers' clicks re-rank a set where there are any, corrected for where a picture stood (II.E)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import ClickConfig

DEFAULT_CONFIG = ClickConfig()


@dataclass(frozen=True)
class Showing:
    """How often an image was shown at a rank of its set (from 1), and how often it was clicked there."""

    rank: int
    shown: int
    clicked: int

    def __post_init__(self) -> None:
        if self.rank < 1 or not 0 <= self.clicked <= self.shown:
            raise ValueError(f"{self}: a rank counts from 1, and no more can be clicked than was shown")


@dataclass(frozen=True)
class Appeal:
    """Posterior of the share of clicks among looks: mean and standard deviation, both 0 to 1."""

    mean: float
    deviation: float


def rerank_by_clicks(
    keys: Sequence[str], clicks: Mapping[str, Sequence[Showing]], config: ClickConfig = DEFAULT_CONFIG
) -> tuple[str, ...]:
    """The same keys; an image passes those before it that it surely beats (II.E).

    `clicks` holds what is known of each image (nothing for some is fine). Images without data, and pairs that
    the data do not settle at `config.sure`, keep the order of `keys`, which categories and types made.
    """
    appeals = rate_appeal(clicks, config)
    ranked: list[str] = []
    for key in keys:
        place = len(ranked)
        while place and _beats(appeals.get(key), appeals.get(ranked[place - 1]), config.sure):
            place -= 1
        ranked.insert(place, key)
    return tuple(ranked)


def rate_appeal(
    clicks: Mapping[str, Sequence[Showing]], config: ClickConfig = DEFAULT_CONFIG
) -> dict[str, Appeal]:
    """Appeal of every image that was shown, as if all had stood first.

    A look is a showing times the chance that anybody looked at that rank, rank ** -`position_bias`
    (Joachims, Swaminathan and Schnabel, 2017). The beta prior is worth `prior_looks` at the set's own mean.
    """
    looks = {
        key: sum(one.shown * one.rank**-config.position_bias for one in known)
        for key, known in clicks.items()
    }
    hits = {key: sum(one.clicked for one in known) for key, known in clicks.items()}
    total = sum(looks.values())
    if not total:
        return {}
    usual = min(0.99, (sum(hits.values()) + 0.5) / (total + 1))
    return {
        key: _update(usual, min(hits[key], looks[key]), looks[key], config.prior_looks)
        for key in clicks
        if looks[key]
    }


def _update(usual: float, hits: float, looks: float, weight: float) -> Appeal:
    """Beta posterior; more clicks than looks were guessed count as every look."""
    liked, passed = hits + weight * usual, looks - hits + weight * (1 - usual)
    both = liked + passed
    return Appeal(liked / both, math.sqrt(liked * passed / (both * both * (both + 1))))


def _beats(one: Appeal | None, other: Appeal | None, sure: float) -> bool:
    """Whether the first is better with that probability (normal approximation of both posteriors)."""
    if one is None or other is None:
        return False
    gap = (one.mean - other.mean) / math.hypot(one.deviation, other.deviation)
    return 0.5 * (1 + math.erf(gap / math.sqrt(2))) >= sure
