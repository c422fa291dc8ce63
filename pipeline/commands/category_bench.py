"""Cross-validate the category model on a catalog's texts: accuracy, coverage, accuracy when answered."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.category import DEFAULT_CONFIG, CategoryModel, Text


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
    from pipeline.training.category_bench import bench

    texts: list[Text] = [(p["title"], p.get("description") or "") for p in products]
    categories = [p["category"] for p in products]
    model = CategoryModel.fit(texts, categories)
    shown = {name: model.figures[name] for name in ("products", "categories", "blend")}
    return {**shown, **bench(texts, categories, DEFAULT_CONFIG), "threshold": round(model.threshold, 3)}


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
    print_table(figures)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def print_table(figures: Mapping[str, dict[str, Any]]) -> None:
    """A line a group, the plain reference beside it, then the accuracy by level."""
    heads = ("accuracy", "coverage", "right", "or above", "right", "cov.@95", "ECE", "plain acc.", "cov.@95")
    print(f"{'products of':14} {'n':>5} {'cat.':>5} " + " ".join(f"{head:>10}" for head in heads))
    for name, found in figures.items():
        plain = found["reference"]
        cells = [found[key] for key in ("accuracy", "coverage", "precision", "answered", "answered_right")]
        cells += [
            found["coverage_at_95"],
            found["calibration_error"],
            plain["accuracy"],
            plain["coverage_at_95"],
        ]
        shown = " ".join(f"{'-' if cell is None else f'{cell:.3f}':>10}" for cell in cells)
        print(f"{name[:14]:14} {found['products']:5} {found['categories']:5} {shown}")
    for name, found in figures.items():
        levels = found["levels"].items()
        print(
            f"{name}: "
            + ", ".join(f"first {depth}: {row['accuracy']:.3f} of {row['products']}" for depth, row in levels)
        )
