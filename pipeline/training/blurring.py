"""Sharp photos made soft in the ways that catalogs suffer from (II.A), and harmless changes beside them."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from pipeline.records import RgbArray

Change = Callable[[RgbArray, np.random.Generator], RgbArray]
ENLARGERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_AREA)


def soften(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """One photo, uint8 (H,W,3), visibly blurred by a random one of BLURS; same size."""
    change = BLURS[int(rng.integers(len(BLURS)))]
    soft = change(rgb, rng)
    return compress(soft, rng, 60, 96) if rng.random() < 0.6 else soft


def vary(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """One photo changed as catalogs do without harm: scaled down, compressed mildly, sharpened a little."""
    changed = rgb
    if rng.random() < 0.6:
        changed = _resize(changed, float(rng.uniform(0.35, 0.95)), cv2.INTER_AREA)
    if rng.random() < 0.25:
        changed = _sharpen(changed, float(rng.uniform(0.2, 0.8)))
    if rng.random() < 0.15:  # up by little: common, and hardly visible
        changed = _resize(changed, float(rng.uniform(1.05, 1.3)), cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        changed = _adjust(changed, float(rng.uniform(0.8, 1.15)), float(rng.uniform(-15, 15)))
    return compress(changed, rng, 70, 97) if rng.random() < 0.7 else changed


def compress(rgb: RgbArray, rng: np.random.Generator, lowest: int, highest: int) -> RgbArray:
    """The photo after a JPEG of a quality between the two."""
    quality = int(rng.integers(lowest, highest + 1))
    _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _unit(rgb: RgbArray) -> float:
    """Blur that is seen grows with the picture, but less than its side does."""
    return math.sqrt(max(rgb.shape[:2]) / 700)


def _gauss(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    sigma = max(1.2, _unit(rgb) * float(np.exp(rng.uniform(np.log(1.5), np.log(6.0)))))
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def _move(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    length = max(5.0, _unit(rgb) * float(rng.uniform(6, 26)))
    angle, size = float(rng.uniform(0, math.pi)), int(length) // 2 * 2 + 3
    kernel = np.zeros((size * 4, size * 4), np.float32)
    reach = np.array([math.cos(angle), math.sin(angle)]) * length * 2
    start, end = np.round(size * 2 - reach).astype(int), np.round(size * 2 + reach).astype(int)
    cv2.line(kernel, tuple(start.tolist()), tuple(end.tolist()), 1.0, 4, cv2.LINE_AA)
    small = np.asarray(cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.filter2D(rgb, -1, small / small.sum()), np.uint8)


def _defocus(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    radius = max(2.0, _unit(rgb) * float(np.exp(rng.uniform(np.log(2.4), np.log(9.0)))))
    size = math.ceil(radius) * 2 + 1
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(cv2.filter2D(rgb, -1, disc / disc.sum()), np.uint8)


def _enlarge(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """A thumbnail scaled up to the size of a photo."""
    factor = float(np.exp(rng.uniform(np.log(2.5), np.log(8.0))))
    factor = min(factor, max(2.5, max(rgb.shape[:2]) / 48))
    small = _resize(rgb, 1 / factor, cv2.INTER_AREA)
    if rng.random() < 0.6:
        small = compress(small, rng, 50, 95)
    how = ENLARGERS[int(rng.integers(len(ENLARGERS)))]
    return np.asarray(cv2.resize(small, rgb.shape[1::-1], interpolation=how), np.uint8)


def _crop_and_enlarge(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The paper's way: a small piece of the photo scaled back to its whole size."""
    height, width = rgb.shape[:2]
    share = float(rng.uniform(0.14, 0.36))
    wide, high = max(24, int(width * share)), max(24, int(height * share))
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    best, piece = -1.0, rgb
    for _ in range(6):  # a piece with something on it
        x, y = int(rng.integers(max(1, width - wide))), int(rng.integers(max(1, height - high)))
        spread = float(grey[y : y + high, x : x + wide].std())
        if spread > best:
            best, piece = spread, rgb[y : y + high, x : x + wide]
    how = ENLARGERS[int(rng.integers(3))]
    return np.asarray(cv2.resize(piece, (width, height), interpolation=how), np.uint8)


def _mush(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """What a very strong JPEG leaves."""
    small = _resize(rgb, float(rng.uniform(0.5, 1.0)), cv2.INTER_AREA) if rng.random() < 0.5 else rgb
    mushed = compress(small, rng, 2, 8)
    return np.asarray(cv2.resize(mushed, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _resize(rgb: RgbArray, factor: float, how: int) -> RgbArray:
    size = (max(24, round(rgb.shape[1] * factor)), max(24, round(rgb.shape[0] * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _sharpen(rgb: RgbArray, amount: float) -> RgbArray:
    return np.asarray(
        cv2.addWeighted(rgb, 1 + amount, cv2.GaussianBlur(rgb, (0, 0), 1.2), -amount, 0), np.uint8
    )


def _adjust(rgb: RgbArray, gain: float, bias: float) -> RgbArray:
    return np.asarray(cv2.convertScaleAbs(rgb, alpha=gain, beta=max(0.0, bias)), np.uint8)


BLURS: tuple[Change, ...] = (_gauss, _gauss, _move, _defocus, _enlarge, _enlarge, _crop_and_enlarge, _mush)
