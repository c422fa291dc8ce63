"""Layouts: where in a picture things are, from the embedding's own pass."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.backbone import Backbone, load_backbone, to_input
from pipeline.backbone_layout import flatten, mirror
from tests.pipeline.drawing import draw_product

DEFAULT = "package:efficientnet_lite0"


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone(DEFAULT)


def _picture() -> np.ndarray:
    """An object in the upper left."""
    picture = np.full((224, 224, 3), 255, np.uint8)
    picture[:112, :112] = to_input(draw_product(side=112), 112)
    return picture


def test_one_pass_gives_the_embedding_and_the_layout(backbone: Backbone) -> None:
    batch = np.stack([_picture(), np.full((224, 224, 3), 200, np.uint8)])
    embeddings, layouts = backbone.see(batch)
    assert np.array_equal(embeddings, backbone.embed(batch))
    assert layouts.shape == (2, backbone.layout_dim) == (2, 112 * 9 + 192 * 4)
    assert backbone.grids == ((112, 3), (192, 2))


def test_the_embedding_forgets_where_and_the_layout_does_not(backbone: Backbone) -> None:
    picture = _picture()
    turned = np.ascontiguousarray(picture[:, ::-1])
    embeddings, layouts = backbone.see(np.stack([picture, turned]))
    assert _cosine(*embeddings) > _cosine(*layouts) + 0.05
    assert _cosine(layouts[1], backbone.mirror(layouts[:1])[0]) > _cosine(*layouts) + 0.05


def test_torch_and_openvino_lay_out_alike(backbone: Backbone) -> None:
    batch = np.stack([_picture()])
    one, two = backbone.see(batch)[1], load_backbone(DEFAULT, "torch").see(batch)[1]
    assert _cosine(one[0], two[0]) > 0.9999


def test_mirroring_swaps_columns_of_every_grid() -> None:
    maps = [
        np.arange(2 * 9, dtype=np.float32).reshape(1, 2, 3, 3),
        np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2),
    ]
    turned = mirror(flatten(maps), ((2, 3), (1, 2)))
    assert turned[0].tolist() == flatten([part[:, :, :, ::-1] for part in maps])[0].tolist()
    assert np.array_equal(mirror(turned, ((2, 3), (1, 2))), flatten(maps))


def test_no_picture_has_a_layout_of_full_width(backbone: Backbone) -> None:
    assert backbone.see(np.zeros((0, 224, 224, 3), np.uint8))[1].shape == (0, backbone.layout_dim)


def _cosine(one: np.ndarray, two: np.ndarray) -> float:
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
