"""Compares selections with the drawn catalog's truth: what was found, what was wrongly taken for it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.labels import UNSURE

# none of the catalog bears a watermark or is adult: whatever is dropped as such is wrong
FAULTS = ("blur", "small_object", "placeholder", "badge", "watermark", "adult", "resolution", "unreadable")
Truth = Mapping[str, Any]
Picked = Mapping[str, Any]


@dataclass
class Row:
    """One line of the table: hits among the planted (recall) and among the named (precision)."""

    name: str
    planted: int = 0
    found: int = 0
    named: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None where there is none."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of what was named that is so; None where nothing was named."""
        return self.right / self.named if self.named else None


@dataclass(frozen=True)
class Table:
    """All rows, in the order in which they are shown."""

    rows: tuple[Row, ...]

    def row(self, name: str) -> Row:
        """The row of that name. Raises KeyError."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def lowest(self) -> float:
        """The smallest recall or precision anywhere but the coverage of types."""
        figures = [
            f for row in self.rows for f in (row.precision, None if row.name == "type" else row.recall)
        ]
        return min((figure for figure in figures if figure is not None), default=1.0)

    def render(self, details: bool = False) -> str:
        """Lines for a terminal; `details` adds the files that went wrong."""
        lines = [f"{'':<14}{'planted':>8}{'recall':>8}{'named':>8}{'precision':>11}"]
        for row in self.rows:
            lines.append(
                f"{row.name:<14}{row.planted:>8}{_show(row.recall):>8}{row.named:>8}{_show(row.precision):>11}"
            )
            if details:
                lines += [f"    missed  {name}" for name in row.misses] + [
                    f"    wrong   {name}" for name in row.wrongs
                ]
        return "\n".join(lines)


def _show(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


def score(truth: Iterable[Truth], selections: Iterable[Picked]) -> Table:
    """Compares lines of truth.jsonl with selections as `python -m pipeline select` writes them.

    A selection that is missing counts as one that finds nothing; passed-over products count for their
    unreadable files only. For `type` the recall column is the share of images that were named at all.
    """
    chosen = {str(selection["id"]): selection for selection in selections}
    rows = {name: Row(name) for name in (*FAULTS, "duplicate", "type", "hero", "category")}
    for product in truth:
        selection = chosen.get(product["id"], {"items": [], "after": []})
        items = {item["file"]: item for item in selection["items"]}
        if selection.get("passed_over"):
            _count_fault(rows["unreadable"], "unreadable", product["images"], items)
            continue
        for fault in FAULTS:
            _count_fault(rows[fault], fault, product["images"], items)
        _count_copies(rows["duplicate"], product["images"], items)
        _count_types(rows["type"], product["images"], items)
        _count_hero(rows["hero"], product, selection["after"])
        _count_category(rows["category"], product, selection)
    return Table(tuple(rows.values()))


def _count_fault(row: Row, fault: str, images: Sequence[Truth], items: Mapping[str, Picked]) -> None:
    for image in images:
        planted = fault in image["defects"]
        named = items.get(image["file"], {}).get("reason") == fault
        row.planted += planted
        row.named += named
        row.found += planted and named
        row.right += planted and named
        if planted and not named:
            row.misses.append(
                f"{image['file']} ({image['origin']}): {items.get(image['file'], {}).get('reason') or 'kept'}"
            )
        if named and not planted:
            row.wrongs.append(f"{image['file']} ({image['type']}, {image['origin']})")


def _count_copies(row: Row, images: Sequence[Truth], items: Mapping[str, Picked]) -> None:
    """Of every group of clean copies all but one should go; a dropped copy's partner must be of its group."""
    groups = {image["file"]: image["group"] for image in images}
    clean: dict[str, list[str]] = {}
    for image in images:
        if not image["defects"]:
            clean.setdefault(image["group"], []).append(image["file"])
    for files in clean.values():
        dropped = [name for name in files if items.get(name, {}).get("verdict") == "drop"]
        row.planted += len(files) - 1
        row.found += min(len(dropped), len(files) - 1)
        if len(dropped) < len(files) - 1:
            row.misses.append(" = ".join(sorted(set(files) - set(dropped))))
    for name, item in items.items():
        if item["reason"] == "duplicate":
            same = groups.get(name) == groups.get(item["duplicate_of"])
            row.named += 1
            row.right += same
            if not same:
                row.wrongs.append(f"{name} is no copy of {item['duplicate_of']}")


def _count_types(row: Row, images: Sequence[Truth], items: Mapping[str, Picked]) -> None:
    for image in images:
        item = items.get(image["file"])
        if (
            image["defects"]
            or image["type"] is None
            or item is None
            or item["reason"] not in (None, "duplicate")
        ):
            continue
        row.planted += 1
        if item["type"] in (None, UNSURE):
            continue
        row.found += 1
        row.named += 1
        row.right += item["type"] == image["type"]
        if item["type"] != image["type"]:
            row.wrongs.append(f"{image['file']} is {image['type']}, named {item['type']}")


def _count_hero(row: Row, product: Truth, after: Sequence[str]) -> None:
    right = {i["file"] for i in product["images"] if i["group"] in product["heroes"] and not i["defects"]}
    hit = bool(after) and after[0] in right
    row.planted += 1
    row.named += bool(after)
    row.found += hit
    row.right += hit
    if not hit:
        row.misses.append(f"{product['id']}: {after[0] if after else 'nothing kept'}")


def _count_category(row: Row, product: Truth, selection: Picked) -> None:
    """Counts only products whose category had to be found."""
    if not product.get("category_hidden"):
        return
    named = selection.get("category")
    row.planted += 1
    row.named += named is not None
    row.found += named == product["category"]
    row.right += named == product["category"]
    if named != product["category"]:
        row.misses.append(f"{product['id']} is {product['category']}, found {named}")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> int:
    """`python -m demo.score SELECTIONS.jsonl [--truth FILE] [--details]` prints the table."""
    parser = argparse.ArgumentParser(prog="python -m demo.score", description=__doc__)
    parser.add_argument("selections", type=Path)
    parser.add_argument("--truth", type=Path, default=Path(__file__).parent / "catalog" / "truth.jsonl")
    parser.add_argument("--details", action="store_true")
    arguments = parser.parse_args()
    print(score(read_lines(arguments.truth), read_lines(arguments.selections)).render(arguments.details))
    return 0


if __name__ == "__main__":
    sys.exit(main())
