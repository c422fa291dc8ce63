"""Scores and thresholds of the badge judge, fitted on photos that its network never saw (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.compliance.overlay import OverlayDetector, compile_network
from pipeline.records import FloatArray, RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, SIDE_PX, draw_visible, store
from pipeline.training.staging import Photo, prepare, stage

ROUNDS = 3  # pictures with an overlay of each kind, of each photo
# of clean pictures held out; those bear far more print than a catalog's, and the demo keeps all it has
FALSE_SHARE = {"badge": 0.0028, "watermark": 0.005}


def draw_held_out(
    photos: Sequence[RgbArray], seed: int, lettering: Lettering
) -> tuple[list[RgbArray], np.ndarray]:
    """Pictures and bool (N,K), what each bears: photos as they are, stored again, staged, and overlaid."""
    rng = np.random.default_rng((seed, 2**31))
    found = [prepare(photo) for photo in photos]
    pictures = list(photos)
    pictures += [store(photo, rng) for photo in photos]
    pictures += [store(stage(found, rng, lettering), rng) for _ in photos]
    present = [(False, False)] * len(pictures)
    for kind in KINDS * ROUNDS:
        for one in found:
            drawn = draw_visible(_choose(one, found, rng, lettering), rng, lettering, kind)
            pictures.append(store(drawn.rgb, rng))
            present.append((bool(drawn.badge.any()), bool(drawn.watermark.any())))
    return pictures, np.array(present)


def _choose(
    photo: Photo, photos: Sequence[Photo], rng: np.random.Generator, lettering: Lettering
) -> RgbArray:
    """The photo as it is, or now and then a staged one."""
    return photo.rgb if rng.random() < 0.75 else stage(photos, rng, lettering)


def measure_pictures(folder: Path, pictures: Sequence[RgbArray]) -> FloatArray:
    """Evidence float32 (N,K,6) by the network in the folder as it ships."""
    detector = OverlayDetector({"side_px": SIDE_PX}, compile_network(folder, threads=1))
    return np.stack(detector.measure(pictures)[1])


def fit_scores(evidence: FloatArray, present: np.ndarray) -> dict[str, Any]:
    """Calibration, thresholds and figures by kind, from evidence (N,K,6) and presence bool (N,K)."""
    from sklearn.linear_model import LogisticRegression

    clean = ~present.any(axis=1)
    card: dict[str, Any] = {"calibration": {}, "thresholds": {}, "figures": {}}
    for slot, kind in enumerate(KINDS):
        rows = present[:, slot] | clean
        centre, spread = evidence[rows, slot].mean(axis=0), evidence[rows, slot].std(axis=0) + 1e-6
        model = LogisticRegression(C=1, max_iter=1000)
        model.fit((evidence[rows, slot] - centre) / spread, present[rows, slot])
        weights = model.coef_[0] / spread
        shift = float(model.intercept_[0] - weights @ centre)
        chances = 1 / (1 + np.exp(-(evidence[:, slot] @ weights + shift)))
        limit = float(np.quantile(chances[clean], 1 - FALSE_SHARE[kind]))
        card["calibration"][kind] = {"weights": [float(w) for w in weights], "shift": shift}
        card["thresholds"][kind] = limit
        found = float((chances[present[:, slot]] >= limit).mean())
        card["figures"][kind] = {"recall": round(found, 4), "false_share": FALSE_SHARE[kind]}
    return card
