"""How well pictures of other products are told: every picture against a stranger put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.config import RelevanceConfig
from pipeline.relevance import DEFAULT_CONFIG, Gallery, ListedImage, judge_relevance, name_kind
from pipeline.training.metrics import roc_auc


def bench(
    images: Sequence[ListedImage], seed: int = 0, config: RelevanceConfig = DEFAULT_CONFIG
) -> dict[str, Any]:
    """Puts in each picture's place one of another kind, whose own product is then out of sight.

    `auc` is that of the contrast; at `contrast_below`, `found` is the share of strangers and `false_alarms`
    that of the catalog's own pictures (some of which may be wrong in the source). Raises ValueError for
    a catalog of one kind.
    """
    rng = np.random.default_rng(seed)
    kinds = np.array([name_kind(image.category) for image in images])
    if len(set(kinds.tolist())) < 2:
        raise ValueError("Pictures can only be swapped between categories, and there is one.")
    seen = Gallery(images, config)
    wrong = []
    for place, image in enumerate(images):
        stranger = images[int(rng.choice(np.flatnonzero(kinds != kinds[place])))]
        hidden = np.r_[place, np.flatnonzero(seen.products == stranger.product)]
        wrong.append(seen.compare(replace(image, embedding=stranger.embedding), hidden).contrast)
    own = _drop_unknown([one.contrast for one in judge_relevance(images, config)])
    strange = _drop_unknown(wrong)
    labels = np.repeat([0, 1], [len(own), len(strange)])
    return {
        "own": len(own),
        "strange": len(strange),
        "auc": round(roc_auc(-np.r_[own, strange], labels), 4),
        "found": round(float((strange <= config.contrast_below).mean()), 4),
        "false_alarms": round(float((own <= config.contrast_below).mean()), 4),
    }


def _drop_unknown(contrasts: Sequence[float | None]) -> np.ndarray:
    return np.array([contrast for contrast in contrasts if contrast is not None], np.float32)
