"""The compliance judges together: packaged, trained, and slots that wait for a model (II.B)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipeline.compliance import adult, overlay, text
from pipeline.compliance.slots import load_slots
from pipeline.config import ComplianceConfig
from pipeline.images import DecodedImage
from pipeline.labels import COMPLIANCE_DEFECTS
from pipeline.records import FloatArray, Judgement, RgbArray

DEFAULT_CONFIG = ComplianceConfig()
COVERED = 0.75  # of a cell; the network was fitted with overlays weighed threefold, so this is an even chance
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
        for row, score in zip(found, adult.score(pixels), strict=True):
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
    """Badge and watermark: sure above the threshold; in the band of doubt below it the text reader decides.

    Text raises a doubtful badge only where it stands beside the product and on what the network took
    for an overlay: print on the product's own surface does not count.
    """
    card = overlay.load_detector().card
    words: dict[str, Judgement] = {}
    for slot, kind in enumerate(OVERLAY_KINDS):
        score, limit = finding.scores[kind], float(card["thresholds"][kind])
        cover = finding.cover[..., slot]
        evidence: dict[str, Any] = {"text_area": round(float((cover > COVERED).mean()), 4)}
        if kind == "badge" and config.badge_doubt <= score < limit:
            evidence["text"] = ask_reader(rgb, cover, config)
            if evidence["text"]:
                score, evidence["decided_by"] = limit, "text beside the product"
        if score >= limit:
            evidence["box"] = bound_cover(cover, rgb.shape)
        version = str(card["sha256"])[:12]
        words[kind] = Judgement(kind, score, limit, score >= limit, version=version, evidence=evidence)
    return words


def ask_reader(rgb: RgbArray, cover: FloatArray, config: ComplianceConfig) -> list[str]:
    """At most five lines of text that stand beside the product and under the network's cover."""
    covered = [n for n in text.read_text(rgb) if measure_cover(n, cover, rgb.shape) >= config.text_cover]
    return [line.text for line in text.find_free_text(rgb, covered)[:5]]


def frame_square(shape: Sequence[int]) -> tuple[float, float, float, float]:
    """Left, top, width and height of the picture inside the padded square, as shares of the square."""
    height, width = shape[:2]
    side = max(height, width)
    return (1 - width / side) / 2, (1 - height / side) / 2, width / side, height / side


def measure_cover(line: text.TextLine, cover: FloatArray, shape: Sequence[int]) -> float:
    """Mean cover (0 to 1) under a line of text."""
    left, top, wide, high = frame_square(shape)
    cells = len(cover)
    x0, x1 = ((left + line.box[i] * wide) * cells for i in (0, 2))
    y0, y1 = ((top + line.box[i] * high) * cells for i in (1, 3))
    part = cover[int(y0) : max(int(y0) + 1, round(y1)), int(x0) : max(int(x0) + 1, round(x1))]
    return float(part.mean()) if part.size else 0.0


def bound_cover(cover: FloatArray, shape: Sequence[int]) -> list[float]:
    """Left, top, right, bottom of what is covered, as shares of the picture; all if nothing stands out."""
    rows, columns = np.nonzero(cover > COVERED)
    if not len(rows):
        return [0.0, 0.0, 1.0, 1.0]
    left, top, wide, high = frame_square(shape)
    cells = len(cover)
    ends = [
        (columns.min() / cells - left) / wide,
        (rows.min() / cells - top) / high,
        ((columns.max() + 1) / cells - left) / wide,
        ((rows.max() + 1) / cells - top) / high,
    ]
    return [round(float(min(1.0, max(0.0, end))), 3) for end in ends]


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
