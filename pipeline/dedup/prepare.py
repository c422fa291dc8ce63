"""What a comparison needs of one picture, computed once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from pipeline.dedup.ground import BoolArray, Box, Pixels, find_box, find_mask, fit
from pipeline.dedup.margins import (
    FrameBox,
    find_content,
    find_inner_frame,
    find_margin_colours,
    paint_over_line,
)
from pipeline.images import decode
from pipeline.records import FloatArray, RgbArray

WORKING_SIDE_PX = 384  # longest side at which residuals are taken; DEDUP.md's two-scale table
LEVEL_SIDES_PX = (48, 96, 192, 384)  # longest sides of the registration pyramid
LEVEL_POINTS = (900, 1500, 2000, 2500)  # strongest gradients kept a level: flat ground says nothing


@dataclass(frozen=True)
class Level:
    """One step of the pyramid: `grey` float32 (h, w), and where it has edges.

    `points` float32 (n, 3) are pixel positions x, y, 1; `slopes` float32 (n, 6) how the grey level there
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
    whole frame); `margin` the flat colours along its border, float (3,)
    each; `content` uint8 (h, w), 255 where the picture is unlike them; `levels` coarse
    to fine; `digest` the SHA-256 of the file's bytes, '' when made of pixels alone. A picture that stands
    in a margin with straight sides has `inner_frame`, the box x0, y0, x1, y1 within the margin.
    """

    rgb: RgbArray
    mask: BoolArray
    box: Box
    plain: bool
    margin: tuple[Pixels, ...]
    content: Pixels
    levels: tuple[Level, ...]
    digest: str = ""
    inner_frame: FrameBox | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @cached_property
    def inner(self) -> Prepared | None:
        """The picture without the margin that it stands in; made when first asked for."""
        if self.inner_frame is None:
            return None
        x0, y0, x1, y1 = self.inner_frame
        return _prepare_view(self.rgb[y0:y1, x0:x1].copy(), self.digest)


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
    view = _prepare_view(paint_over_line(rgb), digest)
    return replace(view, inner_frame=find_inner_frame(view.content))


def _prepare_view(rgb: RgbArray, digest: str) -> Prepared:
    mask, plain = find_mask(rgb)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    greys = [grey]
    for side in LEVEL_SIDES_PX[-2::-1]:
        greys.append(fit(greys[-1], side))
    levels = tuple(describe_level(g, count) for g, count in zip(greys[::-1], LEVEL_POINTS, strict=True))
    margin = find_margin_colours(rgb)
    content = find_content(rgb, margin)
    return Prepared(rgb, mask, find_box(mask), plain, margin, content, levels, digest)


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
    points = np.stack([columns, rows, np.ones_like(rows)], axis=1).astype(np.float32)
    u, v = centre_points(points[:, :2], grey.shape).T
    gx, gy = across.ravel()[chosen], down.ravel()[chosen]
    slopes = np.stack([gx * u, gx * v, gx, gy * u, gy * v, gy], axis=1).astype(np.float32)
    return Level(np.asarray(smooth, np.float32), points, slopes, smooth.ravel()[chosen])


def centre_points(points: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Positions as shares of the longest side from the centre, which keeps the six unknowns alike."""
    height, width = shape[:2]
    centre = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    return np.asarray((points - centre) / max(height, width), np.float32)
