"""Labelled pairs by a fourth generator, for measuring alone: what chains of suppliers and shops make.

    python -m bench.dedup_fourth --images DIR --groups CSV --out DIR [--seed N] [--count N]

Files are what such chains end in, palettes and AVIF among them. Nothing is shared with the other makers or
with `pipeline.dedup` but the groups file; nothing was ever trained on what it draws.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from bench.dedup_fourth_chain import Encoded, Rgb, pass_chain, reencode, store_file
from bench.dedup_fourth_changes import change_product, dye_product
from pipeline.dedup.pairs import Picture, read_groups

MASTER_PX = 1100  # longest side of what a supplier sends
KINDS = {"copy": 0.5, "change": 0.26, "colour": 0.1, "view": 0.07, "other": 0.07}
CHAINED = (0.6, 0.3)  # share of different pairs whose second and first picture went through a chain
TWICE = 0.25  # share of files that a marketplace stored once before


class FourthMaker:
    """Makes pairs of each kind from a catalog's pictures; the same seed makes the same pairs."""

    def __init__(self, root: Path, pictures: list[Picture], seed: int) -> None:
        self.root, self.pictures, self.rng = root, pictures, np.random.default_rng(seed)
        self.products, self.categories = defaultdict(list), defaultdict(list)
        for picture in pictures:
            self.products[picture.product].append(picture)
            self.categories[(picture.category, picture.type)].append(picture)

    def make(self) -> tuple[Encoded, Encoded, str, str]:
        """Two files, why they are copies or not, and the photos they were made of."""
        while True:
            kind = str(self.rng.choice(list(KINDS), p=list(KINDS.values())))
            picture = self.pictures[int(self.rng.integers(len(self.pictures)))]
            if (found := self._draw(kind, picture)) is not None:
                first, second, why, origin = found
                return self._file(first), self._file(second), why, origin

    def _draw(self, kind: str, picture: Picture) -> tuple[Rgb, Rgb, str, str] | None:
        first = self._load(picture)
        if kind == "copy":
            second, why = pass_chain(first, self.rng)
            first, also = self._chain(first, CHAINED[1])
            return first, second, f"copy: {why}{also}", picture.file
        if kind == "change":
            changed = change_product(first, self.rng)
            return (
                None
                if changed is None
                else self._differ(first, changed[0], f"change: {changed[1]}", picture.file)
            )
        if kind == "colour":
            dyed = dye_product(first, self.rng)
            return None if dyed is None else self._differ(first, dyed, "colour", picture.file)
        other = self._pick_other(picture, kind)
        if other is None:
            return None
        return self._differ(first, self._load(other), kind, f"{picture.file} {other.file}")

    def _pick_other(self, picture: Picture, kind: str) -> Picture | None:
        """Another view of the product, or another product of the category."""
        view = kind == "view"
        pool = self.products[picture.product] if view else self.categories[(picture.category, picture.type)]
        pool = [one for one in pool if one.file != picture.file and (one.product == picture.product) == view]
        return pool[int(self.rng.integers(len(pool)))] if pool else None

    def _differ(self, first: Rgb, second: Rgb, why: str, origin: str) -> tuple[Rgb, Rgb, str, str]:
        second, after = self._chain(second, CHAINED[0])
        first, also = self._chain(first, CHAINED[1])
        return first, second, f"{why}{after}{also}", origin

    def _chain(self, rgb: Rgb, share: float) -> tuple[Rgb, str]:
        if self.rng.random() >= share:
            return rgb, ""
        passed, why = pass_chain(rgb, self.rng)
        return passed, f", {why}"

    def _file(self, rgb: Rgb) -> Encoded:
        return store_file(reencode(rgb, self.rng) if self.rng.random() < TWICE else rgb, self.rng)

    def _load(self, picture: Picture) -> Rgb:
        with Image.open(self.root / picture.file) as opened:
            image = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
        image.thumbnail((MASTER_PX, MASTER_PX), Image.Resampling.LANCZOS)
        return np.asarray(image, np.uint8)


def write(maker: FourthMaker, out: Path, count: int) -> None:
    """Write pictures and pairs.csv (a,b,label,why,origin) into a folder."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    with (out / "pairs.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["a", "b", "label", "why", "origin"])
        for number in tqdm(range(count), unit="pair"):
            first, second, why, origin = maker.make()
            names = []
            for side, (data, ending, _) in zip("ab", (first, second), strict=True):
                names.append(f"images/{number:05d}{side}.{ending}")
                (out / names[-1]).write_bytes(data)
            label = "duplicate" if why.startswith("copy") else "different"
            writer.writerow([*names, label, f"{why}; {first[2]}, {second[2]}", origin])


def main() -> None:
    """Make the pairs that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--count", type=int, default=1000)
    args = parser.parse_args()
    write(FourthMaker(args.images, read_groups(args.groups), args.seed), args.out, args.count)


if __name__ == "__main__":
    main()
