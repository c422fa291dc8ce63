"""Fits the category model and measures it on products held out in turn (II.C)."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.category import CategoryModel, Text, TooFewProducts
from pipeline.category_terms import choose_terms, count_terms, split_words, weigh_terms
from pipeline.config import CategoryConfig
from pipeline.records import FloatArray
from pipeline.training.calibration import choose_threshold, fit_temperature, softmax
from pipeline.training.shallow import split_by_group

FOLDS = 5
MAX_TERMS = 60_000
PRECISION = 0.93  # of answered products on held-out folds; a wrong type model is worse than none
STRENGTH = 30.0  # inverse of the regularisation; unit-length rows want little of it


def fit_model(texts: Sequence[Text], categories: Sequence[str], config: CategoryConfig) -> CategoryModel:
    """As CategoryModel.fit. A second product of the same title never helps to check the first."""
    names = sorted(set(categories))
    if len(names) < 2:
        raise TooFewProducts("A category model needs products of at least two categories.")
    targets = np.array([names.index(category) for category in categories])
    documents = [count_terms(title, description) for title, description in texts]
    logits, known, answerable = cross_predict(texts, documents, targets, names)
    rows = answerable if answerable.any() else np.ones(len(texts), bool)
    temperature = fit_temperature(logits[rows], targets[rows])
    chances = softmax(logits / temperature)
    chances[~known] /= chances.shape[1]  # such texts are never answered
    threshold, figures = choose_threshold(chances, targets, PRECISION, config.abstain_below)
    model = _fit(documents, targets, names)
    figures |= {"products": len(texts), "categories": len(names)}
    return replace(model, temperature=temperature, threshold=threshold, figures=figures)


def cross_predict(
    texts: Sequence[Text], documents: Sequence[Counter[str]], targets: np.ndarray, names: Sequence[str]
) -> tuple[FloatArray, np.ndarray, np.ndarray]:
    """Logits (N,K) of every product by a model that saw none of its title; whether it knew its words, and
    whether it had seen the true category at all."""
    groups = np.unique([" ".join(split_words(title)) for title, _ in texts], return_inverse=True)[1]
    logits = np.full((len(texts), len(names)), -20.0, np.float32)
    known, answerable = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for held in split_by_group(groups, FOLDS):
        rest = [document for document, out in zip(documents, held, strict=True) if not out]
        model = _fit(rest, targets[~held], names)
        answerable[held] = np.isin(targets[held], targets[~held])
        for row in np.flatnonzero(held).tolist():
            logits[row] = np.log(model.rate_terms(documents[row]) + 1e-9)
            known[row] = model.knows(*texts[row])
    return logits, known, answerable


def _fit(documents: Sequence[Counter[str]], targets: np.ndarray, names: Sequence[str]) -> CategoryModel:
    """Uncalibrated and without a threshold; categories without a row are never answered."""
    terms, rarity = choose_terms(documents, MAX_TERMS)
    places = {term: place for place, term in enumerate(terms)}
    rows = [weigh_terms(document, places, rarity) for document in documents]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.fromiter(row.values(), np.float64, len(row)) for row in rows])
    columns = np.concatenate([np.fromiter(row.keys(), np.int64, len(row)) for row in rows])
    matrix = csr_matrix((values, columns, ends), shape=(len(rows), len(terms)))
    weights = np.zeros((len(terms), len(names)), np.float32)
    bias = np.full(len(names), -20.0, np.float32)
    present = np.unique(targets)
    if len(present) == 1:
        bias[present] = 0.0
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # many categories of one product are usual here
            model = LogisticRegression(C=STRENGTH, max_iter=300).fit(matrix, targets)
        both = len(present) == 2  # then scikit-learn keeps one row for the second class
        weights[:, present] = np.vstack([-model.coef_, model.coef_]).T / 2 if both else model.coef_.T
        half = model.intercept_ / 2
        bias[present] = np.concatenate([-half, half]) if both else model.intercept_
    return CategoryModel(tuple(names), tuple(terms), np.asarray(rarity, np.float32), weights, bias, 1.0, 0.0)
