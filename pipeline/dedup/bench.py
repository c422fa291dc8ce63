"""How well each technique tells copies from different pictures on labelled pairs (III.A, table IV)."""

from __future__ import annotations

import csv
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.dedup.techniques import Technique
from pipeline.images import UnreadableImage

KEPT = 64  # prepared pictures kept at hand
TARGET_PRECISION = 0.99


@dataclass(frozen=True)
class LabelledPair:
    """Two files, relative to the images' folder, and whether they are copies."""

    a: str
    b: str
    duplicate: bool


@dataclass
class Outcome:
    """What one technique said of every pair: distances, truth, processor seconds; and what was unreadable."""

    technique: Technique
    pairs: list[LabelledPair] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    prepare_s: list[float] = field(default_factory=list)
    compare_s: list[float] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Precision, recall and F1 at the shipped threshold, recall at precision 0.99, milliseconds."""
        truth = np.array([pair.duplicate for pair in self.pairs], bool)
        distances = np.array(self.distances)
        said = distances <= self.technique.threshold
        hits = int((said & truth).sum())
        precision = hits / int(said.sum()) if said.any() else None
        recall = hits / int(truth.sum()) if truth.any() else None
        f1 = 2 * hits / (int(said.sum()) + int(truth.sum())) if said.any() or truth.any() else None
        return {
            "technique": self.technique.name,
            "threshold": self.technique.threshold,
            "pairs": len(self.pairs),
            "precision": _round(precision),
            "recall": _round(recall),
            "f1": _round(f1),
            "recall_at_precision_99": _round(recall_at_precision(distances, truth, TARGET_PRECISION)),
            "ms_a_pair": _round(1e3 * float(np.mean(self.compare_s)) if self.compare_s else None),
            "ms_to_prepare": _round(1e3 * float(np.mean(self.prepare_s)) if self.prepare_s else None),
        }

    def mistakes(self) -> list[dict[str, Any]]:
        """Pairs judged wrongly, the surest mistakes first."""
        threshold = self.technique.threshold
        rows = [
            {"a": pair.a, "b": pair.b, "label": _label(pair.duplicate), "distance": round(distance, 4)}
            for pair, distance in zip(self.pairs, self.distances, strict=True)
            if (distance <= threshold) != pair.duplicate
        ]
        return sorted(rows, key=lambda row: -abs(float(str(row["distance"])) - threshold))


def read_pairs(path: Path, limit: int | None = None) -> list[LabelledPair]:
    """Pairs of a CSV with columns a,b,label, the first `limit` of them; every row counts, repeated ones too.

    ValueError names a missing column, or the line that lacks a path, has a wrong label or leads elsewhere.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"The limit is {limit}; at least one pair must be measured.")
    found: list[LabelledPair] = []
    said: dict[frozenset[str], bool] = {}
    with path.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        missing = {"a", "b", "label"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: the column {' and '.join(sorted(missing))} is missing.")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            pair = _read_pair(row, where)
            if said.setdefault(frozenset((pair.a, pair.b)), pair.duplicate) != pair.duplicate:
                raise ValueError(f"{where}: {pair.a} and {pair.b} stand above with the other label.")
            found.append(pair)
            if len(found) == limit:
                break
    if not found:
        raise ValueError(f"{path}: there is no pair in it.")
    return found


def _read_pair(row: dict[str, str | None], where: str) -> LabelledPair:
    """A line's pair; ValueError says what is wrong with it."""
    a, b, label = (row[name] or "" for name in ("a", "b", "label"))
    if not a or not b:
        raise ValueError(f"{where}: a path is missing; a pair needs both a and b.")
    for name in (a, b):
        within = Path(os.path.normpath(name))
        if within.is_absolute() or within.parts[0] == os.pardir:
            raise ValueError(
                f"{where}: '{name}' leads out of the pictures' folder; give paths relative to it."
            )
    if label not in ("duplicate", "different"):
        raise ValueError(f"{where}: the label is '{label}', not duplicate or different.")
    return LabelledPair(a, b, label == "duplicate")


def recall_at_precision(distances: np.ndarray, truth: np.ndarray, precision: float) -> float | None:
    """Highest recall over all thresholds that reach the precision; None without copies, 0 if none does."""
    if not truth.any():
        return None
    order = np.argsort(distances, kind="stable")
    hits = np.cumsum(truth[order])
    last_of_tie = np.append(np.diff(distances[order]) > 0, True)
    good = last_of_tie & (hits / np.arange(1, len(order) + 1) >= precision)
    return float(hits[good].max() / truth.sum()) if good.any() else 0.0


def measure_technique(technique: Technique, root: Path, pairs: Iterable[LabelledPair]) -> Outcome:
    """Prepare and compare every pair; pairs with an unusable file are left out and named in the outcome."""
    outcome = Outcome(technique)
    kept: OrderedDict[str, Any] = OrderedDict()
    for pair in pairs:
        prepared = [_prepare(outcome, kept, root, name) for name in (pair.a, pair.b)]
        if any(item is None for item in prepared):
            continue
        start = time.process_time()
        distance = technique.distance(*prepared)
        outcome.compare_s.append(time.process_time() - start)
        outcome.pairs.append(pair)
        outcome.distances.append(float(distance))
    return outcome


def _prepare(outcome: Outcome, kept: OrderedDict[str, Any], root: Path, name: str) -> Any:
    if name in outcome.unreadable:
        return None
    if name not in kept:
        try:
            data = (root / name).read_bytes()
            start = time.process_time()
            kept[name] = outcome.technique.prepare(data)
        except (OSError, UnreadableImage) as error:
            outcome.unreadable[name] = getattr(error, "strerror", None) or str(error)
            return None
        outcome.prepare_s.append(time.process_time() - start)
        if len(kept) > KEPT:
            kept.popitem(last=False)
    return kept[name]


def draw_table(rows: Sequence[dict[str, Any]]) -> str:
    """The summaries as a table in plain text."""
    heads = ("technique", "threshold", "precision", "recall", "f1", "R@P.99", "ms/pair", "ms/prepare")
    lines = ["{:<18} {:>9} {:>9} {:>7} {:>7} {:>7} {:>8} {:>10}".format(*heads)]
    for row in rows:
        cells = [row[name] for name in ("precision", "recall", "f1", "recall_at_precision_99")]
        shown = ["-" if cell is None else f"{cell:.4f}" for cell in cells]
        times = ["-" if row[n] is None else f"{row[n]:.2f}" for n in ("ms_a_pair", "ms_to_prepare")]
        lines.append(
            "{:<18} {:>9} {:>9} {:>7} {:>7} {:>7} {:>8} {:>10}".format(
                row["technique"], f"{row['threshold']:g}", *shown, *times
            )
        )
    return "\n".join(lines)


def _label(duplicate: bool) -> str:
    return "duplicate" if duplicate else "different"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
