"""The same view of a product in another colour, told by hashes and histograms that are at hand anyway (II.D).

A front in red among the blue pictures of a product is no copy and no poor picture: it is another variant.
In doubt it is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from pipeline.config import ColourConfig
from pipeline.dedup.colour_names import find_named_cells
from pipeline.dedup.descriptors import HASHES, TRIMMED, Descriptors, read
from pipeline.dedup.hashes import HISTOGRAM_BINS, chi_square, hamming
from pipeline.records import FloatArray

DEFAULT_CONFIG = ColourConfig()
_DHASH, _EDGE_DHASH = HASHES.index("dhash"), HASHES.index("edge_dhash")


def find_other_colours(
    shown: Sequence[bytes],
    offered: Sequence[bytes],
    title: str = "",
    config: ColourConfig = DEFAULT_CONFIG,
) -> Mapping[int, int]:
    """Index of an offered picture -> index of the shown one whose view it repeats in another colour.

    Both are descriptors of `pipeline.dedup.describe`. The product's colour must be plain: another shown
    picture has it, or the title names it. Empty where the shown set has the colours of several variants. An
    offered picture is passed over where any shown one has its colour. ValueError for another version's bytes.
    """
    today = [read(one) for one in shown]
    if any(is_other_colour(one, two, config) for one, two in combinations(today, 2)):
        return {}
    named = find_named_cells(title)
    plain = [place for place in range(len(today)) if _is_plain(place, today, named, config)]
    found: dict[int, int] = {}
    for place, one in enumerate(map(read, offered)):
        if any(share_colour(one, other) > config.shared for other in today) or _has(one, named, config):
            continue
        repeated = [index for index in plain if is_other_colour(one, today[index], config)]
        if repeated:
            found[place] = repeated[0]
    return found


def is_other_colour(one: Descriptors, two: Descriptors, config: ColourConfig = DEFAULT_CONFIG) -> bool:
    """Whether two pictures show one view of one thing, and its colours have next to nothing in common."""
    bits = hamming(one.hashes[TRIMMED], two.hashes[TRIMMED])
    if bits[_DHASH] > config.dhash_bits or bits[_EDGE_DHASH] > config.edge_dhash_bits:
        return False
    apart = float(chi_square(one.histogram[TRIMMED], two.histogram[TRIMMED]))
    return apart >= config.chi_square and share_colour(one, two) <= config.shared


def share_colour(one: Descriptors, two: Descriptors) -> float:
    """The share (0 to 1) of two things' colours common to both, white left out; 1 where one is white."""
    first, second = _colours(one), _colours(two)
    if first is None or second is None:
        return 1.0
    return float(np.minimum(first, second).sum())


def _is_plain(place: int, today: Sequence[Descriptors], named: FloatArray, config: ColourConfig) -> bool:
    """Whether another of today's pictures agrees with this one's colours, or the title does."""
    others = [other for other in (*today[:place], *today[place + 1 :]) if _colours(other) is not None]
    agree = any(share_colour(today[place], other) >= config.agreeing for other in others)
    return agree or _has(today[place], named, config)


def _has(seen: Descriptors, named: FloatArray, config: ColourConfig) -> bool:
    """Whether a thing has the colours that the title names."""
    colours = _colours(seen)
    return colours is not None and float((colours * named).sum()) >= config.named


def _colours(seen: Descriptors) -> FloatArray | None:
    """Shares of the object's colours (192,), without white, which may be ground; None if little is left."""
    cells = seen.histogram[TRIMMED].reshape(HISTOGRAM_BINS).copy()
    cells[:, 0, -1] = 0
    left = float(cells.sum())
    return np.asarray(cells.ravel() / left, np.float32) if left > DEFAULT_CONFIG.least_object else None
