"""A picture's hashes and histogram as versioned bytes, and the candidates they point to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.dedup import hashes
from pipeline.dedup.prepare import find_box, find_mask, fit
from pipeline.records import FloatArray, RgbArray

VERSION = b"D1"
SIDE_PX = 160  # longest side that descriptors are made of
WHOLE, TRIMMED = 0, 1  # rows of the descriptors
HASHES = ("phash", "dhash", "edge_dhash", "ahash", "whash")
_BINS = int(np.prod(hashes.HISTOGRAM_BINS))
_SIZE = len(VERSION) + 2 * len(HASHES) * 8 + 2 * _BINS * 2

CANDIDATE_PHASH = 20  # bits; DEDUP.md: 16 keeps 99.6 % of copies, so a margin on top
CANDIDATE_COSINE = 0.80  # of embeddings; copies of a picture stay above
ALL_PAIRS_UP_TO = 16  # pictures; comparing them all costs less than a missed copy


@dataclass(frozen=True)
class Descriptors:
    """Of the whole picture (row 0) and of its object, trimmed and centred (row 1).

    `hashes` uint64 (2, 5) in the order of HASHES; `histogram` float32 (2, 192), each row sums to 1.
    """

    hashes: hashes.HashArray
    histogram: FloatArray


def describe(rgb: RgbArray) -> bytes:
    """Versioned descriptors of one picture, uint8 (H, W, 3) of any size. ValueError for another form."""
    return describe_batch([rgb])[0]


def describe_batch(pictures: Sequence[RgbArray]) -> list[bytes]:
    """Versioned descriptors of many pictures: every transform runs once for all. (II.D)"""
    if not pictures:
        return []
    small = [fit(picture, SIDE_PX) for picture in pictures]
    views = [*small, *(trim(picture) for picture in small)]
    makers = (hashes.phash, hashes.dhash, hashes.edge_dhash, hashes.ahash, hashes.whash)
    bits = np.stack([make(views) for make in makers], axis=1)
    histograms = np.round(hashes.hsv_histogram(views) * 65535).astype(np.uint16)
    count = len(pictures)
    return [
        VERSION + bits[[i, count + i]].tobytes() + histograms[[i, count + i]].tobytes() for i in range(count)
    ]


def read(stored: bytes) -> Descriptors:
    """The descriptors again; ValueError where another version wrote them."""
    if not stored.startswith(VERSION) or len(stored) != _SIZE:
        raise ValueError("These image descriptors were made by another version; describe the image again.")
    at = len(VERSION)
    bits = np.frombuffer(stored, np.uint64, 2 * len(HASHES), at).reshape(2, -1)
    counts = np.frombuffer(stored, np.uint16, 2 * _BINS, at + bits.nbytes).reshape(2, -1)
    return Descriptors(bits, (counts / np.maximum(1, counts.sum(1, keepdims=True))).astype(np.float32))


def trim(rgb: RgbArray) -> RgbArray:
    """The object on a square of white, filling it: undoes padding and shift."""
    mask, plain = find_mask(rgb)
    x0, y0, x1, y1 = (int(value) for value in find_box(mask)) if plain else (0, 0, *rgb.shape[1::-1])
    cut = rgb[y0:y1, x0:x1]
    side = max(cut.shape[:2])
    square = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - cut.shape[0]) // 2, (side - cut.shape[1]) // 2
    square[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return square


def candidates(descriptors: Sequence[bytes], embeddings: FloatArray | None = None) -> list[tuple[int, int]]:
    """Index pairs (i < j) worth comparing, recall first: near in any hash view or in embedding.

    `embeddings` float32 (n, d), not normalised, or None. Sets of up to 16 pictures yield every pair.
    Raises ValueError for descriptors of another version.
    """
    count = len(descriptors)
    if count <= ALL_PAIRS_UP_TO:
        return [(i, j) for i in range(count) for j in range(i + 1, count)]
    bits = np.stack([read(item).hashes[:, 0] for item in descriptors])
    unit = None
    if embeddings is not None:
        unit = embeddings / np.maximum(1e-9, np.linalg.norm(embeddings, axis=1, keepdims=True))
    found: list[tuple[int, int]] = []
    for i in range(count - 1):
        near = _near_in_hash(bits[i], bits[i + 1 :])
        if unit is not None:
            near |= unit[i + 1 :] @ unit[i] >= CANDIDATE_COSINE
        found += [(i, i + 1 + int(j)) for j in np.flatnonzero(near)]
    return found


def _near_in_hash(one: hashes.HashArray, others: hashes.HashArray) -> npt.NDArray[np.bool_]:
    """Whole against whole and trimmed against trimmed, and across: one side may carry the padding."""
    distances = hashes.hamming(one[None, :, None], others[:, None, :])
    return np.asarray(distances.min(axis=(1, 2)) <= CANDIDATE_PHASH)
