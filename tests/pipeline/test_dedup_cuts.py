"""What a crop or a shift hid counts as unseen; what sticks out of a whole product counts as different."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from pipeline.dedup import load_comparator
from pipeline.dedup.cuts import find_shown, keep_framed
from pipeline.dedup.margins import find_content, find_inner_frame, find_margin_colours, paint_over_line
from pipeline.dedup.prepare import prepare
from pipeline.records import PairComparison, RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene


def pad(rgb: RgbArray, sides: tuple[int, int, int, int], level: int = 255) -> RgbArray:
    """The picture with a margin: top, bottom, left, right."""
    colour = (level,) * 3
    return np.asarray(cv2.copyMakeBorder(rgb, *sides, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def compare(a: RgbArray, b: RgbArray) -> PairComparison:
    """The shipped comparator's word on two pictures."""
    comparator = load_comparator("registration")
    return comparator.compare(comparator.prepare(a), comparator.prepare(b))


def draw_bottle(lid: bool) -> RgbArray:
    """A bottle on white, with or without a lid as wide as its neck."""
    picture = np.full((600, 400, 3), 255, np.uint8)
    cv2.rectangle(picture, (100, 220), (300, 570), (40, 110, 70), -1)
    cv2.rectangle(picture, (160, 130), (240, 230), (50, 125, 80), -1)
    cv2.putText(picture, "OIL", (140, 420), 0, 2, (230, 230, 220), 5)
    if lid:
        cv2.rectangle(picture, (160, 95), (240, 129), (190, 40, 40), -1)
    return picture


@pytest.mark.parametrize("draw", [draw_product, draw_scene])
@pytest.mark.parametrize("level", [255, 236])
def test_a_picture_cropped_and_then_set_in_a_margin_is_a_copy(
    draw: Callable[[], RgbArray], level: int
) -> None:
    picture = draw()
    assert compare(picture, pad(picture[30:-34, 28:-25], (50, 80, 60, 40), level)).duplicate


def test_a_picture_shifted_out_of_its_frame_and_then_padded_is_a_copy() -> None:
    picture = draw_scene()
    moved = np.full_like(picture, 255)
    moved[:-40, 30:] = picture[40:, :-30]
    assert compare(picture, pad(moved, (60, 60, 60, 60))).duplicate


def test_a_lid_on_a_bottle_is_not_taken_for_a_crop_of_the_other() -> None:
    assert not compare(draw_bottle(lid=True), draw_bottle(lid=False)).duplicate
    assert compare(draw_bottle(lid=True), pad(draw_bottle(lid=True), (20, 60, 40, 40))).duplicate


def test_what_sticks_out_of_a_straight_side_hides_nothing() -> None:
    own = np.zeros((100, 100), np.uint8)
    own[40:90, 20:80] = 255
    other = own.copy()
    other[25:40, 45:55] = 255
    pixels = np.repeat(other[..., None], 3, axis=2)
    assert (find_shown(own, other, np.full_like(own, 255), pixels) == 255).all()


def test_beyond_a_cut_nothing_is_shown() -> None:
    own, other = np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)
    other[10:90, 20:80] = own[40:90, 20:80] = 255
    shown = find_shown(own, other, np.full_like(own, 255), np.repeat(other[..., None], 3, axis=2))
    assert (shown[:40] == 0).all()
    assert (shown[42:] == 255).all()


def test_margins_of_two_colours_are_found() -> None:
    picture = pad(draw_scene(), (40, 40, 40, 40), 225)
    picture[:40, :200] = 255
    assert {int(colour[0]) for colour in find_margin_colours(picture)} == {225, 255}


def test_a_framed_picture_has_an_inner_frame_and_a_product_has_none() -> None:
    scene = pad(draw_scene(), (50, 30, 40, 60))
    height, width = scene.shape[:2]
    found = find_inner_frame(find_content(scene, find_margin_colours(scene)))
    assert found is not None
    assert np.abs(np.array(found) - (40, 50, width - 60, height - 30)).max() <= 3
    assert prepare(draw_bottle(lid=True)).inner_frame is None


def test_a_thin_line_around_a_picture_is_painted_over() -> None:
    picture = draw_product()
    framed = picture.copy()
    cv2.rectangle(framed, (0, 0), (framed.shape[1] - 1, framed.shape[0] - 1), (30, 30, 30), 3)
    assert (paint_over_line(framed)[0] == 255).all()
    assert paint_over_line(picture) is picture
    assert compare(picture, framed).duplicate


def draw_poster(width: int = 480) -> RgbArray:
    """A poster on white: straight sides, nothing beside it."""
    return pad(draw_scene(width=width), (60, 60, 60, 60))


@pytest.mark.parametrize("slope", [0.07, -0.06])
def test_a_product_before_a_lit_wall_cropped_and_then_sheared_before_white_is_a_copy(slope: float) -> None:
    picture = draw_product(ground=180)
    light = np.linspace(0.75, 1.3, picture.shape[1])[None, :, None]
    picture = np.clip(picture * light, 0, 236).astype(np.uint8)
    cut = np.ascontiguousarray(picture[20:-24, 16:-20])
    lean = np.array([[1, slope, -slope * cut.shape[0] / 2], [0, 1, 0]], np.float64)
    size = cut.shape[1], cut.shape[0]
    sheared = cv2.warpAffine(cut, lean, size, flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    assert compare(picture, np.asarray(sheared, np.uint8)).duplicate


@pytest.mark.parametrize("sides", [(160, 0, 0, 0), (0, 0, 0, 130)])
def test_a_margin_on_one_side_of_a_scene_counts_as_no_part_of_it(sides: tuple[int, int, int, int]) -> None:
    picture = draw_scene()
    found = compare(picture, pad(picture, sides, 225))
    assert found.duplicate
    assert found.distances["hidden"] < 0.1


def test_a_thing_beside_a_straight_sided_product_stays_a_difference() -> None:
    beside = draw_poster()
    cv2.rectangle(beside, (18, 120), (34, 560), (40, 60, 130), -1)
    assert not compare(draw_poster(), beside).duplicate


@pytest.mark.parametrize(("edge", "hides"), [(0, True), (120, False)])
def test_what_stands_in_a_margin_hides_the_rest_unless_it_ends_there_in_both(edge: int, hides: bool) -> None:
    framed = np.zeros((120, 120), np.uint8)
    framed[30:90, 30:90] = 255
    pixels = np.full((120, 120, 3), 100, np.uint8)
    pixels[30:90, 30:90] += np.uint8(edge)
    everywhere = np.full_like(framed, 255)
    shown = keep_framed(framed, everywhere, everywhere, pixels)
    assert (shown[35:85, 35:85] == 255).all()
    assert (shown[:25] == 0).all() == hides


def test_what_stands_in_a_margin_hides_nothing_where_the_other_has_that_margin_too() -> None:
    framed = np.zeros((120, 120), np.uint8)
    framed[30:90, 30:90] = 255
    other = framed.copy()
    other[60:70, 90:110] = 255
    pixels = np.full((120, 120, 3), 100, np.uint8)
    assert (keep_framed(framed, other, np.full_like(framed, 255), pixels) == 255).all()


def draw_ball() -> RgbArray:
    """A round thing with a pattern on white."""
    rng = np.random.default_rng(8)
    pattern = cv2.GaussianBlur(rng.integers(0, 256, (600, 600, 3), dtype=np.uint8), (0, 0), 9)
    pattern = cv2.normalize(pattern, None, 40, 190, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    mask = cv2.circle(np.zeros((600, 600), np.uint8), (300, 300), 230, 255, -1)
    return np.where(mask[..., None] > 0, pattern, 255).astype(np.uint8)


@pytest.mark.parametrize("depth", [6, 10, 16, 30])
def test_a_round_thing_cut_thinly_at_its_rim_and_set_in_a_margin_is_a_copy(depth: int) -> None:
    ball = draw_ball()
    cut = np.ascontiguousarray(ball[70 + depth :])
    found = compare(ball, pad(cut, (40, 10, 30, 30)))
    assert found.duplicate
    assert found.distances["residual"] < 15.0


@pytest.mark.parametrize("gap", [2, 6])
def test_a_thin_bar_laid_at_the_rim_of_a_product_is_no_cut(gap: int) -> None:
    plain = draw_product()
    barred = plain.copy()
    cv2.rectangle(barred, (120, 117 - gap), (480, 124 - gap), (180, 60, 140), -1)
    assert not compare(plain, barred).duplicate


def draw_lit_scene() -> RgbArray:
    """A scene one corner of which is as white as paper."""
    scene = draw_scene()
    cv2.fillPoly(scene, [np.array([(480, 0), (480, 130), (330, 0)])], (255, 255, 255))
    return scene


def test_a_scene_with_a_white_corner_is_found_in_its_margin() -> None:
    scene = draw_lit_scene()
    framed = pad(scene, (60, 60, 80, 40))
    found = find_inner_frame(find_content(framed, find_margin_colours(framed)))
    assert found is not None
    assert np.abs(np.array(found) - (80, 60, 560, 660)).max() <= 6
    assert compare(scene, pad(scene[30:, 20:], (60, 60, 120, 40))).duplicate
