"""Reads text on an image, for the few where the overlay network is in doubt (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from pipeline.foreground import find_object
from pipeline.records import RgbArray

SIDE_PX = 640  # longest side that is read; smaller letters are no badge
MAX_ON_PRODUCT = 0.25  # share of a line's box; more of it is print
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


def find_free_text(rgb: RgbArray, lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines that stand beside the product, not on it: nobody prints on the background.

    Letters that touch the product, or fill a scene, count as the product's own.
    """
    if not lines:
        return []
    found = find_object(rgb)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found.mask.astype(np.uint8))
    if count < 2 or found.kind == "scene":
        return []
    product = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return [line for line in lines if _share_under(line, product) < MAX_ON_PRODUCT]


def _share_under(line: TextLine, mask: np.ndarray) -> float:
    height, width = mask.shape
    left, top, right, bottom = line.box
    part = mask[
        int(top * height) : max(int(top * height) + 1, round(bottom * height)),
        int(left * width) : max(int(left * width) + 1, round(right * width)),
    ]
    return float(part.mean()) if part.size else 1.0
