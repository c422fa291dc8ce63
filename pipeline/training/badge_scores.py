"""Weighs what speaks for a badge - the network's evidence, what is read, flatness - on trials (II.B)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.compliance import overlay_maps, overlay_reading
from pipeline.compliance.flat_things import FLATTEST
from pipeline.compliance.overlay import OverlayDetector, compile_network, order_evidence, to_odds
from pipeline.foreground import find_object
from pipeline.images import decode
from pipeline.records import FloatArray
from pipeline.training.badge_trials import Trial
from pipeline.training.overlay_examples import KINDS, SIDE_PX

SLOT = KINDS.index("badge")
READ_SHARE = 0.22  # of clean trials held out, those that look most like a badge: what they bear is read
READ_SPOTS = 1  # a second one told nothing more
ELSEWHERE_FROM = 0.5  # a first score; 4 % of unseen clean photos reach it, and from 0 on little more is won
HEEDED = ("offer", "owner", "none")  # of what is read; where it stands told nothing that the network did not
# of clean trials held out, by weights that never saw their source: three of 536, half of which are drawn flat
# things; at 0.01 two fine pictures of the demo are flagged
FALSE_SHARE = 0.006
PHOTO_WEIGHT = 3.0  # of photos as they are: there are few, and they are what counts
# of clean drawn things on which an offer is read: one in 23 bears one, of 65 doubtful photos none
OFFERED_WEIGHT = 0.2
LEARNED_WEIGHT = 0.7  # of pictures of photos that the network learned from, and thus knows better
SOLID_SHARE = 0.9  # of photos, those whose flatness is 0
FLAT_C = 3.0  # how far embeddings are believed
SPLITS = 5  # where there are too few sources to leave one out
BATCH = 8
Judge = tuple[FloatArray, float]  # weights and shift
Look = Callable[[Trial], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class Rows:
    """Trials as numbers: `seen` float32 (N,15) by order_evidence and then overlay_maps.NAMES; of the doubtful
    also `read` float32 (N,9) by overlay_reading.NAMES and `looks` (N,D), unit embeddings, else 0; `thing`,
    `overlaid`, `held` and `group`, which is left out as one, (N,)."""

    seen: FloatArray
    read: FloatArray
    looks: FloatArray
    thing: np.ndarray
    overlaid: np.ndarray
    held: np.ndarray
    group: np.ndarray

    @property
    def clean(self) -> np.ndarray:
        """Clean trials of photos that the network never saw."""
        return np.asarray(self.held & ~self.overlaid)

    @property
    def weight(self) -> FloatArray:
        """How much each counts."""
        plain = (self.thing == "photo") & ~self.overlaid
        told = np.where(plain, PHOTO_WEIGHT, 1) * np.where(self.held, 1, LEARNED_WEIGHT)
        return np.asarray(told * self.rarity)

    @property
    def rarity(self) -> FloatArray:
        """1, and less for drawn things with offers of their own, which shops seldom have."""
        offered = self.read[:, overlay_reading.NAMES.index("offer")] > 0
        rare = offered & (self.thing != "photo") & ~self.overlaid
        return np.where(rare, OFFERED_WEIGHT, 1).astype(np.float32)


@dataclass(frozen=True)
class BadgeFit:
    """`card` parts by name for badges; `flatness` weights, shift and threshold (log odds)."""

    card: dict[str, Any]
    flatness: tuple[FloatArray, float, float]


def fit_badge(folder: Path, trials: Sequence[Trial], look: Look, report: Any = print) -> BadgeFit:
    """Weights and threshold of badges for the network in the folder.

    `look` gives a trial's embedding, float32 (D,), and what overlay_maps says of it, float32 (kinds,3).
    """
    covers, seen = _measure(folder, trials)
    looks, opinions = zip(*map(look, trials), strict=True)
    told = np.stack([opinion[SLOT] for opinion in opinions])
    rows = _gather(trials, np.column_stack([np.stack(seen), told]), len(looks[0]))
    first = fit_logistic(rows.seen, rows.overlaid, rows.weight)
    chances = squash(rows.seen @ first[0] + first[1])
    start = float(np.quantile(chances[rows.clean], 1 - READ_SHARE))
    doubtful = np.flatnonzero(chances >= start).tolist()
    report(f"{len(trials)} trials, {len(doubtful)} are doubtful")
    for row in doubtful:
        rows.read[row] = _read(trials[row], covers[row], bool(chances[row] >= ELSEWHERE_FROM))
        rows.looks[row] = looks[row] / np.linalg.norm(looks[row])
    return weigh(rows, first, start)


def weigh(rows: Rows, first: Judge, start: float) -> BadgeFit:
    """The same once what reaches `start` in the first fit is known."""
    chances = squash(rows.seen @ first[0] + first[1])
    doubtful = chances >= start
    flatness, flat = _rate_flatness(rows, doubtful)
    told = np.column_stack([to_odds(chances), rows.read, flatness])
    scores = np.array(chances)
    for group in np.unique(rows.group):
        away, near = doubtful & (rows.group == group), doubtful & (rows.group != group)
        weights, shift = fit_logistic(told[near], rows.overlaid[near], rows.weight[near])
        scores[away] = squash(told[away] @ weights + shift)
    limit = find_quantile(scores[rows.clean], rows.rarity[rows.clean], 1 - FALSE_SHARE)
    weights, shift = fit_logistic(told[doubtful], rows.overlaid[doubtful], rows.weight[doubtful])
    found = float((scores[rows.held & rows.overlaid] >= limit).mean())
    reading = {"weights": weights[:-1].tolist(), "flatness": float(weights[-1]), "shift": shift}
    card = {
        "calibration": {
            "weights": first[0][: -len(overlay_maps.NAMES)].tolist(),
            "maps": first[0][-len(overlay_maps.NAMES) :].tolist(),
            "shift": first[1],
        },
        "reading": reading | {"from": start, "spots": READ_SPOTS, "elsewhere_from": ELSEWHERE_FROM},
        "thresholds": limit,
        "figures": {"recall": round(found, 4), "false_share": FALSE_SHARE},
    }
    return BadgeFit(card, flat)


def _rate_flatness(rows: Rows, doubtful: np.ndarray) -> tuple[FloatArray, tuple[FloatArray, float, float]]:
    """Flatness (N,) by judges that never saw a row's group, and the judge of all with its threshold."""
    odds = np.zeros(len(rows.seen))
    known = doubtful & (rows.thing != "staged")
    for group in np.unique(rows.group):
        weights, shift = _fit_flatness(rows, known & (rows.group != group))
        away = rows.group == group
        odds[away] = rows.looks[away] @ weights + shift
    limit = float(np.quantile(odds[known & (rows.thing == "photo")], SOLID_SHARE))
    rated = np.where(doubtful, np.clip(odds - limit, 0, FLATTEST), 0)
    return np.asarray(rated, np.float32), (*_fit_flatness(rows, known), limit)


def _fit_flatness(rows: Rows, among: np.ndarray) -> Judge:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=FLAT_C, max_iter=500, class_weight="balanced")
    model.fit(rows.looks[among], rows.thing[among] == "flat")
    return np.asarray(model.coef_[0], np.float32), float(model.intercept_[0])


def _measure(folder: Path, trials: Sequence[Trial]) -> tuple[list[FloatArray], list[FloatArray]]:
    """Covers of badges, float32 (S/8,S/8), and evidence in a row, float32 (12,), of each trial."""
    detector = OverlayDetector({"side_px": SIDE_PX}, compile_network(folder, threads=1))
    covers: list[FloatArray] = []
    seen: list[FloatArray] = []
    for start in range(0, len(trials), BATCH):
        pictures = [decode(trial.data) for trial in trials[start : start + BATCH]]
        found = [find_object(picture.at(256)) for picture in pictures]
        marked, evidence = detector.measure([picture.at(SIDE_PX) for picture in pictures], found)
        covers += [np.array(cover[..., SLOT]) for cover in marked]
        seen += [order_evidence(told, SLOT) for told in evidence]
    return covers, seen


def _gather(trials: Sequence[Trial], seen: FloatArray, width: int) -> Rows:
    thing, overlaid, held, group = (
        np.array([getattr(trial, name) for trial in trials])
        for name in ("thing", "overlaid", "held", "source")
    )
    if len(np.unique(group)) < 3:
        group = np.arange(len(trials)) * SPLITS // len(trials)  # neighbours are of one photo
    read = np.zeros((len(trials), len(overlay_reading.NAMES)), np.float32)
    return Rows(seen, read, np.zeros((len(trials), width), np.float32), thing, overlaid, held, group)


def _read(trial: Trial, cover: FloatArray, elsewhere: bool) -> FloatArray:
    """What is read on the trial, float32 (9,), less what says nothing of badges."""
    rgb = decode(trial.data).rgb
    told = overlay_reading.read_finding(rgb, cover, find_object(rgb), READ_SPOTS, elsewhere).evidence
    return np.asarray(told * np.array([name in HEEDED for name in overlay_reading.NAMES]), np.float32)


def fit_logistic(told: FloatArray, overlaid: np.ndarray, weight: FloatArray) -> Judge:
    """Weights and shift of a logistic regression on standardised columns, for columns as they are."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = told.mean(axis=0), told.std(axis=0)
    spread = np.where(spread > 1e-6, spread, 1)  # a column that says nothing gets no weight
    model = LogisticRegression(C=1, max_iter=1000)
    model.fit((told - centre) / spread, overlaid, sample_weight=weight)
    weights = np.asarray(model.coef_[0] / spread, np.float32)
    return weights, float(model.intercept_[0] - weights @ centre)


def find_quantile(values: FloatArray, weights: FloatArray, share: float) -> float:
    """The value with that share (0 to 1) of the weight below it; with equal weights as np.quantile."""
    order = np.argsort(values)
    middles = np.cumsum(weights[order]) - weights[order] / 2
    places = (middles - middles[0]) / (middles[-1] - middles[0])
    return float(np.interp(share, places, values[order]))


def squash(values: FloatArray) -> FloatArray:
    """Chances (0 to 1) of log odds."""
    chances: FloatArray = np.asarray(1 / (1 + np.exp(-values)), np.float32)
    return chances
