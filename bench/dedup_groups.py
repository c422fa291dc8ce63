"""The groups file of chosen sources of a folder of shared catalogs, for the makers of pairs.

    python -m bench.dedup_groups --data DIR --sources a,b,... --out CSV

DIR holds products.jsonl, types.csv and images/. Of the source `clothing` every other picture is taken.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

TRAINING = ("bagisto", "spree", "saleor", "solidus", "grocerystore", "clothing")
HELD_OUT = ("opencart", "smartstore", "thelia", "oro", "vendure", "thirtybees")


def list_pictures(data: Path, sources: tuple[str, ...]) -> Iterator[list[str]]:
    """Lines file, product, type, color, category of every picture of the sources, each once."""
    with (data / "types.csv").open(newline="", encoding="utf-8") as lines:
        types = {row["file"]: row["type"] for row in csv.DictReader(lines)}
    seen: set[str] = set()
    for line in (data / "products.jsonl").read_text(encoding="utf-8").splitlines():
        product = json.loads(line)
        if product["source"] not in sources:
            continue
        category = f"{product['source']}/{product.get('category') or ''}"
        for image in product["images"]:
            file = image["file"]
            if file not in seen:
                seen.add(file)
                yield [file, product["id"], types.get(file, ""), image.get("color") or "", category]
    if "clothing" in sources:
        for path in sorted((data / "images" / "clothing").iterdir())[::2]:
            file = f"images/clothing/{path.name}"
            yield [file, file, "", "", path.name.split("__")[0]]


def write_groups(data: Path, sources: tuple[str, ...], out: Path) -> None:
    """Write the groups file."""
    with out.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["file", "product", "type", "color", "category"])
        writer.writerows(list_pictures(data, sources))


def main() -> None:
    """Write the groups that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sources", default=",".join(TRAINING))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write_groups(args.data, tuple(args.sources.split(",")), args.out)


if __name__ == "__main__":
    main()
