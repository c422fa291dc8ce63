"""Maps between two pictures: their scales, their frames, and which guesses are worth a try."""

import cv2
import numpy as np
import pytest

from pipeline.dedup.edges import describe_edges
from pipeline.dedup.overlay import _find_frame
from pipeline.dedup.prepare import prepare
from pipeline.dedup.registration import correlate, measure_area, rank_guesses, rescale
from tests.pipeline.drawing import draw_product

TURNED = np.array([[1.1, -0.08, 4.5], [0.06, 0.93, -7.25], [0, 0, 1]])


def shrink(scale: float) -> np.ndarray:
    """What a resize does to a pixel's centre."""
    shift = 0.5 * scale - 0.5
    return np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1]])


@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.25, 0.5), (1.0, 0.3), (4.0, 2.0)])
def test_a_map_between_shrunk_copies_keeps_pixels_centres_in_step(first: float, second: float) -> None:
    wanted = shrink(second) @ TURNED @ np.linalg.inv(shrink(first))
    assert np.allclose(rescale(TURNED, first, second), wanted)


def test_the_area_of_a_map_is_its_determinant_with_its_sign() -> None:
    assert measure_area(TURNED) == pytest.approx(float(np.linalg.det(TURNED[:2, :2])))
    assert measure_area(np.diag([-1.0, 2.0, 1.0])) == -2.0


@pytest.mark.parametrize("matrix", [np.eye(3), TURNED, np.array([[0.5, 0, 30], [0.1, 0.5, 20], [0, 0, 1]])])
def test_a_frame_holds_the_pixels_that_the_map_takes_into_it(matrix: np.ndarray) -> None:
    size, other = (150, 120), (130, 110)
    y, x = np.mgrid[: size[1], : size[0]]
    u, v, _ = np.einsum("ij,jyx->iyx", matrix, np.stack([x, y, np.ones_like(x)]))
    wanted = (u >= 0) & (v >= 0) & (u <= other[0] - 1) & (v <= other[1] - 1)
    found = _find_frame(size, other, matrix) > 0
    assert wanted.sum() > 1000
    assert (found != wanted).sum() <= 0.01 * wanted.sum()


def test_guesses_come_best_first_and_no_two_are_alike() -> None:
    picture = draw_product(300)
    wide = np.pad(picture, ((30, 30), (70, 10), (0, 0)), constant_values=255)
    one, two = prepare(picture), prepare(wide)
    guesses = rank_guesses(one, two)
    likeness = [correlate(one, two, 0, guess) for guess in guesses]
    assert likeness == sorted(likeness, reverse=True)
    corners = np.array([[0, 300, 0, 300], [0, 0, 300, 300], [1, 1, 1, 1]])
    landed = [(guess @ corners)[:2] for guess in guesses]
    apart = [np.abs(a - b).max() for at, a in enumerate(landed) for b in landed[:at]]
    assert len(guesses) > 1
    assert min(apart) > 4


def test_the_strongest_edges_are_kept_whichever_way_they_are_looked_for() -> None:
    grey = np.random.default_rng(2).gamma(0.4, 40, (192, 160)).astype(np.float32)
    found = describe_edges(grey, 2000)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *way, ksize=3, scale=1 / 8) for way in ((1, 0), (0, 1)))
    strength = np.abs(across) + np.abs(down)
    strength[[0, -1]] = strength[:, [0, -1]] = 0
    x, y = found.points[:2].astype(int)
    assert sorted(strength[y, x]) == sorted(strength.ravel())[-2000:]


def test_a_picture_without_edges_still_gives_points() -> None:
    assert describe_edges(np.zeros((192, 160), np.float32), 2000).points.shape == (3, 2000)
