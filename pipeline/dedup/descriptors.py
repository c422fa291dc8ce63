"""A picture's hashes and histogram as versioned bytes, and the candidates they point to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.dedup import hashes
from pipeline.dedup.ground import find_box, find_mask, fit
from pipeline.records import FloatArray, RgbArray

VERSION = b"D2"
SIDE_PX = 128  # longest side that descriptors are made of
WHOLE, TRIMMED = 0, 1  # rows of the descriptors
HASHES = ("phash", "dhash", "edge_dhash", "ahash", "whash")
_BINS = int(np.prod(hashes.HISTOGRAM_BINS))
_SIZE = len(VERSION) + 2 * len(HASHES) * 8 + 2 * _BINS * 2

# Of 1,132 copies made by both generators none lay beyond; half of the other views of a product and three
# quarters of other products do. Bits are of five hashes together (320), chi-square is 0 to 1.
BITS_A_CHI_SQUARE = 180.0
CANDIDATE_DISTANCE = 0.88
CANDIDATE_COSINE = 0.95  # of embeddings; above it pictures are compared whatever their hashes say


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
    """Versioned descriptors of many pictures: each transform runs once for all. (II.D)"""
    if not pictures:
        return []
    small = [fit(picture, SIDE_PX) for picture in pictures]
    views = [*small, *(trim(picture) for picture in small)]
    bits = hashes.hash_all(views)
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
    """Index pairs (i < j) worth comparing, recall first: near by hashes and colours, or by embedding.

    `embeddings` float32 (n, d), not normalised, or None. Raises ValueError for descriptors of another
    version.
    """
    if len(descriptors) < 2:
        return []
    known = [read(item) for item in descriptors]
    bits = np.stack([item.hashes for item in known])
    histograms = np.stack([item.histogram for item in known])
    unit = None
    if embeddings is not None:
        unit = embeddings / np.maximum(1e-9, np.linalg.norm(embeddings, axis=1, keepdims=True))
    found: list[tuple[int, int]] = []
    for i in range(len(known) - 1):
        near = _measure(bits[i], bits[i + 1 :], histograms[i], histograms[i + 1 :]) <= CANDIDATE_DISTANCE
        if unit is not None:
            near |= unit[i + 1 :] @ unit[i] >= CANDIDATE_COSINE
        found += [(i, i + 1 + int(j)) for j in np.flatnonzero(near)]
    return found


def _measure(
    bits: hashes.HashArray, other_bits: hashes.HashArray, colours: FloatArray, other_colours: FloatArray
) -> npt.NDArray[np.float64]:
    """Distances (n,): whole and trimmed against either, the nearest; one side may carry a margin."""
    differing = hashes.hamming(bits[None, :, None], other_bits[:, None]).sum(-1).min(axis=(1, 2))
    apart = hashes.chi_square(colours[None, :, None], other_colours[:, None]).min(axis=(1, 2))
    return np.asarray(differing / BITS_A_CHI_SQUARE + apart, np.float64)
