"""Judges that a shop trains itself (weapon, violence): empty until a head's file is configured (II.B)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pipeline.head_store import Head, load_head

Slots = tuple[tuple[str, str], ...]


def load_slots(slots: Slots) -> Mapping[str, Head]:
    """Heads by defect, from (defect, path of the .npz) pairs. Raises FileNotFoundError or HeadMismatch."""
    return _load(slots)


@lru_cache(maxsize=4)
def _load(slots: Slots) -> dict[str, Head]:
    return {defect: load_head(Path(path).stem, Path(path).parent) for defect, path in slots}
