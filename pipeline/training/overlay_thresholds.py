"""Scores and thresholds of the badge judge, fitted on photos that its network never saw (II.B)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.compliance import overlay_reading
from pipeline.compliance.overlay import OverlayDetector, compile_network, to_odds, weigh_reading
from pipeline.records import FloatArray, RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, SIDE_PX, draw_visible, store
from pipeline.training.staging import Photo, prepare, stage

ROUNDS = 3  # pictures with an overlay of each kind, of each photo
STAGED = 3  # clean pictures that are made of each photo
# of clean pictures held out; those bear far more print than a catalog's
FALSE_SHARE = {"badge": 0.007, "watermark": 0.0075}
READ_SHARE = 0.12  # of clean pictures held out, those with the highest scores: what they bear is read
RARE = 2.0  # how far the reading's weights are believed: some words are seen on a few pictures alone
# what says nothing for a kind: one name on three mugs is no badge, but tiles are a watermark
IGNORED = {"badge": ("repeated",), "watermark": ()}
Read = Callable[[int, int], FloatArray]


def draw_held_out(
    photos: Sequence[RgbArray], seed: int, lettering: Lettering
) -> tuple[list[RgbArray], np.ndarray]:
    """Pictures and bool (N,K), what each bears: photos as they are, stored again, staged, and overlaid."""
    rng = np.random.default_rng((seed, 2**31))
    found = [prepare(photo) for photo in photos]
    pictures = list(photos)
    pictures += [store(photo, rng) for photo in photos]
    pictures += [store(stage(found, rng, lettering), rng) for _ in range(STAGED) for _ in photos]
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


def fit_card(
    folder: Path, pictures: Sequence[RgbArray], present: np.ndarray, opinions: FloatArray | None = None
) -> dict[str, Any]:
    """Calibration, reading's weights, thresholds and figures of the network in the folder as it ships.

    `opinions`, float32 (N,K,3), are what overlay_maps says of the pictures, where it is to be weighed too.
    """
    detector = OverlayDetector({"side_px": SIDE_PX}, compile_network(folder, threads=1))
    covers, evidence = detector.measure(pictures)

    def read(row: int, slot: int) -> FloatArray:
        return overlay_reading.read_finding(pictures[row], covers[row][..., slot]).evidence

    return fit_scores(np.stack(evidence), present, read, opinions)


def fit_scores(
    evidence: FloatArray, present: np.ndarray, read: Read, opinions: FloatArray | None = None
) -> dict[str, Any]:
    """The same from evidence (N,K,6), presence bool (N,K), and what can be read on a row, of a kind."""
    clean, own = ~present.any(axis=1), evidence.shape[2]
    seen = evidence if opinions is None else np.concatenate([evidence, opinions], axis=2)
    card: dict[str, Any] = {"calibration": {}, "reading": {}, "thresholds": {}, "figures": {}}
    for slot, kind in enumerate(KINDS):
        known = present[:, slot] | clean
        weights, shift = _fit(seen[known, slot], present[known, slot])
        chances = _squash(seen[:, slot] @ weights + shift)
        start = float(np.quantile(chances[clean], 1 - READ_SHARE))
        heeded = np.array([name not in IGNORED[kind] for name in overlay_reading.NAMES], np.float32)
        rows = np.flatnonzero(known & (chances >= start))
        told = {int(row): read(int(row), slot) * heeded for row in rows}
        reading = _fit_reading(chances, told, present[:, slot]) | {"from": start}
        scores = np.array([_score(reading, chances[row], told.get(row)) for row in range(len(chances))])
        limit = float(np.quantile(scores[clean], 1 - FALSE_SHARE[kind]))
        card["calibration"][kind] = {"weights": weights[:own].tolist(), "shift": shift}
        card["calibration"][kind] |= {} if opinions is None else {"maps": weights[own:].tolist()}
        card["reading"][kind], card["thresholds"][kind] = reading, limit
        found = float((scores[present[:, slot]] >= limit).mean())
        card["figures"][kind] = {"recall": round(found, 4), "false_share": FALSE_SHARE[kind]}
    return card


def _score(reading: dict[str, Any], chance: float, told: FloatArray | None) -> float:
    return float(chance) if told is None else weigh_reading(reading, float(chance), told)


def _fit_reading(chances: FloatArray, told: dict[int, FloatArray], present: np.ndarray) -> dict[str, Any]:
    """How much the network's log odds and each of overlay_reading.NAMES weigh among what is read."""
    from sklearn.linear_model import LogisticRegression

    seen = np.array([[to_odds(chances[row]), *words] for row, words in told.items()], np.float32)
    model = LogisticRegression(C=RARE, max_iter=1000).fit(seen, present[list(told)])
    return {"weights": [float(weight) for weight in model.coef_[0]], "shift": float(model.intercept_[0])}


def _fit(seen: FloatArray, present: np.ndarray) -> tuple[FloatArray, float]:
    """Weights and shift of a logistic regression on standardised columns, for columns as they are."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    model = LogisticRegression(C=1, max_iter=1000)
    model.fit((seen - centre) / spread, present)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ centre)


def _squash(values: FloatArray) -> FloatArray:
    chances: FloatArray = np.asarray(1 / (1 + np.exp(-values)), np.float32)
    return chances
