"""Registers two pictures and looks for the worst local difference (II.D and DEDUP.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.config import DedupConfig
from pipeline.dedup import residual
from pipeline.dedup.decision import load_trees
from pipeline.dedup.overlay import lay_over, margin_is_cut
from pipeline.dedup.prepare import Prepared, prepare
from pipeline.dedup.registration import Matrix, Registration, register, warp
from pipeline.records import FloatArray, PairComparison, RgbArray

# Guards, which hold whatever the trees say. A person can check them; the trees weigh the rest.
GUARDS = {
    "misfit": 0.55,  # 1 - correlation after registration; beyond it nothing is laid over anything
    "hidden": 0.30,  # share of an object that the other picture does not show: a close-up (DEDUP.md, step 6)
    "colour": 30.0,  # grey levels; worst block of channel differences: a recoloured lining (likewise)
    "residual": 25.0,  # grey levels; worst block outside the other's local range
}
RESIDUAL_WHITE = 64.0  # grey levels shown as 1 in the residual map


@dataclass(frozen=True)
class View:
    """One way of laying two pictures over each other: what was measured, {} where no map joins them."""

    features: Mapping[str, float]
    misfit: float
    raw: FloatArray
    to_first: Matrix


def view_pairs(a: Prepared, b: Prepared) -> Iterator[View]:
    """The pictures as they are, then, if one stands in a white margin, without their margins."""
    yield _view(a, b)
    if a.inner is not None or b.inner is not None:
        yield _view(a.inner or a, b.inner or b)


def _view(a: Prepared, b: Prepared) -> View:
    found = register(a, b)
    nothing = np.zeros((1, 1), np.float32)
    if not found.finished or not _margins_hide(a, b, found):
        return View({}, 1 - found.correlation, nothing, np.eye(3))
    overlay = lay_over(a, b, found.matrix)
    features, raw = residual.measure(overlay, found.correlation)
    to_grid = np.eye(3) if overlay.on_first else found.matrix
    return View(features, 1 - found.correlation, raw, _move(overlay.corner) @ to_grid @ _move(a.corner))


def _move(corner: tuple[int, int]) -> Matrix:
    """The map from a frame to a part of it whose corner lies there."""
    return np.array([[1, 0, -corner[0]], [0, 1, -corner[1]], [0, 0, 1]], np.float64)


def _margins_hide(a: Prepared, b: Prepared, found: Registration) -> bool:
    """Whether every margin that was left out may hide what the other picture goes on to show."""
    if a.void is not None and not margin_is_cut(a, b, found.matrix):
        return False
    return b.void is None or margin_is_cut(b, a, np.linalg.inv(found.matrix))


class RegistrationComparator:
    """Affine registration, then local residuals weighed by small trees; gives a map of differences."""

    def __init__(self, config: DedupConfig) -> None:
        self.trees = load_trees()
        self.threshold = max(self.trees.threshold, config.min_probability)
        self.thresholds = GUARDS | {"doubt": round(1 - self.threshold, 4)}
        self.version = self.trees.version

    def prepare(self, source: bytes | RgbArray) -> Prepared:
        """What comparisons need of one picture (about 1 MB). Raises UnreadableImage, ValueError."""
        return prepare(source)

    def compare(self, a: Prepared, b: Prepared, want_residual: bool = False) -> PairComparison:
        """Whether B is a copy of A; the residual map is of A's working size. (II.D)

        `distances` are misfit, hidden, colour, residual and doubt (1 - probability), each with its
        threshold; `decided_by` names the one that spoke against a copy, 'doubt' where all agree on one,
        'sha256' where both were made of the same bytes.
        """
        if a.digest and a.digest == b.digest:
            blank = np.zeros(a.rgb.shape[:2], np.float32) if want_residual else None
            same = dict.fromkeys(self.thresholds, 0.0)
            return PairComparison(True, same, self.thresholds, "sha256", 1.0, blank)
        best: PairComparison | None = None
        for view in view_pairs(a, b):
            found = self._judge(view, a.size if want_residual else None)
            if best is None or (found.probability or 0.0) > (best.probability or 0.0):
                best = found
            if best.duplicate:
                break
        assert best is not None
        return best

    def _judge(self, view: View, size: tuple[int, int] | None) -> PairComparison:
        if not view.features:
            worst = {"misfit": view.misfit, "hidden": 1.0, "colour": 255.0, "residual": 255.0, "doubt": 1.0}
            return PairComparison(False, _round(worst), self.thresholds, "misfit", 0.0)
        probability = self.trees.probability(view.features)
        distances = {
            "misfit": view.misfit,
            "hidden": 1 - view.features["coverage"],
            "colour": view.features["colour"],
            "residual": view.features["residual"],
            "doubt": 1 - probability,
        }
        beyond = [name for name in GUARDS if distances[name] > GUARDS[name]]
        duplicate = not beyond and probability >= self.threshold
        if beyond:  # a guard's word is final, so the probability must not contradict it
            probability = min(probability, 0.5 * (1 - self.thresholds["doubt"]))
            distances["doubt"] = 1 - probability
        picture = None if size is None else draw_residual(view, size)
        decided_by = beyond[0] if beyond else "doubt"
        shown = _round(distances)
        return PairComparison(duplicate, shown, self.thresholds, decided_by, round(probability, 6), picture)


def _round(distances: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), 6) for name, value in distances.items()}


def draw_residual(view: View, size: tuple[int, int]) -> FloatArray:
    """The residual on the first picture's working frame (width, height), 0 to 1, softened for the eye."""
    laid = np.maximum(warp(view.raw, view.to_first, size), 0)
    return np.asarray(np.clip(cv2.GaussianBlur(laid, (0, 0), 1.5) / RESIDUAL_WHITE, 0, 1), np.float32)
