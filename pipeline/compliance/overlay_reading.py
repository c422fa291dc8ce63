"""What is read where the overlay network found something, as evidence for or against an overlay (II.B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np

from pipeline.compliance import placement, text, wording
from pipeline.foreground import Foreground
from pipeline.records import FloatArray, RgbArray

NAMES = ("offer", "owner", "beside", "across", "on", "scene", "many", "repeated", "none")
ON_PRODUCT, BESIDE = 0.85, 0.25  # share of a line that the product fills
FEWEST, MOST = 0.15, 0.6  # a spot's cells: from that share of the strongest ones, at least and at most
STRONGEST = 8  # cells
SPOTS = 2  # that are read; more cost more than they tell
SAME = 0.5  # of the smaller box: a line that was read before
ALIKE = 0.7  # of two lines' letters: the same words again


@dataclass(frozen=True)
class Reading:
    """`evidence` float32 by NAMES, `lines` what was read."""

    evidence: FloatArray
    lines: list[text.TextLine]


def read_finding(
    rgb: RgbArray,
    cover: FloatArray,
    found: Foreground | None = None,
    spots: int = SPOTS,
    elsewhere: bool = False,
) -> Reading:
    """Reads the finding's strongest spots, at most `spots`; `cover` float32 (S,S), 0 to 1, of one kind.

    With `elsewhere` the whole picture is read where no offer stands there, and its offers count too.
    """
    lines: list[text.TextLine] = []
    for box in find_spots(cover, rgb.shape)[:spots]:
        new = text.read_whole(rgb, box)
        lines += [line for line in new if not any(_overlap(line.box, one.box) > SAME for one in lines)]
    if elsewhere and not any(wording.is_offer(line.text) for line in lines):
        lines += [line for line in text.read_all(rgb) if wording.is_offer(line.text)]
    return Reading(weigh_lines(lines, placement.find_product(rgb, found) if lines else None), lines)


def find_spots(cover: FloatArray, shape: Sequence[int]) -> list[list[float]]:
    """Boxes, in shares of the picture, round the strongest things that stand out of the cover."""
    strongest = float(np.sort(cover, axis=None)[-STRONGEST:].mean())
    marked = (cover >= max(FEWEST, min(placement.COVERED, MOST * strongest))).astype(np.uint8)
    wide = cv2.dilate(marked, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(wide)
    weights = np.bincount(labels.ravel(), (cover * marked).ravel(), minlength=count)[1:]
    spots = []
    for label in 1 + np.argsort(-weights)[:SPOTS]:
        rows, columns = np.nonzero((labels == label) & (marked > 0))
        ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        spots.append(placement.place_box(ends, len(cover), shape))
    return spots


def weigh_lines(lines: Sequence[text.TextLine], product: placement.Mask | None) -> FloatArray:
    """float32 by NAMES, each 0 or 1: whose words stand there, where, and whether they are said again."""
    offers, owners = (any(is_it(n.text) for n in lines) for is_it in (wording.is_offer, wording.is_owner))
    shares = [placement.share_under(n.box, product) for n in lines] if product is not None else []
    told = {
        "offer": offers,
        "owner": owners,
        "beside": any(share < BESIDE for share in shares),
        "across": any(BESIDE <= share < ON_PRODUCT for share in shares),
        "on": any(share >= ON_PRODUCT for share in shares),
        "scene": bool(lines) and product is None,
        "many": len(lines) > 2,
        "repeated": _repeats([n.text for n in lines]),
        "none": not lines,
    }
    return np.array([told[name] for name in NAMES], np.float32)


def _overlap(one: placement.Box, other: placement.Box) -> float:
    """Share (0 to 1) of the smaller box that both fill."""
    wide, high = (min(one[i + 2], other[i + 2]) - max(one[i], other[i]) for i in (0, 1))
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0.0, wide) * max(0.0, high) / max(smaller, 1e-9)


def _repeats(texts: Sequence[str]) -> bool:
    return any(
        SequenceMatcher(None, one, other).ratio() >= ALIKE
        for place, one in enumerate(texts)
        for other in texts[:place]
        if min(len(one), len(other)) > 2
    )
