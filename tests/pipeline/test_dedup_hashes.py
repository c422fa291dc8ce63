"""Hashes agree bit for bit with ImageHash's, one by one and in batches."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import imagehash
import numpy as np
import pytest
from PIL import Image

from pipeline.dedup import hashes
from pipeline.records import RgbArray


def draw_pictures() -> list[RgbArray]:
    """Noise, a gradient, a flat ground and a shape on white: what photos are between."""
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 256, (90, 120, 3), dtype=np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 9), np.uint8)
    ramp = np.dstack([np.tile(np.arange(200, dtype=np.uint8), (80, 1))] * 3)
    shape = np.full((150, 100, 3), 255, np.uint8)
    cv2.ellipse(shape, (50, 80), (30, 55), 20, 0, 360, (40, 90, 160), -1)
    return [noise, smooth, ramp, shape, shape[::-1].copy()]


REFERENCES: list[tuple[Callable[..., hashes.HashArray], Callable[..., imagehash.ImageHash]]] = [
    (hashes.phash, imagehash.phash),
    (hashes.ahash, imagehash.average_hash),
    (hashes.dhash, imagehash.dhash),
    (hashes.whash, lambda image: imagehash.whash(image, image_scale=hashes.WAVELET_SIDE_PX)),
    (
        hashes.edge_dhash,
        lambda image: imagehash.dhash(Image.fromarray(hashes.enhance_edges(np.asarray(image)))),
    ),
]


@pytest.mark.parametrize(
    ("ours", "theirs"), REFERENCES, ids=["phash", "ahash", "dhash", "whash", "edge_dhash"]
)
def test_a_batch_of_hashes_equals_imagehash_bit_for_bit(ours: Callable, theirs: Callable) -> None:
    pictures = draw_pictures()
    expected = [int(str(theirs(Image.fromarray(picture))), 16) for picture in pictures]
    assert ours(pictures).tolist() == expected


def test_a_batch_gives_the_same_hashes_as_single_pictures() -> None:
    pictures = draw_pictures()
    for make in (hashes.phash, hashes.whash):
        assert make(pictures).tolist() == [make([picture])[0] for picture in pictures]


def test_hashes_of_flat_pictures_do_not_depend_on_their_shade() -> None:
    flat = [np.full((64, 64, 3), shade, np.uint8) for shade in (0, 128, 255)]
    assert len(set(hashes.ahash(flat).tolist())) == 1
    assert len(set(hashes.dhash(flat).tolist())) == 1


def test_hamming_counts_the_bits_that_differ() -> None:
    left = np.array([0, 0b1011], np.uint64)
    right = np.array([0, 0b0001], np.uint64)
    assert hashes.hamming(left, right).tolist() == [0, 2]


def test_the_histogram_sums_to_one_and_tells_colours_apart() -> None:
    red, blue = (np.full((30, 30, 3), colour, np.uint8) for colour in ((200, 20, 20), (20, 20, 200)))
    found = hashes.hsv_histogram([red, blue, red])
    assert np.allclose(found.sum(1), 1)
    assert hashes.chi_square(found[0], found[2]) == 0
    assert hashes.chi_square(found[0], found[1]) == pytest.approx(1)
