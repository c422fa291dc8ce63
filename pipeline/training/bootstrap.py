"""How sure a difference between two judges is: a paired bootstrap over products, in a few matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pipeline.records import FloatArray
from pipeline.training.model_card import Verdicts

DRAWS = 2000
AT_ONCE = 100  # draws in memory at a time
CHANCE = 0.95  # that the interval holds the difference
MAIN = {True: "f1", False: "accuracy"}  # what decides, for a binary judge and for types

# (draws, counters) -> (draws,) shares; nan where nothing can be said
Counters = FloatArray
Figure = Callable[[np.ndarray], np.ndarray]


def compare(
    candidate: Verdicts, live: Verdicts, truth: np.ndarray, groups: np.ndarray, seed: int = 0
) -> dict[str, Any]:
    """Figures of both on the same rows and, for each, the difference with its interval of 95 %.

    Products are drawn with replacement and all pictures of one together: those of one product are alike,
    and would make a difference look surer than it is. `verdict` is 'better', 'worse' or 'undecided', by the
    figure in `main`.
    """
    place = np.unique(groups, return_inverse=True)[1]
    main = MAIN[candidate.is_binary]
    if not len(truth):
        return {"rows": 0, "products": 0, "main": main, "verdict": "undecided", "figures": {}}
    whole = np.ones((1, int(place.max()) + 1))
    both = [_Judge(one, truth, place) for one in (candidate, live)]
    values = [judge.measure(whole) for judge in both]
    drawn = _draw(both, whole.shape[1], seed)
    figures = {name: _state(values, drawn, name) for name in values[0]}
    return {
        "rows": len(truth),
        "products": whole.shape[1],
        "main": main,
        "verdict": _decide(figures[main]),
        "figures": figures,
    }


def _draw(both: list[_Judge], groups: int, seed: int) -> dict[str, np.ndarray]:
    """Differences of each figure in every draw."""
    rng = np.random.default_rng(seed)
    parts: dict[str, list[np.ndarray]] = {}
    for _ in range(0, DRAWS, AT_ONCE):
        weights = rng.multinomial(groups, np.full(groups, 1 / groups), AT_ONCE).astype(np.float64)
        one, two = (judge.measure(weights) for judge in both)
        for name in one:
            parts.setdefault(name, []).append(one[name] - two[name])
    return {name: np.concatenate(part) for name, part in parts.items()}


def _state(values: list[dict[str, np.ndarray]], drawn: dict[str, np.ndarray], name: str) -> dict[str, Any]:
    one, two = (float(value[name][0]) for value in values)
    known = drawn[name][np.isfinite(drawn[name])]
    has_interval = len(known) >= DRAWS // 2 and np.isfinite(one - two)
    low, high = np.quantile(known, [(1 - CHANCE) / 2, (1 + CHANCE) / 2]) if has_interval else (None, None)
    return {
        "candidate": _round(one),
        "live": _round(two),
        "difference": _round(one - two),
        "low": _round(low),
        "high": _round(high),
    }


def _round(value: float | None) -> float | None:
    return round(float(value), 4) if value is not None and np.isfinite(value) else None


def _decide(figure: dict[str, Any]) -> str:
    if figure["low"] is None:
        return "undecided"
    return "better" if figure["low"] > 0 else "worse" if figure["high"] < 0 else "undecided"


class _Judge:
    """One judge's rows, added up by product, so that a draw is one product of matrices."""

    def __init__(self, verdicts: Verdicts, truth: np.ndarray, place: np.ndarray) -> None:
        self.is_binary, self.kinds = verdicts.is_binary, len(verdicts.names)
        self.place, self.truth, self.scores = place, truth, verdicts.chances[:, 0]
        guess = verdicts.said if verdicts.is_binary else verdicts.chances.argmax(axis=1)
        right = verdicts.said == truth
        columns = [np.ones(len(truth)), guess == truth, right, verdicts.said < self.kinds]
        for kind in range(self.kinds):
            said, real = verdicts.said == kind, truth == kind
            columns += [said & real, said, real]
        self.counters = np.zeros((int(place.max()) + 1, len(columns)))
        np.add.at(self.counters, place, np.stack(columns, axis=1).astype(np.float64))
        self._sort()

    def measure(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Each figure (draws,) of products weighed (draws, products)."""
        sums = weights @ self.counters
        rows, guessed, right, named = sums[:, :4].T
        hits, said, real = (sums[:, 4 + at :: 3] for at in range(3))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {"accuracy": guessed / rows}
            if self.is_binary:
                found["f1"] = 2 * hits[:, 1] / (said[:, 1] + real[:, 1])
                found["precision"] = hits[:, 1] / said[:, 1]
                found["recall"] = hits[:, 1] / real[:, 1]
                found["auc"] = self._area(weights)
            else:
                f1 = np.where(real > 0, 2 * hits / np.maximum(said + real, 1e-9), np.nan)
                found["f1"] = _mean_known(f1)
                found["coverage"] = named / rows
                found["precision"] = right / named
        return found

    def _sort(self) -> None:
        """Rows by score, and where a new score begins: ties count half."""
        self.order = np.argsort(self.scores, kind="stable")
        ranked = self.scores[self.order]
        self.starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])

    def _area(self, weights: np.ndarray) -> np.ndarray:
        """Area under the ROC curve (draws,) of weighed rows."""
        of_rows = weights[:, self.place[self.order]]
        defect = self.truth[self.order] == 1
        above = np.add.reduceat(of_rows * defect, self.starts, axis=1)
        below = np.add.reduceat(of_rows * ~defect, self.starts, axis=1)
        passed = below.cumsum(axis=1) - below / 2
        return np.asarray((above * passed).sum(axis=1) / (above.sum(axis=1) * below.sum(axis=1)))


def _mean_known(values: np.ndarray) -> np.ndarray:
    """The mean of what is known of each row."""
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
