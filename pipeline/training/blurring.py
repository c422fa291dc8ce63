"""Sharp photos made soft in the ways that catalogs suffer from (II.A), and those that are meant to be."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import find_object
from pipeline.records import FloatArray, RgbArray
from pipeline.training.wear import add_grain, compress, resize, sharpen

Floats = npt.NDArray[np.floating]
Change = Callable[[RgbArray, np.random.Generator], RgbArray]
ENLARGERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_AREA)


def soften(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """One photo, uint8 (H,W,3), visibly blurred by a random one of BLURS; same size.

    In one of eight the object alone is blurred. Afterwards some are sharpened a little, grainy or compressed.
    """
    soft = BLURS[int(rng.integers(len(BLURS)))](rgb, rng)
    if rng.random() < 0.12:
        soft = _keep_ground(rgb, soft)
    if rng.random() < 0.15:
        soft = sharpen(soft, float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.8, 2.0)))
    if rng.random() < 0.15:
        soft = add_grain(soft, rng, float(rng.uniform(1, 5)))
    return compress(soft, rng, 50, 96) if rng.random() < 0.6 else soft


def fall_off(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """A shallow depth of field: sharp where the photo is liveliest, softer away from there. No defect."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    rough = cv2.resize(
        cv2.convertScaleAbs(cv2.Laplacian(grey, cv2.CV_16S)), (24, 24), interpolation=cv2.INTER_AREA
    )
    row, column = np.unravel_index(int(cv2.blur(rough, (5, 5)).argmax()), rough.shape)
    y, x = np.mgrid[:96, :96].astype(np.float32) / 96
    angle = float(rng.uniform(0, math.pi))
    along = (x - column / 24) * math.cos(angle) + (y - row / 24) * math.sin(angle)
    depth = np.clip((np.abs(along) - float(rng.uniform(0.12, 0.25))) * 5, 0, 1)
    soft = cv2.GaussianBlur(rgb, (0, 0), _unit(rgb) * float(rng.uniform(1.5, 5)))
    return _mix(rgb, np.asarray(soft, np.uint8), depth)


def _mix(sharp: RgbArray, soft: RgbArray, share: FloatArray) -> RgbArray:
    """The soft one where the coarse map `share` is 1."""
    wide = np.asarray(cv2.resize(share, sharp.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.blendLinear(soft, sharp, wide, 1 - wide), np.uint8)


def _keep_ground(rgb: RgbArray, soft: RgbArray) -> RgbArray:
    """The soft object (and its halo) before the sharp ground."""
    found = find_object(rgb)
    wide = cv2.dilate(found.mask.astype(np.float32), np.ones((9, 9), np.uint8))
    return _mix(rgb, soft, np.asarray(cv2.blur(wide, (5, 5)), np.float32))


def _unit(rgb: RgbArray) -> float:
    """Blur that is seen grows with the picture, but less than its side does."""
    return math.sqrt(max(rgb.shape[:2]) / 700)


def _gauss(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    sigma = max(1.2, _unit(rgb) * float(np.exp(rng.uniform(np.log(1.5), np.log(6.0)))))
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def _move(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """A shaken camera: a straight or bent path, at an even or uneven pace."""
    length = max(5.0, _unit(rgb) * float(rng.uniform(6, 26)))
    angle = float(rng.choice([0.0, math.pi / 2])) if rng.random() < 0.35 else float(rng.uniform(0, math.pi))
    t = np.linspace(-0.5, 0.5, 200)
    bend = 0.0 if rng.random() < 0.5 else float(rng.uniform(-0.5, 0.5))
    along, aside = (
        t * length,
        bend * length * (4 * t * t - 0.5) + 0.04 * length * np.sin(t * rng.uniform(5, 25)),
    )
    aside = aside if bend else np.zeros_like(t)
    x = along * math.cos(angle) - aside * math.sin(angle)
    y = along * math.sin(angle) + aside * math.cos(angle)
    pace = np.ones_like(t) if rng.random() < 0.6 else np.exp(rng.uniform(-2, 2) * t)
    return _spread(rgb, _draw_path(x, y, pace))


def _draw_path(x: Floats, y: Floats, weights: Floats) -> FloatArray:
    """A kernel of the points' weights, each shared out to its four neighbouring cells."""
    reach = math.ceil(max(np.abs(x).max(), np.abs(y).max())) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for dx in (0, 1):
        for dy in (0, 1):
            share = (1 - np.abs(x - left - dx)) * (1 - np.abs(y - top - dy)) * weights
            np.add.at(kernel, (top + dy + reach, left + dx + reach), share)
    return kernel


def _spread(rgb: RgbArray, kernel: FloatArray) -> RgbArray:
    even = np.asarray(kernel / kernel.sum(), np.float32)
    return np.asarray(cv2.filter2D(rgb, -1, even, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _defocus(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """The lens's opening, round or of five to eight blades."""
    radius = max(2.0, _unit(rgb) * float(np.exp(rng.uniform(np.log(2.4), np.log(9.0)))))
    size = math.ceil(radius) * 2 + 1
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    reach = np.hypot(x, y)
    if rng.random() < 0.5:
        blade = 2 * math.pi / int(rng.integers(5, 9))
        turned = np.arctan2(y, x) + rng.uniform(0, blade)
        reach = reach * np.cos(turned % blade - blade / 2) / math.cos(blade / 2)
    return _spread(rgb, np.clip(radius + 0.5 - reach, 0, 1).astype(np.float32))


def _enlarge(rgb: RgbArray, rng: np.random.Generator) -> RgbArray:
    """A thumbnail scaled up to the size of a photo."""
    factor = float(np.exp(rng.uniform(np.log(2.5), np.log(8.0))))
    factor = min(factor, max(2.5, max(rgb.shape[:2]) / 48))
    small = resize(rgb, 1 / factor, (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR)[int(rng.integers(3))])
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
    """What a very strong JPEG leaves, at its own size or scaled up after."""
    small = resize(rgb, float(rng.uniform(0.5, 1.0)), cv2.INTER_AREA) if rng.random() < 0.4 else rgb
    mushed = compress(small, rng, 1, 9)
    return np.asarray(cv2.resize(mushed, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


BLURS: tuple[Change, ...] = (
    _gauss, _gauss, _move, _move, _defocus, _enlarge, _enlarge, _crop_and_enlarge, _mush, _mush,
)  # fmt: skip
