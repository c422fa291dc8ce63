"""Which rows of a data set train and which measure: by group, evenly by value, and for ever."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SIDES = ("train", "validation", "test")
SHARES = (
    0.7,
    0.15,
    0.15,
)  # of the rows of each value, in the order of SIDES; the paper holds out 30 % (III.A)
UNKNOWN, MIXED = -1, -2  # a group that has no side yet; one whose members stand on several
_AT_ONCE = 50_000  # cells that are Python's objects at one time
_GOLDEN = 0x9E3779B97F4A7C15  # splitmix64


def unite(size: int, left: Ints, right: Ints) -> Ints:
    """The group of each of `size` things of which those joined by an edge (left[i], right[i]) are one.

    Returns int64 (size,), numbered from 0. Memory is linear in things and edges.
    """
    from scipy.sparse import coo_array  # pages load this module, and never ask it this
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    return connected_components(edges, directed=False)[1].astype(np.int64)


def find_sides(groups: Ints, known: Ints, count: int) -> Ints:
    """The side that each group has from earlier: int64 (count,), an index into SIDES, UNKNOWN or MIXED.

    `groups` and `known` are (n,): the group of a thing, and its side, or UNKNOWN.
    """
    sides = np.full(count, UNKNOWN, dtype=np.int64)
    held = known != UNKNOWN
    sides[groups[held]] = known[held]
    mixed = groups[held][sides[groups[held]] != known[held]]
    sides[mixed] = MIXED
    return sides


def assign(
    groups: Ints, values: Ints, sides: Ints, turns: NDArray[np.uint64], shares: Sequence[float] = SHARES
) -> Ints:
    """A side for every group that is UNKNOWN; the others keep theirs. Returns int64 like `sides`.

    `groups` and `values` are (n,), one a row: its group, and its value as a number from 0. Large groups
    go first and equals in the order of `turns` (see `draw_turns`), each to the side that lacks most rows
    of the group's rarest value, or of all where that is even; so every value has about `shares` of its rows
    on each side.
    """
    found = sides.copy()
    totals = np.bincount(values, minlength=1)
    packed, counts = np.unique(groups * len(totals) + values, return_counts=True)
    cells = np.stack(np.divmod(packed, len(totals)))
    wanted = np.outer(totals, shares)  # (values, sides)
    for side in range(len(shares)):
        held = found[cells[0]] == side
        np.subtract.at(wanted[:, side], cells[1][held], counts[held])
    open_ones = found[cells[0]] == UNKNOWN
    _fill(found, cells[:, open_ones], counts[open_ones], totals.tolist(), turns, wanted.tolist())
    return found


def _fill(
    found: Ints,
    cells: Ints,
    counts: Ints,
    totals: list[int],
    turns: NDArray[np.uint64],
    wanted: list[list[float]],
) -> None:
    """Give each group of the cells (group, value) its side, and take its rows off what is wanted."""
    sizes = np.bincount(cells[0], weights=counts, minlength=len(found))[cells[0]]
    order = np.lexsort((cells[1], cells[0], turns[cells[0]], -sizes))
    lacks = [sum(of_side) for of_side in zip(*wanted, strict=True)]
    for block in np.array_split(order, len(order) // _AT_ONCE + 1):
        listed = zip(cells[0][block].tolist(), cells[1][block].tolist(), counts[block].tolist(), strict=True)
        for group, members in groupby(listed, key=itemgetter(0)):
            of_group = [(value, rows) for _, value, rows in members]
            rarest = min(of_group, key=lambda cell: (totals[cell[0]], cell[0]))[0]
            side = int(found[group])
            if side == UNKNOWN:  # known already where a block ended within a group
                ranks = [(wanted[rarest][side], lacks[side]) for side in range(len(lacks))]
                side = max(range(len(lacks)), key=ranks.__getitem__)
            found[group] = side
            for value, rows in of_group:
                wanted[value][side] -= rows
                lacks[side] -= rows


def draw_turns(keys: Ints) -> NDArray[np.uint64]:
    """A number for each key that looks random and is always the same: uint64 like `keys` (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(_GOLDEN)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
