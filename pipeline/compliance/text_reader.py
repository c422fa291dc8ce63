"""The packaged text finder and reader on one part of a picture, in OpenVINO (II.B)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from pipeline.compliance.text_finder import flatten_tail, lay_out
from pipeline.compliance.text_trunk import find_trunk
from pipeline.records import FloatArray, RgbArray

READER = "ch_PP-OCRv4_rec_infer.onnx"
LINE_PX, LONGEST_PX = 48, 384  # height of a line as the reader was taught, and its longest width
STEP_PX = 32  # the finder's coarsest stride; widths of lines go in such steps too
LETTERS_FROM = 0.3  # of the finder's map
SURE_FROM = 0.5  # its mean over a line
GROWN = 1.5  # of a line's height, added round what the finder marks: it marks cores of lines
FEWEST_PX = 5  # height of a line


@dataclass(frozen=True)
class Line:
    """What stands in a (turned) box: `corners` float32 (4,2) px of the part, `confidence` 0 to 1."""

    text: str
    confidence: float
    corners: FloatArray


class TextReader:
    """Finder and reader, loaded on one thread."""

    def __init__(self, precision: str) -> None:
        import openvino

        options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
        core = openvino.Core()
        reader = core.read_model(str(find_trunk().parent / READER))
        self.letters = ["", *str(reader.get_rt_info(["framework", "character"]).value).splitlines(), " "]
        self.finder = core.compile_model(flatten_tail(core.read_model(str(find_trunk()))), "CPU", options)
        self.reader = core.compile_model(reader, "CPU", options)

    def read(self, part: RgbArray, most: int) -> list[Line]:
        """Lines on uint8 (h,w,3), the largest `most` of them; sides are best below 320 px."""
        found = sorted(self._find(part), key=lambda corners: -_measure(corners).prod())
        return [self._read(part, corners) for corners in found[:most]]

    def _find(self, part: RgbArray) -> list[FloatArray]:
        """Corners of each line, float32 (4,2), clockwise from its upper left."""
        height, width = part.shape[:2]
        room = np.zeros((-(-height // STEP_PX) * STEP_PX, -(-width // STEP_PX) * STEP_PX, 3), np.uint8)
        room[:height, :width] = part
        told = lay_out(self.finder(_to_input(room))[0])
        outlines, _ = cv2.findContours(
            (told > LETTERS_FROM).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE
        )
        found = []
        for outline in outlines:
            left, top, wide, high = cv2.boundingRect(outline)
            inside = np.zeros((high, wide), np.uint8)
            cv2.drawContours(inside, [outline], 0, 1, -1, offset=(-left, -top))
            if cv2.mean(told[top : top + high, left : left + wide], inside)[0] < SURE_FROM:
                continue
            middle, size, angle = cv2.minAreaRect(outline)
            more = GROWN * min(size)
            corners = _order(cv2.boxPoints((middle, (size[0] + more, size[1] + more), angle)))
            if _measure(corners).min() >= FEWEST_PX:
                found.append(corners)
        return found

    def _read(self, part: RgbArray, corners: FloatArray) -> Line:
        wide, high = _measure(corners)
        long = int(np.clip(-(-wide * LINE_PX / high // STEP_PX) * STEP_PX, STEP_PX, LONGEST_PX))
        flat = np.array([[0, 0], [long, 0], [long, LINE_PX], [0, LINE_PX]], np.float32)
        turn = cv2.getPerspectiveTransform(corners, flat)
        line = cv2.warpPerspective(part, turn, (long, LINE_PX), borderMode=cv2.BORDER_REPLICATE)
        rates = self.reader(_to_input(np.asarray(line, np.uint8)))[0][0]
        best = rates.argmax(axis=1)
        kept = (best > 0) & (best != np.concatenate([[0], best[:-1]]))
        confidence = float(rates.max(axis=1)[kept].mean()) if kept.any() else 0.0
        return Line("".join(self.letters[letter] for letter in best[kept]), confidence, corners)


@lru_cache(maxsize=1)
def load_reader(precision: str) -> TextReader:
    """The packaged reader, kept loaded."""
    return TextReader(precision)


def _to_input(rgb: RgbArray) -> Any:
    """Float32 (1,3,h,w), -1 to 1, blue first: the same as by numpy, in a third of the time."""
    return cv2.dnn.blobFromImage(rgb, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)


def _measure(corners: FloatArray) -> FloatArray:
    """Width and height of the box, px."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return np.asarray((sides[:2] + sides[2:]) / 2, np.float32)


def _order(points: Any) -> FloatArray:
    """Clockwise from the upper left; a box far higher than wide is read from below."""
    by_left = points[np.argsort(points[:, 0], kind="stable")]
    (top_left, low_left), (top_right, low_right) = (
        pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_left[:2], by_left[2:])
    )
    corners = np.array([top_left, top_right, low_right, low_left], np.float32)
    wide, high = _measure(corners)
    turned: FloatArray = np.roll(corners, 1, axis=0) if high > 1.5 * wide else corners
    return turned
