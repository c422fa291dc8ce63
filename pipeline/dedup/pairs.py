"""Pairs of pictures with known labels, made from any catalog as the paper's benchmark was (III.A)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.dedup.edits import edit, recolour_object
from pipeline.dedup.transforms import transform
from pipeline.images import decode
from pipeline.records import RgbArray

SIDE_PX = 1000  # longest side of the pictures written
QUALITY = 95  # of the JPEG files written; high, so that the transforms alone decide
# Share of each kind: half copies; of the rest 40 % edits, 30 % colours, 20 % others, 10 % views (DEDUP.md).
KINDS = {"copy": 0.5, "edit": 0.2, "colour": 0.15, "other": 0.1, "view": 0.05}
BOTH_SHARE = 0.3  # of pairs in which the first picture is transformed too
EDITED_SHARE = 0.6  # of different pairs in which the second picture is transformed too
SAME_BELOW = 14.0  # grey levels; a dye that shifts the channels by less is hard to see as another colour


@dataclass(frozen=True)
class Picture:
    """A line of the groups file: a picture, its product, and what else is known of it ('' if not)."""

    file: str
    product: str
    type: str = ""
    color: str = ""
    category: str = ""


@dataclass(frozen=True)
class Pair:
    """Two pictures, uint8 RGB, whether they are copies, how they came about and from which files."""

    a: RgbArray
    b: RgbArray
    duplicate: bool
    why: str
    origin: str


def read_groups(path: Path) -> list[Picture]:
    """Pictures of a CSV with columns file,product and perhaps type,color,category; ValueError if none."""
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        missing = {"file", "product"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: the column {' and '.join(sorted(missing))} is missing.")
        names = ("file", "product", "type", "color", "category")
        found = [Picture(**{name: row.get(name) or "" for name in names}) for row in reader]
    if not found:
        raise ValueError(f"{path}: there is no picture in it.")
    return found


class PairMaker:
    """Makes pairs of each kind from the pictures of a catalog; the same seed makes the same pairs."""

    def __init__(
        self, root: Path, pictures: Sequence[Picture], seed: int, edit_shares: tuple[float, float]
    ) -> None:
        self.root = root
        self.pictures = list(pictures)
        self.rng = np.random.default_rng(seed)
        self.edit_shares = edit_shares
        self.by_product = defaultdict(list)
        self.by_kind = defaultdict(list)
        for picture in self.pictures:
            self.by_product[picture.product].append(picture)
            self.by_kind[(picture.category, picture.type)].append(picture)

    def make(self, count: int) -> Iterator[Pair]:
        """`count` pairs, kinds in fixed shares; a kind that the catalog cannot give is given as edits."""
        for kind in self._plan(count):
            for attempt in range(40):
                pair = self._make_one(kind if attempt < 20 else "edit" if kind != "copy" else kind)
                if pair is not None:
                    yield pair
                    break

    def _plan(self, count: int) -> list[str]:
        plan: list[str] = []
        for kind, share in KINDS.items():
            plan += [kind] * round(count * share)
        plan = (plan + ["edit"] * count)[:count]
        return [plan[int(at)] for at in self.rng.permutation(len(plan))]

    def _make_one(self, kind: str) -> Pair | None:
        picture = self.pictures[int(self.rng.integers(len(self.pictures)))]
        if kind in ("view", "other"):
            return self._pair_with_another(picture, kind)
        first = self._load(picture)
        if kind == "copy":
            second, why = transform(first, self.rng)
            first, also = self._maybe(first, BOTH_SHARE)
            return Pair(first, second, True, f"copy: {why}{also}", picture.file)
        if kind == "colour":
            return self._recoloured(picture, first)
        edited = edit(first, self.rng, self.edit_shares)
        return (
            None if edited is None else self._different(first, edited[0], f"edit: {edited[1]}", picture.file)
        )

    def _different(self, first: RgbArray, second: RgbArray, why: str, origin: str) -> Pair:
        second, after = self._maybe(second, EDITED_SHARE)
        first, also = self._maybe(first, BOTH_SHARE)
        return Pair(first, second, False, why + after + also, origin)

    def _recoloured(self, picture: Picture, first: RgbArray) -> Pair | None:
        """A real colour variant where the catalog tells of one, else the object in another colour."""
        for other in self.by_product[picture.product]:
            if other.color and picture.color and other.color != picture.color and other.type == picture.type:
                origin = f"{picture.file} {other.file}"
                return self._different(first, self._load(other), "colour: of the catalog", origin)
        second = recolour_object(first, self.rng)
        if _tints_apart(first, second) < SAME_BELOW:
            return None
        return self._different(first, second, "colour: dyed", picture.file)

    def _pair_with_another(self, picture: Picture, kind: str) -> Pair | None:
        """Another view of the product, or another product in the same category and view."""
        if kind == "view":
            pool = [p for p in self.by_product[picture.product] if not p.type or p.type != picture.type]
        else:
            pool = [p for p in self.by_kind[(picture.category, picture.type)] if p.product != picture.product]
        pool = [other for other in pool if other.file != picture.file]
        if not pool:
            return None
        other = pool[int(self.rng.integers(len(pool)))]
        if (self.root / picture.file).read_bytes() == (self.root / other.file).read_bytes():
            return None
        return self._different(self._load(picture), self._load(other), kind, f"{picture.file} {other.file}")

    def _maybe(self, rgb: RgbArray, share: float) -> tuple[RgbArray, str]:
        if self.rng.random() >= share:
            return rgb, ""
        changed, why = transform(rgb, self.rng, most=1)
        return changed, f", {why}"

    def _load(self, picture: Picture) -> RgbArray:
        return decode((self.root / picture.file).read_bytes(), max_side_px=SIDE_PX).rgb


def _tints_apart(first: RgbArray, second: RgbArray) -> float:
    """How far apart the mean channel differences are of what was changed; grey levels."""
    shift = second.astype(np.float32) - first
    changed = np.abs(shift).max(2) > 2
    if changed.mean() < 0.01:
        return 0.0
    red, green, blue = (float(value) for value in shift[changed].mean(0))
    return max(abs(red - green), abs(blue - green))


def write_pairs(out: Path, pairs: Iterator[Pair]) -> int:
    """Write pictures and pairs.csv (a,b,label,why,origin) into a folder; returns how many pairs."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    count = 0
    with (out / "pairs.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["a", "b", "label", "why", "origin"])
        for count, pair in enumerate(pairs, start=1):
            names = [f"images/{count:05d}{side}.jpg" for side in "ab"]
            for name, rgb in zip(names, (pair.a, pair.b), strict=True):
                bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
                data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
                (out / name).write_bytes(data.tobytes())
            writer.writerow([*names, "duplicate" if pair.duplicate else "different", pair.why, pair.origin])
    return count
