"""The records that the stages hand to one another: frozen, plain, free of any framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
RgbArray = npt.NDArray[np.uint8]

Spot = tuple[float, ...]  # x0, y0, x1, y1 as shares of width and height, then how strong (0 to 1)

Verdict = Literal["keep", "drop"]

# Order in which a reason is given when several apply: what is not allowed before what is poor.
DROP_REASONS = (
    "unreadable",
    "adult",
    "weapon",
    "violence",
    "resolution",  # nothing else can be told of a thumbnail with any certainty
    "placeholder",
    "badge",
    "watermark",
    "blur",
    "small_object",
    "aspect",
    "other_colour",
    "duplicate",
    "reviewer",
)


@dataclass(frozen=True)
class Judgement:
    """One judge's word on one image.

    `score` is 0 to 1, higher is worse; None where the judge has no model or could not look.
    `threshold` is the score at and above which the image is flagged; None with no model.
    `flag` is True when the defect is held to be there. `drops` says that a flag removes the image
    (a rule such as aspect may only warn). `evidence` holds JSON-ready numbers and words.
    """

    judge: str
    score: float | None
    threshold: float | None
    flag: bool
    drops: bool = True
    note: str = ""
    version: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The form that `assess` prints and the database keeps."""
        shown: dict[str, Any] = {
            "score": None if self.score is None else round(float(self.score), 4),
            "threshold": None if self.threshold is None else round(float(self.threshold), 4),
            "flag": bool(self.flag),
        }
        if not self.drops:
            shown["drops"] = False
        for name in ("note", "version"):
            if getattr(self, name):
                shown[name] = getattr(self, name)
        if self.evidence:
            shown["evidence"] = dict(self.evidence)
        return shown

    @classmethod
    def from_json(cls, judge: str, stored: Mapping[str, Any]) -> Judgement:
        """The record again from what `as_json` made."""
        return cls(
            judge=judge,
            score=stored["score"],
            threshold=stored["threshold"],
            flag=stored["flag"],
            drops=stored.get("drops", True),
            note=stored.get("note", ""),
            version=stored.get("version", ""),
            evidence=stored.get("evidence", {}),
        )


@dataclass(frozen=True)
class Framing:
    """How the object stands in its frame, measured once an image (shares are 0 to 1).

    fill: object's box area / frame area; white_background: share of border pixels that are white;
    plain_background: share of border pixels explained by the background model; sharpness: 1 sharp,
    0 blurred (1 - blur score); text_area: share of the frame under overlay text, 0 if not looked;
    touches_edge: the object is cut by the frame; extent: the larger of the box's shares of the frame's
    width and height, 0 where it was not measured.
    """

    fill: float
    white_background: float
    plain_background: float
    sharpness: float
    text_area: float = 0.0
    touches_edge: bool = False
    extent: float = 0.0


@dataclass(frozen=True)
class Assessment:
    """All that is known of one image, whatever product it belongs to.

    `key` names the image (file or SHA-256). `unreadable` is None or the reason in a person's words;
    then everything below it is empty. `embedding` is float32 (D,), not normalised;
    `layout` float32 (P,) from the same pass keeps where things are (None where it was not kept).
    `descriptors` is what pipeline.dedup needs to propose candidates (uint8 bytes, versioned). `shows` is the
    type where a model that sees pictures themselves named it; heads on embeddings are not asked then.
    """

    key: str
    width_px: int
    height_px: int
    byte_size: int
    format: str
    unreadable: str | None = None
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    framing: Framing | None = None
    embedding: FloatArray | None = None
    layout: FloatArray | None = None
    descriptors: bytes = b""
    analysis_version: str = ""
    shows: TypeJudgement | None = None


@dataclass(frozen=True)
class OfferedImage:
    """One image that a supplier sent: where it came from and its place in that supplier's order (from 0)."""

    key: str
    supplier: str
    position: int


@dataclass(frozen=True)
class ProductRecord:
    """A product as selection sees it: `offered` in supplier order, `before` the set shown today."""

    id: str
    title: str = ""
    description: str = ""
    category: str | None = None
    offered: tuple[OfferedImage, ...] = ()
    before: tuple[str, ...] = ()
    curated: bool = False


@dataclass(frozen=True)
class TypeJudgement:
    """What an image shows. `type` is None when no head knows the category; 'unsure' below the threshold.

    `confidence` is the calibrated probability of the best type (0 to 1); `probabilities` sum to 1.
    `head` names the head that spoke ('' for none).
    """

    type: str | None
    confidence: float | None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    threshold: float | None = None
    head: str = ""


@dataclass(frozen=True)
class PairComparison:
    """Whether two pictures show the same thing, and why.

    `distances` and `thresholds` have the same keys; `decided_by` names the rule or distance that
    settled it. `residual` is a float32 (h, w) map, 0 to 1, of where they differ (None if not made).
    `probability` of a duplicate is 0 to 1 where the comparator gives one. `matrix` are the six numbers that
    take a place in the first picture to the second, in shares of the two widths; None where nothing fits.
    `spots` are the places of the residual that differ most.
    """

    duplicate: bool
    distances: Mapping[str, float]
    thresholds: Mapping[str, float]
    decided_by: str
    probability: float | None = None
    residual: FloatArray | None = None
    matrix: tuple[float, ...] | None = None
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class SelectedItem:
    """One candidate image of a product with its verdict, and the evidence for it (JSON-ready)."""

    file: str
    verdict: Verdict
    reason: str | None
    duplicate_of: str | None
    type: str | None
    type_confidence: float | None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The form that `select` writes."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "reason": self.reason,
            "duplicate_of": self.duplicate_of,
            "type": self.type,
            "type_confidence": self.type_confidence,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True)
class Selection:
    """The proposed set of one product: `after` holds the kept files, best first."""

    id: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    items: tuple[SelectedItem, ...]
    category: str | None = None
    category_confidence: float | None = None  # 0 to 1; None where the category was given
    passed_over: str | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form that `select` writes, one object a product."""
        shown: dict[str, Any] = {
            "id": self.id,
            "before": list(self.before),
            "after": list(self.after),
            "items": [item.as_json() for item in self.items],
            "category": self.category,
        }
        if self.passed_over:
            shown["passed_over"] = self.passed_over
        if self.notes:
            shown["notes"] = list(self.notes)
        return shown
