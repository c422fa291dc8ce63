"""From the features of a laid-over pair to the probability that it is one picture: boosted trees as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MODEL_FILE = Path(__file__).with_name("model.json")
CLOSER_FILE = Path(__file__).with_name("closer_look.json")


@dataclass(frozen=True)
class Trees:
    """A sum of small trees over named features; a node is left where feature <= limit.

    `feature`, `limit`, `below`, `above`, `value` are (trees, nodes); a leaf has feature -1 and its value
    adds to the log-odds. `threshold` is the probability at and above which a pair is a copy.
    """

    version: str
    names: tuple[str, ...]
    start: float
    threshold: float
    feature: npt.NDArray[np.int16]
    limit: npt.NDArray[np.float64]
    below: npt.NDArray[np.int16]
    above: npt.NDArray[np.int16]
    value: npt.NDArray[np.float64]
    depth: int

    def probability(self, features: Mapping[str, float]) -> float:
        """Probability (0 to 1) of a copy; KeyError where a feature of the model is missing."""
        row = np.array([features[name] for name in self.names])
        trees = np.arange(len(self.feature))
        node = np.zeros(len(trees), np.intp)
        for _ in range(self.depth):
            at = self.feature[trees, node]
            lower = row[at] <= self.limit[trees, node]
            next_ = np.where(lower, self.below[trees, node], self.above[trees, node])
            node = np.where(at < 0, node, next_)
        odds = self.start + float(self.value[trees, node].sum())
        return float(1 / (1 + np.exp(-odds)))


@dataclass(frozen=True)
class Weights:
    """Log odds as a weighted sum of named features; the bias makes the trees' threshold theirs, too."""

    version: str
    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Probability (0 to 1) of a copy; KeyError where a feature of the model is missing."""
        odds = self.bias + sum(w * features[name] for name, w in zip(self.names, self.weights, strict=True))
        return float(1 / (1 + np.exp(-odds)))


@lru_cache(maxsize=4)
def load_weights(path: Path = CLOSER_FILE) -> Weights:
    """The weights of a closer look; ValueError names a file of another form."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if stored.get("form") != "weights-1":
        raise ValueError(f"{path} is no model of a closer look of the form 'weights-1'.")
    names, weights = tuple(stored["weights"]), tuple(stored["weights"].values())
    return Weights(stored["version"], names, weights, stored["bias"])


@lru_cache(maxsize=4)
def load_trees(path: Path = MODEL_FILE) -> Trees:
    """The trees of a model file; ValueError names a file of another form."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if stored.get("form") != "trees-1":
        raise ValueError(f"{path} is no comparator model of the form 'trees-1'.")
    trees = stored["trees"]
    return Trees(
        version=stored["version"],
        names=tuple(stored["features"]),
        start=stored["start"],
        threshold=stored["threshold"],
        feature=_stack(trees, "feature", np.int16, -1),
        limit=_stack(trees, "limit", np.float64, 0),
        below=_stack(trees, "below", np.int16, 0),
        above=_stack(trees, "above", np.int16, 0),
        value=_stack(trees, "value", np.float64, 0),
        depth=stored["depth"],
    )


def _stack(trees: list[dict[str, list[float]]], key: str, dtype: Any, filler: float) -> npt.NDArray[Any]:
    """Lists of unequal length as the rows of one array."""
    width = max(len(tree[key]) for tree in trees)
    return np.array([tree[key] + [filler] * (width - len(tree[key])) for tree in trees], dtype)
