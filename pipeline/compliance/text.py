"""Reads text where the overlay network found some: for the reviewer, and where it is in doubt (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.compliance.overlay import choose_precision
from pipeline.compliance.text_reader import load_reader
from pipeline.records import RgbArray

SIDE_PX = 288  # longest side of the part that is read; letters of a twelfth of it are read well
LARGEST = 2.5  # enlargement of small parts
MARGIN = 0.03  # of the picture, read round a finding
MIN_CONFIDENCE = 0.6  # of the reader; below it lines of a texture are 'read'
MOST = 4  # lines that are read; they take 2 ms each
ALL_SIDE_PX, ALL_MOST = 480, 8  # of a whole picture: overlays' letters are small in it, and print is larger
CUT = 0.012  # of the picture: a line that comes so near to where the part ends may go on beyond it
ROOM = (
    0.5  # of such a line, or LEAST_ROOM of the picture, that is read beyond; all of it reads print nearby too
)
LEAST_ROOM = 0.05


@dataclass(frozen=True)
class TextLine:
    """One line of text: `box` is left, top, right, bottom as shares of the frame."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]

    @property
    def area(self) -> float:
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


def read_text(rgb: RgbArray, box: Sequence[float] = (0.0, 0.0, 1.0, 1.0)) -> list[TextLine]:
    """Lines of at least two letters or digits on uint8 (H,W,3), surest first.

    `box` is the part to read: left, top, right, bottom as shares of the picture. Boxes of lines are
    shares of the whole picture.
    """
    return _read_part(rgb, box, SIDE_PX, MOST)


def read_all(rgb: RgbArray) -> list[TextLine]:
    """The same of the whole picture, in finer letters and more lines; it takes three times as long."""
    return _read_part(rgb, (0.0, 0.0, 1.0, 1.0), ALL_SIDE_PX, ALL_MOST)


def _read_part(rgb: RgbArray, box: Sequence[float], side_px: int, most: int) -> list[TextLine]:
    height, width = rgb.shape[:2]
    left, top = (int(max(0.0, box[i] - MARGIN) * (width, height)[i]) for i in (0, 1))
    right, low = (int(min(1.0, box[i + 2] + MARGIN) * (width, height)[i]) for i in (0, 1))
    part = rgb[top : max(top + 1, low), left : max(left + 1, right)]
    scale = min(LARGEST, side_px / max(part.shape[:2]))
    size = (max(16, round(part.shape[1] * scale)), max(16, round(part.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    lines = []
    for line in load_reader(choose_precision()).read(small, most):
        ends = line.corners / (np.array(size) / part.shape[1::-1]) + (left, top)
        ends = (ends / (width, height)).clip(0, 1)
        (x, y), (right_end, low_end) = ends.min(axis=0), ends.max(axis=0)
        placed = (float(x), float(y), float(right_end), float(low_end))
        lines.append(TextLine(line.text, line.confidence, placed))
    kept = [n for n in lines if n.confidence >= MIN_CONFIDENCE and sum(c.isalnum() for c in n.text) >= 2]
    return sorted(kept, key=lambda line: -line.confidence)


def read_whole(rgb: RgbArray, box: Sequence[float]) -> list[TextLine]:
    """The same, read once more with more room where a line seems cut where the part ends."""
    lines = read_text(rgb, box)
    wider = _widen(box, lines)
    return read_text(rgb, wider) if wider != list(box) else lines


def _widen(box: Sequence[float], lines: Sequence[TextLine]) -> list[float]:
    """The box (shares of the picture) with room beyond the sides that cut a line."""
    wider = list(box)
    for line in lines:
        for side, outward in enumerate((-1, -1, 1, 1)):
            end = box[side] + outward * MARGIN
            if not 0 < end < 1 or outward * (line.box[side] - end) < -CUT:
                continue
            long = line.box[side % 2 + 2] - line.box[side % 2]
            room = box[side] + outward * max(LEAST_ROOM, ROOM * long)
            wider[side] = min(wider[side], room) if outward < 0 else max(wider[side], room)
    return [min(1.0, max(0.0, end)) for end in wider]
