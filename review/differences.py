"""Two pictures laid over each other: where and by how much they differ, made once and then kept.

Needs OpenCV, not torch: a web process may ask for a pair that no selection compared.
"""

from __future__ import annotations

import io
import json
import logging
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
from PIL import Image as Pillow

from pipeline.config import DedupConfig
from pipeline.dedup import Comparator, load_comparator
from pipeline.dedup.prepare import Prepared
from pipeline.images import UnreadableImage
from pipeline.records import FloatArray, PairComparison
from review.actions import store

SIDE_PX = 480  # the rendition that is compared: its cost does not depend on what a supplier sent
LEVELS = 16  # steps of the map: few enough to compress well
MAX_MISFIT = 0.4  # 1 - correlation; beyond it the pictures do not lie on each other in any useful way
Size = tuple[int, int]

logger = logging.getLogger(__name__)


def compare(left: str, right: str) -> dict[str, Any]:
    """What was measured of two pictures, by SHA-256; the map lies in the left one's frame.

    Raises store.NotStored where one of them is not in the store or cannot be read.
    """
    name = store.name_difference(left, right, version())
    try:
        return store.read_numbers(name)
    except store.NotStored:
        found, drawn = _measure(left, right)
    store.put_difference(name, "png", drawn)
    store.put_difference(name, "json", json.dumps(found, sort_keys=True).encode())
    return found


def keep(pairs: Iterable[tuple[str, str]]) -> None:
    """Have the maps of these pairs (what stays, its copy) ready; one that cannot be made is only missed."""
    for left, right in pairs:
        try:
            compare(left, right)
        except (store.NotStored, OSError) as error:
            logger.warning("no map of differences for %s and %s: %s", left[:12], right[:12], error)


def version() -> str:
    """Names the comparator that decides today."""
    return _load()[0].version


@lru_cache(maxsize=1)
def _load() -> tuple[Comparator, Comparator]:
    """The comparator that decides, and the paper's, whose distances people know."""
    return load_comparator("registration", DedupConfig()), load_comparator("ensemble", DedupConfig())


@lru_cache(maxsize=8)  # about 1 MB each; one picture is often compared with several
def _prepare(sha256: str) -> tuple[Prepared, Any]:
    try:
        data = store.read_rendition(sha256, SIDE_PX)
    except store.NotStored:
        data = store.read_original(sha256)
    try:
        prepared: Prepared = _load()[0].prepare(data, partial(_read_finer, sha256, data))
    except UnreadableImage as error:
        raise store.NotStored(sha256) from error
    return prepared, _load()[1].prepare(prepared.rgb)


def _read_finer(sha256: str, data: bytes) -> bytes:
    """The original, as the selection looked at it where it was in doubt; the rendition where it is gone."""
    try:
        return store.read_original(sha256)
    except store.NotStored:
        return data


def _measure(left: str, right: str) -> tuple[dict[str, Any], bytes]:
    (a, a_hashes), (b, b_hashes) = _prepare(left), _prepare(right)
    found = _load()[0].compare(a, b, want_residual=True)
    paper = _load()[1].compare(a_hashes, b_hashes)
    said: dict[str, Any] = {"duplicate": found.duplicate, "decided_by": found.decided_by}
    said |= {"probability": found.probability, "paper": _list_numbers(paper), **_list_numbers(found)}
    lies = found.matrix is not None and found.distances["misfit"] <= MAX_MISFIT
    if found.matrix is not None and lies:
        said["matrix"], said["spots"] = list(found.matrix), [list(spot) for spot in found.spots]
        said["scale"], said["turn_degrees"] = _read_scale(found.matrix, a.size, b.size)
    residual = np.zeros((1, 1), np.float32) if found.residual is None else found.residual
    said["has_map"] = lies and residual.size > 1
    return said, draw_heat(residual)


def _list_numbers(found: PairComparison) -> dict[str, Any]:
    rounded = {name: round(float(value), 4) for name, value in found.distances.items()}
    return {"distances": rounded, "thresholds": {name: float(found.thresholds[name]) for name in rounded}}


def _read_scale(matrix: Sequence[float], left: Size, right: Size) -> tuple[float, float]:
    """How much larger the object is on the right, at working sizes, and by how many degrees it is turned."""
    a, b, _, c, d, _ = matrix
    scale = math.sqrt(max(1e-9, abs(a * d - b * c))) * right[0] / left[0]
    return round(scale, 3), round(math.degrees(math.atan2(c, a)), 1)


def draw_heat(residual: FloatArray) -> bytes:
    """A map of 0 to 1 (float32, h x w) as a small PNG: clear where alike, yellow to red where not."""
    levels = np.rint(np.clip(residual, 0, 1) * (LEVELS - 1)).astype(np.uint8)
    picture = Pillow.fromarray(levels, "P")
    heat = [step / (LEVELS - 1) for step in range(LEVELS)]
    picture.putpalette([value for share in heat for value in (255, round(220 * (1 - share)), 0)])
    kept = io.BytesIO()
    alphas = bytes(round(20 + 220 * share**0.8) if share else 0 for share in heat)
    picture.save(kept, "PNG", transparency=alphas, optimize=True)
    return kept.getvalue()
