"""What a comparison needs of one picture, computed once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np

from pipeline.dedup.bands import find_bands, find_border_colour, find_corners
from pipeline.dedup.edges import Edges, describe_edges
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


Source = Callable[[], bytes | RgbArray]


@dataclass(frozen=True)
class Prepared:
    """A picture ready for comparison, at most 2 MB, 4 with `finer`; what few pairs need is made when asked.

    `rgb` uint8 (h, w, 3), longest side at most 384; `mask` bool (h, w), the object; `box` the object's
    x0, y0, x1, y1 in pixels; `plain` False where no plain ground was found (the object is then the
    whole frame); `digest` the SHA-256 of the file's bytes, '' when made of pixels alone; `whole` False
    for the inside of another picture's margin, in which no further margin is looked for. `finer` are its
    pixels at up to FINE_SIDE_PX, or `read` gives the picture again when they are asked for. `void` uint8
    (h, w) is 255 in flat corners that turning left, None without any.
    """

    rgb: RgbArray
    mask: BoolArray
    box: Box
    plain: bool
    digest: str = ""
    whole: bool = True
    finer: RgbArray | None = field(default=None, repr=False, compare=False)
    read: Source | None = field(default=None, repr=False, compare=False)
    void: Pixels | None = field(default=None, repr=False, compare=False)
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
        content = find_content(self.rgb, self.margin)
        return content if self.void is None else cv2.subtract(content, self.void)

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
            self._edges[index] = describe_edges(self.grey(index), LEVEL_POINTS[index], self.void)
        return self._edges[index]

    @cached_property
    def thumbnail(self) -> RgbArray:
        """uint8 (h, w, 3) of the size of level GLANCE_LEVEL."""
        return fit_within(self.rgb, LEVEL_SIDES_PX[GLANCE_LEVEL])

    @cached_property
    def outline(self) -> Pixels:
        """`content` of the thumbnail."""
        content = find_content(self.thumbnail, find_margin_colours(self.thumbnail))
        if self.void is None:
            return content
        return cv2.subtract(content, cv2.resize(self.void, content.shape[::-1], interpolation=cv2.INTER_AREA))

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

    @cached_property
    def may_be_banded(self) -> bool:
        """Whether flat bands or corners were added to the picture, at a glance."""
        return self.whole and (find_bands(self.thumbnail) or find_corners(self.thumbnail)) is not None

    @cached_property
    def peeled_frame(self) -> FrameBox | None:
        """The box x0, y0, x1, y1 without flat bands; the frame where only corners are flat, else None."""
        if not self.whole:
            return None
        found = find_bands(self.rgb)
        if found is None and find_corners(self.rgb) is not None:
            return 0, 0, *self.size
        return found

    @cached_property
    def peeled(self) -> Prepared | None:
        """The picture without flat bands, its flat corners void."""
        if self.peeled_frame is None:
            return None
        x0, y0, x1, y1 = self.peeled_frame
        rgb = self.rgb[y0:y1, x0:x1].copy()
        void = find_corners(rgb)
        if void is not None:
            rgb[void > 0] = find_border_colour(rgb, void)  # so that a plain ground stays plain
        found = _prepare_view(rgb, self.digest, read=lambda: self._crop_fine((x0, y0, x1, y1)))
        if void is not None:
            mask = found.mask & (void == 0)
            found = replace(found, mask=mask, box=find_box(mask), void=void)
        return replace(found, whole=False)

    def _crop_fine(self, box: FrameBox) -> RgbArray:
        gain = self.fine.shape[1] / self.size[0]
        x0, y0, x1, y1 = (round(gain * at) for at in box)
        return np.ascontiguousarray(self.fine[y0:y1, x0:x1])


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
