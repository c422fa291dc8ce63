"""Reads text where the overlay network found some: for the reviewer, and where it is in doubt (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from pipeline.records import FloatArray, RgbArray

SIDE_PX = 320  # longest side of the part that is read; a larger one takes half a second
MARGIN = 0.03  # of the picture, read round a finding
MIN_CONFIDENCE = 0.6  # of the reader; below it lines of a texture are 'read'


@dataclass(frozen=True)
class TextLine:
    """One line of text: `box` is left, top, right, bottom as shares of the frame."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]

    @property
    def area(self) -> float:
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])


@lru_cache(maxsize=1)
def _load_reader() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1, use_cls=False, det_limit_type="max", det_limit_side_len=SIDE_PX)


def read_text(rgb: RgbArray, box: Sequence[float] = (0.0, 0.0, 1.0, 1.0)) -> list[TextLine]:
    """Lines of at least two letters or digits on uint8 (H,W,3), surest first.

    `box` is the part to read: left, top, right, bottom as shares of the picture. Boxes of lines are
    shares of the whole picture.
    """
    height, width = rgb.shape[:2]
    left, top = (int(max(0.0, box[i] - MARGIN) * (width, height)[i]) for i in (0, 1))
    right, low = (int(min(1.0, box[i + 2] + MARGIN) * (width, height)[i]) for i in (0, 1))
    part = rgb[top : max(top + 1, low), left : max(left + 1, right)]
    scale = min(2.0, SIDE_PX / max(part.shape[:2]))
    size = (max(16, round(part.shape[1] * scale)), max(16, round(part.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(part, size, interpolation=how)
    result, _ = _load_reader()(np.ascontiguousarray(small[..., ::-1]))
    stretch = np.array([part.shape[1] / size[0] / width, part.shape[0] / size[1] / height])
    lines = [_read_line(entry, stretch, np.array([left / width, top / height])) for entry in result or []]
    kept = [n for n in lines if n.confidence >= MIN_CONFIDENCE and sum(c.isalnum() for c in n.text) >= 2]
    return sorted(kept, key=lambda line: -line.confidence)


def _read_line(entry: Any, stretch: FloatArray, start: FloatArray) -> TextLine:
    corners = np.asarray(entry[0], np.float64) * stretch + start
    (left, top), (right, bottom) = corners.min(axis=0).clip(0, 1), corners.max(axis=0).clip(0, 1)
    return TextLine(str(entry[1]), float(entry[2]), (float(left), float(top), float(right), float(bottom)))
