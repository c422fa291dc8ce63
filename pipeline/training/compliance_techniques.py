"""Ways to tell images with a defect from those without, from a handful of examples (II.B, table I)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.head_store import Head
from pipeline.records import FloatArray, RgbArray

SPREAD = 0.1  # of unit embeddings; clothing as stand-in: AUC 0.982, against 0.975 of standardised ones
TREES = 300


@dataclass(frozen=True)
class Examples:
    """Rows of images: `embeddings` float32 (N,D), `labels` 1 with the defect, 0 without; `inputs` uint8
    (N,S,S,3) as the backbone takes them, only needed to retrain its last block."""

    embeddings: FloatArray
    labels: np.ndarray
    inputs: RgbArray | None = None
    backbone: str = ""


Score = Callable[
    [Examples, np.ndarray], FloatArray
]  # (examples, held-out rows) -> scores of the held-out rows


def to_unit(rows: FloatArray) -> FloatArray:
    """Rows of length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def fit_logistic(name: str, examples: Examples) -> Head:
    """A head, not yet calibrated: logistic regression on unit embeddings."""
    from sklearn.linear_model import LogisticRegression

    rows = to_unit(examples.embeddings) / SPREAD
    flat = LogisticRegression(max_iter=400).fit(rows, examples.labels)
    size = examples.embeddings.shape[1]
    arrays: Mapping[str, Any] = {
        "mean": np.zeros(size, np.float32),
        "scale": np.full(size, SPREAD, np.float32),
        "weight0": flat.coef_.T.astype(np.float32),
        "bias0": flat.intercept_.astype(np.float32),
    }
    return Head(name, arrays, {"classes": [name], "threshold": 0.5, "unit": True})


def _keep(examples: Examples, rows: np.ndarray) -> Examples:
    inputs = None if examples.inputs is None else examples.inputs[rows]
    return Examples(examples.embeddings[rows], examples.labels[rows], inputs, examples.backbone)


def score_logistic(examples: Examples, held: np.ndarray) -> FloatArray:
    """Logits of the held rows by logistic regression on the others."""
    return fit_logistic("fold", _keep(examples, ~held)).logits(examples.embeddings[held])[:, 0]


def score_forest(examples: Examples, held: np.ndarray) -> FloatArray:
    """Shares of trees for the held rows by a random forest on the others."""
    from sklearn.ensemble import RandomForestClassifier

    rows = to_unit(examples.embeddings)
    forest = RandomForestClassifier(TREES, class_weight="balanced_subsample", random_state=0, n_jobs=1)
    forest.fit(rows[~held], examples.labels[~held])
    return np.asarray(forest.predict_proba(rows[held])[:, 1], np.float32)


def score_last_block(examples: Examples, held: np.ndarray) -> FloatArray:
    """Logits of the held rows by the backbone's last block, retrained on the others and their mirror images.

    Raises ValueError where the examples bear no pictures or the backbone has no last block to cut off.
    """
    from pipeline.backbone_sources import read_spec
    from pipeline.last_blocks import embed_before, has_last_block
    from pipeline.training.last_block import fit_last_block

    spec = read_spec(examples.backbone.split("@")[0])
    if examples.inputs is None or not has_last_block(spec):
        raise ValueError(
            "The last block can only be retrained on pictures, and of a backbone that has blocks."
        )
    rows, targets = examples.inputs[~held], examples.labels[~held]
    mirrored = np.ascontiguousarray(rows[:, :, ::-1])
    sides = (embed_before(spec, rows), targets), (embed_before(spec, mirrored), targets)
    logits = fit_last_block(spec, sides, classes=2)(embed_before(spec, examples.inputs[held]))
    return logits[:, 1] - logits[:, 0]


TECHNIQUES: Mapping[str, Score] = {
    "logistic": score_logistic,
    "forest": score_forest,
    "last-block": score_last_block,  # minutes rather than seconds: only when it is asked for
}
