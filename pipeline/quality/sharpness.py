"""How sharp the object's own edges are, in measures that do not follow content or contrast (II.A).

The variance of the Laplacian grows with contrast, texture and size; a re-blur ratio does not: an edge
that is soft already loses little when it is softened once more. Everything is measured at the object's
strongest edges, because the background of a product photo has none; and tile by tile as well, because
an intended shallow depth of field leaves some of them sharp, and motion leaves one direction sharp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground
from pipeline.images import DecodedImage
from pipeline.quality.spectrum import BANDS, measure_bands, measure_blocks
from pipeline.quality.tiles import COUNT, CUT_PX, RIM_PX, Grey, Tiles, cut_tiles
from pipeline.records import FloatArray

Plane = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

STEPS = ((0, 1), (1, 0), (1, 1), (-1, 1))  # rows, columns: level, upright and both diagonals
_SHARES = ("top1", "top5", "top20")
FEATURES = (
    *(f"reblur{sigma}_{share}" for sigma in (1, 2) for share in _SHARES),
    *(f"reblur1_q{q}" for q in (10, 25, 50, 75)),
    *(f"tile_{name}" for name in ("sharpest", "q25", "q50", "q75", "softest")),
    *(f"spacing{step}_{rank}" for step in (2, 4, 8) for rank in ("low", "second", "third", "high")),
    *(f"strength_{rank}" for rank in ("low", "high")),
    *(f"width{size}_q{q}" for size in (9, 19) for q in (10, 25, 50)),
    "curvature",
    "contrast",
    "texture",
    "grain",
    "still",
    *BANDS,
    "blocks_x",
    "blocks_y",
    "tiles",
    "span",
    "log_side",
    "scene",
)
EDGE_SHARE = 0.2  # of the object's pixels
EDGES = 3000  # looked at; more change nothing but the time
PLACE_BITS = 12  # hold the number of an edge


@dataclass(frozen=True)
class Edges:
    """The strongest gradients of the object's tiles and where each stands.

    `where` int (E,) places in the flat tiles; `strength` float32 (E,), central differences over two pixels;
    `order` int (E,), the weakest first; `strengths` the gradient of all pixels, uint8 like the tiles, 0
    beyond the object; `counts` (256,) how many of the object's pixels have each.
    """

    where: Places
    strength: Plane
    order: Places
    strengths: Grey
    counts: Plane

    def top(self, share: float) -> Places:
        """The edges among the strongest `share` of the object's pixels."""
        last = len(self.order) - 1
        return self.order[ceil((1 - share / EDGE_SHARE) * last - 1e-6) :]


def measure_sharpness(image: DecodedImage, found: Foreground) -> FloatArray:
    """Features float32 (len(FEATURES),) of a working copy; zeros where nothing has an edge."""
    features = np.zeros(len(FEATURES), np.float32)
    tiles = cut_tiles(image, found)
    edges = None if tiles is None else _find_edges(tiles)
    if tiles is None or edges is None:
        return features
    full = tiles.grey.astype(np.float32)
    soft = tuple(np.asarray(cv2.GaussianBlur(full, (0, 0), sigma), np.float32) for sigma in (1.0, 2.0))
    spans, widths = _widths(tiles.grey, edges)
    values = [
        *_reblur(soft, edges),
        *_spacing(full, edges),
        *widths,
        *_levels(tiles, edges),
        *measure_bands(tiles),
        *measure_blocks(tiles),
        tiles.count / COUNT,
        float(np.log2(_rank(spans, (0.9,))[0] + 1)),
        float(np.log2(max(image.rgb.shape[:2]))),
        float(tiles.whole),
    ]
    features[:] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return features


def tell_contrast(features: FloatArray) -> float:
    """Grey levels that the object's strongest edges span; 0 where it has none."""
    return float(2.0 ** features[FEATURES.index("span")] - 1)


def tell_growth(features: FloatArray) -> float:
    """How much a difference over 16 pixels exceeds one over 2, in the direction where it grows most."""
    return float(features[FEATURES.index("spacing8_high")])


def tell_edge_px(features: FloatArray) -> float:
    """Pixels that the sharpest of the object's strong edges take; 0 where it has none."""
    width = float(features[FEATURES.index("width19_q10")])
    return 2.0**width - 0.1 if features.any() else 0.0


def _find_edges(tiles: Tiles) -> Edges | None:
    """The strongest fifth of the object's gradients; None for a surface without any."""
    across = cv2.Sobel(tiles.grey, cv2.CV_16S, 1, 0, ksize=1)
    down = cv2.Sobel(tiles.grey, cv2.CV_16S, 0, 1, ksize=1)
    inside = tiles.inside.view(np.uint8)
    steps = cv2.add(cv2.convertScaleAbs(across), cv2.convertScaleAbs(down))
    strengths = np.asarray(cv2.multiply(steps, inside), np.uint8)
    counts = np.asarray(cv2.calcHist([strengths], [0], inside, [256], [0, 256]), np.float32).ravel()
    above = counts[::-1].cumsum()[::-1]
    cut = max(2, int(np.argmax(above <= EDGE_SHARE * above[0])))
    where = np.flatnonzero(strengths >= cut)
    if len(where) < 20:
        return None
    where = where[:: 1 + len(where) // EDGES]
    dx, dy = (plane.ravel().take(where).astype(np.int32) for plane in (across, down))
    squares: npt.NDArray[np.int32] = dx * dx + dy * dy
    # sorted with their places in one number: a stable order in a fifth of the time
    numbered: Places = np.sort((squares << PLACE_BITS) + np.arange(len(where), dtype=np.int32))
    order = numbered & ((1 << PLACE_BITS) - 1)
    return Edges(where, np.sqrt(squares.astype(np.float32)), order, strengths, counts)


def _differ(plane: Plane, where: Places, steps: Sequence[tuple[int, int]]) -> Plane:
    """Float32 (S,E): differences between the pixels so many rows and columns ahead and behind."""
    ahead = np.array([rows * CUT_PX + columns for rows, columns in steps])[:, None]
    flat = plane.ravel()
    return np.asarray(flat.take(where + ahead) - flat.take(where - ahead), np.float32)


def _length(across: Plane, down: Plane) -> Plane:
    return np.asarray(np.sqrt(across * across + down * down), np.float32)


def _reblur(softened: tuple[Plane, ...], edges: Edges) -> list[float]:
    """What is left of an edge's gradient after one more softening: near 1 for what is soft already."""
    lefts = [_length(*_differ(one, edges.where, ((0, 1), (1, 0)))) for one in softened]
    places = [edges.top(share) for share in (0.01, 0.05, 0.20)]
    own = [float(edges.strength[at].sum()) for at in places]
    found = [float(left[at].sum()) / one for left in lefts for at, one in zip(places, own, strict=True)]
    at = places[1]
    found += _rank(lefts[0][at] / edges.strength[at], (0.1, 0.25, 0.5, 0.75))
    return found + _by_tile(lefts[0], edges)


def _rank(values: npt.NDArray[np.floating], shares: tuple[float, ...]) -> list[float]:
    """Quantiles of values (n,), between neighbours as numpy's, which take ten times as long on so few."""
    ordered = np.sort(values)
    places = [share * (len(ordered) - 1) for share in shares]
    pairs = [(ordered[int(place) : int(place) + 2].tolist(), place % 1) for place in places]
    return [pair[0] + (pair[-1] - pair[0]) * part for pair, part in pairs]


def _by_tile(left: Plane, edges: Edges) -> list[float]:
    """Quantiles over the tiles of each one's own ratio, the steepest edges counting most.

    Only tiles with a gradient of at least a third of the strongest one's take part.
    """
    tile = edges.where // (CUT_PX * CUT_PX)
    weight = edges.strength**2
    kept = np.bincount(tile, left * weight) / np.maximum(np.bincount(tile, edges.strength * weight), 1e-6)
    peak = edges.strengths.reshape(-1, CUT_PX * CUT_PX).max(axis=1)[: len(kept)]
    return _rank(kept[peak >= peak.max() / 3], (0.0, 0.25, 0.5, 0.75, 1.0))


def _spacing(full: Plane, edges: Edges) -> list[float]:
    """How differences grow with distance, in four directions in order of growth: motion blurs some only."""
    near = np.abs(_differ(full, edges.where, STEPS))
    facing = np.argmax(near, axis=0)
    found: list[list[float]] = []
    strengths = []
    for direction, (rows, columns) in enumerate(STEPS):
        base = np.where(facing == direction, near[direction], 0)
        count = max(12, int(0.3 * np.count_nonzero(base)))
        strong = np.argpartition(-base, min(count, len(base) - 1))[:count]
        total = float(base[strong].sum())
        strengths.append(total / len(strong))
        wide = _differ(full, edges.where[strong], [(rows * n, columns * n) for n in (2, 4, 8)])
        found.append((np.abs(wide).sum(axis=1) / (total + 1.0)).tolist())
    ordered = np.sort(np.array(found), axis=0).T.ravel().tolist()
    return ordered + [float(np.log2(v + 1)) for v in (min(strengths), max(strengths))]


def _widths(grey: Grey, edges: Edges) -> tuple[Plane, list[float]]:
    """Local contrast at the strongest edges; over the gradient it is a width in pixels, as logarithms."""
    at = edges.top(0.05)
    where = edges.where[at]
    found: list[float] = []
    span = np.zeros(0, np.float32)
    for size in (9, 2 * RIM_PX + 1):
        kernel = np.ones((size, size), np.uint8)
        high, low = (op(grey, kernel).ravel()[where] for op in (cv2.dilate, cv2.erode))
        span = np.subtract(high, low, dtype=np.float32)
        width = np.log2(2 * span / edges.strength[at] + 0.1)
        found += _rank(width, (0.1, 0.25, 0.5))
    return span, found


def _levels(tiles: Tiles, edges: Edges) -> list[float]:
    bend = cv2.convertScaleAbs(cv2.Laplacian(tiles.grey, cv2.CV_16S))
    at = edges.top(0.05)
    steep = float(edges.strength[at].mean())
    count = max(1.0, float(edges.counts.sum()))
    mean = float(edges.counts @ np.arange(256, dtype=np.float32)) / count
    return [
        float(bend.ravel()[edges.where[at]].mean() / steep),
        float(np.log2(steep + 1)),
        float(np.log2(mean / steep + 0.01)),
        float(np.log2(cv2.mean(bend, tiles.inside.view(np.uint8))[0] + 0.5)),
        float(edges.counts[:2].sum() / count),
    ]
