"""Registers two pictures and looks for the worst local difference (II.D and DEDUP.md)."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from pipeline.config import DedupConfig
from pipeline.dedup import residual
from pipeline.dedup.overlay import lay_over, margin_is_cut
from pipeline.dedup.prepare import Prepared, prepare
from pipeline.dedup.registration import Matrix, register
from pipeline.records import FloatArray, PairComparison, RgbArray

# Limits of the guards, which hold whatever the model says; sources: DEDUP.md step 6.
THRESHOLDS = {
    "misfit": 0.25,  # 1 - correlation after registration
    "hidden": 0.30,  # share of an object that the other picture does not show: a close-up
    "colour": 30.0,  # grey levels; worst block of channel differences: a recoloured lining
    "residual": 12.0,  # grey levels; worst block outside the other's local range
}
RESIDUAL_WHITE = 64.0  # grey levels shown as 1 in the residual map


class RegistrationComparator:
    """Affine registration, then local residuals; gives a residual map for the reviewer."""

    version = "registration-1"

    def __init__(self, config: DedupConfig) -> None:
        self.config = config
        self.thresholds = dict(THRESHOLDS)

    def prepare(self, source: bytes | RgbArray) -> Prepared:
        """What comparisons need of one picture (about 1 MB). Raises UnreadableImage, ValueError."""
        return prepare(source)

    def compare(self, a: Prepared, b: Prepared, want_residual: bool = False) -> PairComparison:
        """Whether B is a copy of A, symmetric in both; the residual map lies on A's frame. (II.D)"""
        if a.digest and a.digest == b.digest:
            zero = np.zeros(a.rgb.shape[:2], np.float32) if want_residual else None
            return PairComparison(
                True, dict.fromkeys(self.thresholds, 0.0), self.thresholds, "sha256", 1.0, zero
            )
        as_shown = self._compare_view(a, b, want_residual)
        if as_shown.duplicate or (a.inner is None and b.inner is None):
            return as_shown
        without_margin = self._compare_view(a.inner or a, b.inner or b, want_residual)
        return without_margin if without_margin.duplicate else as_shown

    def _compare_view(self, a: Prepared, b: Prepared, want_residual: bool) -> PairComparison:
        found = register(a, b)
        if not found.finished or not _margins_hide(a, b, found.matrix):
            return self._refuse({"misfit": 1 - found.correlation}, "misfit")
        overlay = lay_over(a, b, found.matrix)
        features, raw = residual.measure(overlay, found.correlation)
        return self._judge(features, raw if want_residual else None)

    def _refuse(self, known: Mapping[str, float], decided_by: str) -> PairComparison:
        distances = {name: round(float(known.get(name, 1.0)), 4) for name in self.thresholds}
        return PairComparison(False, distances, self.thresholds, decided_by, 0.0)

    def _judge(self, features: Mapping[str, float], raw: FloatArray | None) -> PairComparison:
        if not features:
            return self._refuse({}, "hidden")
        distances = {
            "misfit": 1 - features["correlation"],
            "hidden": 1 - features["coverage"],
            "colour": features["colour"],
            "residual": features["residual"],
        }
        beyond = [name for name, value in distances.items() if value > self.thresholds[name]]
        shown = {name: round(float(value), 4) for name, value in distances.items()}
        picture = None if raw is None else draw_residual(raw)
        decided_by = beyond[0] if beyond else "residual"
        return PairComparison(not beyond, shown, self.thresholds, decided_by, None, picture)


def _margins_hide(a: Prepared, b: Prepared, matrix: Matrix) -> bool:
    """Whether every margin that was left out may hide what the other picture goes on to show."""
    if a.void is not None and not margin_is_cut(a, b, matrix):
        return False
    return b.void is None or margin_is_cut(b, a, np.linalg.inv(matrix))


def draw_residual(raw: FloatArray) -> FloatArray:
    """A residual in grey levels as a map from 0 to 1, float32, softened for the eye."""
    return np.asarray(np.clip(cv2.GaussianBlur(raw, (0, 0), 1.5) / RESIDUAL_WHITE, 0, 1), np.float32)
