"""Warnings of quality: frames, panels, a thumbnail's detail in a large file; where nothing can be told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.foreground import find_object
from pipeline.quality.cautions import warn
from pipeline.quality.layout import measure_layout
from pipeline.quality.sharpness import FEATURES, measure_sharpness, tell_contrast, tell_edge_px
from pipeline.quality.tiles import COUNT, CUT_PX, RIM_PX, cut_tiles
from pipeline.records import Judgement, RgbArray
from pipeline.training.wear import hold
from tests.pipeline.drawing import draw_photo, draw_product, pack


def look(rgb: RgbArray) -> dict[str, Judgement]:
    image = hold(rgb)
    return warn(measure_sharpness(image, find_object(rgb)), measure_layout(image))


def draw_panels(rows: int, columns: int, gutter: int = 8, ground: int = 255) -> RgbArray:
    """Coloured, noisy panels on a sheet."""
    sheet = np.full((480, 480, 3), ground, np.uint8)
    rng = np.random.default_rng(4)
    high, wide = 480 // rows, 480 // columns
    for i in range(rows * columns):
        y, x = (i // columns) * high, (i % columns) * wide
        spot = sheet[y + gutter : y + high, x + gutter : x + wide]
        spot[:] = np.clip(rng.uniform(30, 180, 3) + rng.normal(0, 10, spot.shape), 0, 255)
    return sheet


def test_a_thumbnail_scaled_up_is_named_with_its_true_size() -> None:
    large = draw_product(900, 0.8)
    small = cv2.resize(large, (100, 100), interpolation=cv2.INTER_AREA)
    blown_up = np.asarray(cv2.resize(small, (900, 900), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert not look(large)["upscaled"].flag
    found = look(blown_up)["upscaled"]
    assert (found.flag, found.drops) == (True, False)
    assert found.evidence["judged_side_px"] == 900
    assert 60 <= found.evidence["true_side_px"] <= 300


def test_a_small_file_is_no_upscaled_one() -> None:
    soft = np.asarray(cv2.GaussianBlur(draw_product(280), (0, 0), 3), np.uint8)
    assert not look(soft)["upscaled"].flag


def test_where_no_edge_stands_out_nothing_is_said_of_its_scale() -> None:
    assert "upscaled" not in look(np.full((400, 400, 3), 200, np.uint8))


@pytest.mark.parametrize("level", [0, 9, 20])
@pytest.mark.parametrize("thick", [4, 12, 30])
def test_a_frame_round_the_picture_is_a_warning(thick: int, level: int) -> None:
    framed = np.pad(draw_panels(1, 1, 0), ((thick, thick), (thick, thick), (0, 0)), constant_values=level)
    found = look(framed)["border"]
    assert (found.flag, found.drops) == (True, False)


@pytest.mark.parametrize("extent", [0.5, 0.97])
def test_a_ground_round_the_product_is_no_frame(extent: float) -> None:
    assert not look(draw_photo())["border"].flag
    rgb = draw_product(480, extent, at=(0.5, 0.52))
    assert not look(rgb)["border"].flag


@pytest.mark.parametrize("rows, columns", [(2, 1), (1, 2), (2, 2), (3, 3)])
def test_panels_with_gutters_are_a_collage(rows: int, columns: int) -> None:
    found = look(draw_panels(rows, columns))["collage"]
    assert (found.flag, found.drops) == (True, False)
    assert found.evidence["gutters"] == rows + columns - 2


def test_products_beside_one_another_on_one_ground_are_no_collage() -> None:
    beside = np.concatenate([draw_product(240, 0.7), draw_product(240, 0.7)], axis=1)
    assert not look(beside)["collage"].flag
    assert not look(draw_photo())["collage"].flag


def test_compression_hides_neither_frame_nor_gutter() -> None:
    for picture, judge in ((draw_panels(2, 2, 10), "collage"), (draw_panels(1, 1, 12), "collage")):
        packed = cv2.imdecode(np.frombuffer(pack(picture, quality=70), np.uint8), cv2.IMREAD_COLOR)
        assert look(np.asarray(packed, np.uint8))[judge].flag == look(picture)[judge].flag


def test_tiles_stand_on_the_object_and_clear_of_the_frame() -> None:
    rgb = draw_product(700, 0.3, at=(0.7, 0.3))
    tiles = cut_tiles(hold(rgb), find_object(rgb))
    assert tiles is not None
    assert tiles.grey.shape == (tiles.count * CUT_PX, CUT_PX)
    assert 0 < tiles.count <= COUNT
    whole = tiles.inside.reshape(-1, CUT_PX, CUT_PX)
    assert whole.any(axis=(1, 2)).mean() > 0.8
    assert not whole[:, :RIM_PX].any() and not whole[:, :, -RIM_PX:].any()


def test_too_small_a_picture_has_no_tiles() -> None:
    rgb = draw_product(70)
    assert cut_tiles(hold(rgb), find_object(rgb)) is None
    assert not measure_sharpness(hold(rgb), find_object(rgb)).any()


def test_the_width_and_the_contrast_of_edges_are_told_in_pixels_and_levels() -> None:
    sharp, faint = draw_product(500), (255 - (255 - draw_product(500)) // 12).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 4), np.uint8)
    features = [measure_sharpness(hold(rgb), find_object(rgb)) for rgb in (sharp, soft, faint)]
    assert tell_edge_px(features[0]) < 3 < tell_edge_px(features[1])
    assert tell_contrast(features[2]) < 25 < tell_contrast(features[0])
    assert tell_edge_px(np.zeros(len(FEATURES), np.float32)) == 0
