"""Cross-validate the category model on a catalog's texts: accuracy, coverage, accuracy when answered."""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pipeline.category import CategoryModel, Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line's options."""
    parser.add_argument("--products", type=Path, required=True, help="JSON Lines with title and category")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument(
        "--by-source", action="store_true", help="one model a value of 'source' beside the whole"
    )


def read_texts(path: Path) -> list[dict[str, Any]]:
    """The products that have a title and a category. Raises ValueError naming a broken line."""
    kept = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        try:
            product = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error.msg})") from error
        if product.get("title") and product.get("category"):
            kept.append(product)
    return kept


def measure(products: list[dict[str, Any]]) -> dict[str, Any]:
    """Held-out figures of one model over these products."""
    texts: list[Text] = [(p["title"], p.get("description") or "") for p in products]
    categories = [p["category"] for p in products]
    model = CategoryModel.fit(texts, categories)
    sizes = Counter(categories)
    alone = sum(1 for name in categories if sizes[name] == 1)
    return {**model.figures, "threshold": round(model.threshold, 3), "alone_in_category": alone}


def run(args: argparse.Namespace) -> int:
    """Print a table; returns 0."""
    products = read_texts(args.products)
    groups = {"all": products}
    if args.by_source:
        by_source = defaultdict(list)
        for product in products:
            by_source[str(product.get("source", ""))].append(product)
        groups |= {name: rows for name, rows in by_source.items() if len({r["category"] for r in rows}) > 1}
    figures = {name: measure(rows) for name, rows in groups.items()}
    print(f"{'products of':14} {'n':>5} {'cat.':>5} {'accuracy':>9} {'coverage':>9} {'right':>9} {'ECE':>6}")
    for name, found in figures.items():
        right = "-" if found["precision"] is None else f"{found['precision']:.3f}"
        print(
            f"{name[:14]:14} {found['products']:5} {found['categories']:5} {found['accuracy']:9.3f} "
            f"{found['coverage']:9.3f} {right:>9} {found['calibration_error']:6.3f}"
        )
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
