"""What each image shows: a head a category, then one a vertical, then a general one, else nothing (II.C)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.category_paths import normalise_path
from pipeline.config import TypeConfig
from pipeline.head_store import HEADS_FOLDER, Head, load_head
from pipeline.labels import UNSURE
from pipeline.last_blocks import reads_pictures
from pipeline.records import FloatArray, TypeJudgement

DEFAULT_CONFIG = TypeConfig()
PREFIX = "type-"
EVERYWHERE = "*"
LAYOUT = "layout"  # what a head reads; heads without a word read embeddings
NO_HEAD = TypeJudgement(type=None, confidence=None)


@dataclass(frozen=True)
class TypeHeads:
    """Type heads by scope: a category's path, a vertical's (the path's start), or '*' for all."""

    heads: Mapping[str, Head] = field(default_factory=dict)
    config: TypeConfig = DEFAULT_CONFIG

    @property
    def version(self) -> str:
        """Short digest of every head and of the settings."""
        known = {scope: head.version for scope, head in self.heads.items()}
        text = json.dumps([known, self.config.unsure_below], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def find_head(self, category: str | None) -> Head | None:
        """The head of the longest part of the path that has one; '*' is the last resort."""
        steps = normalise_path(category)
        for length in range(len(steps), 0, -1):
            head = self.heads.get(" > ".join(steps[:length]))
            if head is not None:
                return head
        return self.heads.get(EVERYWHERE)

    def judge(
        self, embeddings: FloatArray, category: str | None, layouts: FloatArray | None = None
    ) -> list[TypeJudgement]:
        """One judgement a row of `embeddings` (float32 (N,D), not normalised) and `layouts` (N,P).

        The type is None where no head knows the category or the head needs layouts that were not kept,
        'unsure' below the head's threshold and for images unlike all that the head was fitted on.
        Raises HeadMismatch for another D or P.
        """
        head = self.find_head(category)
        features = layouts if head is not None and head.card.get("input") == LAYOUT else embeddings
        if head is None or features is None or not len(embeddings) or reads_pictures(head):
            return [NO_HEAD] * len(embeddings)
        return self.name(head, head.probabilities(features), embeddings)

    def name(self, head: Head, chances: FloatArray, embeddings: FloatArray) -> list[TypeJudgement]:
        """The word on each row of a head's chances (N,K), however it came by them."""
        limit = float(head.card.get("threshold", self.config.unsure_below))
        known = is_familiar(head, embeddings)
        return [_word(head, row, limit, bool(near)) for row, near in zip(chances, known, strict=True)]


def _word(head: Head, row: FloatArray, limit: float, near: bool) -> TypeJudgement:
    best = int(row.argmax())
    confidence = float(row[best])
    limit = float(head.card.get("thresholds", {}).get(head.classes[best], limit))
    named = head.classes[best] if near and confidence >= limit else UNSURE
    shares = {name: round(float(share), 4) for name, share in zip(head.classes, row, strict=True)}
    return TypeJudgement(named, confidence, shares, limit, head.name)


def is_familiar(head: Head, embeddings: FloatArray) -> np.ndarray:
    """bool (N,): whether each image is as near to the head's anchors as the images it was fitted on were."""
    anchors = head.arrays.get("anchors")
    if anchors is None:
        return np.ones(len(embeddings), bool)
    return np.asarray(measure_nearness(embeddings, anchors) >= float(head.card["reach"]))


def measure_nearness(embeddings: FloatArray, anchors: FloatArray) -> FloatArray:
    """Cosine (float32 (N,), -1 to 1) of each row to the nearest anchor."""
    rows = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
    marks = anchors / np.maximum(np.linalg.norm(anchors, axis=1, keepdims=True), 1e-9)
    return np.asarray((rows @ marks.T).max(axis=1), np.float32)


def load_type_heads(
    folders: Iterable[Path] = (HEADS_FOLDER,), backbone: str = "", config: TypeConfig = DEFAULT_CONFIG
) -> TypeHeads:
    """Every head named type-* in the folders; of two with one scope the later folder's holds.

    `backbone` is the signature of the backbone whose embeddings will be judged. Raises HeadMismatch.
    """
    heads: dict[str, Head] = {}
    for folder in folders:
        for path in sorted(folder.glob(f"{PREFIX}*.npz")):
            head = load_head(path.stem, folder, backbone)
            scope = str(head.card["scope"])
            heads[scope if scope == EVERYWHERE else " > ".join(normalise_path(scope))] = head
    return TypeHeads(heads, config)
