"""Image hashes and a colour histogram, for many pictures at once; bit-equal to ImageHash's (II.D)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pywt
import scipy.fftpack
from PIL import Image

from pipeline.records import FloatArray, RgbArray

HashArray = npt.NDArray[np.uint64]

HISTOGRAM_BINS = (12, 4, 4)  # hue, saturation, value
HISTOGRAM_SIDE_PX = 96
WAVELET_SIDE_PX = 64
_EDGE_KERNEL = np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]], np.float32)


def phash(pictures: Sequence[RgbArray]) -> HashArray:
    """Perceptual hashes, uint64 (n,): signs of the lowest 8x8 cosine coefficients about their median."""
    return _phash(_make_grey(pictures))


def ahash(pictures: Sequence[RgbArray]) -> HashArray:
    """Average hashes, uint64 (n,): 8x8 grey levels above their mean."""
    return _ahash(_make_grey(pictures))


def dhash(pictures: Sequence[RgbArray]) -> HashArray:
    """Difference hashes, uint64 (n,): whether a grey level of 8x9 exceeds its left neighbour."""
    return _dhash(_make_grey(pictures))


def edge_dhash(pictures: Sequence[RgbArray]) -> HashArray:
    """Difference hashes of edge-enhanced pictures, uint64 (n,); the paper's second descriptor."""
    return dhash([enhance_edges(picture) for picture in pictures])


def whash(pictures: Sequence[RgbArray], side_px: int = WAVELET_SIDE_PX) -> HashArray:
    """Haar wavelet hashes, uint64 (n,), from a grey picture of `side_px` (a power of 2, at least 8)."""
    return _whash(_make_grey(pictures), side_px)


def hash_all(pictures: Sequence[RgbArray]) -> HashArray:
    """All five, uint64 (n, 5): perceptual, difference, edge difference, average, wavelet."""
    greys = _make_grey(pictures)
    hashes = (
        _phash(greys),
        _dhash(greys),
        edge_dhash(pictures),
        _ahash(greys),
        _whash(greys, WAVELET_SIDE_PX),
    )
    return np.stack(hashes, axis=1)


def _phash(greys: Sequence[Image.Image]) -> HashArray:
    pixels = _shrink(greys, 32, 32)
    spectrum = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=1), axis=2)[:, :8, :8]
    return _pack(spectrum > np.median(spectrum, axis=(1, 2), keepdims=True))


def _ahash(greys: Sequence[Image.Image]) -> HashArray:
    pixels = _shrink(greys, 8, 8)
    return _pack(pixels > pixels.mean(axis=(1, 2), keepdims=True))


def _dhash(greys: Sequence[Image.Image]) -> HashArray:
    pixels = _shrink(greys, 9, 8)
    return _pack(pixels[:, :, 1:] > pixels[:, :, :-1])


def _whash(greys: Sequence[Image.Image], side_px: int) -> HashArray:
    pixels = _shrink(greys, side_px, side_px) / 255.0
    axes = (-2, -1)
    depth = int(np.log2(side_px))
    coefficients = list(pywt.wavedec2(pixels, "haar", level=depth, axes=axes))
    coefficients[0] = coefficients[0] * 0
    pixels = pywt.waverec2(coefficients, "haar", axes=axes)
    low = pywt.wavedec2(pixels, "haar", level=depth - 3, axes=axes)[0]
    return _pack(low > np.median(low, axis=(1, 2), keepdims=True))


def enhance_edges(picture: RgbArray) -> RgbArray:
    """The picture plus its Laplacian, uint8; makes small changes of edges weigh more."""
    return np.asarray(cv2.filter2D(picture, -1, _EDGE_KERNEL), np.uint8)


def hsv_histogram(pictures: Sequence[RgbArray]) -> FloatArray:
    """Histograms over hue, saturation and value, float32 (n, 192), each summing to 1."""
    found = np.empty((len(pictures), int(np.prod(HISTOGRAM_BINS))), np.float32)
    for row, picture in enumerate(pictures):
        small = _fit(picture, HISTOGRAM_SIDE_PX)
        hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
        counts = cv2.calcHist([hsv], [0, 1, 2], None, list(HISTOGRAM_BINS), [0, 180, 0, 256, 0, 256])
        found[row] = counts.ravel() / (small.shape[0] * small.shape[1])
    return found


def hamming(left: HashArray, right: HashArray) -> npt.NDArray[np.int64]:
    """Differing bits (0 to 64), broadcast."""
    return np.bitwise_count(np.bitwise_xor(left, right)).astype(np.int64)


def chi_square(left: FloatArray, right: FloatArray) -> FloatArray:
    """Symmetric chi-square distance of histograms over their last axis: 0 alike, 1 nothing in common."""
    total = left + right
    return 0.5 * np.where(total > 0, (left - right) ** 2 / np.maximum(total, 1e-12), 0).sum(-1)


def _fit(picture: RgbArray, side: int) -> RgbArray:
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _make_grey(pictures: Sequence[RgbArray]) -> list[Image.Image]:
    """Grey pictures by Pillow's own arithmetic, so that every bit agrees; made once for all hashes."""
    return [Image.fromarray(picture).convert("L") for picture in pictures]


def _shrink(greys: Sequence[Image.Image], width: int, height: int) -> npt.NDArray[np.uint8]:
    """Grey levels (n, height, width)."""
    shrunk = np.empty((len(greys), height, width), np.uint8)
    for row, grey in enumerate(greys):
        shrunk[row] = np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS))
    return shrunk


def _pack(bits: npt.NDArray[np.bool_]) -> HashArray:
    """64 bits row by row, first bit highest: the order in which ImageHash prints them."""
    packed = np.packbits(bits.reshape(len(bits), 64), axis=1)
    return np.ascontiguousarray(packed).view(">u8").ravel().astype(np.uint64)
