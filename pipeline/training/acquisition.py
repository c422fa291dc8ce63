"""Which images people should be asked about next, so that few labels teach a judge most (II.B, fig. 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipeline.head_store import Head
from pipeline.records import FloatArray
from pipeline.training.compliance_techniques import SPREAD, to_unit
from pipeline.training.metrics import Labels

UNKNOWN = -1


class Why(StrEnum):
    """Why an image is asked about."""

    DOUBTFUL = "doubtful"
    SIMILAR = "similar"
    SURE = "sure"
    SAMPLE = "sample"


@dataclass(frozen=True)
class AskingPlan:
    """Shares of a round's questions. All were compared on permitted catalogs with `bench.loop`.

    `doubtful` go to scores next to the threshold, `similar` to what lies next to a known hit, `sample` to
    images drawn by lot, which show what nobody suspected and what is fine; the rest go to the highest
    scores: those are taken off the catalog if people agree, and tell the judge what it is too sure of.
    `alike` is the cosine from which two images are one question.
    """

    doubtful: float = 0.35
    similar: float = 0.2
    sample: float = 0.15
    alike: float = 0.97
    presumed: int = 200  # unlabelled images that count as fine while nobody has looked, each by `trust`
    trust: float = 0.2


@dataclass(frozen=True)
class Pick:
    """An image to ask about: its row, and why."""

    row: int
    why: Why


def fit_from_few(name: str, embeddings: FloatArray, known: Labels, plan: AskingPlan, seed: int = 0) -> Head:
    """A judge from whatever is known so far; not calibrated, its scores only rank.

    `embeddings` float32 (N,D); `known` int (N,) is 1, 0, or UNKNOWN. A rare defect starts with hits alone:
    unlabelled images stand in for fine ones, weighed low, and give way as real answers come.
    Raises ValueError where no hit is known, or nothing else.
    """
    from sklearn.linear_model import LogisticRegression

    if not (known == 1).any() or (known == 1).all():
        raise ValueError(
            "A judge needs at least one example with the defect and one picture without a label."
        )
    chosen = np.concatenate([np.flatnonzero(known != UNKNOWN), _presume(known, plan, seed)])
    targets = np.maximum(known[chosen], 0)
    weights = np.where(known[chosen] == UNKNOWN, plan.trust, 1.0)
    hits = targets == 1
    weights[hits] *= max(1.0, np.sqrt(weights[~hits].sum() / max(1.0, weights[hits].sum())))
    rows = to_unit(embeddings[chosen]) / SPREAD
    fitted = LogisticRegression(max_iter=300).fit(rows, targets, sample_weight=weights)
    size = embeddings.shape[1]
    arrays = {
        "mean": np.zeros(size, np.float32),
        "scale": np.full(size, SPREAD, np.float32),
        "weight0": fitted.coef_.T.astype(np.float32),
        "bias0": fitted.intercept_.astype(np.float32),
    }
    return Head(name, arrays, {"classes": [name], "threshold": 0.5, "unit": True})


def _presume(known: Labels, plan: AskingPlan, seed: int) -> np.ndarray:
    free = np.flatnonzero(known == UNKNOWN)
    wanted = max(0, plan.presumed - int((known == 0).sum()))
    rng = np.random.default_rng(seed)
    return rng.permutation(free)[:wanted]


def choose_next(
    scores: FloatArray,
    embeddings: FloatArray,
    known: Labels,
    budget: int,
    plan: AskingPlan | None = None,
    threshold: float = 0.5,
    seed: int = 0,
) -> list[Pick]:
    """At most `budget` unlabelled rows, best first, no two of them nearly the same picture.

    `scores` (N,) 0 to 1, `embeddings` float32 (N,D), `known` (N,) as for `fit_from_few`; `seed` draws the
    sample.
    """
    plan = plan or AskingPlan()
    unit = to_unit(embeddings)
    logits = _to_logit(scores)
    ranks = {
        Why.DOUBTFUL: -np.abs(logits - _to_logit(np.float32(threshold))),
        Why.SIMILAR: _likeness(unit, known),
        Why.SURE: logits,
        Why.SAMPLE: np.random.default_rng(seed).random(len(scores)).astype(np.float32),
    }
    counts = _share(budget, plan)
    free = known == UNKNOWN
    picks: list[Pick] = []
    for why, rank in ranks.items():
        picks += _take(rank, why, counts[why], unit, free, plan.alike)
    return picks


def _share(budget: int, plan: AskingPlan) -> dict[Why, int]:
    counts = {
        Why.DOUBTFUL: round(budget * plan.doubtful),
        Why.SIMILAR: round(budget * plan.similar),
        Why.SAMPLE: round(budget * plan.sample),
    }
    return counts | {Why.SURE: budget - sum(counts.values())}


def _take(
    rank: FloatArray, why: Why, count: int, unit: FloatArray, free: np.ndarray, alike: float
) -> list[Pick]:
    """The best free rows; whatever is nearly the same picture is not free afterwards."""
    found: list[Pick] = []
    for row in np.argsort(-rank, kind="stable"):
        if len(found) == count:
            break
        if free[row]:
            found.append(Pick(int(row), why))
            free &= unit @ unit[row] < alike
            free[row] = False
    return found


def _likeness(unit: FloatArray, known: Labels) -> FloatArray:
    """Cosine to the nearest known hit, less that to the nearest image known to be fine."""
    hits, fine = unit[known == 1], unit[known == 0]
    near = (unit @ hits.T).max(axis=1) if len(hits) else np.zeros(len(unit), np.float32)
    far = (unit @ fine.T).max(axis=1) if len(fine) else np.zeros(len(unit), np.float32)
    return np.asarray(near - 0.5 * far, np.float32)


def _to_logit(chances: FloatArray | np.float32) -> FloatArray:
    clipped = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)
