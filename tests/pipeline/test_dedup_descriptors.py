"""Descriptors are versioned bytes, see through margins, and lead to the pairs worth comparing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.config import DedupConfig
from pipeline.dedup import candidates, describe, describe_batch, load_comparator
from pipeline.dedup.descriptors import TRIMMED, WHOLE, read, trim
from pipeline.dedup.hashes import hamming
from pipeline.dedup.transforms import WHITE, encode_jpeg
from pipeline.images import UnreadableImage
from pipeline.records import RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


def with_margin(rgb: RgbArray) -> RgbArray:
    """The picture in much white, off its middle."""
    return np.asarray(cv2.copyMakeBorder(rgb, 200, 40, 30, 260, cv2.BORDER_CONSTANT, value=WHITE), np.uint8)


def test_a_batch_describes_as_one_by_one() -> None:
    pictures = [draw_product(), draw_scene(), with_margin(draw_product())]
    assert describe_batch(pictures) == [describe(picture) for picture in pictures]
    assert describe_batch([]) == []


def test_descriptors_read_back_what_was_measured() -> None:
    found = read(describe(draw_product()))
    assert found.hashes.shape == (2, 5)
    assert np.allclose(found.histogram.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("stored", [b"", b"D0" + describe(draw_scene())[2:], describe(draw_scene())[:-1]])
def test_descriptors_of_another_version_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="describe the image again"):
        read(stored)


def test_trimming_sees_through_a_margin() -> None:
    plain, padded = (read(describe(p)).hashes[:, 0] for p in (draw_product(), with_margin(draw_product())))
    assert hamming(plain[TRIMMED], padded[TRIMMED]) <= 8
    assert hamming(plain[WHOLE], padded[WHOLE]) > 10


def test_trimming_centres_the_object_on_a_square() -> None:
    trimmed = trim(with_margin(draw_product()))
    assert trimmed.shape[0] == trimmed.shape[1]
    assert (trimmed[0] == 255).all()


def test_clearly_different_pictures_are_not_worth_comparing() -> None:
    red = np.zeros_like(draw_product())
    red[..., 0] = 200
    assert candidates(describe_batch([draw_product(), red])) == []
    assert candidates(describe_batch([draw_product()])) == []
    assert candidates([]) == []


@pytest.mark.parametrize("change", ["dimmed", "with a margin", "as a small JPEG"])
def test_a_copy_is_always_worth_comparing(change: str) -> None:
    picture = draw_product()
    copies = {
        "dimmed": (picture * 0.8).astype(np.uint8),
        "with a margin": with_margin(picture),
        "as a small JPEG": encode_jpeg(np.ascontiguousarray(picture[::3, ::3]), 35),
    }
    assert candidates(describe_batch([picture, copies[change]])) == [(0, 1)]


def test_among_many_pictures_a_padded_copy_is_a_candidate_and_most_others_are_not() -> None:
    pictures = [draw_scene(seed, 120, 150) for seed in range(20)] + [draw_product()]
    pictures.append(encode_jpeg(with_margin(draw_product()), 40))
    found = candidates(describe_batch(pictures))
    assert (20, 21) in found
    assert len(found) < 0.5 * 22 * 21 / 2


def test_alike_embeddings_make_candidates_where_hashes_do_not() -> None:
    red = np.zeros_like(draw_product())
    red[..., 0] = 200
    stored = describe_batch([draw_product(), red])
    embeddings = np.eye(2, 30, dtype=np.float32)
    far = (0, 1)
    assert far not in candidates(stored, embeddings)
    embeddings[far[1]] = 7 * embeddings[0]
    assert far in candidates(stored, embeddings)


def test_the_papers_ensemble_wants_all_three_to_agree() -> None:
    comparator = load_comparator("ensemble")
    plain = comparator.prepare(draw_product())
    copy = comparator.compare(plain, comparator.prepare(encode(with_margin(draw_product()))))
    assert copy.duplicate
    assert copy.decided_by == "all agree"
    other = comparator.compare(plain, comparator.prepare(draw_product()[..., ::-1].copy()))
    assert not other.duplicate
    assert other.decided_by == "hsv_chi_square"
    assert other.thresholds == {
        "phash": 10, "edge_dhash": 20, "hsv_chi_square": DedupConfig().ensemble_chi_square
    }  # fmt: skip


def test_the_ensemble_refuses_what_is_no_image() -> None:
    with pytest.raises(UnreadableImage):
        load_comparator("ensemble").prepare(b"<html></html>")
