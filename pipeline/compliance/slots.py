"""Judges that a shop trains itself (weapon, violence): empty until a head's file is configured (II.B)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pipeline.head_store import Head, load_head

Slots = tuple[tuple[str, str], ...]


def load_slots(slots: Slots, backbone: str = "") -> Mapping[str, Head]:
    """Heads by defect, from (defect, path of the .npz) pairs; `backbone` is the signature of what feeds them.

    Raises FileNotFoundError or HeadMismatch.
    """
    return _load(slots, backbone)


def read_slot(text: str) -> tuple[str, str]:
    """'weapon=heads/weapon.npz' as a pair for ComplianceConfig.slots. Raises ValueError."""
    defect, _, path = text.partition("=")
    if not defect.isidentifier() or not path.endswith(".npz") or not Path(path).is_file():
        raise ValueError(f"'{text}' is not DEFECT=FILE.npz with a file that is there.")
    return defect, path


@lru_cache(maxsize=4)
def _load(slots: Slots, backbone: str) -> dict[str, Head]:
    return {defect: load_head(Path(path).stem, Path(path).parent, backbone) for defect, path in slots}
