"""Reads text on an image, for the few where the overlay network is in doubt (II.B)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from pipeline.records import RgbArray

SIDE_PX = 640  # longest side that is read; smaller letters are no badge
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

    return RapidOCR(intra_op_num_threads=1, use_cls=False)


def read_text(rgb: RgbArray) -> list[TextLine]:
    """Lines of at least two letters or digits on uint8 (H,W,3), surest first."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE_PX / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    result, _ = _load_reader()(np.ascontiguousarray(small[..., ::-1]))
    lines = [_read_line(entry, size) for entry in result or []]
    kept = [n for n in lines if n.confidence >= MIN_CONFIDENCE and sum(c.isalnum() for c in n.text) >= 2]
    return sorted(kept, key=lambda line: -line.confidence)


def _read_line(entry: Any, size: tuple[int, int]) -> TextLine:
    corners = np.asarray(entry[0], np.float64) / size
    (left, top), (right, bottom) = corners.min(axis=0).clip(0, 1), corners.max(axis=0).clip(0, 1)
    return TextLine(str(entry[1]), float(entry[2]), (float(left), float(top), float(right), float(bottom)))
