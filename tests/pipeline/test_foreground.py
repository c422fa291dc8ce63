"""The object in its frame: on white, plain, graded and natural ground."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.foreground import find_object
from pipeline.images import decode
from pipeline.records import RgbArray
from pipeline.salience import cut_salient
from pipeline.scaling import fit_within
from tests.pipeline.drawing import draw_product


def on_slope(rgb: RgbArray) -> RgbArray:
    """The object on a beige ground that darkens towards a corner."""
    side = len(rgb)
    y, x = np.mgrid[:side, :side] / side
    ground = np.stack([225 - 40 * x * y, 215 - 45 * x * y, 200 - 50 * x * y], axis=-1)
    inside = rgb.min(axis=2, keepdims=True) < 235
    return np.where(inside, rgb, ground).astype(np.uint8)


@pytest.mark.parametrize("extent", [0.15, 0.4, 0.8])
@pytest.mark.parametrize("at", [(0.5, 0.5), (0.45, 0.55)])
def test_it_bounds_an_object_on_white(extent: float, at: tuple[float, float]) -> None:
    found = find_object(draw_product(400, extent, at=at))
    wanted = (at[0] - extent / 2, at[1] - extent / 2, at[0] + extent / 2, at[1] + extent / 2)
    assert np.abs(np.subtract(found.box, wanted)).max() < 0.03
    assert found.fill == pytest.approx(extent**2, rel=0.25)
    assert found.kind == "white"
    assert found.white_background > 0.99
    assert not found.touches_edge


def test_a_graded_ground_is_no_object() -> None:
    found = find_object(on_slope(draw_product(400, 0.5)))
    assert found.kind == "graded"
    assert np.abs(np.subtract(found.box, (0.25, 0.25, 0.75, 0.75))).max() < 0.04
    assert found.white_background < 0.05
    assert found.plain_background > 0.9


def test_a_coloured_ground_is_plain_not_white() -> None:
    found = find_object(draw_product(300, 0.5, ground=180))
    assert found.kind == "plain"
    assert found.white_background == 0


def test_a_hole_belongs_to_the_object() -> None:
    rgb = draw_product(300, 0.6)
    rgb[140:160, 140:160] = 255
    assert find_object(rgb).mask[150, 150]


def test_dust_is_no_object() -> None:
    rgb = draw_product(400, 0.4)
    rgb[10:12, 10:12] = 0
    assert find_object(rgb).box[0] > 0.25


def test_an_object_cut_by_the_frame_touches_the_edge() -> None:
    found = find_object(draw_product(300, 0.6, at=(0.15, 0.5)))
    assert found.touches_edge
    assert found.kind == "white"


def test_an_empty_frame_has_no_object() -> None:
    found = find_object(np.full((200, 300, 3), 240, np.uint8))
    assert (found.fill, found.area, found.box) == (0.0, 0.0, (0.0, 0.0, 0.0, 0.0))


def test_a_natural_ground_is_a_scene_and_little_trusted() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (12, 12, 3)).astype(np.uint8)
    scene = np.asarray(cv2.resize(noise, (320, 320), interpolation=cv2.INTER_CUBIC), np.uint8).copy()
    scene[110:210, 110:210] = draw_product(100, 1.0)
    found = find_object(scene)
    assert found.kind == "scene"
    assert found.mask[128, 128]
    assert 0.02 < found.area < 0.9
    assert found.confidence < 0.5
    assert found.mask.shape == (256, 256)


def test_a_strange_colour_in_the_middle_of_a_scene_is_what_is_salient() -> None:
    noise = np.random.default_rng(5).integers(60, 140, (20, 20, 3)).astype(np.uint8)
    scene = np.asarray(cv2.resize(noise, (64, 64), interpolation=cv2.INTER_CUBIC), np.uint8).copy()
    scene[20:44, 24:40] = (230, 40, 30)
    wanted = np.zeros((64, 64), bool)
    wanted[20:44, 24:40] = True
    found = cut_salient(scene)
    assert (found & wanted).sum() / (found | wanted).sum() > 0.8


def test_a_smaller_copy_of_a_picture_gives_the_same_object() -> None:
    rgb = draw_product(900, 0.4)
    whole, small = find_object(rgb), find_object(fit_within(rgb, 256))
    assert (whole.mask == small.mask).all()
    assert whole.box == small.box


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (3, 2), (900, 7)])
def test_it_bears_odd_sizes(shape: tuple[int, int]) -> None:
    found = find_object(np.full((*shape, 3), 30, np.uint8))
    assert 0 <= found.area <= 1


def test_the_same_picture_gives_the_same_mask() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    assert (find_object(noise).mask == find_object(noise).mask).all()


@pytest.mark.catalogs
def test_most_packshots_of_a_real_catalog_stand_on_white(shared_data: Path) -> None:
    files = sorted((shared_data / "images" / "oro").glob("*"))[:20]
    found = [find_object(decode(path.read_bytes()).rgb) for path in files]
    assert sum(one.kind == "white" for one in found) >= 18
    assert all(0.02 < one.fill < 0.95 for one in found)
