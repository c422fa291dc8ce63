"""How far people agree beyond chance: Krippendorff's alpha for answers without an order."""

from __future__ import annotations

import numpy as np

from pipeline.consensus import Votes


def measure_agreement(votes: Votes) -> float | None:
    """Krippendorff's alpha (nominal) of the votes: 1 is full agreement, 0 is chance, below 0 is worse.

    Items with fewer than two votes say nothing and are left out. None where nothing can be compared:
    no item has two votes, or only one class was ever given (Krippendorff, 2011).
    """
    counts = np.zeros((votes.item_count, votes.class_count))
    np.add.at(counts, (votes.items, votes.answers), 1.0)
    counts = counts[counts.sum(axis=1) >= 2]
    given = counts.sum(axis=1, keepdims=True)
    total = float(given.sum())
    pairs = counts.sum(axis=0)
    expected = total * total - float((pairs * pairs).sum())
    if total == 0 or expected == 0:
        return None
    met = float(((given * given - (counts * counts).sum(axis=1, keepdims=True)) / (given - 1)).sum())
    return 1.0 - (total - 1.0) * met / expected
