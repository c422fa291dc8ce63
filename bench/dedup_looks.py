"""What both looks of the comparator see in labelled pairs, measured once for all that learns from them."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from pipeline.dedup.closer_look import FEATURES as SEEN
from pipeline.dedup.closer_look import look_closer
from pipeline.dedup.comparator import GUARDS, view_pairs
from pipeline.dedup.prepare import prepare
from pipeline.dedup.residual import FEATURES
from pipeline.dedup.shade import is_shaded

EVEN = 0.5  # stands for the first look's probability until its trees are made


class Measured(NamedTuple):
    """Pairs that a map joined: the first look's features (n, f), the closer one's (n, s) but for the first
    one's odds, whether there was one, whether it may see another shade, the truth, bool (n,) each, and the
    photo's source.
    """

    first: np.ndarray
    closer: np.ndarray
    looked: np.ndarray
    shaded: np.ndarray
    truth: np.ndarray
    sources: np.ndarray


def measure(folder: Path) -> Measured:
    """Both looks at every pair of a folder with images/ and pairs.csv, kept beside the pairs under the
    features' names; delete the file after a change.
    """
    digest = hashlib.sha256(" ".join((*FEATURES, *SEEN)).encode()).hexdigest()[:8]
    kept = folder / f"looks-{digest}.npz"
    if not kept.exists():
        with (folder / "pairs.csv").open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        found = [_measure_pair(folder, row) for row in tqdm(rows, desc=str(folder), unit="pair")]
        joined = [(row, one) for row, one in zip(rows, found, strict=True) if one is not None]
        np.savez(
            kept,
            first=[one[0] for _, one in joined],
            closer=[one[1] or [0.0] * len(SEEN) for _, one in joined],
            looked=[bool(one[1]) for _, one in joined],
            shaded=[one[2] for _, one in joined],
            truth=[row["label"] == "duplicate" for row, _ in joined],
            sources=[(row.get("origin") or row["a"]).split("/")[1] for row, _ in joined],
        )
    with np.load(kept) as stored:
        return Measured(*(stored[name] for name in Measured._fields))


def _measure_pair(folder: Path, row: dict[str, str]) -> tuple[list[float], list[float], bool] | None:
    """Features of the first look, by the view that leaves the least, of the closer one, and if it is shaded.

    [] and True where a guard decides; None where no map joins the pictures.
    """
    a, b = (prepare((folder / row[name]).read_bytes()) for name in "ab")
    views = [view for view in view_pairs(a, b, hasty=True) if view.features]
    if not views:
        return None
    best = min(views, key=lambda view: view.features["residual"])
    first = [best.features[name] for name in FEATURES]
    if best.overlay is None or not pass_guards(np.array([first]))[0]:
        return first, [], True
    matrix = best.matrix
    if best.peeled is not None:
        (a, b), matrix = best.peeled.sides, best.peeled.found.matrix
    seen = look_closer(a, b, matrix, best.overlay, best.features, EVEN)
    return first, [seen[name] for name in SEEN] if seen else [], is_shaded(best.overlay)


def join(parts: list[Measured]) -> Measured:
    """All pairs of several folders."""
    return Measured(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def leave_out(pairs: Measured, source: str) -> Measured:
    """The pairs of all other sources."""
    others = pairs.sources != source
    return Measured(*(values[others] for values in pairs))


def pass_guards(features: np.ndarray) -> np.ndarray:
    """Whether the comparator's guards leave the decision to the trees, bool (n,)."""
    column = {name: features[:, at] for at, name in enumerate(FEATURES)}
    return (
        (1 - column["correlation"] <= GUARDS["misfit"])
        & (1 - column["coverage"] <= GUARDS["hidden"])
        & (column["colour"] <= GUARDS["colour"])
        & (column["residual"] <= GUARDS["residual"])
    )


def report(said: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Precision and recall over pairs that a map joined."""
    hits = float((said & truth).sum())
    return {"precision": round(hits / max(1, said.sum()), 4), "recall": round(hits / max(1, truth.sum()), 4)}
