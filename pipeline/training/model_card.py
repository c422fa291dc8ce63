"""What is told of a trained judge: figures by class, calibration, confusion, its worst mistakes."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from pipeline.head_store import Head
from pipeline.labels import UNSURE
from pipeline.records import FloatArray
from pipeline.training.calibration import measure_calibration
from pipeline.training.metrics import roc_auc

BINS = 10
WORST = 24  # mistakes that are shown
VERSIONS = ("torch", "numpy", "scikit-learn")


@dataclass(frozen=True)
class Verdicts:
    """A judge's word on rows. `chances` float32 (N,K) (K 1 for a binary judge); `said` (N,) indexes into
    `names`, and is one past them where the judge was not sure enough to name a type."""

    chances: FloatArray
    said: np.ndarray
    names: tuple[str, ...]

    @property
    def is_binary(self) -> bool:
        """Whether the judge says yes or no."""
        return bool(self.chances.shape[1] == 1)

    def score(self, kind: int) -> FloatArray:
        """The chance (N,) of one class."""
        if self.is_binary:
            return self.chances[:, 0] if kind == 1 else 1 - self.chances[:, 0]
        return self.chances[:, kind]


def decide(chances: FloatArray, head: Head, names: tuple[str, ...]) -> Verdicts:
    """What the head says by its thresholds."""
    if chances.shape[1] == 1:
        return Verdicts(chances, (chances[:, 0] >= head.threshold).astype(int), names)
    own = head.card.get("thresholds", {})
    limits = np.array([float(own.get(name, head.threshold)) for name in names])
    best = chances.argmax(axis=1)
    sure = chances[np.arange(len(best)), best] >= limits[best]
    return Verdicts(chances, np.where(sure, best, len(names)), names)


def describe(verdicts: Verdicts, truth: np.ndarray, ids: np.ndarray) -> dict[str, Any]:
    """Everything that a card says of one side's rows; `truth` (N,) indexes into the verdicts' names."""
    return {
        "rows": len(truth),
        "figures": measure(verdicts, truth),
        "by_class": [_measure_class(verdicts, truth, kind) for kind in range(len(verdicts.names))],
        "reliability": list_reliability(verdicts, truth),
        "confusion": count_confusion(verdicts, truth),
        "mistakes": list_mistakes(verdicts, truth, ids),
    }


def measure(verdicts: Verdicts, truth: np.ndarray) -> dict[str, float | None]:
    """The figures that stand for the whole: shares and areas are 0 to 1, None where nothing can be said."""
    if not len(truth):
        return {}
    right = verdicts.said == truth
    found: dict[str, float | None] = {"accuracy": float(right.mean())}
    if verdicts.is_binary:
        flagged, defect = verdicts.said == 1, truth == 1
        hits = float((flagged & defect).sum())
        found |= {
            "precision": _divide(hits, flagged.sum()),
            "recall": _divide(hits, defect.sum()),
            "f1": _divide(2 * hits, flagged.sum() + defect.sum()),
            "false_share": _divide((flagged & ~defect).sum(), (~defect).sum()),
            "auc": _finite(roc_auc(verdicts.chances[:, 0], truth)),
        }
        found["calibration_error"] = measure_calibration(verdicts.chances[:, 0], defect)
    else:
        named = verdicts.said < len(verdicts.names)
        best = verdicts.chances.argmax(axis=1)
        found |= {
            "accuracy": float((best == truth).mean()),
            "coverage": float(named.mean()),
            "precision": _divide(right.sum(), named.sum()),
            "calibration_error": measure_calibration(verdicts.chances.max(axis=1), best == truth),
        }
    return {name: None if value is None else round(value, 4) for name, value in found.items()}


def _divide(part: float, whole: float) -> float | None:
    return float(part) / float(whole) if whole else None


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _measure_class(verdicts: Verdicts, truth: np.ndarray, kind: int) -> dict[str, Any]:
    said, real = verdicts.said == kind, truth == kind
    hits = float((said & real).sum())
    found = {
        "precision": _divide(hits, said.sum()),
        "recall": _divide(hits, real.sum()),
        "f1": _divide(2 * hits, said.sum() + real.sum()),
        "auc": _finite(roc_auc(verdicts.score(kind), real.astype(int))),
    }
    rounded = {name: None if value is None else round(value, 4) for name, value in found.items()}
    return {"name": verdicts.names[kind], "rows": int(real.sum()), "said": int(said.sum()), **rounded}


def list_reliability(verdicts: Verdicts, truth: np.ndarray) -> list[dict[str, float]]:
    """Of pictures that were given about the same chance: how many, the mean chance, how often it was so."""
    if verdicts.is_binary:
        chance, so = verdicts.chances[:, 0], truth == 1
    else:
        chance, so = verdicts.chances.max(axis=1), verdicts.chances.argmax(axis=1) == truth
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    return [
        {
            "low": place / BINS,
            "high": (place + 1) / BINS,
            "rows": int(own.sum()),
            "chance": round(float(chance[own].mean()), 4),
            "share": round(float(so[own].mean()), 4),
        }
        for place in range(BINS)
        if (own := bins == place).any()
    ]


def count_confusion(verdicts: Verdicts, truth: np.ndarray) -> dict[str, Any]:
    """Rows are what is true, columns what was said; types have one more column for 'unsure'."""
    size = len(verdicts.names)
    table = np.zeros((size, size + 1), int)
    np.add.at(table, (truth, verdicts.said), 1)
    columns = [*verdicts.names, UNSURE]
    if verdicts.is_binary:
        table, columns = table[:, :size], list(verdicts.names)
    return {"names": list(verdicts.names), "columns": columns, "rows": table.tolist()}


def list_mistakes(verdicts: Verdicts, truth: np.ndarray, ids: np.ndarray) -> list[dict[str, Any]]:
    """The pictures on which the judge was surest of what is wrong, the worst first."""
    guess = np.minimum(verdicts.said, len(verdicts.names) - 1)
    best = verdicts.chances.argmax(axis=1)
    guess = guess if verdicts.is_binary else best
    sure = np.array([float(verdicts.score(kind)[place]) for place, kind in enumerate(guess)])
    wrong = np.flatnonzero(guess != truth)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:WORST]
    return [
        {
            "image": int(ids[place]),
            "truth": verdicts.names[truth[place]],
            "said": verdicts.names[guess[place]],
            "chance": round(float(sure[place]), 4),
        }
        for place in worst
    ]


def list_versions() -> Mapping[str, str]:
    """What the training ran on."""
    return {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}}
