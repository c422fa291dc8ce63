"""A glance at small copies dismisses other pictures, and never a copy."""

from __future__ import annotations

from unittest import mock

import cv2
import numpy as np
import pytest

from pipeline.dedup import load_comparator, registration
from pipeline.dedup.glance import FAR, glance, look_apart
from pipeline.dedup.margins import find_content, find_margin_colours, is_framed
from pipeline.dedup.prepare import prepare
from pipeline.dedup.transforms import TRANSFORMS
from pipeline.records import PairComparison, RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene

HERE = np.eye(3)


def pad(rgb: RgbArray, side: int) -> RgbArray:
    """The picture in a white margin."""
    edges = (side, side, side, side)
    return np.asarray(cv2.copyMakeBorder(rgb, *edges, cv2.BORDER_CONSTANT, value=(255, 255, 255)), np.uint8)


def compare(a: RgbArray, b: RgbArray, residual: bool = False) -> PairComparison:
    """The shipped comparator's word on two pictures."""
    comparator = load_comparator("registration")
    return comparator.compare(comparator.prepare(a), comparator.prepare(b), want_residual=residual)


def draw_other() -> RgbArray:
    """The same kind of product, turned, with another face."""
    other = draw_product(seed=9)[:, ::-1].copy()
    return np.asarray(cv2.rectangle(other, (150, 150), (450, 330), (230, 190, 40), -1), np.uint8)


def test_other_products_differ_by_far_at_a_glance() -> None:
    assert look_apart(prepare(draw_product()), prepare(draw_other()), HERE) > FAR


@pytest.mark.parametrize("name", ["jpeg", "light", "sharpen"])
def test_another_rendering_is_near_at_a_glance(name: str) -> None:
    rendered = TRANSFORMS[name](draw_product(), np.random.default_rng(1))
    assert look_apart(prepare(draw_product()), prepare(rendered), HERE) < FAR / 2


def test_two_frames_that_hardly_overlap_tell_nothing() -> None:
    aside = np.array([[1, 0, 380], [0, 1, 310], [0, 0, 1]], np.float64)
    assert look_apart(prepare(draw_product()), prepare(draw_scene()), aside) == 0.0


def test_a_copy_in_a_margin_is_not_dismissed_by_a_glance_at_the_whole() -> None:
    scene, cut = draw_scene(), pad(draw_scene()[40:, 60:].copy(), 90)
    assert prepare(cut).may_mislead
    assert not prepare(scene).may_mislead
    assert glance(prepare(scene), prepare(cut), HERE) > FAR
    assert compare(scene, cut).duplicate


def test_another_picture_in_a_margin_is_dismissed_by_what_is_within() -> None:
    with mock.patch.object(registration, "_settle", side_effect=AssertionError("refined")):
        found = compare(draw_scene(), pad(draw_scene(seed=8), 90))
    assert (found.duplicate, found.decided_by) == (False, "residual")


def test_a_product_on_white_does_not_count_as_framed() -> None:
    picture = np.full((200, 200, 3), 255, np.uint8)
    cv2.circle(picture, (100, 100), 70, (30, 60, 90), -1)
    cv2.line(picture, (10, 10), (190, 30), (30, 60, 90), 5)
    assert not is_framed(find_content(picture, find_margin_colours(picture)))
    assert not is_framed(np.full((50, 50), 255, np.uint8))
    assert not is_framed(np.zeros((50, 50), np.uint8))


def test_pictures_that_differ_by_far_never_reach_the_fine_levels() -> None:
    with mock.patch.object(registration, "_settle", side_effect=AssertionError("refined")):
        found = compare(draw_scene(), draw_scene(seed=8))
    assert not found.duplicate
    assert (found.decided_by, found.probability) == ("residual", 0.0)
    assert found.distances["residual"] > FAR > found.thresholds["residual"]


def test_who_wants_the_map_gets_it_of_pictures_that_differ_by_far() -> None:
    other = draw_product(seed=4)
    other[150:400, 200:400] = (250, 250, 60)
    seen = compare(draw_product(), other, residual=True)
    assert not seen.duplicate
    assert seen.residual is not None
    assert seen.residual.max() > 0.9
    assert {"hidden", "colour"} <= set(seen.distances)


def test_pictures_in_like_margins_are_judged_by_what_is_within_however_well_the_margins_fit() -> None:
    """A wide margin alone lets two pictures correlate; the glance is at what differs."""
    dark, pale = np.full((150, 200, 3), 60, np.uint8), np.full((150, 200, 3), 60, np.uint8)
    cv2.rectangle(pale, (80, 40), (120, 100), (240, 240, 60), -1)
    for one, other, copies in ((dark, pale, False), (pale, pale, True)):
        found = compare(pad(np.asarray(one), 150), pad(np.asarray(other), 150))
        assert found.duplicate is copies
