"""What a comparison needs of one picture, computed once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.dedup.ground import BoolArray, Box, Pixels, find_box, find_mask, fit, keep_off_border
from pipeline.dedup.margins import (
    FrameBox,
    find_content,
    find_framed,
    find_inner_frame,
    find_margin_colours,
    is_framed,
    paint_over_line,
)
from pipeline.images import decode
from pipeline.records import FloatArray, RgbArray
from pipeline.scaling import fit_within

WORKING_SIDE_PX = 384  # longest side at which residuals are taken; DEDUP.md's two-scale table
FINE_SIDE_PX = 768  # longest side of what a closer look is taken at
LEAST_SCENE_SHARE = 0.2  # of its frame that a scene in a margin covers
LEVEL_SIDES_PX = (48, 96, 192, 384)  # longest sides of the registration pyramid
GLANCE_LEVEL = 1  # step of the pyramid at which a glance tells most different pictures
LEVEL_POINTS = (900, 1500, 2000, 2500)  # strongest gradients kept a level: flat ground says nothing
SIMILARITY = np.array(  # size, turn, shift x, shift y as the six numbers of an affine step
    [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], np.float32
)


Source = Callable[[], bytes | RgbArray]


@dataclass(frozen=True)
class Edges:
    """The strongest gradients of one step of the pyramid.

    `points` float32 (3, n) are pixel positions x, y, 1; `slopes` float32 (6, n) how the grey level there
    changes with the six numbers of an affine shift; `values` float32 (n,) the grey levels themselves;
    `shape` rows and columns of the step.
    """

    points: FloatArray
    slopes: FloatArray
    values: FloatArray
    shape: tuple[int, int]

    @cached_property
    def centred(self) -> FloatArray:
        """`values` less their mean."""
        return np.asarray(self.values - self.values.mean(), np.float32)

    @cached_property
    def similar(self) -> FloatArray:
        """float32 (4, n): how the grey level changes with size, turn and shift alone."""
        return np.asarray(SIMILARITY.T @ self.slopes, np.float32)


@dataclass(frozen=True)
class Prepared:
    """A picture ready for comparison, at most 2 MB, 4 with `finer`; what few pairs need is made when asked.

    `rgb` uint8 (h, w, 3), longest side at most 384; `mask` bool (h, w), the object; `box` the object's
    x0, y0, x1, y1 in pixels; `plain` False where no plain ground was found (the object is then the
    whole frame); `digest` the SHA-256 of the file's bytes, '' when made of pixels alone; `whole` False
    for the inside of another picture's margin, in which no further margin is looked for. `finer` are its
    pixels at up to FINE_SIDE_PX, or `read` gives the picture again when they are asked for.
    """

    rgb: RgbArray
    mask: BoolArray
    box: Box
    plain: bool
    digest: str = ""
    whole: bool = True
    finer: RgbArray | None = field(default=None, repr=False, compare=False)
    read: Source | None = field(default=None, repr=False, compare=False)
    _greys: dict[int, FloatArray] = field(default_factory=dict, repr=False, compare=False)
    _edges: dict[int, Edges] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @cached_property
    def fine(self) -> RgbArray:
        """The picture with all the pixels it has, uint8 (h, w, 3), longest side at most FINE_SIDE_PX."""
        if self.finer is None and self.read is not None:
            return take_finer(self.read())
        return self.rgb if self.finer is None else self.finer

    @cached_property
    def margin(self) -> tuple[Pixels, ...]:
        """The flat colours along the border, float (3,) each."""
        return find_margin_colours(self.rgb)

    @cached_property
    def content(self) -> Pixels:
        """uint8 (h, w), 255 where the picture is unlike the colours of its margin."""
        return find_content(self.rgb, self.margin)

    @cached_property
    def _pyramid(self) -> tuple[FloatArray, ...]:
        found = [np.asarray(cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY), np.float32)]
        for side in LEVEL_SIDES_PX[-2::-1]:
            found.append(np.asarray(fit(found[-1], side), np.float32))
        return tuple(found[::-1])

    def scale(self, index: int) -> float:
        """Size of a step of the pyramid over the working size."""
        return max(self._pyramid[index].shape) / max(self.size)

    def grey(self, index: int) -> FloatArray:
        """Softened grey levels float32 (h, w) of a step of the pyramid; 0 is the coarsest."""
        if index not in self._greys:
            self._greys[index] = np.asarray(cv2.GaussianBlur(self._pyramid[index], (3, 3), 0), np.float32)
        return self._greys[index]

    def edges(self, index: int) -> Edges:
        """Where a step of the pyramid has its strongest edges."""
        if index not in self._edges:
            self._edges[index] = describe_edges(self.grey(index), LEVEL_POINTS[index])
        return self._edges[index]

    @cached_property
    def thumbnail(self) -> RgbArray:
        """uint8 (h, w, 3) of the size of level GLANCE_LEVEL."""
        return fit_within(self.rgb, LEVEL_SIDES_PX[GLANCE_LEVEL])

    @cached_property
    def outline(self) -> Pixels:
        """`content` of the thumbnail."""
        return find_content(self.thumbnail, find_margin_colours(self.thumbnail))

    @cached_property
    def thumbnail_and_outline(self) -> Pixels:
        """uint8 (h, w, 4): to be turned and shifted together."""
        return cv2.merge([self.thumbnail, self.outline])

    @cached_property
    def may_mislead(self) -> bool:
        """Whether the picture stands in a margin of its own that may lead a registration astray."""
        return is_framed(self.outline) and self.inner_frame is not None

    @cached_property
    def inner_frame(self) -> FrameBox | None:
        """The box x0, y0, x1, y1 within the margin with straight sides that the picture stands in."""
        return find_inner_frame(self.content) if self.whole else None

    @cached_property
    def framed(self) -> tuple[Pixels, Pixels] | None:
        """Where a straight-sided picture stands in this one's margin, and the margin's colour."""
        return find_framed(self.rgb, self.margin)

    @cached_property
    def inner(self) -> Prepared | None:
        """The picture without the margin that it stands in."""
        if self.inner_frame is None:
            return None
        x0, y0, x1, y1 = self.inner_frame
        return replace(_prepare_view(self.rgb[y0:y1, x0:x1].copy(), self.digest), whole=False)


def prepare(source: bytes | RgbArray, read: Source | None = None) -> Prepared:
    """Everything that the registration comparator needs of one picture.

    `source` is a file's bytes or uint8 RGB (H, W, 3) of any size; never enlarges. Where `read` is given,
    finer pixels are not kept: what it returns, bytes or pixels, has them if a closer look needs them. Raises
    UnreadableImage for bytes that are no usable image, ValueError for an array of another form. (II.D)
    """
    finer = None
    if isinstance(source, bytes):
        digest, decoded = hashlib.sha256(source).hexdigest(), decode(source)
        rgb = decoded.at(WORKING_SIDE_PX)  # the pixels that an assessment has at hand, to the bit
        finer = None if read else decoded.at(FINE_SIDE_PX)
    else:
        digest, rgb = "", fit(source, WORKING_SIDE_PX)
        finer = None if read else fit(source, FINE_SIDE_PX)
    return _prepare_view(paint_over_line(rgb), digest, finer, read)


def take_finer(source: bytes | RgbArray) -> RgbArray:
    """The picture at FINE_SIDE_PX at most, uint8 (h, w, 3). Raises UnreadableImage as `prepare` does."""
    return decode(source).at(FINE_SIDE_PX) if isinstance(source, bytes) else fit(source, FINE_SIDE_PX)


def _prepare_view(
    rgb: RgbArray, digest: str, finer: RgbArray | None = None, read: Source | None = None
) -> Prepared:
    mask, plain = find_mask(rgb)
    mask = mask if plain else _leave_margin(rgb, mask)
    found = Prepared(rgb, mask, find_box(mask), plain, digest, finer=finer, read=read)
    _ = found.thumbnail_and_outline, found.grey(0), found.grey(GLANCE_LEVEL)  # every comparison asks for them
    return found


def _leave_margin(rgb: RgbArray, whole: BoolArray) -> BoolArray:
    """The frame but for its margin of flat colour; the whole where that would leave little."""
    margin = find_margin_colours(rgb)
    if not margin:
        return whole
    within = keep_off_border(find_content(rgb, margin) > 0)
    return within if within.mean() >= LEAST_SCENE_SHARE else whole


# -- the pyramid


def describe_edges(smooth: FloatArray, count: int) -> Edges:
    """The `count` strongest gradients of a step of the pyramid, softened grey levels float32 (h, w)."""
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    step = 2 if max(smooth.shape) > 256 else 1  # every other pixel will do where they are many
    strength = np.abs(across[::step, ::step]) + np.abs(down[::step, ::step])
    strength[[0, -1]] = strength[:, [0, -1]] = 0
    flat = strength.ravel()
    count = min(count, flat.size)
    likely = _list_likely(flat, count)
    places = likely[np.argpartition(flat[likely], len(likely) - count)[-count:]]
    rows, columns = np.divmod(places, strength.shape[1])
    rows, columns = rows * step, columns * step
    chosen = rows * smooth.shape[1] + columns
    points = np.stack([columns, rows, np.ones_like(rows)]).astype(np.float32)
    u, v = centre_points(points[:2], smooth.shape)
    gx, gy = across.ravel()[chosen], down.ravel()[chosen]
    slopes = np.stack([gx * u, gx * v, gx, gy * u, gy * v, gy]).astype(np.float32)
    return Edges(points, slopes, smooth.ravel()[chosen], (smooth.shape[0], smooth.shape[1]))


def _list_likely(flat: FloatArray, count: int) -> npt.NDArray[np.intp]:
    """Places that hold the `count` largest values for sure; few, where an eighth of the values can tell."""
    if flat.size > 8 * count:
        few = flat[::8]
        likely = np.flatnonzero(flat >= 0.8 * np.partition(few, len(few) - count // 8)[len(few) - count // 8])
        if count <= len(likely) < flat.size // 2:
            return likely
    return np.arange(flat.size)


def centre_points(points: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Positions (2, n) as shares of the longest side from the centre, which keeps the six unknowns alike."""
    height, width = shape[:2]
    centre = np.array([[(width - 1) / 2], [(height - 1) / 2]], np.float32)
    return np.asarray((points - centre) / max(height, width), np.float32)
