"""What the comparator learns from: pairs measured once, in folds by source, shades with little weight."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from bench.dedup_closer_look import choose_bias
from bench.dedup_looks import Measured, join, leave_out, measure
from bench.dedup_shades import LEVELS, make_shades, shade
from bench.dedup_train import SHADE_WEIGHT, choose_threshold, fit_trees, predict_out_of_fold, store
from pipeline.dedup.closer_look import FEATURES as SEEN
from pipeline.dedup.decision import load_trees
from pipeline.dedup.pairs import Picture
from pipeline.dedup.residual import FEATURES
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


def make_measured(count: int, source: str, truth: bool, residual: float) -> Measured:
    """Pairs with that residual, give or take; all else is noise or what a guard lets through."""
    rng = np.random.default_rng(len(source) + int(residual))
    first = rng.uniform(0, 1, (count, len(FEATURES)))
    first[:, FEATURES.index("residual")] = residual + rng.normal(0, 0.5, count)
    first[:, FEATURES.index("correlation")] = first[:, FEATURES.index("coverage")] = 1.0
    none = np.zeros(count, bool)
    return Measured(
        first, np.zeros((count, len(SEEN))), none, none, np.full(count, truth), np.full(count, source)
    )


def make_pairs() -> Measured:
    """Copies with little residual and different ones with much, of two sources."""
    return join(
        [make_measured(60, name, truth, 3.0 if truth else 12.0) for name in "ab" for truth in (True, False)]
    )


def test_each_pair_is_judged_by_trees_that_never_saw_its_source() -> None:
    pairs = make_pairs()
    wrong = join([pairs, make_measured(60, "c", False, 3.0)])  # a source whose copies are labelled different
    own = wrong.sources == "c"
    assert (predict_out_of_fold(wrong, None, wrong)[own] > 0.8).all()
    assert not (leave_out(wrong, "c").sources == "c").any()
    assert len(leave_out(wrong, "c").first) == len(pairs.first)


def test_pairs_beyond_a_guard_are_no_copies() -> None:
    pairs = make_pairs()
    pairs.first[:, FEATURES.index("coverage")] = 0.5
    assert (predict_out_of_fold(pairs, None, pairs) == 0).all()


def test_shades_weigh_a_little() -> None:
    pairs, shades = make_pairs(), make_measured(60, "a", False, 3.0)
    alone, both = (fit_trees(pairs, more).predict_proba(shades.first)[:, 1].mean() for more in (None, shades))
    assert SHADE_WEIGHT < 1
    assert 0.5 < both < alone


def test_trees_are_stored_as_they_are_read(tmp_path: Path) -> None:
    pairs = make_pairs()
    model = fit_trees(pairs, None)
    store(model, 0.6, {"version": "test-1"}, tmp_path / "model.json")
    trees = load_trees(tmp_path / "model.json")
    assert trees.threshold == 0.6
    for row, expected in zip(pairs.first[::40], model.predict_proba(pairs.first[::40])[:, 1], strict=True):
        assert trees.probability(dict(zip(FEATURES, row, strict=True))) == pytest.approx(expected, abs=2e-3)


def test_the_threshold_is_the_lowest_with_the_asked_precision() -> None:
    probability, truth = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True])
    assert choose_threshold(probability, truth, 1.0) == 0.8
    assert choose_threshold(probability, truth, 0.7) == 0.6


def test_the_bias_counts_sure_copies_too() -> None:
    odds = np.array([np.nan, np.nan, 2.0, 1.0, 0.0])
    sure = np.array([True, True, False, False, False])
    truth = np.array([True, True, True, False, True])
    assert choose_bias(odds, sure, truth, 1.0) == 2.0
    assert choose_bias(odds, sure, truth, 0.75) == 0.0


def test_both_looks_are_measured_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    product, scene = draw_product(), draw_scene()
    files = {"a": product, "b": product[::2, ::2], "c": scene}
    for name, rgb in files.items():
        (tmp_path / "images" / f"{name}.jpg").write_bytes(encode(np.ascontiguousarray(rgb), ".jpg"))
    with (tmp_path / "pairs.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["a", "b", "label", "origin"])
        writer.writerow(["images/a.jpg", "images/b.jpg", "duplicate", "images/shop/a.jpg"])
        writer.writerow(["images/a.jpg", "images/c.jpg", "different", "images/shop/a.jpg images/shop/c.jpg"])
    found = measure(tmp_path)
    assert found.truth.tolist() == [True]  # a glance tells the others apart
    assert found.sources.tolist() == ["shop"]
    assert found.looked.tolist() == [True]
    assert found.first.shape == (1, len(FEATURES))
    (tmp_path / "images" / "a.jpg").unlink()
    assert (measure(tmp_path).first == found.first).all()


def test_shades_are_seen_beside_each_other_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode(draw_product()))
    one, two = (list(make_shades(tmp_path, [Picture("a.png", "p")], 4, 3)) for _ in "ab")
    for pair, again in zip(one, two, strict=True):
        assert not pair.duplicate
        assert (pair.b == again.b).all()
    shaded = next(
        found
        for seed in range(9)
        if (found := shade(draw_product(), np.random.default_rng(seed))) is not None
    )
    apart = np.abs(shaded.astype(np.int16) - draw_product()).max(2)
    assert LEVELS[0] <= apart[apart > 4].mean() <= LEVELS[1]
