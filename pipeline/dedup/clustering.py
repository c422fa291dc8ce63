"""Copies gathered around the picture that stays: top-down, in doubt for keeping (II.D, fig. 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.records import Framing, PairComparison

Comparing = Callable[[int, int], PairComparison]


@dataclass(frozen=True)
class Cluster:
    """A picture that stays (`representative`, a key) and its direct copies, each with its comparison."""

    representative: str
    copies: tuple[str, ...] = ()
    comparisons: dict[str, PairComparison] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """What speaks for a picture: `framing` and pixel counts; `order` is its supplier's place, from 0."""

    key: str
    width_px: int
    height_px: int
    framing: Framing | None = None
    order: int = 0


def cluster(
    keys: Sequence[str],
    compare: Comparing,
    ranking: Sequence[int],
    candidates: Iterable[tuple[int, int]],
) -> list[Cluster]:
    """Clusters of the pictures of one type, in the order of `ranking`.

    `ranking` lists all indices, best picture first; `candidates` are the pairs worth comparing. The best
    picture not yet placed becomes a representative and takes its direct copies; a copy of a copy that is
    no copy of the representative stays. ValueError where `ranking` is no permutation of the indices.
    """
    if sorted(ranking) != list(range(len(keys))):
        raise ValueError("The ranking must name every picture once.")
    near = {frozenset(pair) for pair in candidates}
    left = list(ranking)
    clusters = []
    while left:
        head, *left = left
        copies: dict[int, PairComparison] = {}
        for other in left:
            if frozenset((head, other)) in near:
                found = compare(head, other)
                if found.duplicate:
                    copies[other] = found
        left = [index for index in left if index not in copies]
        clusters.append(
            Cluster(keys[head], tuple(keys[i] for i in copies), {keys[i]: c for i, c in copies.items()})
        )
    return clusters


MANY_PX = 1_000_000  # a zoom shows no more beyond
_WEIGHTS = {  # what a customer sees first weighs most; sums to 1
    "resolution": 0.3,
    "sharpness": 0.2,
    "framing": 0.2,
    "white background": 0.2,
    "no text": 0.1,
}


def rate(standing: Standing) -> dict[str, float]:
    """Marks from 0 to 1 by criterion; a picture whose framing is unknown has its resolution alone."""
    pixels = standing.width_px * standing.height_px
    marks = {"resolution": min(1.0, pixels / MANY_PX) ** 0.5}
    if standing.framing is not None:
        framing = standing.framing
        marks["sharpness"] = framing.sharpness
        marks["framing"] = 0.0 if framing.touches_edge else min(1.0, framing.fill / 0.7)
        marks["white background"] = framing.white_background
        marks["no text"] = 1.0 - min(1.0, 5 * framing.text_area)
    return marks


def rank(standings: Sequence[Standing]) -> list[int]:
    """Indices, best picture first; equal ones in their suppliers' order, then by key."""

    def sort_key(index: int) -> tuple[float, int, str]:
        standing = standings[index]
        return (-_total(rate(standing)), standing.order, standing.key)

    return sorted(range(len(standings)), key=sort_key)


def explain_choice(kept: Standing, dropped: Standing) -> str:
    """In words, why `kept` stands for the copy `dropped`."""
    ours, theirs = rate(kept), rate(dropped)
    better = [name for name in _WEIGHTS if ours.get(name, 0) - theirs.get(name, 0) > 0.05]
    reasons = {
        "resolution": f"more pixels ({_size(kept)} against {_size(dropped)})",
        "sharpness": "sharper",
        "framing": "better framed",
        "white background": "whiter background",
        "no text": "less text over it",
    }
    if not better:
        return "an equal copy; the first in the suppliers' order stays"
    return ", ".join(reasons[name] for name in better)


def _size(standing: Standing) -> str:
    return f"{standing.width_px} x {standing.height_px}"


def _total(marks: dict[str, float]) -> float:
    return round(sum(_WEIGHTS[name] * mark for name, mark in marks.items()), 6)
