"""Bands that shops and shifts add to a picture, and flat corners that turning leaves: nothing shows there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.config import DedupConfig
from pipeline.dedup.bands import find_bands, find_corners
from pipeline.dedup.comparator import RegistrationComparator
from pipeline.records import PairComparison, RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene

GREY_BLUE, BROWN, BLACK, WHITE = (206, 212, 222), (92, 58, 34), (0, 0, 0), (255, 255, 255)


def band(
    rgb: RgbArray, sides: tuple[int, int, int, int], colour: tuple[int, int, int] | list[int]
) -> RgbArray:
    """The picture with bands above, below, left and right of it."""
    return np.asarray(cv2.copyMakeBorder(rgb, *sides, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def turn(rgb: RgbArray, degrees: float, colour: tuple[int, int, int]) -> RgbArray:
    """The picture turned in its own frame, its corners filled."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=colour), np.uint8
    )


def draw_lit_scene() -> RgbArray:
    """A scene whose wall is one soft colour up to its border: what stands before it looks like the object."""
    scene = np.full((600, 480, 3), (196, 190, 184), np.uint8)
    scene[150:450, 120:360] = draw_scene(7, 240, 300)
    return scene


def compare(a: RgbArray, b: RgbArray, residual: bool = False) -> PairComparison:
    comparator = RegistrationComparator(DedupConfig())
    return comparator.compare(comparator.prepare(a), comparator.prepare(b), residual)


@pytest.mark.parametrize("colour", [GREY_BLUE, BLACK, WHITE])
@pytest.mark.parametrize("sides", [(0, 0, 0, 120), (40, 40, 0, 0), (9, 0, 9, 0), (60, 60, 60, 60)])
def test_bands_are_found_to_the_pixel_or_two(
    sides: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    scene = draw_scene(width=240, height=300)
    found = find_bands(band(scene, sides, colour))
    top, _, left, _ = sides
    wanted = np.array([left, top, left + 240, top + 300])
    assert found is not None
    assert (np.abs(np.array(found) - wanted) <= 2).all()


def test_white_bands_within_coloured_ones_go_and_coloured_ones_within_white_stay() -> None:
    scene = draw_scene(width=240, height=300)
    nested = band(band(scene, (0, 20, 0, 20), WHITE), (30, 30, 0, 0), BROWN)
    assert find_bands(nested) == pytest.approx((0, 30, 240, 330), abs=2)
    other = band(band(scene, (0, 20, 0, 20), BROWN), (30, 30, 0, 0), WHITE)
    assert find_bands(other) == pytest.approx((0, 30, 260, 350), abs=2)


@pytest.mark.parametrize("quality", [60, 85])
def test_a_band_is_found_after_compression(quality: int) -> None:
    banded = band(draw_scene(width=240, height=300), (0, 0, 80, 0), BROWN)
    stored = cv2.imencode(".jpg", banded, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    found = find_bands(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8))
    assert found is not None
    assert abs(found[0] - 80) <= 4


def test_a_product_on_a_plain_ground_a_scene_and_flat_pictures_have_no_bands() -> None:
    ball = np.full((300, 300, 3), 255, np.uint8)
    cv2.circle(ball, (150, 150), 100, (40, 90, 160), -1)
    swatch = np.full((300, 300, 3), (200, 30, 40), np.uint8)
    swatch[:, 120:] = (30, 60, 160)
    for picture in (ball, draw_scene(), swatch, np.full((300, 300, 3), 255, np.uint8), ball[:10, :10]):
        assert find_bands(picture) is None


def test_corners_that_turning_left_are_found_and_a_turned_product_on_white_has_none() -> None:
    scene = draw_scene()
    turned = turn(scene, 4, WHITE)
    wanted = turn(np.full_like(scene, 100), 4, WHITE)[..., 0] > 180
    found = find_corners(turned)
    assert found is not None
    both = np.count_nonzero((found > 0) & wanted)
    assert both > 0.95 * np.count_nonzero(wanted)
    assert np.count_nonzero(found) < 1.25 * np.count_nonzero(wanted)
    assert find_corners(turn(draw_product(), 4, WHITE)) is None


@pytest.mark.parametrize("colour", [GREY_BLUE, BROWN, BLACK, WHITE])
@pytest.mark.parametrize("sides", [(0, 0, 0, 200), (150, 0, 0, 0), (120, 120, 0, 0), (10, 0, 14, 0)])
@pytest.mark.parametrize("draw", [draw_product, draw_lit_scene, draw_scene])
def test_a_picture_and_the_same_with_bands_are_copies(
    draw: object, sides: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    picture = draw()  # type: ignore[operator]
    assert compare(picture, band(picture, sides, colour)).duplicate
    assert compare(band(picture, sides, colour), picture).duplicate


def test_bands_on_one_and_flat_corners_on_the_other_are_forgiven_together() -> None:
    scene = draw_lit_scene()
    assert compare(turn(scene, 3, WHITE), band(scene, (0, 0, 150, 0), BROWN)).duplicate


def test_an_edit_within_bands_is_seen() -> None:
    scene = draw_lit_scene()
    changed = scene.copy()
    cv2.rectangle(changed, (200, 250), (240, 280), (250, 240, 20), -1)
    assert not compare(scene, band(changed, (0, 0, 0, 200), BLACK)).duplicate


@pytest.mark.parametrize("colour", [BLACK, (180, 60, 140)])
@pytest.mark.parametrize("gap", [0, 12, 40])
def test_what_lies_beside_a_straight_sided_product_is_no_band(gap: int, colour: tuple[int, int, int]) -> None:
    box = np.full((480, 600, 3), 255, np.uint8)
    box[0:480, 150:400] = draw_scene(9, 250, 480)
    beside = box.copy()
    cv2.rectangle(beside, (401 + gap, 120), (425 + gap, 380), colour, -1)
    assert not compare(box, beside).duplicate
    assert not compare(band(box, (0, 0, 60, 60), BLACK), beside).duplicate


def test_the_map_and_the_places_of_a_banded_pair_are_on_the_whole_frames() -> None:
    scene = draw_lit_scene()
    changed = scene.copy()
    cv2.rectangle(changed, (200, 250), (240, 280), (250, 240, 20), -1)
    found = compare(band(changed, (100, 0, 200, 0), BLACK), scene, residual=True)
    assert not found.duplicate
    assert found.matrix is not None and found.residual is not None and found.spots
    share = np.array([*found.matrix, 0, 0, 1]).reshape(3, 3) @ [(200 + 220) / 680, (100 + 265) / 680, 1]
    assert share[:2] == pytest.approx((220 / 480, 265 / 480), abs=0.02)
    assert any(x0 <= 420 / 680 <= x1 and y0 <= 365 / 700 <= y1 for x0, y0, x1, y1, _ in found.spots)
