"""Labelled pairs of a product and the same in a neighbouring shade: all different, and easily merged.

    python -m bench.dedup_shades --images DIR --groups CSV --out DIR [--seed N] [--count N]

The other makers dye so strongly that the guard for colour tells nearly all of it. A shade and light are hard
to tell apart, so the trees learn from these pairs with little weight.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from pipeline.dedup.edits import recolour_object
from pipeline.dedup.ground import find_mask
from pipeline.dedup.pairs import SIDE_PX, Pair, Picture, read_groups, write_pairs
from pipeline.dedup.transforms import transform
from pipeline.images import decode
from pipeline.records import RgbArray

SHARES = (0.15, 0.7)  # of the way to another colour
LEVELS = (
    12.0,
    45.0,
)  # grey levels, worst channel, mean over what changed: seen beside each other, and no more
TONE = 45.0  # grey levels at most by which an object is made lighter or darker
TONED_SHARE = 0.4  # of the pairs; the rest are dyed
RENDERED_SHARE = 0.6


def shade(rgb: RgbArray, rng: np.random.Generator) -> RgbArray | None:
    """The picture, its object a little lighter, darker or otherwise coloured; None where it hardly shows."""
    if rng.random() < TONED_SHARE:
        mask, _ = find_mask(rgb)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)[..., None]
        step = rng.uniform(LEVELS[0], TONE) * rng.choice((-1, 1))
        changed = np.clip(rgb + soft * step + 0.5, 0, 255).astype(np.uint8)
    else:
        share = float(rng.uniform(*SHARES))
        changed = np.asarray(cv2.addWeighted(recolour_object(rgb, rng), share, rgb, 1 - share, 0), np.uint8)
    apart = np.abs(changed.astype(np.int16) - rgb).max(2)
    hit = apart > 4
    if hit.mean() < 0.02 or not LEVELS[0] <= float(apart[hit].mean()) <= LEVELS[1]:
        return None
    return changed


def make_shades(root: Path, pictures: list[Picture], seed: int, count: int) -> Iterator[Pair]:
    """`count` different pairs; some of the shaded pictures are rendered anew."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        picture = pictures[int(rng.integers(len(pictures)))]
        first = decode((root / picture.file).read_bytes(), max_side_px=SIDE_PX).rgb
        second = shade(first, rng)
        if second is None:
            continue
        why = "shade"
        if rng.random() < RENDERED_SHARE:
            second, how = transform(second, rng, most=1)
            why = f"shade, {how}"
        made += 1
        yield Pair(first, second, False, why, picture.file)


def main() -> None:
    """Make the pairs that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--count", type=int, default=500)
    args = parser.parse_args()
    count = write_pairs(args.out, make_shades(args.images, read_groups(args.groups), args.seed, args.count))
    print(f"{count} pairs in {args.out}")


if __name__ == "__main__":
    main()
