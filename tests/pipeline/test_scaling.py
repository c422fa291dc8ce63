"""Smaller copies and single channels of pixels: the quick ways give what the plain ones do."""

import cv2
import numpy as np

from pipeline.scaling import find_worst, split_channels

PIXELS = np.random.default_rng(5).integers(0, 256, (37, 53, 3)).astype(np.uint8)


def test_channels_are_split_as_they_lie() -> None:
    planes = split_channels(PIXELS)
    assert np.array_equal(planes, PIXELS.transpose(2, 0, 1))
    assert planes.flags.c_contiguous


def test_four_channels_are_split_too() -> None:
    assert np.array_equal(split_channels(np.dstack([PIXELS, PIXELS[..., :1]]))[3], PIXELS[..., 0])


def test_a_part_of_a_picture_is_split_as_the_whole() -> None:
    assert np.array_equal(split_channels(PIXELS[3:20, 7:30])[1], PIXELS[3:20, 7:30, 1])


def test_the_worst_channel_is_the_largest_or_the_smallest() -> None:
    assert np.array_equal(find_worst(PIXELS), PIXELS.max(axis=2))
    assert np.array_equal(find_worst(PIXELS, cv2.min), PIXELS.min(axis=2))
