"""The compliance judges together: packaged, trained, and slots that wait for a model (II.B)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipeline.compliance import adult, flat_things, overlay, overlay_maps
from pipeline.compliance.overlay_verdicts import KINDS as OVERLAY_KINDS
from pipeline.compliance.overlay_verdicts import judge_overlays
from pipeline.compliance.slots import load_slots
from pipeline.config import ComplianceConfig
from pipeline.foreground import Foreground
from pipeline.images import DecodedImage
from pipeline.labels import COMPLIANCE_DEFECTS
from pipeline.records import FloatArray, Judgement

DEFAULT_CONFIG = ComplianceConfig()
SLOT_KINDS = tuple(name for name in COMPLIANCE_DEFECTS if name not in ("adult", *OVERLAY_KINDS))


@dataclass(frozen=True)
class ComplianceJudge:
    """All judges of II.B under one configuration."""

    config: ComplianceConfig = DEFAULT_CONFIG

    @property
    def version(self) -> str:
        """Short digest of the settings and of every model that speaks."""
        overlays = [
            overlay.hash_judge(overlay.read_card()),
            overlay_maps.load_maps_head().version,
            flat_things.load_flatness().version,
        ]
        known: list[Any] = [asdict(self.config), adult.version(), *overlays]
        known.append({name: head.version for name, head in load_slots(self.config.slots).items()})
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:12]

    def judge(
        self,
        images: Sequence[DecodedImage],
        embeddings: FloatArray,
        maps: Sequence[FloatArray],
        objects: Sequence[Foreground] = (),
    ) -> list[dict[str, Judgement]]:
        """One Judgement a defect of COMPLIANCE_DEFECTS for every image.

        `embeddings` is float32 (N,D), row for row those of `images`, as are `maps`, which Backbone.see_maps
        gives beside them, and `objects` where they are known. Scores are 0 to 1, higher is worse. Raises
        ValueError when these do not match, and HeadMismatch without maps.
        """
        if len(images) != len(embeddings):
            raise ValueError(f"{len(images)} images but {len(embeddings)} embeddings")
        found: list[dict[str, Judgement]] = [{} for _ in images]
        for row, score in zip(found, adult.score([image.at(adult.SIDE_PX) for image in images]), strict=True):
            row["adult"] = self._judge_adult(float(score))
        known: Sequence[Foreground | None] = objects or [None] * len(images)
        findings = find_overlays(images, maps, known)
        flat = flat_things.rate_flatness(embeddings).tolist() if len(images) else []
        for row, image, finding, one, share in zip(found, images, findings, known, flat, strict=True):
            row.update(judge_overlays(image.rgb, finding, one, share))
        for name in dict.fromkeys((*SLOT_KINDS, *(defect for defect, _ in self.config.slots))):
            for row, word in zip(found, self._judge_slot(name, embeddings), strict=True):
                row[name] = word
        return found

    def _judge_adult(self, score: float) -> Judgement:
        limit = self.config.adult_threshold
        return Judgement("adult", score, limit, score >= limit, version=adult.version())

    def _judge_slot(self, name: str, embeddings: FloatArray) -> list[Judgement]:
        head = load_slots(self.config.slots).get(name)
        if head is None:
            return [Judgement(name, None, None, False, note="no model")] * len(embeddings)
        scores = head.probabilities(embeddings) if len(embeddings) else np.zeros(0, np.float32)
        limit = head.threshold
        return [Judgement(name, float(s), limit, bool(s >= limit), version=head.version) for s in scores]


def find_overlays(
    images: Sequence[DecodedImage], maps: Sequence[FloatArray], objects: Sequence[Foreground | None]
) -> list[overlay.OverlayFinding]:
    """What the network finds in each; it is not asked where the maps show next to nothing."""
    if not images:
        return []
    detector, opinions = overlay.load_detector(), overlay_maps.load_maps_head().weigh(maps)
    findings = [detector.find_nothing()] * len(images)
    loud = np.flatnonzero(~overlay_maps.find_quiet(opinions)).tolist()
    pixels = [images[row].at(detector.card["side_px"]) for row in loud]
    found = detector.find(pixels, [objects[row] for row in loud], opinions[loud])
    for row, finding in zip(loud, found, strict=True):
        findings[row] = finding
    return findings


@lru_cache(maxsize=4)
def _hold(config: ComplianceConfig) -> ComplianceJudge:
    return ComplianceJudge(config)


def judge(
    images: Sequence[DecodedImage],
    embeddings: FloatArray,
    maps: Sequence[FloatArray],
    config: ComplianceConfig = DEFAULT_CONFIG,
    objects: Sequence[Foreground] = (),
) -> list[dict[str, Judgement]]:
    """As ComplianceJudge.judge, with models kept loaded."""
    return _hold(config).judge(images, embeddings, maps, objects)


def version(config: ComplianceConfig = DEFAULT_CONFIG) -> str:
    """As ComplianceJudge.version."""
    return _hold(config).version


def list_judges() -> Mapping[str, str]:
    """Every judge of this stage and the kind of model behind it."""
    kinds = {"adult": "packaged", **dict.fromkeys(OVERLAY_KINDS, "trained")}
    return {name: kinds.get(name, "slot") for name in COMPLIANCE_DEFECTS}
