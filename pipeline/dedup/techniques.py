"""The ways of telling copies that the benchmark compares: a distance and a shipped threshold each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pipeline.backbone import load_backbone
from pipeline.config import DedupConfig, PipelineConfig
from pipeline.dedup import descriptors, hashes
from pipeline.dedup.comparator import RegistrationComparator
from pipeline.dedup.descriptors import TRIMMED, WHOLE, Descriptors
from pipeline.dedup.ensemble import EnsembleComparator
from pipeline.dedup.ground import fit
from pipeline.images import decode
from pipeline.records import FloatArray, RgbArray

COSINE_SIDE_PX = 32
EMBEDDING_THRESHOLD = 0.15  # 1 - cosine; table IV
# Thresholds of table IV where the paper has one; edge dhash and histogram as its ensemble uses them.
HASH_THRESHOLDS = {"ahash": 10, "phash": 10, "dhash": 20, "edge_dhash": 20, "whash": 15}


@dataclass(frozen=True)
class Technique:
    """`prepare` makes of a file's bytes what `distance` compares; a copy where distance <= threshold."""

    name: str
    threshold: float
    prepare: Callable[[bytes], Any]
    distance: Callable[[Any, Any], float]


def list_techniques() -> list[str]:
    """Names of all techniques, simplest first."""
    return [*_makers()]


def load_techniques(names: Sequence[str] | None = None) -> list[Technique]:
    """The techniques of those names, all without; ValueError names an unknown one."""
    makers = _makers()
    unknown = [name for name in names or () if name not in makers]
    if unknown:
        raise ValueError(f"There is no technique '{unknown[0]}'; choose from {', '.join(makers)}.")
    return [makers[name]() for name in names or makers]


def _makers() -> dict[str, Callable[[], Technique]]:
    found: dict[str, Callable[[], Technique]] = {"cosine": _cosine}
    for at, name in enumerate(descriptors.HASHES):
        found[name] = partial(_hash, name, at)
    found["hsv_chi_square"] = _histogram
    found["paper_ensemble"] = lambda: _ensemble("paper_ensemble", WHOLE)
    found["ensemble"] = lambda: _ensemble("ensemble", TRIMMED)
    found["embedding"] = _embedding
    found["registration"] = _registration
    return found


def _describe(data: bytes) -> Descriptors:
    return descriptors.read(descriptors.describe(decode(data, max_side_px=2 * descriptors.SIDE_PX).rgb))


def _hash(name: str, at: int) -> Technique:
    def distance(a: Descriptors, b: Descriptors) -> float:
        return float(hashes.hamming(a.hashes[WHOLE, at], b.hashes[WHOLE, at]))

    return Technique(name, float(HASH_THRESHOLDS[name]), _describe, distance)


def _histogram() -> Technique:
    def distance(a: Descriptors, b: Descriptors) -> float:
        return float(hashes.chi_square(a.histogram[WHOLE], b.histogram[WHOLE]))

    return Technique("hsv_chi_square", DedupConfig().ensemble_chi_square, _describe, distance)


def _ensemble(name: str, row: int) -> Technique:
    """The three distances, each over its threshold; the largest decides, so 1 is where they stop agreeing."""
    comparator = EnsembleComparator(DedupConfig(), row)

    def distance(a: Descriptors, b: Descriptors) -> float:
        found = comparator.compare(a, b)
        return max(found.distances[key] / found.thresholds[key] for key in found.thresholds)

    return Technique(name, 1.0, comparator.prepare, distance)


def _cosine() -> Technique:
    def prepare(data: bytes) -> FloatArray:
        small = fit(decode(data, max_side_px=2 * descriptors.SIDE_PX).rgb, COSINE_SIDE_PX)
        square = np.full((COSINE_SIDE_PX, COSINE_SIDE_PX, 3), 255, np.float32)
        square[: small.shape[0], : small.shape[1]] = small
        flat = square.ravel() / 255
        return np.asarray(flat / max(1e-6, float(np.linalg.norm(flat))), np.float32)

    return Technique("cosine", 0.01, prepare, lambda a, b: 1 - float(a @ b))


def _embedding() -> Technique:
    """Cosine of the backbone's embeddings: tells what a picture shows, and little of its details."""
    backbone = load_backbone(PipelineConfig().backbone, threads=1)

    def prepare(data: bytes) -> FloatArray:
        side = backbone.spec.side_px
        row = backbone.embed(backbone.to_input(decode(data, max_side_px=side).rgb)[None])[0]
        return np.asarray(row / max(1e-9, float(np.linalg.norm(row))), np.float32)

    return Technique("embedding", EMBEDDING_THRESHOLD, prepare, lambda a, b: 1 - float(a @ b))


def _registration() -> Technique:
    comparator = RegistrationComparator(DedupConfig())

    def prepare(source: bytes | RgbArray) -> Any:
        return comparator.prepare(source)

    def distance(a: Any, b: Any) -> float:
        return 1 - float(comparator.compare(a, b).probability or 0.0)

    return Technique("registration", 1 - comparator.threshold, prepare, distance)
