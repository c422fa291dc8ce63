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

from pipeline.category_paths import list_parents, normalise_path
from pipeline.category_terms import MAX_LETTERS, count_terms, split_words, weigh_terms
from pipeline.config import CategoryConfig
from pipeline.records import FloatArray

DEFAULT_CONFIG = CategoryConfig()
MIN_KNOWN_WORDS = 0.33  # share of the title's words; below it the text speaks of something else,
MIN_KNOWN_TEXT = 0.5  # unless so many of the words of title and description together are known
Text = tuple[str, str]


class TooFewProducts(ValueError):
    """There are not two categories to tell apart."""


@dataclass(frozen=True)
class CategoryModel:
    """`weights` float32 (terms, categories), `bias` (categories,); `temperature`, `threshold` and
    `parent_threshold` (of the path above, where the category is in doubt) are those of held-out products.
    """

    categories: tuple[str, ...]
    terms: tuple[str, ...]
    rarity: FloatArray
    weights: FloatArray
    bias: FloatArray
    temperature: float
    threshold: float
    parent_threshold: float = 0.99
    figures: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def parents(self) -> dict[str, np.ndarray]:
        """Places of all categories at or below a path, for paths above some but not all; deepest first."""
        spelled: dict[tuple[str, ...], str] = {}
        below: dict[tuple[str, ...], list[int]] = {}
        for place, name in enumerate(self.categories):
            steps = normalise_path(name)
            for path in (name, *list_parents(name)):
                spelled.setdefault(normalise_path(path), path)
            for length in range(1, len(steps) + 1):
                below.setdefault(steps[:length], []).append(place)
        shared = sorted(
            (path for path, places in below.items() if 1 < len(places) < len(self.categories)),
            key=lambda path: (-len(path), path),
        )
        return {spelled[path]: np.array(below[path]) for path in shared}

    @cached_property
    def version(self) -> str:
        """Short digest of everything that decides an answer."""
        settled = [self.categories, self.terms, self.threshold, self.parent_threshold]
        found = hashlib.sha256(json.dumps(settled).encode())
        found.update(self.weights.tobytes() + self.bias.tobytes() + repr(self.temperature).encode())
        return found.hexdigest()[:12]

    @classmethod
    def fit(
        cls,
        texts: Sequence[Text],
        categories: Sequence[str],
        config: CategoryConfig = DEFAULT_CONFIG,
        known: Sequence[str] = (),
    ) -> CategoryModel:
        """Fits on (title, description) pairs; the thresholds come from products held out in turn.

        `known` are further categories of the shop, which are found by their names alone. Raises
        TooFewProducts when there are not two categories with products.
        """
        from pipeline.training.category import fit_model

        return fit_model(texts, categories, config, known)

    def predict(self, title: str, description: str = "") -> tuple[str | None, float]:
        """The category, else the one above it, else None (abstained); with its probability (0 to 1)."""
        chances = self.rate(title, description)
        best = int(chances.argmax())
        confidence = float(chances[best])
        if not self.knows(title, description):
            return None, confidence
        if confidence >= self.threshold:
            return self.categories[best], confidence
        return self.find_parent(chances) or (None, confidence)

    def find_parent(self, chances: FloatArray) -> tuple[str, float] | None:
        """The deepest path above several categories that together are likely enough."""
        for path, places in self.parents.items():
            share = float(chances[places].sum())
            if share >= self.parent_threshold:
                return path, share
        return None

    def knows(self, title: str, description: str = "") -> bool:
        """Whether enough words were seen: a third of the title's, or half of those of the whole text."""
        named, told = split_words(title), split_words(description[:MAX_LETTERS])
        return self._share(named) >= MIN_KNOWN_WORDS or self._share(named + told) >= MIN_KNOWN_TEXT

    def _share(self, words: Sequence[str]) -> float:
        return sum(word in self.places for word in words) / max(1, len(words))

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
            "parent_threshold": self.parent_threshold,
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
            card.get("parent_threshold", 0.99),
            card["figures"],
        )
