"""Pale marks and tiny icons, as shops draw them where a photo is missing."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.training.placeholder_marks import draw_pale_mark, draw_tiny_icon


@pytest.mark.parametrize("seed", range(8))
def test_a_pale_mark_stands_out_a_little_from_a_pale_ground(seed: int) -> None:
    drawn = draw_pale_mark(np.random.default_rng(seed), 160, 120)
    ground = drawn[0, 0].astype(int)
    assert drawn.shape == (120, 160, 3)
    assert ground.min() >= 220
    assert 4 <= np.abs(drawn.astype(int) - ground).max() <= 110
    assert (drawn[:8] == drawn[0, 0]).all()  # the mark leaves a margin


def test_pale_marks_are_many() -> None:
    drawn = [draw_pale_mark(np.random.default_rng(seed), 96, 96) for seed in range(12)]
    assert len({picture.tobytes() for picture in drawn}) == 12


@pytest.mark.parametrize("side", [16, 40, 64])
def test_a_tiny_icon_is_a_sign_on_a_button(side: int) -> None:
    drawn = draw_tiny_icon(np.random.default_rng(3), side)
    assert drawn.shape == (side, side, 3)
    assert np.array_equal(drawn, draw_tiny_icon(np.random.default_rng(3), side))
    middle = drawn[side // 4 : -side // 4, side // 4 : -side // 4]
    assert np.ptp(middle.astype(int), axis=(0, 1)).max() > 40
