"""Training of the quality judges: defects made of photos, metrics, fitting, the bench's report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.foreground import find_object
from pipeline.head_store import Head
from pipeline.quality.judges import center
from pipeline.records import Judgement, RgbArray
from pipeline.training import bench_defects, heads, metrics
from pipeline.training.blurring import BLURS, fall_off, soften
from pipeline.training.lettering import find_lettering
from pipeline.training.lit_things import draw_lit_thing
from pipeline.training.placeholder_grounds import draw_other_placeholder
from pipeline.training.placeholder_initials import draw_initials
from pipeline.training.placeholders import draw_placeholder
from pipeline.training.plain_things import draw_plain_thing
from pipeline.training.product_art import draw_product_art
from pipeline.training.quality import limit_false_flags, list_limits, list_photos
from pipeline.training.quality_bench import Shown, read_labels, report
from pipeline.training.reframing import SMALL, make_set, make_small
from pipeline.training.smooth_things import draw_smooth_thing
from pipeline.training.wear import vary
from tests.pipeline.drawing import draw_photo, draw_product, pack
from tests.pipeline.test_quality import feature

Drawer = Callable[[np.random.Generator, Any], RgbArray]


def test_every_blur_softens_and_keeps_the_size() -> None:
    rgb = draw_product(400)
    for change in BLURS:
        soft = change(rgb, np.random.default_rng(1))
        assert soft.shape == rgb.shape
        assert feature("width19_q50", soft) > feature("width19_q50", rgb) or feature("blocks_x", soft) > 1


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


def test_a_shallow_depth_of_field_keeps_the_liveliest_place_sharp() -> None:
    rgb = draw_product(400, 0.8)
    fallen = fall_off(rgb, np.random.default_rng(3))
    assert not np.array_equal(fallen, rgb)
    assert feature("tile_sharpest", fallen) == pytest.approx(feature("tile_sharpest", rgb), abs=0.05)
    assert feature("tile_softest", fallen) > feature("tile_softest", rgb) + 0.05


@pytest.mark.parametrize("kind", bench_defects.BLURS)
def test_every_planted_blur_is_another_picture_of_the_same_size(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_defects, "BLURS", (kind,))
    rgb = draw_product(300, 0.7)
    made, soft = bench_defects.blur(rgb, np.random.default_rng(2))
    assert (made, soft.shape, soft.dtype) == (kind, rgb.shape, rgb.dtype)
    assert np.abs(soft.astype(int) - rgb).mean() > 1


def test_members_joined_say_the_mean_of_what_each_says() -> None:
    rng = np.random.default_rng(5)
    rows, labels = rng.normal(0, 1, (200, 4)).astype(np.float32), rng.integers(0, 2, 200)
    alone = [
        heads.fit_binary("one", rows, labels, recipe=heads.Recipe(hidden=(6, 3), epochs=3, seed=seed))
        for seed in (7, 8)
    ]
    joined = heads.fit_binary("two", rows, labels, recipe=heads.Recipe(hidden=(6, 3), epochs=3, members=2))
    mean = (alone[0].logits(rows) + alone[1].logits(rows)) / 2
    assert joined.logits(rows) == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize("draw", [draw_product_art, draw_placeholder])
def test_drawings_follow_their_seed(draw: Drawer) -> None:
    fonts = find_lettering().fonts["latin"]
    one, two, other = (draw(np.random.default_rng(seed), fonts) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_a_smooth_thing_has_a_sharp_outline() -> None:
    rgb = draw_smooth_thing(np.random.default_rng(4))
    assert find_object(rgb).area > 0.02
    assert feature("width9_q10", rgb) < 1.6


def test_a_set_of_several_fills_its_frame() -> None:
    made = make_set(draw_product(300, 0.7), np.random.default_rng(6), [])
    left, top, right, bottom = find_object(made).box
    assert max(right - left, bottom - top) > 0.6


def test_plain_things_and_placeholders_of_other_kinds_follow_their_seed() -> None:
    lettering = find_lettering()
    fonts = lettering.fonts["latin"]
    seeds = (*range(24), 0)
    things = [draw_plain_thing(np.random.default_rng(seed), lettering) for seed in seeds]
    lit = [draw_lit_thing(np.random.default_rng(seed)) for seed in seeds]
    marks = [draw_other_placeholder(np.random.default_rng(seed), fonts) for seed in seeds]
    letters = [draw_initials(np.random.default_rng(seed), fonts) for seed in seeds]
    for drawn in (things, lit, marks, letters):
        assert np.array_equal(drawn[0], drawn[-1])
        assert len({picture.tobytes() for picture in drawn}) == 24
        assert all(np.ptp(picture) > 5 for picture in drawn)  # none is a blank


def test_a_head_flags_of_every_fine_part_no_more_than_its_share() -> None:
    labels = np.repeat([0, 1], [200, 50])
    chances = np.concatenate([np.linspace(0, 0.4, 100), np.linspace(0, 0.9, 100), np.full(50, 0.95)])
    photos, drawn = np.arange(250) < 100, (np.arange(250) >= 100) & (labels == 0)
    head = Head("one", {}, {"threshold": 0.5})
    found = limit_false_flags(head, chances, labels, [(photos, 0.01), (drawn, 0.03)]).threshold
    assert (chances[photos] >= found).mean() <= 0.01
    assert 0.01 <= (chances[drawn] >= found).mean() <= 0.03


def test_initials_are_drawn_without_a_font_too() -> None:
    drawn = [draw_initials(np.random.default_rng(seed), []) for seed in range(6)]
    assert all(np.ptp(picture) > 5 for picture in drawn)


def test_only_placeholders_are_limited_by_drawn_products() -> None:
    made = np.array(["as it is", "art", "thing", "lit", "placeholder"])
    limits = list_limits("placeholder", made)
    assert {key: part.tolist() for key, (part, _) in limits.items()} == {
        "untouched": [True, False, False, False, False],
        "flat_products": [False, True, True, False, False],
        "lit_products": [False, False, False, True, False],
    }
    assert list(list_limits("blur", made)) == ["untouched"]
    assert list(list_limits("placeholder", made[:1])) == ["untouched"]


def said(score: float, flag: bool = False) -> Judgement:
    return Judgement("blur", score, 0.5, flag)


def test_the_report_counts_by_judge_and_by_kind_and_names_what_it_flags_wrongly() -> None:
    shown = [
        Shown("a", "", "as it is", {"blur": said(0.1)}),
        Shown("b", "", "as it is", {"blur": said(0.6, True)}),
        Shown("a", "blur", "gaussian", {"blur": said(0.9, True)}),
        Shown("b", "blur", "motion", {"blur": said(0.4)}),
    ]
    found = report(shown)
    row = found["judges"]["blur"]
    assert (row["roc_auc"], row["recall_at_threshold"], row["false_positive_rate"]) == (0.75, 0.5, 0.5)
    assert row["recall_by_kind"] == {"gaussian": 1.0, "motion": 0.0}
    assert row["roc_auc_by_kind"] == {"gaussian": 1.0, "motion": 0.5}
    assert (found["fine_flagged_by_any"], found["fine_flagged_files"]) == (0.5, {"b": ["blur"]})
    assert report(shown[:2])["judges"] == {}
