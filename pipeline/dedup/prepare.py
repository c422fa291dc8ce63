"""What a comparison needs of one picture, computed once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.images import decode
from pipeline.records import FloatArray, RgbArray

BoolArray = npt.NDArray[np.bool_]
Pixels = npt.NDArray[Any]  # of whatever type OpenCV gives back
Box = tuple[float, float, float, float]

WORKING_SIDE_PX = 384  # longest side at which residuals are taken; DEDUP.md's two-scale table
LEVEL_SIDES_PX = (48, 96, 192, 384)  # longest sides of the registration pyramid
LEVEL_POINTS = (900, 1500, 2000, 2500)  # strongest gradients kept a level: flat ground says nothing


@dataclass(frozen=True)
class Level:
    """One step of the pyramid: `grey` float32 (h, w), and where it has edges.

    `points` float32 (n, 2) are pixel positions x, y; `slopes` float32 (n, 6) how the grey level there
    changes with the six numbers of an affine shift; `values` float32 (n,) the grey levels themselves.
    """

    grey: FloatArray
    points: FloatArray
    slopes: FloatArray
    values: FloatArray


@dataclass(frozen=True)
class Prepared:
    """A picture ready for comparison: about 1 MB, free of its file.

    `rgb` uint8 (h, w, 3), longest side at most 384; `mask` bool (h, w), the object; `box` the object's
    x0, y0, x1, y1 in pixels; `plain` False where no plain ground was found (the object is then the
    whole frame); `levels` coarse to fine; `digest` the SHA-256 of the file's bytes, ''
    when made of pixels alone. A picture that stands in a white margin with straight sides has `inner`:
    itself without the margin, whose `corner` x, y lies on this frame and whose `void` bool (h, w) marks
    the wedges of margin left in it.
    """

    rgb: RgbArray
    mask: BoolArray
    box: Box
    plain: bool
    levels: tuple[Level, ...]
    digest: str = ""
    inner_frame: tuple[tuple[int, int, int, int], BoolArray] | None = None
    corner: tuple[int, int] = (0, 0)
    void: BoolArray | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @cached_property
    def inner(self) -> Prepared | None:
        """The picture without the white margin that it stands in; made when first asked for."""
        if self.inner_frame is None:
            return None
        (x0, y0, x1, y1), void = self.inner_frame
        view = _prepare_view(self.rgb[y0:y1, x0:x1].copy(), self.digest)
        return replace(view, corner=(x0, y0), void=void)


def prepare(source: bytes | RgbArray) -> Prepared:
    """Everything that the registration comparator needs of one picture.

    `source` is a file's bytes or uint8 RGB (H, W, 3) of any size. Never enlarges. Raises
    UnreadableImage for bytes that are no usable image, ValueError for an array of another form. (II.D)
    """
    if isinstance(source, bytes):
        digest = hashlib.sha256(source).hexdigest()
        rgb = decode(source, max_side_px=WORKING_SIDE_PX).rgb
    else:
        digest, rgb = "", fit(source, WORKING_SIDE_PX)
    return replace(_prepare_view(rgb, digest), inner_frame=find_inner_frame(rgb))


def _prepare_view(rgb: RgbArray, digest: str) -> Prepared:
    mask, plain = find_mask(rgb)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    greys = [grey]
    for side in LEVEL_SIDES_PX[-2::-1]:
        greys.append(fit(greys[-1], side))
    levels = tuple(describe_level(g, count) for g, count in zip(greys[::-1], LEVEL_POINTS, strict=True))
    return Prepared(rgb, mask, find_box(mask), plain, levels, digest)


def fit(pixels: Pixels, side_px: int) -> Pixels:
    """The picture with a longest side of at most `side_px`, same dtype; ValueError if it has no pixels."""
    if pixels.ndim not in (2, 3) or 0 in pixels.shape:
        raise ValueError("A picture to compare needs rows, columns and at least one pixel.")
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if longest <= side_px:
        return np.ascontiguousarray(pixels)
    size = max(1, round(width * side_px / longest)), max(1, round(height * side_px / longest))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


# -- the object and its ground

MASK_SIDE_PX = 128
GROUND_TOLERANCE = 14.0  # grey levels a channel; a soft shadow counts as object
MIN_PLAIN_BORDER = 0.6  # share of border pixels that one plane of colour must explain
MIN_OBJECT_SHARE = 0.003  # of the frame; less is noise on a flat picture


def find_mask(rgb: RgbArray) -> tuple[BoolArray, bool]:
    """Object pixels, bool (h, w), and whether the ground is plain; the whole frame where it is not."""
    small = np.asarray(cv2.blur(fit(rgb, MASK_SIDE_PX), (3, 3)), np.float32)
    off_ground, explained = _leave_ground(small)
    whole = np.ones(rgb.shape[:2], bool), False
    if explained < MIN_PLAIN_BORDER:
        return whole
    object_ = _keep_off_border(off_ground)
    if object_.mean() < MIN_OBJECT_SHARE or object_.mean() > 0.98:
        return whole
    size = rgb.shape[1], rgb.shape[0]
    return cv2.resize(object_.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, True


def find_box(mask: BoolArray) -> Box:
    """Smallest box x0, y0, x1, y1 (pixels, end exclusive) around rows and columns that hold the object."""
    columns, rows = np.flatnonzero(mask.mean(0) > 0.004), np.flatnonzero(mask.mean(1) > 0.004)
    if columns.size < 2 or rows.size < 2:
        return 0.0, 0.0, float(mask.shape[1]), float(mask.shape[0])
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _leave_ground(small: FloatArray) -> tuple[BoolArray, float]:
    """Pixels off a plane of colour fitted to the border, and the border's share on it."""
    height, width = small.shape[:2]
    ring = np.ones((height, width), bool)
    margin = max(1, round(0.02 * max(height, width)))
    ring[margin:-margin, margin:-margin] = False
    terms = _plane_terms(height, width)
    border, where = small[ring], terms[ring]
    model = np.zeros((3, 3), np.float32)
    model[0] = np.median(border, axis=0)
    for _ in range(2):
        near = np.abs(border - where @ model).max(1) < 2 * GROUND_TOLERANCE
        if near.sum() < 12:
            break
        model = np.linalg.lstsq(where[near], border[near], rcond=None)[0].astype(np.float32)
    explained = float((np.abs(border - where @ model).max(1) < GROUND_TOLERANCE).mean())
    red, green, blue = cv2.split(cv2.absdiff(small, terms @ model))
    return cv2.max(cv2.max(red, green), blue) >= GROUND_TOLERANCE, explained


@lru_cache(maxsize=64)
def _plane_terms(height: int, width: int) -> FloatArray:
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    ones = np.ones_like(rows)
    return np.stack([ones, columns / max(1, width - 1) - 0.5, rows / max(1, height - 1) - 0.5], axis=-1)


def _keep_off_border(off_ground: BoolArray) -> BoolArray:
    """The object with its holes: everything but ground that reaches the border."""
    count, labels = cv2.connectedComponents((~off_ground).astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_ground = np.zeros(count, bool)
    is_ground[np.unique(edge)] = True
    is_ground[0] = False
    return ~is_ground[labels]


# -- the frame inside a white margin

WHITE_LEVEL = 243  # every channel: white with the ringing of JPEG around it
MIN_MARGIN_SHARE = 0.003  # of the frame; less is the rim of a resize
QUAD_SHARE = 0.97  # of its convex hull that a framed picture fills
QUAD_CORNERS = 6  # at most: a turned frame cut by another frame
QUAD_TOLERANCE = 0.02  # of the hull's length


def find_inner_frame(rgb: RgbArray) -> tuple[tuple[int, int, int, int], BoolArray] | None:
    """Where a picture ends and a white margin begins: box x0, y0, x1, y1 and the margin within it.

    None where there is no margin, or where what stands in it is no convex shape of few corners.
    """
    small = fit(rgb, MASK_SIDE_PX)
    content = _keep_off_border(_darkest(small) < WHITE_LEVEL)
    share = float(content.mean())
    if share > 1 - MIN_MARGIN_SHARE or share < 0.04:
        return None
    points = cv2.findNonZero(content.astype(np.uint8))
    hull = cv2.convexHull(np.asarray(points))
    corners = cv2.approxPolyDP(hull, QUAD_TOLERANCE * cv2.arcLength(hull, True), True)
    area = float(cv2.contourArea(hull)) + 0.5 * float(cv2.arcLength(hull, True))
    if len(corners) > QUAD_CORNERS or content.sum() < QUAD_SHARE * area:
        return None
    x, y, width, height = cv2.boundingRect(hull)
    scale = rgb.shape[1] / small.shape[1], rgb.shape[0] / small.shape[0]
    x0, y0 = round(x * scale[0]), round(y * scale[1])
    x1, y1 = (
        min(rgb.shape[1], round((x + width) * scale[0])),
        min(rgb.shape[0], round((y + height) * scale[1])),
    )
    x0, y0, x1, y1 = _tighten(rgb, x0, y0, x1, y1)
    if x1 - x0 < 16 or y1 - y0 < 16:
        return None
    void = cv2.resize((~content).astype(np.uint8), rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return (x0, y0, x1, y1), cv2.dilate(void, np.ones((5, 5), np.uint8))[y0:y1, x0:x1] > 0


def _darkest(rgb: RgbArray) -> Pixels:
    red, green, blue = cv2.split(rgb)
    return cv2.min(cv2.min(red, green), blue)


def _tighten(rgb: RgbArray, x0: int, y0: int, x1: int, y1: int) -> tuple[int, int, int, int]:
    """The box moved in past rows and columns that are still margin, a few pixels at most."""
    dark = _darkest(rgb[y0:y1, x0:x1]) < WHITE_LEVEL
    columns, rows = dark.mean(0) > 0.1, dark.mean(1) > 0.1
    if not columns.any() or not rows.any():
        return x0, y0, x1, y1
    left, right = int(columns.argmax()), int(columns[::-1].argmax())
    top, bottom = int(rows.argmax()), int(rows[::-1].argmax())
    return x0 + left, y0 + top, x1 - right, y1 - bottom


# -- the pyramid


def describe_level(grey: FloatArray, count: int) -> Level:
    """A pyramid step of `grey` float32 (h, w) with its `count` strongest gradients."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    step = 2 if max(grey.shape) > 256 else 1  # every other pixel will do where they are many
    strength = (np.abs(across) + np.abs(down))[::step, ::step].copy()
    strength[[0, -1]] = strength[:, [0, -1]] = 0
    count = min(count, strength.size)
    places = np.argpartition(strength.ravel(), strength.size - count)[-count:]
    rows, columns = (np.stack(np.divmod(places, strength.shape[1])) * step).astype(np.intp)
    chosen = rows * grey.shape[1] + columns
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    u, v = (centre_points(points, grey.shape)).T
    gx, gy = across.ravel()[chosen], down.ravel()[chosen]
    slopes = np.stack([gx * u, gx * v, gx, gy * u, gy * v, gy], axis=1).astype(np.float32)
    return Level(np.asarray(smooth, np.float32), points, slopes, smooth.ravel()[chosen])


def centre_points(points: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Positions as shares of the longest side from the centre, which keeps the six unknowns alike."""
    height, width = shape[:2]
    centre = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    return np.asarray((points - centre) / max(height, width), np.float32)
