"""Photos of simple scenes: frame, light, shadow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demo.draw.material import Material, glass, plastic
from demo.draw.mesh import Parts
from demo.draw.scene import Camera, Shot, Studio, photograph
from demo.draw.shapes import ball, box, plate

RED = plastic((0.6, 0.02, 0.02))
FEW = Studio(lamps=16, map_side=96)


def cube() -> Parts:
    """A red box on the floor."""
    return box(1.0, 1.0, 1.0, RED)


def take(shot: Shot, seed: int = 0, side: int = 96) -> np.ndarray:
    """A small square photo."""
    return photograph(shot, side, side, np.random.default_rng(seed))


def is_red(picture: np.ndarray) -> np.ndarray:
    """Where the red box is."""
    values = picture.astype(int)
    return np.asarray(values[..., 0] - values[..., 1] > 40)


def test_the_same_seed_gives_the_same_photo() -> None:
    shot = Shot(cube(), Camera(yaw=30), FEW)
    assert np.array_equal(take(shot, 3), take(shot, 3))
    assert not np.array_equal(take(shot, 3), take(shot, 4))


@pytest.mark.parametrize("fill", [0.3, 0.8])
def test_the_product_fills_the_frame_as_asked_and_stands_in_the_middle(fill: float) -> None:
    seen = is_red(take(Shot(cube(), Camera(fill=fill), FEW)))
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    assert (columns[-1] - columns[0] + 1) / 96 == pytest.approx(fill, abs=0.04)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(47.5, abs=2)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(47.5, abs=2)


def test_the_backdrop_is_pure_white_far_from_the_product() -> None:
    picture = take(Shot(cube(), Camera(fill=0.4), FEW))
    assert picture[:10].min() == 255


def test_a_grey_wall_gets_darker_towards_the_top() -> None:
    wall = replace(FEW, top=(0.3, 0.3, 0.3), bottom=(0.8, 0.8, 0.8))
    picture = take(Shot(cube(), Camera(fill=0.4), wall))
    assert int(picture[2, 2, 1]) + 40 < int(picture[93, 2, 1])


def test_the_product_throws_a_soft_shadow_on_the_floor_only_where_there_is_one() -> None:
    shot = Shot(cube(), Camera(fill=0.4, pitch=25), FEW)
    with_floor = take(shot)
    without = take(replace(shot, studio=replace(FEW, floor=False)))
    around = ~is_red(with_floor) & ~is_red(without)
    assert (with_floor[around] < 240).any()
    assert (without[around] >= 250).mean() > 0.95


def test_what_stands_in_front_hides_what_stands_behind() -> None:
    back = plate(1.0, 1.0, Material((0.02, 0.5, 0.02))).moved(z=-1.0)
    front = plate(1.0, 1.0, RED)
    picture = take(Shot([back, front], Camera(pitch=0, fill=0.9), replace(FEW, floor=False)))
    centre = picture[48, 48].astype(int)
    assert centre[0] > centre[1] + 40


def test_a_glowing_face_is_bright_in_the_dark() -> None:
    dark = replace(FEW, brightness=0.02, floor=False)
    texture = np.ones((4, 4, 3), np.float32)
    lit = plate(1.0, 1.0, Material((1, 1, 1), glow=1.0, texture=texture))
    assert take(Shot([lit], Camera(pitch=0), dark))[48, 48].min() > 200
    assert take(Shot([plate(1.0, 1.0, glass())], Camera(pitch=0), dark))[48, 48].max() < 120


def test_a_close_up_shows_only_its_part() -> None:
    parts = [ball(0.2, RED).moved(x=3.0), ball(0.2, plastic((0.02, 0.02, 0.6)))]
    picture = take(Shot(parts, Camera(pitch=0, focus=(3.0, 0.0, 0.0, 0.2), fill=1.0), FEW))
    assert is_red(picture).mean() > 0.3
    assert not (picture[..., 2].astype(int) - picture[..., 0] > 60).any()


def test_a_lamp_in_the_scene_lights_what_is_near() -> None:
    dark = replace(FEW, brightness=0.05, floor=False)
    shot = Shot([plate(1.0, 1.0, plastic((0.7, 0.7, 0.7)))], Camera(pitch=0), dark)
    near = replace(shot, studio=replace(dark, bulb=(0.0, 0.0, 0.6, 0.5, 0.4, 0.3, 0.0)))
    assert take(near)[48, 48].mean() > take(shot)[48, 48].mean() + 40
