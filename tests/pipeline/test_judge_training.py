"""Training a judge: the same seed gives the same bytes, a killed one goes on, a few examples are enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.head_store import pack_head
from pipeline.training.calibration import measure_calibration
from pipeline.training.descent import Epoch, OtherTraining
from pipeline.training.judge_fit import Order, Trained, train
from pipeline.training.judge_rows import TEST, VALIDATION, TooFewExamples, can_be_held, deal_folds
from pipeline.training.metrics import roc_auc
from pipeline.training.plan import DEFAULTS, LAST_BLOCK, LOGISTIC, SHALLOW, TrainingPlan
from tests.pipeline.judge_examples import make_rows

QUICK = replace(DEFAULTS[SHALLOW], epochs=12, hidden=8, save_every=3)
BADGES = {"fine": 300, "badge": 140}
VIEWS = {"front": 80, "back": 60, "detail": 90}


def make(rows: dict[str, int] = BADGES, plan: TrainingPlan = QUICK, seed: int = 1, **said: float) -> Trained:
    return train(make_rows(rows, **said), Order("badge", plan, seed))  # type: ignore[arg-type]


@pytest.mark.parametrize("technique", [SHALLOW, LOGISTIC])
@pytest.mark.parametrize("counts", [BADGES, VIEWS])
def test_it_tells_unseen_rows_apart(technique: str, counts: dict[str, int]) -> None:
    rows = make_rows(counts, apart=3.0)
    made = train(rows, Order("judge", replace(DEFAULTS[technique], epochs=25, hidden=16), 1))
    unseen = rows.on(TEST)
    chances = made.head.probabilities(rows.features[unseen])
    if rows.is_binary:
        assert roc_auc(chances, rows.targets[unseen]) > 0.97
    else:
        assert (chances.argmax(axis=1) == rows.targets[unseen]).mean() > 0.85


@pytest.mark.parametrize("technique", [SHALLOW, LOGISTIC])
def test_the_same_seed_gives_the_same_bytes(technique: str) -> None:
    plan = replace(QUICK, technique=technique)
    assert pack_head(make(plan=plan).head) == pack_head(make(plan=plan).head)


def test_another_seed_gives_another_network() -> None:
    assert make(seed=1).head.digest() != make(seed=2).head.digest()


class Killed(Exception):
    """The worker is gone."""


@pytest.mark.parametrize("last", [4, 7, 11])
def test_a_killed_training_goes_on_as_if_nothing_had_happened(last: int) -> None:
    kept: list[bytes] = []

    def watch(epoch: Epoch, checkpoint: bytes | None) -> None:
        kept.extend([checkpoint] if checkpoint else [])
        if epoch.number == last:
            raise Killed

    rows, order = make_rows(BADGES), Order("badge", QUICK, 1)
    with pytest.raises(Killed):
        train(rows, order, watch=watch)
    resumed, whole = train(rows, order, resume=kept[-1]), train(rows, order)
    assert pack_head(resumed.head) == pack_head(whole.head)
    assert resumed.epochs == whole.epochs


def test_a_checkpoint_of_another_training_is_refused() -> None:
    kept: list[bytes] = []
    train(make_rows(BADGES), Order("badge", QUICK, 1), watch=lambda _, one: kept.extend([one] if one else []))
    with pytest.raises(OtherTraining):
        train(make_rows(BADGES), Order("badge", QUICK, 2), resume=kept[0])


def test_it_stops_when_the_validation_side_gets_no_better_and_keeps_the_best() -> None:
    plan = replace(QUICK, epochs=200, patience=5, rate=0.2)
    made = make(plan=plan)
    losses = [epoch.validation_loss for epoch in made.epochs]
    assert len(losses) < 200
    assert losses[made.best_epoch - 1] == min(loss for loss in losses if loss is not None)
    assert len(losses) - made.best_epoch == 5


def test_ten_examples_are_enough_and_are_settled_by_folds() -> None:
    rows = make_rows({"fine": 80, "badge": 14}, apart=4.0)
    assert not can_be_held(rows)
    made = train(rows, Order("badge", DEFAULTS[LOGISTIC]))
    assert made.head.card["settled_by"] == "folds"
    assert "few_examples" in made.remarks
    unseen = make_rows({"fine": 80, "badge": 40}, apart=4.0, seed=5)
    assert roc_auc(made.head.probabilities(unseen.features), unseen.targets) > 0.95


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"fine": 50, "badge": 3}, "examples with it and"),
        ({"fine": 4, "badge": 50}, "at least 5 of each are needed"),
        ({"front": 40, "back": 2}, "1 of 2 types have 5 examples"),
    ],
)
def test_too_few_examples_are_refused_in_words(counts: dict[str, int], said: str) -> None:
    with pytest.raises(TooFewExamples, match=said):
        make(counts, replace(DEFAULTS[LOGISTIC]))


def test_the_last_block_wants_a_validation_side() -> None:
    with pytest.raises(TooFewExamples, match="train a logistic regression instead"):
        make({"fine": 30, "badge": 12}, DEFAULTS[LAST_BLOCK])


def test_what_is_flagged_keeps_the_promised_precision_on_held_out_rows() -> None:
    rows = make_rows({"fine": 900, "badge": 300}, apart=1.5)
    strict = train(rows, Order("badge", replace(QUICK, precision=0.97, max_false_share=0.005), 1)).head
    loose = train(rows, Order("badge", replace(QUICK, precision=0.7, max_false_share=0.3), 1)).head
    held = rows.on("validation")

    def rate(head: object) -> tuple[float, float]:
        flags = strict.probabilities(rows.features[held]) >= head.threshold  # type: ignore[attr-defined]
        truth = rows.targets[held] == 1
        return float(truth[flags].mean()), float(flags[truth].mean())

    assert strict.threshold > loose.threshold
    assert rate(strict)[0] >= 0.97
    assert rate(loose)[1] > rate(strict)[1]


def test_a_chance_is_how_often_it_is_so_at_the_examples_own_mix() -> None:
    rows = make_rows({"fine": 900, "badge": 100}, apart=1.2)
    head = train(rows, Order("badge", DEFAULTS[LOGISTIC])).head
    unseen = rows.on(TEST, VALIDATION)
    chances = head.probabilities(rows.features[unseen])
    assert measure_calibration(chances, rows.targets[unseen] == 1) < 0.05
    assert float(chances.mean()) == pytest.approx(0.1, abs=0.04)


def test_folds_keep_products_whole_and_share_out_the_rare_kind() -> None:
    rows = make_rows({"fine": 100, "badge": 10})
    folds = deal_folds(rows.targets, rows.groups)
    assert all(len(set(folds[rows.groups == group])) == 1 for group in set(rows.groups))
    assert np.bincount(folds[rows.targets == 1], minlength=5).max() <= 2
    assert np.ptp(np.bincount(folds)) <= 4
