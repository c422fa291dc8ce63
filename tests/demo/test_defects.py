"""What suppliers do to pictures."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from demo.draw import defects
from demo.draw.texture import landscape


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """A drawn picture on white."""
    canvas = np.full((400, 400, 3), 255, np.uint8)
    canvas[80:320, 80:320] = np.asarray(landscape(np.random.default_rng(1), 240, 240))
    return canvas


def sharpness(rgb: np.ndarray) -> float:
    """Variance of the Laplacian."""
    return float(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


@pytest.mark.parametrize("form", ["webp", "jpg", "png"])
def test_it_encodes_what_it_says(picture: np.ndarray, form: str) -> None:
    opened = Image.open(io.BytesIO(defects.encode(picture, form, 80)))
    assert opened.format == {"webp": "WEBP", "jpg": "JPEG", "png": "PNG"}[form]
    assert opened.size == (400, 400)


@pytest.mark.parametrize("seed", range(6))
def test_a_near_copy_still_shows_the_same(picture: np.ndarray, seed: int) -> None:
    copy, how = defects.near_copy(np.random.default_rng(seed), picture)
    assert how and not np.array_equal(copy, picture)
    small = [
        cv2.resize(p, (24, 24), interpolation=cv2.INTER_AREA).astype(float).ravel() for p in (copy, picture)
    ]
    assert np.corrcoef(small[0], small[1])[0, 1] > 0.75


@pytest.mark.parametrize("seed", range(6))
def test_blur_takes_most_of_the_detail(picture: np.ndarray, seed: int) -> None:
    blurred, way = defects.blurred(np.random.default_rng(seed), picture)
    assert blurred.shape == picture.shape
    assert sharpness(blurred) < 0.15 * sharpness(picture), way


@pytest.mark.parametrize("seed", range(8))
def test_a_badge_covers_a_small_flat_part_and_leaves_the_rest(picture: np.ndarray, seed: int) -> None:
    marked, way = defects.badged(np.random.default_rng(seed), picture)
    changed = (marked != picture).any(2).mean()
    assert 0.015 < changed < 0.25, way
    assert np.array_equal(marked[180:220, 180:220], picture[180:220, 180:220])


def test_a_placeholder_is_flat_and_the_same_for_the_same_seed() -> None:
    first, _ = defects.placeholder(np.random.default_rng(4), 300)
    again, _ = defects.placeholder(np.random.default_rng(4), 300)
    assert np.array_equal(first, again)
    assert (first == first[0, 0]).all(2).mean() > 0.75


def test_every_kind_of_placeholder_and_badge_is_drawn() -> None:
    white = np.full((200, 200, 3), 255, np.uint8)
    signs = {defects.placeholder(np.random.default_rng(seed), 200)[1] for seed in range(40)}
    marks = {defects.badged(np.random.default_rng(seed), white)[1] for seed in range(40)}
    assert signs == {"camera", "frame", "words", "crossed"}
    assert marks == {"sticker", "band", "ribbon", "tag"}


def test_a_shrunk_picture_has_far_too_few_pixels(picture: np.ndarray) -> None:
    small = defects.shrunk(np.random.default_rng(0), picture)
    assert 96 <= small.shape[0] < 140


def test_a_truncated_file_starts_as_a_jpeg_and_has_no_end(picture: np.ndarray) -> None:
    data = defects.unreadable("truncated", picture)
    assert data.startswith(b"\xff\xd8") and not data.endswith(b"\xff\xd9")


@pytest.mark.parametrize(("way", "start"), [("empty", b""), ("page", b"<!DOCTYPE html>")])
def test_other_unreadable_files_hold_no_picture(picture: np.ndarray, way: str, start: bytes) -> None:
    data = defects.unreadable(way, picture)
    assert data[:15] == start
