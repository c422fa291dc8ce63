"""Fits the category model and measures it on products held out in turn (II.C).

A category is the sum of its products' texts, of its own name and, weaker, of the names and products above it:
with two or three products a category such sums beat a fitted plane, which joins in where products abound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

from pipeline.category import CategoryModel, Text, TooFewProducts
from pipeline.category_paths import normalise_path
from pipeline.category_terms import choose_terms, count_terms, split_words, weigh_terms
from pipeline.config import CategoryConfig
from pipeline.records import FloatArray
from pipeline.training.calibration import choose_confidence, choose_threshold, fit_top_temperature, softmax
from pipeline.training.shallow import split_by_group

FOLDS = 5
MAX_TERMS = 60_000
PRECISION = 0.95  # of answered products on held-out folds; a wrong type model is worse than none
PATH_WEIGHT = 0.3  # of the names above a category, against its own name and each product
KIN_WEIGHT = 0.2  # of the mean of the categories below the same top, against each product
PENALTY = 0.3  # of the ridge planes; rows have length 1
BLENDS = (0.0, 0.3, 1.0, 3.0)  # weight of the planes against the sums; the likeliest on held-out rows wins
MAX_PLANE_ROWS = 6000  # products that the planes are fitted on: their equations grow with the square


@dataclass(frozen=True)
class Parts:
    """A model before it is blended: `sums`, `planes` float32 (terms, categories), `offsets` (categories,)."""

    terms: tuple[str, ...]
    rarity: FloatArray
    sums: FloatArray
    planes: FloatArray
    offsets: FloatArray

    def blend(self, names: Sequence[str], weight: float) -> CategoryModel:
        """Uncalibrated and without a threshold."""
        weights, bias = self.sums + weight * self.planes, weight * self.offsets
        return CategoryModel(tuple(names), self.terms, self.rarity, weights, bias, 1.0, 0.0)


def fit_model(
    texts: Sequence[Text], categories: Sequence[str], config: CategoryConfig, known: Sequence[str] = ()
) -> CategoryModel:
    """As CategoryModel.fit. A second product of the same title never helps to check the first."""
    if len(set(categories)) < 2:
        raise TooFewProducts("A category model needs products of at least two categories.")
    names = sorted({*categories, *known})
    targets = np.array([names.index(category) for category in categories])
    documents = [count_terms(title, description) for title, description in texts]
    logits, weight, unseen = cross_predict(texts, documents, targets, names)
    temperature = fit_top_temperature(logits, targets)
    chances = softmax(logits / temperature)
    chances[~unseen.is_known] /= chances.shape[1]  # such texts are never answered
    threshold, figures = choose_threshold(chances, targets, PRECISION, config.abstain_below)
    threshold = _relax(threshold, chances.max(axis=1), config.abstain_below)
    model = replace(
        fit_parts(documents, targets, names).blend(names, weight),
        temperature=temperature,
        threshold=threshold,
    )
    above = choose_parent_threshold(model, chances, targets, config.abstain_below)
    figures |= {"products": len(texts), "categories": len(names), "blend": weight}
    return replace(model, parent_threshold=above, figures=figures)


def _relax(threshold: float, confidence: FloatArray, at_least: float) -> float:
    """Halfway to the next confidence below, or to the least one: few held-out rows do not mark the edge."""
    if threshold not in confidence:  # a bound, or no threshold at all
        return threshold
    below = confidence[confidence < threshold]
    return (threshold + max(at_least, float(below.max(initial=at_least)))) / 2


@dataclass(frozen=True)
class Unseen:
    """`is_known` bool (N,): enough of a product's words were seen; `fold` int (N,): when it was held out."""

    is_known: np.ndarray
    fold: np.ndarray


def cross_predict(
    texts: Sequence[Text], documents: Sequence[Counter[str]], targets: np.ndarray, names: Sequence[str]
) -> tuple[FloatArray, float, Unseen]:
    """Logits (N,K) of every product by a model that saw none of its title, and the best weight of the planes.

    The names of all categories are known throughout, as a shop knows them before it has products.
    """
    groups = np.unique([" ".join(split_words(title)) for title, _ in texts], return_inverse=True)[1]
    shape = (len(texts), len(names))
    sums, planes = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    is_known, fold = np.zeros(len(texts), bool), np.zeros(len(texts), int)
    for number, held in enumerate(split_by_group(groups, FOLDS)):
        rest = [document for document, out in zip(documents, held, strict=True) if not out]
        parts = fit_parts(rest, targets[~held], names)
        rows = np.flatnonzero(held).tolist()
        matrix = to_matrix([documents[row] for row in rows], parts.terms, parts.rarity)
        sums[held], planes[held] = matrix @ parts.sums, matrix @ parts.planes + parts.offsets
        model = parts.blend(names, 0.0)
        is_known[held], fold[held] = [model.knows(*texts[row]) for row in rows], number
    weight = min(BLENDS, key=lambda one: measure_loss(sums + one * planes, targets))
    return sums + weight * planes, weight, Unseen(is_known, fold)


def measure_loss(logits: FloatArray, targets: np.ndarray) -> float:
    """Mean negative log likelihood of the true categories at the best temperature."""
    chances = softmax(logits / fit_top_temperature(logits, targets))
    return -float(np.log(chances[np.arange(len(targets)), targets] + 1e-9).mean())


def choose_parent_threshold(
    model: CategoryModel, chances: FloatArray, targets: np.ndarray, at_least: float
) -> float:
    """Confidence from which the category above is answered, where the category itself is in doubt."""
    doubtful = chances.max(axis=1) < model.threshold
    if not model.parents or not doubtful.any():
        return 0.99
    shares = np.stack([chances[doubtful][:, leaves].sum(axis=1) for leaves in model.parents.values()], axis=1)
    holds = np.stack([np.isin(targets[doubtful], leaves) for leaves in model.parents.values()], axis=1)
    best = shares.argmax(axis=1)
    rows = np.arange(len(best))
    return choose_confidence(shares[rows, best], holds[rows, best], PRECISION, at_least)


def fit_parts(documents: Sequence[Counter[str]], targets: np.ndarray, names: Sequence[str]) -> Parts:
    """Sums and planes over the documents' terms and those of the categories' names."""
    paths = [normalise_path(name) for name in names]
    own = [count_terms(" ".join(path[-1:])) for path in paths]
    above = [count_terms(" ".join(path[:-1])) for path in paths]
    terms, rarity = choose_terms([*documents, *own], MAX_TERMS)
    rows, named = to_matrix(documents, terms, rarity), to_matrix(own, terms, rarity)
    sums = _sum_up(rows, targets, len(names)) + named + PATH_WEIGHT * to_matrix(above, terms, rarity)
    kin = _average_kin(paths)
    sums = np.asarray((sums + KIN_WEIGHT * (kin @ _sum_up(rows, targets, len(names)))).todense(), np.float32)
    sums /= np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9
    planes, offsets = _fit_planes(vstack([rows, named]).tocsr(), np.r_[targets, np.arange(len(names))])
    return Parts(tuple(terms), np.asarray(rarity, np.float32), sums.T, planes, offsets)


def to_matrix(
    documents: Sequence[Counter[str]], terms: Sequence[str], rarity: Sequence[float] | FloatArray
) -> csr_matrix:
    """Sparse float32 (documents, terms), rows of length 1."""
    places = {term: place for place, term in enumerate(terms)}
    rows = [weigh_terms(document, places, rarity) for document in documents]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    values = np.fromiter((value for row in rows for value in row.values()), np.float32, ends[-1])
    columns = np.fromiter((place for row in rows for place in row), np.int64, ends[-1])
    return csr_matrix((values, columns, ends), shape=(len(rows), len(terms)))


def _sum_up(rows: csr_matrix, targets: np.ndarray, count: int) -> Any:
    """Sparse (categories, terms): the sum of each category's rows."""
    ones = np.ones(len(targets), np.float32)
    return csr_matrix((ones, (targets, np.arange(len(targets)))), shape=(count, len(targets))) @ rows


def _average_kin(paths: Sequence[tuple[str, ...]]) -> csr_matrix:
    """Sparse (categories, categories): means over the categories below the same top."""
    tops = np.unique([path[0] if path else "" for path in paths], return_inverse=True)[1]
    member = csr_matrix((np.ones(len(tops), np.float32), (np.arange(len(tops)), tops)))
    return member @ csr_matrix(member.T.multiply(1 / member.sum(axis=0).T))


def _fit_planes(rows: csr_matrix, targets: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Ridge regression on one category against the rest, all at once: weights (T,K) and offsets (K,)."""
    count = int(targets.max()) + 1
    if rows.shape[0] > MAX_PLANE_ROWS:
        kept = np.random.default_rng(0).permutation(rows.shape[0] - count)[: MAX_PLANE_ROWS - count]
        kept = np.r_[np.sort(kept), np.arange(rows.shape[0] - count, rows.shape[0])]
        rows, targets = rows[kept], targets[kept]
    wanted = np.where(targets[:, None] == np.arange(count), 1.0, -1.0)
    offsets = wanted.mean(axis=0)
    alike = (rows @ rows.T).toarray().astype(np.float64)
    alike[np.diag_indices_from(alike)] += PENALTY
    planes = rows.T @ np.linalg.solve(alike, wanted - offsets).astype(np.float32)
    return np.asarray(planes, np.float32), offsets.astype(np.float32)
