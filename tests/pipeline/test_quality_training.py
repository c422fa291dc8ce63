"""Training of the quality judges: defects made of photos, metrics, fitting, the bench's report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.foreground import find_object
from pipeline.quality.judges import center
from pipeline.training import bench_defects, heads, metrics
from pipeline.training.blurring import BLURS, soften, vary
from pipeline.training.quality import list_photos
from pipeline.training.quality_bench import read_labels
from pipeline.training.reframing import SMALL, make_small
from tests.pipeline.drawing import draw_photo, draw_product, pack
from tests.pipeline.test_quality import feature


def test_every_blur_softens_and_keeps_the_size() -> None:
    rgb = draw_product(400)
    for change in BLURS:
        soft = change(rgb, np.random.default_rng(1))
        assert soft.shape == rgb.shape
        assert feature("width21_q50", soft) > feature("width21_q50", rgb) or feature("blocks_x", soft) > 1


def test_defects_follow_their_seed() -> None:
    rgb = draw_photo(200)
    for make in (soften, vary):
        one, two, other = (make(rgb, np.random.default_rng(seed)) for seed in (5, 5, 6))
        assert np.array_equal(one, two)
        assert one.shape != other.shape or not np.array_equal(one, other)


@pytest.mark.parametrize("seed", range(6))
def test_a_shrunken_object_is_small_by_either_generator(seed: int) -> None:
    rgb = draw_product(400, 0.8)
    trained = make_small(rgb, np.random.default_rng(seed), [])
    _, measured = bench_defects.shrink_object(rgb, np.random.default_rng(seed), None)
    for small in (trained, measured):
        left, top, right, bottom = find_object(small).box
        assert max(right - left, bottom - top) < SMALL[1] * 1.4


def test_the_area_under_the_curve_counts_ties_half() -> None:
    labels = np.array([0, 0, 1, 1])
    assert metrics.roc_auc(np.array([0.1, 0.2, 0.3, 0.4], np.float32), labels) == 1.0
    assert metrics.roc_auc(np.array([0.1, 0.3, 0.3, 0.4], np.float32), labels) == 0.875
    assert metrics.roc_auc(np.ones(4, np.float32), labels) == 0.5


def test_recall_at_a_precision_keeps_ties_together() -> None:
    scores, labels = np.array([0.9, 0.8, 0.8, 0.1], np.float32), np.array([1, 1, 0, 1])
    assert metrics.recall_at_precision(scores, labels, 0.95) == pytest.approx(1 / 3)
    assert metrics.recall_at_precision(scores, labels, 0.6) == 1.0
    assert metrics.recall_at_precision(scores, np.array([0, 1, 1, 1]), 0.95) == 0.0


def test_a_threshold_flags_no_more_fine_ones_than_allowed() -> None:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.beta(2, 6, 1000), rng.beta(6, 2, 300)]).astype(np.float32)
    labels = np.repeat([0, 1], [1000, 300])
    for share in (0.0, 0.002, 0.01):
        threshold = metrics.choose_threshold(scores, labels, share)
        assert (scores[labels == 0] >= threshold).mean() <= share
        assert (scores[labels == 1] >= threshold).any()
    with pytest.raises(ValueError, match="without the defect"):
        metrics.choose_threshold(scores, np.ones(1300, int), 0.01)


def test_platts_scaling_finds_the_chances_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 3, 6000).astype(np.float32)
    labels = (rng.random(6000) < 1 / (1 + np.exp(-logits / 2))).astype(int)
    temperature, shift = metrics.fit_platt(logits, labels)
    assert temperature == pytest.approx(2, rel=0.15)
    assert abs(shift) < 0.15


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_a_fitted_head_separates_a_group_that_it_never_saw(hidden: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    labels = np.tile([0, 1], 150)
    features = (rng.normal(0, 1, (300, 5)) + labels[:, None] * 2).astype(np.float32)
    groups = np.repeat(["a", "b", "c"], 100)
    recipe = heads.Recipe(hidden, epochs=300)
    logits = heads.score_unseen(features, labels, groups, recipe=recipe)
    assert metrics.roc_auc(logits, labels) > 0.97
    head = heads.calibrate(
        heads.fit_binary("x", features, labels, recipe=recipe), logits, labels, {"by": "test"}
    )
    head = heads.set_threshold(head, heads.apply_platt(logits, head), labels, 0.02)
    assert head.card["by"] == "test"
    assert ((head.probabilities(features) >= head.threshold) == labels).mean() > 0.85


def test_centring_moves_a_threshold_to_one_half_and_keeps_the_order() -> None:
    chances = np.array([0.01, 0.5, 0.8, 0.99, 1.0], np.float32)
    moved = center(chances, 0.8)
    assert moved[2] == pytest.approx(0.5, abs=1e-5)
    assert (np.diff(moved) > 0).all()
    assert moved.max() <= 1


def test_a_folder_without_images_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No images under"):
        list_photos([tmp_path], 10, 1)
    (tmp_path / "a.jpg").write_bytes(pack(draw_photo(64)))
    assert list_photos([tmp_path], 10, 1) == [(tmp_path.name, tmp_path / "a.jpg")]


def test_a_bad_label_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("file,defect\na.jpg,blur\nb.jpg,fine\n")
    assert read_labels(path) == {"a.jpg": "blur", "b.jpg": ""}
    path.write_text("file,defect\na.jpg,blur\nb.jpg,blurry\n")
    with pytest.raises(ValueError, match="line 3: 'blurry'"):
        read_labels(path)
    path.write_text("name,what\n")
    with pytest.raises(ValueError, match="columns file and defect"):
        read_labels(path)
