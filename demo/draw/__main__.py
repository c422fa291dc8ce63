"""`python -m demo.draw --out demo/catalog --seed N [--products N]`: draws the demo catalog again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.draw.catalog import draw_catalog


def main() -> int:
    """Draw, and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m demo.draw", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for images, products.jsonl and truth.jsonl"
    )
    parser.add_argument("--seed", type=int, default=2026, help="another seed, another catalog")
    parser.add_argument("--products", type=int, default=63)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw side by side")
    arguments = parser.parse_args()
    counts = draw_catalog(arguments.out, arguments.seed, arguments.products, arguments.workers)
    megabytes = counts["bytes"] / 1e6
    print(f"{counts['products']} products, {counts['images']} images, {megabytes:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
