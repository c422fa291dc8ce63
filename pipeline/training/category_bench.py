"""Category from text on products held out in turn: by level, answered or not, beside a plain model (II.C)."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.category import CategoryModel, Text
from pipeline.category_paths import normalise_path
from pipeline.category_terms import split_words
from pipeline.config import CategoryConfig
from pipeline.training.calibration import choose_confidence, measure_calibration
from pipeline.training.category import FOLDS, PRECISION
from pipeline.training.shallow import split_by_group

Path = tuple[str, ...]
MAX_LEVELS = 4


@dataclass(frozen=True)
class Guess:
    """What is said of an unseen product. `is_exact`: the answer is a category, not what stands above some."""

    best: Path
    confidence: float
    answer: Path | None
    is_exact: bool
    plain: Path
    plain_confidence: float


def bench(texts: Sequence[Text], categories: Sequence[str], config: CategoryConfig) -> dict[str, Any]:
    """Figures of models that saw no product of the same title, nor took their thresholds from any.

    `coverage` and `precision` are of answers that name a category; `answered` and `answered_right` count
    those that name only what stands above some. `levels` is the accuracy of the first step of the path, the
    first two, ...; `reference` is plain TF-IDF with logistic regression on the same folds. Both
    `coverage_at_95` let the measured products choose the threshold. Raises TooFewProducts.
    """
    wanted = [normalise_path(category) for category in categories]
    guesses = guess_unseen(texts, categories, config)
    both = list(zip(guesses, wanted, strict=True))
    right = np.array([guess.best == want for guess, want in both])
    confidence = np.array([guess.confidence for guess in guesses])
    exact = [guess.answer == want for guess, want in both if guess.is_exact]
    answered = [g.answer == want[: len(g.answer)] for g, want in both if g.answer is not None]
    plain = np.array([guess.plain == want for guess, want in both])
    plain_confidence = np.array([guess.plain_confidence for guess in guesses])
    return {
        "accuracy": _share(right),
        "coverage": round(len(exact) / len(both), 4),
        "precision": _share(exact) if exact else None,
        "answered": round(len(answered) / len(both), 4),
        "answered_right": _share(answered) if answered else None,
        "coverage_at_95": cover(confidence, right),
        "calibration_error": round(measure_calibration(confidence, right), 4),
        "levels": rate_levels([guess.best for guess in guesses], wanted),
        "reference": {"accuracy": _share(plain), "coverage_at_95": cover(plain_confidence, plain)},
        "alone_in_category": sum(size == 1 for size in Counter(wanted).values()),
    }


def guess_unseen(texts: Sequence[Text], categories: Sequence[str], config: CategoryConfig) -> list[Guess]:
    """One guess a product, by models that know all categories' names and the other folds' products."""
    groups = np.unique([" ".join(split_words(title)) for title, _ in texts], return_inverse=True)[1]
    found: dict[int, Guess] = {}
    for held in split_by_group(groups, FOLDS):
        seen = np.flatnonzero(~held).tolist()
        rest, known = [texts[row] for row in seen], [categories[row] for row in seen]
        model = CategoryModel.fit(rest, known, config, known=categories)
        rows = np.flatnonzero(held).tolist()
        references = guess_plainly(rest, known, [texts[row] for row in rows])
        for row, (plain, certainty) in zip(rows, references, strict=True):
            found[row] = _ask(model, texts[row], plain, certainty)
    return [found[row] for row in range(len(texts))]


def _ask(model: CategoryModel, text: Text, plain: str, certainty: float) -> Guess:
    chances = model.rate(*text)
    best, top = int(chances.argmax()), float(chances.max())
    answer, _ = model.predict(*text)
    return Guess(
        best=normalise_path(model.categories[best]),
        confidence=top if model.knows(*text) else 0.0,
        answer=normalise_path(answer) if answer else None,
        is_exact=answer is not None and top >= model.threshold,
        plain=normalise_path(plain),
        plain_confidence=certainty,
    )


def guess_plainly(
    texts: Sequence[Text], categories: Sequence[str], unseen: Sequence[Text]
) -> Iterator[tuple[str, float]]:
    """Best category and its probability by scikit-learn's TF-IDF and logistic regression as they come."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # many categories of one product are usual here
        model = LogisticRegression(max_iter=300).fit(words.fit_transform(map(" ".join, texts)), categories)
    chances = model.predict_proba(words.transform(map(" ".join, unseen)))
    yield from zip(model.classes_[chances.argmax(axis=1)].tolist(), chances.max(axis=1).tolist(), strict=True)


def cover(confidence: np.ndarray, right: np.ndarray) -> float:
    """Largest share that can be answered with the wanted precision."""
    return round(float((confidence >= choose_confidence(confidence, right, PRECISION, 0.0)).mean()), 4)


def rate_levels(best: Sequence[Path], wanted: Sequence[Path]) -> dict[str, dict[str, float]]:
    """Accuracy of the path's first steps, over the products whose path has as many."""
    levels = {}
    for depth in range(1, MAX_LEVELS + 1):
        hits = [b[:depth] == w[:depth] for b, w in zip(best, wanted, strict=True) if len(w) >= depth]
        if hits:
            levels[str(depth)] = {"products": len(hits), "accuracy": _share(hits)}
    return levels


def _share(hits: Sequence[bool] | np.ndarray) -> float:
    return round(float(np.mean(hits)), 4)
