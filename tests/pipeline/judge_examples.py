"""Labelled rows that are drawn from two clouds, as a judge's training reads them."""

from __future__ import annotations

import numpy as np

from pipeline.training.judge_rows import TEST, TRAIN, VALIDATION, JudgeRows


def make_rows(
    counts: dict[str, int], *, seed: int = 5, size: int = 16, apart: float = 1.6, held: float = 0.3
) -> JudgeRows:
    """So many rows of each class (`fine` and one other: a binary judge); two rows a product."""
    rng = np.random.default_rng(seed)
    names = list(counts)
    targets = np.repeat(np.arange(len(names)), list(counts.values()))
    centres = rng.normal(0, apart / 4, (len(names), size)) + np.eye(len(names), size) * apart
    features = (centres[targets] + rng.normal(0, 1, (len(targets), size))).astype(np.float32)
    groups = np.array([f"{target}-{place // 2}" for place, target in enumerate(targets)])
    names_of = np.unique(groups)
    share = dict(zip(names_of, rng.random(len(names_of)), strict=True))
    sides = np.array([_choose(share[group], held) for group in groups])
    classes = (names[1],) if names[0] == "fine" else tuple(names)
    return JudgeRows(
        np.arange(len(targets)) + 100, features, targets, classes, sides, groups, embeddings=features
    )


def _choose(draw: float, held: float) -> str:
    return TEST if draw < held / 2 else VALIDATION if draw < held else TRAIN
