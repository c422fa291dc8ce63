"""The generator for measuring makes the same pairs for the same seed, and changes that can be seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.dedup_changes import find_object
from bench.dedup_second import SecondMaker
from bench.dedup_third import THIRD
from bench.dedup_third_changes import ALTERATIONS, LEAST_STEP, NOTICED, alter, dye
from bench.dedup_third_renderings import RENDERINGS, render_anew
from pipeline.dedup.pairs import Picture
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_rendering_gives_another_picture_of_like_size(name: str) -> None:
    image = Image.fromarray(draw_product(300, 240))
    made = RENDERINGS[name](image, np.random.default_rng(2))
    assert made.mode == "RGB"
    assert 0.6 < max(made.size) / 300 < 1.7
    assert made.size != image.size or np.abs(np.asarray(made, int) - np.asarray(image)).max() > 0


def test_up_to_three_renderings_are_laid_on_each_other_and_named() -> None:
    rng = np.random.default_rng(3)
    counts = {len(render_anew(Image.new("RGB", (240, 240)), rng)[1].split("+")) for _ in range(30)}
    assert counts == {1, 2, 3}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_every_change_can_be_made_and_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.dedup_third_changes.ALTERATIONS", {name: ALTERATIONS[name]})
    image = Image.fromarray(draw_product(300, 240))
    found = [alter(image, np.random.default_rng(seed), (0.02, 0.08)) for seed in range(6)]
    changed = next(one[0] for one in found if one is not None)
    step = np.abs(np.asarray(changed, int) - np.asarray(image)).max(2)
    hit = step >= LEAST_STEP
    assert step[hit].mean() >= NOTICED
    assert 0.01 < hit.sum() / find_object(image).sum() < 0.13


@pytest.mark.parametrize("grey", [False, True])
def test_an_object_is_dyed_and_its_ground_is_not(grey: bool) -> None:
    pixels = draw_product(300, 240)
    if grey:
        pixels = np.repeat(pixels.mean(2, keepdims=True), 3, axis=2).astype(np.uint8)
    image = Image.fromarray(pixels)
    step = np.abs(np.asarray(dye(image, np.random.default_rng(1)), int) - pixels).max(2)
    assert step[find_object(image)].mean() > 20
    assert (step[:15] == 0).all()


def test_pairs_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, draw in (("0.jpg", draw_product), ("1.jpg", draw_scene)):
        (tmp_path / name).write_bytes(encode(draw(), ".jpg"))
    pictures = [Picture("0.jpg", "p", "", "", "c"), Picture("1.jpg", "p", "", "", "c")]
    makers = [SecondMaker(tmp_path, pictures, 7, THIRD) for _ in range(2)]
    for _ in range(5):
        one, two = (maker.make() for maker in makers)
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert one[2:] == two[2:]
            assert one[1].tobytes() == two[1].tobytes()
