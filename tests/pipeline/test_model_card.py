"""Cards say what is true of held-out rows, and a difference is only as sure as its products are many."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from pipeline.head_store import Head
from pipeline.training import bootstrap, model_card
from pipeline.training.model_card import Verdicts

BINARY, VIEWS = ("fine", "badge"), ("front", "back", "top")


def make_binary(shift: float, rows: int = 400, seed: int = 3) -> tuple[Verdicts, np.ndarray, np.ndarray]:
    """A judge whose scores are apart by `shift`, what is true, and products of four pictures."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(rows) < 0.3).astype(int)
    scores = 1 / (1 + np.exp(-(truth * 2 - 1) * shift - rng.normal(0, 1, rows)))
    chances = scores[:, None].astype(np.float32)
    return Verdicts(chances, (scores >= 0.5).astype(int), BINARY), truth, np.arange(rows) // 4


def test_the_figures_agree_with_scikit_learn() -> None:
    verdicts, truth, groups = make_binary(0.8)
    found = model_card.measure(verdicts, truth)
    assert found["f1"] == pytest.approx(f1_score(truth, verdicts.said), abs=1e-4)
    assert found["auc"] == pytest.approx(roc_auc_score(truth, verdicts.chances[:, 0]), abs=1e-4)
    compared = bootstrap.compare(verdicts, verdicts, truth, groups)["figures"]
    for name in ("accuracy", "f1", "precision", "recall", "auc"):
        assert compared[name]["candidate"] == pytest.approx(found[name], abs=1e-3)
        assert (compared[name]["difference"], compared[name]["low"], compared[name]["high"]) == (0, 0, 0)


def test_a_type_below_its_threshold_is_unsure() -> None:
    chances = np.array([[0.8, 0.1, 0.1], [0.1, 0.55, 0.35], [0.3, 0.3, 0.4]], np.float32)
    card = {"threshold": 0.5, "thresholds": {"back": 0.6}, "classes": VIEWS}
    verdicts = model_card.decide(chances, Head("views", {}, card), VIEWS)
    assert verdicts.said.tolist() == [0, 3, 3]
    table = model_card.count_confusion(verdicts, np.array([0, 1, 2]))
    assert table["columns"] == [*VIEWS, "unsure"]
    assert table["rows"] == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]]


def test_the_surest_mistakes_come_first_by_their_picture() -> None:
    chances = np.array([[0.9], [0.2], [0.99], [0.05]], np.float32)
    verdicts = Verdicts(chances, np.array([1, 0, 1, 0]), BINARY)
    found = model_card.list_mistakes(verdicts, np.array([0, 0, 0, 1]), np.array([10, 11, 12, 13]))
    assert [row["image"] for row in found] == [12, 13, 10]
    assert found[1] == {"image": 13, "truth": "badge", "said": "fine", "chance": 0.95}


def test_reliability_sets_what_was_said_beside_what_was_so() -> None:
    chances = np.repeat(np.array([[0.15], [0.85]], np.float32), 20, axis=0)
    truth = np.array([0] * 17 + [1] * 3 + [1] * 17 + [0] * 3)
    rows = model_card.list_reliability(Verdicts(chances, (chances[:, 0] > 0.5).astype(int), BINARY), truth)
    assert [(row["rows"], row["chance"], row["share"]) for row in rows] == [
        (20, 0.15, 0.15),
        (20, 0.85, 0.85),
    ]


def test_a_card_has_a_line_a_class_and_none_for_what_cannot_be_said() -> None:
    verdicts = Verdicts(np.array([[0.9, 0.1, 0.0]] * 3, np.float32), np.zeros(3, int), VIEWS)
    card = model_card.describe(verdicts, np.array([0, 0, 1]), np.arange(3))
    assert [row["name"] for row in card["by_class"]] == list(VIEWS)
    assert card["by_class"][2]["recall"] is None
    assert card["by_class"][0]["precision"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_card_of_no_rows_says_nothing() -> None:
    empty = Verdicts(np.zeros((0, 1), np.float32), np.zeros(0, int), BINARY)
    card = model_card.describe(empty, np.zeros(0, int), np.zeros(0, int))
    assert (card["figures"], card["reliability"], card["mistakes"]) == ({}, [], [])


def test_a_clear_difference_is_better_and_its_mirror_worse() -> None:
    good, truth, groups = make_binary(1.5)
    bad = make_binary(0.3)[0]
    assert bootstrap.compare(good, bad, truth, groups)["verdict"] == "better"
    assert bootstrap.compare(bad, good, truth, groups)["verdict"] == "worse"


def test_a_small_difference_on_few_products_is_undecided() -> None:
    good, truth, groups = make_binary(1.1, rows=40)
    bad = make_binary(1.0, rows=40)[0]
    found = bootstrap.compare(good, bad, truth, groups)
    assert found["verdict"] == "undecided"
    assert (
        found["figures"]["f1"]["low"]
        <= found["figures"]["f1"]["difference"]
        <= found["figures"]["f1"]["high"]
    )


def test_pictures_of_one_product_count_as_one() -> None:
    """The same rows, taken for one product each, give a narrower interval than where ten are alike."""
    good, truth, _ = make_binary(1.0, rows=100)
    bad = make_binary(0.5, rows=100)[0]
    alike = np.repeat(np.arange(100), 10)
    one, two = (Verdicts(which.chances[alike], which.said[alike], BINARY) for which in (good, bad))
    whole = bootstrap.compare(one, two, truth[alike], alike)["figures"]["f1"]
    parted = bootstrap.compare(one, two, truth[alike], np.arange(1000))["figures"]["f1"]
    assert whole["high"] - whole["low"] > 2 * (parted["high"] - parted["low"])


def test_types_are_compared_by_accuracy() -> None:
    truth = np.tile(np.arange(3), 60)
    sharp = np.full((180, 3), 0.1, np.float32)
    sharp[np.arange(180), truth] = 0.8
    vague = np.full((180, 3), 0.1, np.float32)
    vague[np.arange(180), np.where(np.arange(180) % 2, truth, 0)] = 0.8
    one, two = (Verdicts(chances, chances.argmax(axis=1), VIEWS) for chances in (sharp, vague))
    found = bootstrap.compare(one, two, truth, np.arange(180))
    assert (found["main"], found["verdict"]) == ("accuracy", "better")


def test_without_rows_nothing_is_decided() -> None:
    empty = Verdicts(np.zeros((0, 1), np.float32), np.zeros(0, int), BINARY)
    assert bootstrap.compare(empty, empty, np.zeros(0, int), np.zeros(0, int))["verdict"] == "undecided"
