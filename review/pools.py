"""Pictures that a judge in training may be asked about, ranked by whatever knows it best by now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.records import FloatArray
from pipeline.training.acquisition import UNKNOWN, AskingPlan, fit_from_few
from pipeline.training.compliance import deal_folds
from pipeline.training.compliance_techniques import Examples
from pipeline.training.metrics import roc_auc
from review import inference, predicting
from review.actions import labels
from review.actions.blanks import leave_out_blanks
from review.actions.improving import UnableToImprove
from review.actions.runs import products_in
from review.models import Category, Image, ImageAnalysis, ModelVersion

POOL = 40_000  # pictures that a round looks at: 200 MB of embeddings
MOST_LOOKED_AT = 2_000  # anew, a round: one or two minutes on a quiet core
FEW = 5  # hits and others from which two ways of ranking can be told apart


@dataclass(frozen=True)
class Pool:
    """Pictures with an embedding, float32 (N,D), and what is known of them: 1, 0 or UNKNOWN."""

    ids: list[int]
    embeddings: FloatArray
    known: np.ndarray


@dataclass(frozen=True)
class Ranking:
    """Chances (N,) of a pool's pictures, the chance from which one is a hit, and who said so.

    `by` is 'model' where the newest model knows best, and 'examples' where a fit on what is labelled does.
    """

    chances: FloatArray
    threshold: float
    by: str


def read_pool(
    judge: str, category: Category | None, number: int, check: Callable[[], None] = lambda: None
) -> Pool:
    """The pictures of a category that were looked at; every labelled one is among them.

    Of those that only an earlier version looked at, some are looked at anew each round; `check` may end that.
    """
    said = {row.image_id: row.value for row in labels.current(judge, category)}
    ids = sorted(said)[:POOL]
    drawn = _draw(category, set(said), POOL - len(ids), number)
    version = inference.load_assessor().version
    current = ImageAnalysis.objects.filter(version=version).values("image")
    outdated = Image.objects.filter(pk__in=drawn).exclude(pk__in=current).order_by("pk")
    inference.look_at_images(list(outdated.values_list("pk", flat=True)[:MOST_LOOKED_AT]), check)
    ids += leave_out_blanks(judge, drawn, version)
    found, rows = [], []
    for some in predicting.read_embeddings(ids):
        found += some.ids
        rows.append(some.features)
    if not found:
        raise UnableToImprove("No picture was looked at yet: start a run first.")
    truth = {labels.YES: 1, labels.NO: 0} if judge != labels.TYPE else dict.fromkeys(said.values(), 1)
    known = np.array([truth.get(said[image], UNKNOWN) if image in said else UNKNOWN for image in found])
    return Pool(found, np.concatenate(rows), known)


def _draw(category: Category | None, without: set[int], count: int, number: int) -> list[int]:
    """So many pictures, others each round where there are more than fit."""
    rows = ImageAnalysis.objects.filter(embedding__isnull=False)
    if category is not None:
        inside = products_in({"category": category.path})
        rows = rows.filter(image__offers__product__in=inside)
    ids = np.array(sorted(set(rows.values_list("image", flat=True)) - without), np.int64)
    if len(ids) > count:
        ids = np.random.default_rng(number).permutation(ids)[:count]
    return [int(image) for image in ids]


def rank(pool: Pool, judge: str, category: Category | None, made: ModelVersion | None) -> Ranking:
    """By the model `made` last, or the live or shipped one; by the examples where those know better."""
    said = predicting.weigh(judge, category, pool.ids, made)
    tops = [float(said.by_image[image].max()) if image in said.by_image else 0.5 for image in pool.ids]
    by_model = Ranking(np.array(tops, np.float32), min(said.thresholds.values(), default=0.5), "model")
    if judge == labels.TYPE or (said.by_image and _is_better(by_model.chances, pool, judge)):
        return by_model
    head = fit_from_few(judge, pool.embeddings, pool.known, AskingPlan())
    return Ranking(head.probabilities(pool.embeddings), 0.5, "examples")


def _is_better(by_model: FloatArray, pool: Pool, judge: str) -> bool:
    """Whether the model ranks the labelled pictures at least as well as a fit on the other labelled ones."""
    labelled = pool.known != UNKNOWN
    truth = pool.known[labelled]
    if min((truth == 1).sum(), (truth == 0).sum()) < FEW:
        return True
    rows = pool.embeddings[labelled]
    folds = deal_folds(Examples(rows, truth))
    unseen = np.zeros(len(truth), np.float32)
    for fold in np.unique(folds):
        known = np.where(folds == fold, UNKNOWN, truth)
        if (known == 1).any():
            head = fit_from_few(judge, rows, known, AskingPlan(presumed=0))
            unseen[folds == fold] = head.probabilities(rows[folds == fold])
    return roc_auc(by_model[labelled], truth) >= roc_auc(unseen, truth)
