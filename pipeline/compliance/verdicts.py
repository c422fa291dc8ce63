"""The compliance judges together: packaged, trained, and slots that wait for a model (II.B)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipeline.compliance import adult, overlay, placement, text
from pipeline.compliance.slots import load_slots
from pipeline.config import ComplianceConfig
from pipeline.images import DecodedImage
from pipeline.labels import COMPLIANCE_DEFECTS
from pipeline.records import FloatArray, Judgement, RgbArray

DEFAULT_CONFIG = ComplianceConfig()
SHORT_OF = 1e-3  # below the threshold: seen, but not held against the image
ON_PRODUCT = 0.25  # share of a line of text; more of it is print
OVERLAY_KINDS = ("badge", "watermark")
SLOT_KINDS = tuple(name for name in COMPLIANCE_DEFECTS if name not in ("adult", *OVERLAY_KINDS))


@dataclass(frozen=True)
class ComplianceJudge:
    """All judges of II.B under one configuration."""

    config: ComplianceConfig = DEFAULT_CONFIG

    @property
    def version(self) -> str:
        """Short digest of the settings and of every model that speaks."""
        known: list[Any] = [asdict(self.config), adult.version(), overlay.read_card()["sha256"]]
        known.append({name: head.version for name, head in load_slots(self.config.slots).items()})
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:12]

    def judge(self, images: Sequence[DecodedImage], embeddings: FloatArray) -> list[dict[str, Judgement]]:
        """One Judgement a defect of COMPLIANCE_DEFECTS for every image.

        `embeddings` is float32 (N,D), row for row those of `images`. Scores are 0 to 1, higher is worse.
        Raises ValueError when the two do not match.
        """
        if len(images) != len(embeddings):
            raise ValueError(f"{len(images)} images but {len(embeddings)} embeddings")
        pixels = [image.rgb for image in images]
        found: list[dict[str, Judgement]] = [{} for _ in images]
        for row, score in zip(found, adult.score([image.at(adult.SIDE_PX) for image in images]), strict=True):
            row["adult"] = self._judge_adult(float(score))
        for row, rgb, finding in zip(found, pixels, overlay.load_detector().find(pixels), strict=True):
            row.update(judge_overlays(rgb, finding, self.config))
        for name in SLOT_KINDS:
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


def judge_overlays(
    rgb: RgbArray, finding: overlay.OverlayFinding, config: ComplianceConfig = DEFAULT_CONFIG
) -> dict[str, Judgement]:
    """Badge and watermark, by the network's scores and by where its finding stands.

    Print is the product's own: a badge all on the product must be surer than one beside it. In the band
    of doubt below the threshold the text reader decides, by text that stands beside the product.
    """
    card = overlay.load_detector().card
    words: dict[str, Judgement] = {}
    for slot, kind in enumerate(OVERLAY_KINDS):
        score, limit = finding.scores[kind], float(card["thresholds"][kind])
        cover, evidence = finding.cover[..., slot], dict[str, Any]()
        if kind == "badge" and score >= config.badge_doubt:
            evidence["text_area"] = round(float((cover > placement.COVERED).mean()), 4)
            score = weigh_badge(rgb, cover, score, limit, config, evidence)
        if score >= limit:
            evidence["box"] = placement.bound_cover(cover, rgb.shape)
        version = str(card["sha256"])[:12]
        words[kind] = Judgement(kind, score, limit, score >= limit, version=version, evidence=evidence)
    return words


def weigh_badge(
    rgb: RgbArray,
    cover: FloatArray,
    score: float,
    limit: float,
    config: ComplianceConfig,
    evidence: dict[str, Any],
) -> float:
    """The badge's score after a look at where it stands; writes what decided into `evidence`."""
    product = placement.find_product(rgb)
    if score >= limit:
        beside = 1.0 if product is None else placement.measure_beside(cover, rgb.shape, product)
        stands_out = beside >= config.badge_beside or score >= config.badge_sure
        if stands_out and (score >= config.badge_beyond_doubt or not _bears_print(rgb, cover, config)):
            return score
        evidence["decided_by"] = "print on the product"
        return limit - SHORT_OF
    if product is None:
        return score
    lines = text.read_text(rgb)
    apart = [line for line in lines if placement.share_under(line.box, product) < ON_PRODUCT]
    if len(apart) < len(lines):  # covers and packs bear print on all their parts
        apart = []
    free = [n for n in apart if placement.measure_cover(n.box, cover, rgb.shape) >= config.text_cover]
    evidence["text"] = [line.text for line in free[:5]]
    if not free:
        return score
    evidence["decided_by"] = "text beside the product"
    return limit


def _bears_print(rgb: RgbArray, cover: FloatArray, config: ComplianceConfig) -> bool:
    """Whether several lines of text stand where the network sees no overlay: a cover or a pack."""
    shares = [placement.measure_cover(line.box, cover, rgb.shape) for line in text.read_text(rgb)]
    return sum(share < config.print_cover for share in shares) >= config.print_lines


@lru_cache(maxsize=4)
def _hold(config: ComplianceConfig) -> ComplianceJudge:
    return ComplianceJudge(config)


def judge(
    images: Sequence[DecodedImage], embeddings: FloatArray, config: ComplianceConfig = DEFAULT_CONFIG
) -> list[dict[str, Judgement]]:
    """As ComplianceJudge.judge, with models kept loaded."""
    return _hold(config).judge(images, embeddings)


def version(config: ComplianceConfig = DEFAULT_CONFIG) -> str:
    """As ComplianceJudge.version."""
    return _hold(config).version


def list_judges() -> Mapping[str, str]:
    """Every judge of this stage and the kind of model behind it."""
    kinds = {"adult": "packaged", **dict.fromkeys(OVERLAY_KINDS, "trained")}
    return {name: kinds.get(name, "slot") for name in COMPLIANCE_DEFECTS}
