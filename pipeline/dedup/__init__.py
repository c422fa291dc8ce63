"""De-duplication: descriptors and candidates, pair comparators, clusters (II.D)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pipeline.config import DedupConfig
from pipeline.dedup.clustering import Cluster, Standing, cluster, explain_choice, rank
from pipeline.dedup.comparator import RegistrationComparator
from pipeline.dedup.descriptors import candidates, describe, describe_batch
from pipeline.dedup.ensemble import EnsembleComparator
from pipeline.dedup.other_colour import find_other_colours
from pipeline.dedup.padding import adds_frame
from pipeline.dedup.prepare import Source
from pipeline.dedup.wording import explain_comparison
from pipeline.records import PairComparison, RgbArray

__all__ = [
    "Cluster",
    "Comparator",
    "Standing",
    "adds_frame",
    "candidates",
    "cluster",
    "describe",
    "describe_batch",
    "explain_choice",
    "explain_comparison",
    "find_other_colours",
    "load_comparator",
    "rank",
]


class Comparator(Protocol):
    """Tells copies from different pictures; prepare each picture once, then compare any two."""

    version: str

    def prepare(self, source: bytes | RgbArray, read: Source | None = None) -> Any:
        """What comparisons need of one picture; `read` gives it again, bytes or pixels, for a closer look.

        Raises UnreadableImage for unusable bytes.
        """

    def compare(self, a: Any, b: Any, want_residual: bool = False) -> PairComparison:
        """Whether two prepared pictures are copies of each other, and why."""


COMPARATORS: dict[str, Callable[[DedupConfig], Comparator]] = {
    "registration": RegistrationComparator,
    "ensemble": EnsembleComparator,
}


def load_comparator(name: str, config: DedupConfig | None = None) -> Comparator:
    """The comparator of that name; ValueError names those that there are."""
    if name not in COMPARATORS:
        raise ValueError(f"There is no comparator '{name}'; choose one of {', '.join(sorted(COMPARATORS))}.")
    made: Comparator = COMPARATORS[name](config or DedupConfig())
    return made
