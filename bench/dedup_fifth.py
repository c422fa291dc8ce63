"""Labelled pairs by a fifth generator, for measuring alone: the ordinary pairs that people bring.

    python -m bench.dedup_fifth --images DIR --groups CSV --out DIR [--seed N] [--count N]

Copies by size, compression, format, padding, crop, sharpening, contrast, brightness, rotation, shear and
shift, one to three at once; differences by colour, view, product and small changes. Nothing is shared with
the other makers or with `pipeline.dedup` but the groups file; nothing was ever trained on what it draws.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from bench.dedup_fifth_recipes import Rgb, change, dye, render
from pipeline.dedup.pairs import Picture, read_groups

LONGEST_PX = 960
KINDS = {"copy": 0.5, "change": 0.22, "colour": 0.12, "view": 0.06, "other": 0.1}
CHANGED = (0.006, 0.06)  # of the thing, evenly by ratio
RENDERED = {"copy": (0.35, 1.0), "different": (0.3, 0.7)}  # share of first and of second pictures
SAME_LEVELS = 8.0  # grey levels between thumbnails of two products: nearer is one photo listed twice

Found = tuple[Rgb, Rgb, str, str]


class FifthMaker:
    """Makes pairs of each kind from a catalog's pictures; the same seed makes the same pairs."""

    def __init__(self, root: Path, pictures: Sequence[Picture], seed: int) -> None:
        self.root, self.pictures, self.rng = root, list(pictures), np.random.default_rng(seed)
        self.of_product, self.of_kind = defaultdict(list), defaultdict(list)
        for picture in self.pictures:
            self.of_product[picture.product].append(picture)
            self.of_kind[(picture.category, picture.type)].append(picture)

    def make(self) -> Found:
        """Two pictures, why they are copies or not, and the photos they were made of."""
        while True:
            kind = str(self.rng.choice(list(KINDS), p=list(KINDS.values())))
            picture = self._pick(self.pictures)
            if (found := self._draw(kind, picture, self._load(picture))) is not None:
                return self._render(*found)

    def _draw(self, kind: str, picture: Picture, first: Rgb) -> Found | None:
        if kind == "copy":
            return first, first, "copy", picture.file
        if kind == "colour":
            dyed = dye(first, self.rng)
            return None if dyed is None else (first, dyed, "colour", picture.file)
        if kind == "change":
            share = float(np.exp(self.rng.uniform(*np.log(CHANGED))))
            changed = change(first, self._load(self._pick(self.pictures)), self.rng, share)
            return None if changed is None else (first, changed[0], f"change: {changed[1]}", picture.file)
        view = kind == "view"
        pool = self.of_product[picture.product] if view else self.of_kind[(picture.category, picture.type)]
        pool = [one for one in pool if one.file != picture.file and (one.product == picture.product) == view]
        if not pool:
            return None
        other = self._pick(pool)
        second = self._load(other)
        if _stand_apart(first, second) < SAME_LEVELS:
            return None
        return first, second, kind, f"{picture.file} {other.file}"

    def _render(self, first: Rgb, second: Rgb, why: str, origin: str) -> Found:
        shares = RENDERED["copy" if why == "copy" else "different"]
        made = []
        for rgb, share, side in zip((first, second), shares, "ab", strict=True):
            if self.rng.random() < share:
                rgb, how = render(rgb, self.rng)
                why += f", {side} {how}"
            made.append(rgb)
        return made[0], made[1], why, origin

    def _pick(self, pool: Sequence[Picture]) -> Picture:
        return pool[int(self.rng.integers(len(pool)))]

    def _load(self, picture: Picture) -> Rgb:
        with Image.open(self.root / picture.file) as opened:
            image = opened.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        rgb = Image.alpha_composite(paper, image).convert("RGB")
        rgb.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.BICUBIC)
        return np.asarray(rgb, np.uint8)


def _stand_apart(first: Rgb, second: Rgb) -> float:
    """Mean difference of two thumbnails, grey levels."""
    small = [
        np.asarray(Image.fromarray(rgb).resize((24, 24)).convert("L"), np.float32) for rgb in (first, second)
    ]
    return float(np.abs(small[0] - small[1]).mean())


def write(maker: FifthMaker, out: Path, count: int) -> None:
    """Write pictures (PNG, or JPEG and WebP of high quality) and pairs.csv (a,b,label,why,origin)."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    with (out / "pairs.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["a", "b", "label", "why", "origin"])
        for number in tqdm(range(count), unit="pair"):
            first, second, why, origin = maker.make()
            names = []
            for side, rgb in zip("ab", (first, second), strict=True):
                ending = str(maker.rng.choice(["jpg", "webp", "png"], p=[0.7, 0.2, 0.1]))
                names.append(f"images/{number:05d}{side}.{ending}")
                Image.fromarray(rgb).save(out / names[-1], quality=int(maker.rng.integers(82, 96)))
            writer.writerow([*names, "duplicate" if why.startswith("copy") else "different", why, origin])


def main() -> None:
    """Make the pairs that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=51)
    parser.add_argument("--count", type=int, default=1000)
    args = parser.parse_args()
    write(FifthMaker(args.images, read_groups(args.groups), args.seed), args.out, args.count)


if __name__ == "__main__":
    main()
