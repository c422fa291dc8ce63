"""The shapes that products are built of."""

from __future__ import annotations

import numpy as np
import pytest

from demo.draw.material import glass, plastic
from demo.draw.mesh import Mesh, bounds, move, rotate
from demo.draw.shapes import ball, box, cushion, lathe, plate, slab, smooth_path, tube

GREY = plastic((0.5, 0.5, 0.5))


def outward_share(mesh: Mesh) -> float:
    """Share of corners whose normal points along the way from the mesh's middle, whatever its sign."""
    middle = mesh.corners.reshape(-1, 3).mean(0)
    along = ((mesh.corners - middle) * mesh.normals).sum(2)
    return float(max((along > 0).mean(), (along < 0).mean()))


def test_a_slab_has_the_size_that_was_asked_for() -> None:
    low, high = bounds(slab(2.0, 1.0, 0.2, 0.1, 0.03, GREY))
    assert high - low == pytest.approx([2.0, 1.0, 0.2], abs=1e-5)


def test_a_slabs_front_may_be_of_another_stuff() -> None:
    parts = slab(2.0, 1.0, 0.2, 0.1, 0.03, GREY, glass())
    assert [part.material.roughness for part in parts] == [0.35, 0.35, 0.06]
    assert parts[2].normals[0, 0] == pytest.approx([0, 0, 1], abs=1e-5)


def test_a_box_stands_on_the_floor() -> None:
    low, high = bounds(box(1.0, 2.0, 0.5, GREY))
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert high[1] == pytest.approx(2, abs=1e-6)


def test_a_plates_texture_stands_upright() -> None:
    mesh = plate(2.0, 1.0, GREY)
    corners, uv = mesh.corners.reshape(-1, 3), mesh.uv.reshape(-1, 2)
    top_left = uv[np.argmin(corners[:, 0] - corners[:, 1])]
    assert top_left == pytest.approx([0, 0], abs=1e-5)


def test_a_lathe_is_round_and_closed() -> None:
    mesh = lathe([(1.0, 0.0), (1.0, 2.0)], GREY)
    radii = np.hypot(mesh.corners[..., 0], mesh.corners[..., 2])
    assert radii == pytest.approx(1.0, abs=1e-5)
    angles = np.sort(np.arctan2(mesh.corners[..., 0], mesh.corners[..., 2]).ravel())
    assert np.diff(angles).max() < 0.1


@pytest.mark.parametrize("mesh", [ball(1.0, GREY), cushion(1, 2, 0.5, GREY), lathe([(1, -1), (1, 1)], GREY)])
def test_normals_are_of_unit_length_and_point_away_from_the_middle(mesh: Mesh) -> None:
    assert np.linalg.norm(mesh.normals, axis=2) == pytest.approx(1.0, abs=1e-3)
    assert outward_share(mesh) > 0.98


def test_a_tube_follows_its_path_at_its_radius() -> None:
    path = smooth_path([(0, 0, 0), (0, 1, 0), (0, 2, 0)], 30)
    low, high = bounds([tube(path, 0.1, GREY)])
    assert low == pytest.approx([-0.1, 0, -0.1], abs=1e-2)
    assert high == pytest.approx([0.1, 2, 0.1], abs=1e-2)


def test_a_smooth_path_runs_through_its_points() -> None:
    points = [(0.0, 0.0, 0.0), (1.0, 0.5, 0.0), (2.0, 0.0, 1.0)]
    path = smooth_path(points, 201)
    for point in points:
        assert np.linalg.norm(path - np.array(point), axis=1).min() < 0.02


def test_parts_move_and_turn_together() -> None:
    parts = rotate(move([plate(2.0, 1.0, GREY)], x=3.0), "y", 90)
    low, high = bounds(parts)
    assert (low + high) / 2 == pytest.approx([0, 0, -3], abs=1e-5)
    assert parts[0].normals[0, 0] == pytest.approx([1, 0, 0], abs=1e-5)
