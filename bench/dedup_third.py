"""Labelled pairs by a third generator, for measuring alone: nothing was ever trained on what it draws.

    python -m bench.dedup_third --images DIR --groups CSV --out DIR [--seed N] [--count N]

Kinds and files are those of `bench.dedup_second`; renderings, changes and colours are its own.
"""

from __future__ import annotations

from bench.dedup_second import Recipe, main
from bench.dedup_third_changes import alter, dye
from bench.dedup_third_renderings import render_anew

THIRD = Recipe(
    render=render_anew,
    change=alter,
    recolour=dye,
    shares={"change": (0.02, 0.08), "tiny": (0.003, 0.02)},  # of the object's area
    most=3,
)

if __name__ == "__main__":
    main(THIRD, __doc__)
