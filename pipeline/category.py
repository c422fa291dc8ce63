"""Title and description -> category, or no answer: TF-IDF terms and a linear model, calibrated (II.C)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.category_terms import count_terms, split_words, weigh_terms
from pipeline.config import CategoryConfig
from pipeline.records import FloatArray

DEFAULT_CONFIG = CategoryConfig()
MIN_KNOWN_WORDS = 0.34  # share of the title's words; below it the text speaks of something else
Text = tuple[str, str]


class TooFewProducts(ValueError):
    """There are not two categories to tell apart."""


@dataclass(frozen=True)
class CategoryModel:
    """`weights` float32 (terms, categories), `bias` (categories,); `threshold` and `temperature` are
    those of held-out products."""

    categories: tuple[str, ...]
    terms: tuple[str, ...]
    rarity: FloatArray
    weights: FloatArray
    bias: FloatArray
    temperature: float
    threshold: float
    figures: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def version(self) -> str:
        """Short digest of everything that decides an answer."""
        found = hashlib.sha256(json.dumps([self.categories, self.terms, self.threshold]).encode())
        found.update(self.weights.tobytes() + self.bias.tobytes() + repr(self.temperature).encode())
        return found.hexdigest()[:12]

    @classmethod
    def fit(
        cls, texts: Sequence[Text], categories: Sequence[str], config: CategoryConfig = DEFAULT_CONFIG
    ) -> CategoryModel:
        """Fits on (title, description) pairs; the threshold comes from products held out in turn.

        Raises TooFewProducts when there are not two categories.
        """
        from pipeline.training.category import fit_model

        return fit_model(texts, categories, config)

    def predict(self, title: str, description: str = "") -> tuple[str | None, float]:
        """The category or None (abstained), and its calibrated probability (0 to 1)."""
        chances = self.rate(title, description)
        best = int(chances.argmax())
        confidence = float(chances[best])
        if confidence < self.threshold or not self.knows(title, description):
            return None, confidence
        return self.categories[best], confidence

    def knows(self, title: str, description: str = "") -> bool:
        """Whether enough of the title's words (or of the description's, without a title) were seen."""
        words = split_words(title) or split_words(description)
        return bool(words) and sum(word in self.places for word in words) >= MIN_KNOWN_WORDS * len(words)

    def rate(self, title: str, description: str = "") -> FloatArray:
        """Probabilities of all categories, float64, sum 1."""
        return self.rate_terms(count_terms(title, description))

    def rate_terms(self, terms: Mapping[str, int]) -> FloatArray:
        """As `rate`, from counted terms."""
        weights = weigh_terms(terms, self.places, self.rarity)
        rows = np.fromiter(weights.keys(), int, len(weights))
        logits = np.fromiter(weights.values(), float, len(weights)) @ self.weights[rows] + self.bias
        scaled = logits / self.temperature
        powers = np.exp(scaled - scaled.max())
        return np.asarray(powers / powers.sum())

    def save(self, path: Path) -> None:
        """Writes PATH.npz and PATH.json (any suffix of `path` is dropped)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        stored: dict[str, Any] = {
            "rarity": self.rarity,
            "weights": self.weights.astype(np.float16),
            "bias": self.bias,
        }
        np.savez_compressed(path.with_suffix(".npz"), **stored)
        card = {
            "format": 1,
            "categories": self.categories,
            "terms": self.terms,
            "temperature": self.temperature,
            "threshold": self.threshold,
            "figures": dict(self.figures),
        }
        path.with_suffix(".json").write_text(json.dumps(card, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> CategoryModel:
        """What `save` wrote. Raises FileNotFoundError, or ValueError for another format."""
        card = json.loads(path.with_suffix(".json").read_text())
        with np.load(path.with_suffix(".npz"), allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        shape = (len(card["terms"]), len(card["categories"]))
        if card.get("format") != 1 or arrays["weights"].shape != shape:
            raise ValueError(f"{path} does not hold a category model that fits its card")
        return cls(
            tuple(card["categories"]),
            tuple(card["terms"]),
            arrays["rarity"],
            arrays["weights"],
            arrays["bias"],
            card["temperature"],
            card["threshold"],
            card["figures"],
        )
