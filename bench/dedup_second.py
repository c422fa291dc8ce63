"""Labelled pairs by a second generator, which shares no code with the one that the comparator is trained on.

    python -m bench.dedup_second --images DIR --groups CSV --out DIR [--seed N] [--count N]

Writes images/ and pairs.csv as `python -m pipeline dedup-pairs` does; files are JPEG, WebP or PNG.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from bench.dedup_changes import Rng, change, recolour
from bench.dedup_renderings import render
from pipeline.dedup.pairs import Picture, read_groups
from pipeline.images import decode

SIDE_PX = 1000
KINDS = {"copy": 0.5, "change": 0.2, "tiny": 0.08, "colour": 0.08, "view": 0.07, "other": 0.07}
SHARES = {"change": (0.015, 0.06), "tiny": (0.004, 0.015)}  # of the object's area
RENDERED_SHARE = 0.5  # of different pairs whose second picture is rendered anew; a quarter of first ones

Made = tuple[Image.Image, Image.Image, str, str]


@dataclass(frozen=True)
class Recipe:
    """How a rendering, a small change and another colour are drawn, and how large the changes are."""

    render: Callable[[Image.Image, Rng, int], tuple[Image.Image, str]]
    change: Callable[[Image.Image, Rng, tuple[float, float]], tuple[Image.Image, str] | None]
    recolour: Callable[[Image.Image, Rng], Image.Image]
    shares: dict[str, tuple[float, float]]
    most: int = 2  # renderings of one copy


SECOND = Recipe(render, change, recolour, SHARES)


class SecondMaker:
    """Makes pairs of each kind from a catalog's pictures; the same seed makes the same pairs."""

    def __init__(self, root: Path, pictures: list[Picture], seed: int, recipe: Recipe = SECOND) -> None:
        self.root, self.pictures, self.rng = root, pictures, np.random.default_rng(seed)
        self.recipe = recipe
        self.by_product, self.by_kind = defaultdict(list), defaultdict(list)
        for picture in pictures:
            self.by_product[picture.product].append(picture)
            self.by_kind[(picture.category, picture.type)].append(picture)

    def make(self) -> Made | None:
        """Two pictures, why they are copies or not, and the files they came from; None where it fails."""
        kind = str(self.rng.choice(list(KINDS), p=list(KINDS.values())))
        picture = self.pictures[int(self.rng.integers(len(self.pictures)))]
        first = self._load(picture)
        if kind == "copy":
            second, why = self.recipe.render(first, self.rng, self.recipe.most)
            first, also = self._maybe(first, 0.25)
            return first, second, f"copy: {why}{also}", picture.file
        if kind in ("view", "other"):
            return self._another(picture, first, kind)
        if kind == "colour":
            return self._differ(first, self.recipe.recolour(first, self.rng), "colour", picture.file)
        found = self.recipe.change(first, self.rng, self.recipe.shares[kind])
        return None if found is None else self._differ(first, found[0], f"{kind}: {found[1]}", picture.file)

    def _another(self, picture: Picture, first: Image.Image, kind: str) -> Made | None:
        kin = (picture.category, picture.type)
        pool = self.by_product[picture.product] if kind == "view" else self.by_kind[kin]
        alike = kind == "view"
        pool = [p for p in pool if p.file != picture.file and (p.product == picture.product) == alike]
        if not pool:
            return None
        other = pool[int(self.rng.integers(len(pool)))]
        return self._differ(first, self._load(other), kind, f"{picture.file} {other.file}")

    def _differ(self, first: Image.Image, second: Image.Image, why: str, origin: str) -> Made:
        second, after = self._maybe(second, RENDERED_SHARE)
        first, also = self._maybe(first, RENDERED_SHARE / 2)
        return first, second, f"{why}{after}{also}", origin

    def _maybe(self, image: Image.Image, share: float) -> tuple[Image.Image, str]:
        if self.rng.random() >= share:
            return image, ""
        changed, why = self.recipe.render(image, self.rng, 1)
        return changed, f", {why}"

    def _load(self, picture: Picture) -> Image.Image:
        return Image.fromarray(decode((self.root / picture.file).read_bytes(), max_side_px=SIDE_PX).rgb)


def encode(image: Image.Image, rng: Rng) -> tuple[bytes, str]:
    """A file's bytes, and its ending: mostly JPEG of high quality."""
    stream, chance = io.BytesIO(), rng.random()
    if chance < 0.8:
        image.save(stream, "JPEG", quality=int(rng.integers(85, 97)), subsampling=int(rng.integers(3)))
        return stream.getvalue(), "jpg"
    image.save(stream, "WEBP" if chance < 0.95 else "PNG", quality=88)
    return stream.getvalue(), "webp" if chance < 0.95 else "png"


def write(maker: SecondMaker, out: Path, count: int) -> None:
    """Write pictures and pairs.csv (a,b,label,why,origin) into a folder."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    with (out / "pairs.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["a", "b", "label", "why", "origin"])
        for number in tqdm(range(count), unit="pair"):
            made = next(found for found in iter(maker.make, 0) if found is not None)
            assert isinstance(made, tuple)
            names = []
            for side, image in zip("ab", made[:2], strict=True):
                data, ending = encode(image, maker.rng)
                names.append(f"images/{number:05d}{side}.{ending}")
                (out / names[-1]).write_bytes(data)
            label = "duplicate" if made[2].startswith("copy") else "different"
            writer.writerow([*names, label, made[2], made[3]])


def main(recipe: Recipe = SECOND, about: str | None = __doc__) -> None:
    """Make the pairs that were asked for."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    args = parser.parse_args()
    maker = SecondMaker(args.images, read_groups(args.groups), args.seed, recipe)
    write(maker, args.out, args.count)


if __name__ == "__main__":
    main()
