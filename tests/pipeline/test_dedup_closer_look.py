"""A closer look tells thin edits from noise, and forgives noise, but never another shade."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest

from pipeline.assess import COMPARED_SIDE_PX
from pipeline.dedup import comparator as comparing
from pipeline.dedup import load_comparator
from pipeline.dedup.closer_look import FEATURES, is_doubtful, lay_finely, look_closer
from pipeline.dedup.comparator import View, view_pairs
from pipeline.dedup.decision import load_weights
from pipeline.dedup.misfit import measure_misfits
from pipeline.dedup.prepare import FINE_SIDE_PX, Prepared, prepare
from pipeline.dedup.shade import MOST_COLOUR, MOST_TONE, is_shaded, measure_shade
from pipeline.images import decode
from pipeline.records import PairComparison, RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


def compare(a: RgbArray, b: RgbArray, closer: bool = True) -> PairComparison:
    """The shipped comparator's word on two pictures, or the first look's."""
    comparator = load_comparator("registration")
    pair = comparator.prepare(a), comparator.prepare(b)
    if closer:
        return comparator.compare(*pair)
    with mock.patch.object(comparing, "is_doubtful", return_value=False):
        return comparator.compare(*pair)


def print_thinly(rgb: RgbArray) -> RgbArray:
    """A word in letters a pixel wide, little lighter than what they stand on."""
    printed = rgb.copy()
    cv2.putText(printed, "alpine", (560, 590), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (120, 130, 150), 1, cv2.LINE_AA)
    return printed


def compress(rgb: RgbArray, quality: int) -> RgbArray:
    """The picture after one JPEG encoding."""
    return decode(encode(rgb, ".jpg", quality)).rgb


def shrink(rgb: RgbArray, side_px: int) -> RgbArray:
    """The picture at a longest side."""
    scale = side_px / max(rgb.shape[:2])
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def tint(rgb: RgbArray, step: tuple[int, int, int]) -> RgbArray:
    """The object, all that is not the white ground, moved by a few levels a channel."""
    moved = rgb.astype(np.int16) + np.where((rgb.min(2) < 200)[..., None], step, 0)
    return np.clip(moved, 0, 255).astype(np.uint8)


def lay(a: RgbArray, b: RgbArray) -> tuple[Prepared, Prepared, View]:
    """Two prepared pictures and how they lie over each other."""
    one, other = prepare(a), prepare(b)
    view = next(view_pairs(one, other))
    assert view.overlay is not None
    return one, other, view


def test_thin_letters_that_the_first_look_merges_are_seen_by_a_closer_one() -> None:
    plain = draw_product(1000, 800)
    assert compare(plain, print_thinly(plain), closer=False).duplicate
    found = compare(plain, print_thinly(plain))
    assert not found.duplicate
    assert found.decided_by == "doubt"
    assert found.probability == pytest.approx(1 - found.distances["doubt"], abs=1e-5)


def test_strong_compression_that_the_first_look_takes_for_an_edit_is_forgiven() -> None:
    small = shrink(draw_scene(11), 260)
    assert not compare(small, compress(small, 10), closer=False).duplicate
    assert compare(small, compress(small, 18)).duplicate


def test_nothing_is_forgiven_where_the_object_has_another_shade() -> None:
    small = shrink(draw_scene(11), 260)
    with mock.patch.object(comparing, "is_shaded", return_value=True):
        found = compare(small, compress(small, 18))
    assert found.probability == compare(small, compress(small, 18), closer=False).probability


@pytest.mark.parametrize("step", [(14, 0, -6), (0, 0, 22), (-12, 6, 0)])
def test_another_colour_all_over_is_another_shade_and_compression_is_none(step: tuple[int, int, int]) -> None:
    plain = draw_product(900, 750)
    *_, tinted = lay(plain, tint(plain, step))
    *_, stored = lay(plain, compress(plain, 30))
    assert tinted.overlay is not None and stored.overlay is not None
    assert is_shaded(tinted.overlay)
    assert not is_shaded(stored.overlay)
    assert measure_shade(tinted.overlay)[0] > MOST_COLOUR > 1.5 * measure_shade(stored.overlay)[0]
    assert measure_shade(stored.overlay)[1] < MOST_TONE


def test_pictures_that_share_nothing_to_measure_count_as_shaded() -> None:
    *_, view = lay(draw_product(), draw_product())
    assert view.overlay is not None
    nothing = mock.Mock(wraps=view.overlay, alike=view.overlay.alike, unit_px=view.overlay.unit_px)
    nothing.seen, nothing.object = np.zeros_like(view.overlay.seen), view.overlay.object
    assert is_shaded(nothing)


def test_a_file_and_the_pixels_kept_of_it_get_the_same_answer_at_a_closer_look() -> None:
    comparator = load_comparator("registration")
    plain = draw_product(1000, 800)
    files = [encode(picture, ".jpg") for picture in (plain, print_thinly(plain))]
    by_bytes = comparator.compare(*(comparator.prepare(data) for data in files))
    reads = [mock.Mock(return_value=data) for data in files]
    kept = [decode(data).at(COMPARED_SIDE_PX) for data in files]
    pair = [comparator.prepare(pixels, read) for pixels, read in zip(kept, reads, strict=True)]
    by_pixels = comparator.compare(*pair)
    assert by_pixels.probability == by_bytes.probability
    assert [read.call_count for read in reads] == [1, 1]


def test_a_picture_is_read_again_only_where_there_is_doubt() -> None:
    comparator = load_comparator("registration")
    picture = draw_product()
    read = mock.Mock(side_effect=AssertionError("read again"))
    pair = [comparator.prepare(one, read) for one in (picture, shrink(picture, 400))]
    assert comparator.compare(*pair).duplicate
    assert comparator.compare(pair[0], comparator.prepare(draw_scene(), read)).duplicate is False


def test_what_is_looked_at_closely_has_all_the_pixels_that_both_have() -> None:
    large, small = draw_product(1200, 1000), shrink(draw_product(1200, 1000), 500)
    assert max(prepare(large).fine.shape) == FINE_SIDE_PX
    for pair, gain in (((large, large), 2.0), ((large, small), 500 / 384), ((small, large), 500 / 384)):
        one, other, view = lay(*pair)
        assert view.overlay is not None
        laid = lay_finely(one, other, view.matrix, view.overlay)
        assert laid.gain == pytest.approx(gain, abs=0.01)
        apart = cv2.absdiff(laid.left, laid.right)[laid.seen > 0]
        assert apart.mean() < 2.0  # the two lie on each other, also where one was enlarged


def test_where_no_pixels_are_to_be_won_those_of_the_first_look_are_taken() -> None:
    small = shrink(draw_product(), 300)
    one, other, view = lay(small, compress(small, 60))
    assert view.overlay is not None
    laid = lay_finely(one, other, view.matrix, view.overlay)
    assert laid.gain == 1.0
    assert laid.left.shape == view.overlay.seen.shape
    found = look_closer(one, other, view.matrix, view.overlay, view.features, 0.5)
    assert set(FEATURES) <= set(found)
    assert found["first_look"] == pytest.approx(0.0, abs=1e-6)


def test_noise_all_over_is_usual_and_a_line_in_it_is_odd() -> None:
    rng = np.random.default_rng(1)
    left = cv2.GaussianBlur(rng.integers(40, 200, (400, 400), dtype=np.uint8), (0, 0), 3)
    noisy = np.clip(left + rng.normal(0, 8, left.shape), 0, 255).astype(np.uint8)
    seen = np.full(left.shape, 255, np.uint8)
    usual = measure_misfits(left, noisy, seen, 400.0)
    odd = measure_misfits(left, cv2.line(noisy.copy(), (180, 200), (215, 206), 255, 2), seen, 400.0)
    assert usual["odd_small"] < 2.0 < 4.0 < odd["odd_small"]
    assert usual["odd_large"] < 1.3 < 1.7 < odd["odd_large"]
    assert odd["misfit_small"] > 2 * usual["misfit_small"]


def test_a_shift_and_a_bias_explain_what_they_do() -> None:
    rng = np.random.default_rng(2)
    left = cv2.GaussianBlur(rng.integers(0, 256, (400, 400), dtype=np.uint8), (0, 0), 4)
    left = cv2.normalize(left, None, 40, 200, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    moved = cv2.warpAffine(
        left, np.array([[1, 0, 0.4], [0, 1, -0.3]]), (400, 400), borderMode=cv2.BORDER_REFLECT
    )
    moved = cv2.convertScaleAbs(moved, beta=12)
    seen = np.full(left.shape, 255, np.uint8)
    found = measure_misfits(left, moved, seen, 400.0)
    unexplained = float((moved.astype(np.float32) - left).std())
    assert found["misfit_small"] < 0.5 * unexplained


def test_pictures_of_which_too_little_is_seen_tell_nothing() -> None:
    grey = np.full((60, 60), 128, np.uint8)
    assert measure_misfits(grey, grey, np.zeros_like(grey), 60.0) == {}
    few = np.zeros_like(grey)
    few[:5, :5] = 255
    assert measure_misfits(grey, grey, few, 60.0) == {}


@pytest.mark.parametrize(
    ("probability", "alone", "doubtful"),
    [(0.01, 9.0, False), (0.02, 1.0, True), (0.5, 1.0, True), (0.98, 1.0, False), (0.98, 9.0, True)],
)
def test_doubt_is_a_middling_probability_or_one_place_that_stands_out(
    probability: float, alone: float, doubtful: bool
) -> None:
    features = {
        "residual": alone,
        "elsewhere": 0.7,
        "colour": 1.0,
        "colour_elsewhere": 1.0,
        "concentration": 1.0,
    }
    assert is_doubtful(features, probability) is doubtful


def test_weights_of_another_form_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({"form": "trees-1"}), encoding="utf-8")
    with pytest.raises(ValueError, match="no model of a closer look"):
        load_weights(path)
    assert load_weights().names == FEATURES
