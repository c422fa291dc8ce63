"""Select the best image set of every product of a catalog file; writes one JSON object a product."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from pipeline import catalog_files
from pipeline.catalog_records import ParsedProduct, Refusal
from pipeline.category import CategoryModel, TooFewProducts
from pipeline.compliance.slots import read_slot
from pipeline.config import ComplianceConfig, PipelineConfig
from pipeline.progress import interval_s
from pipeline.selection_files import FileSelector

CHUNK_PRODUCTS = 32  # whose images are embedded together
MAX_TEXTS = 5000  # products that the category model is fitted on: a few seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "products", type=Path, help="catalog file: JSON Lines or CSV (docs/catalog-format.md)"
    )
    parser.add_argument("--images", type=Path, help="folder that image paths are relative to")
    parser.add_argument("--out", type=Path, required=True, help="file to write, one JSON object a product")
    parser.add_argument(
        "--heads", type=Path, action="append", default=[], help="folder of type heads of your own"
    )
    parser.add_argument("--slot", action="append", default=[], help="DEFECT=FILE.npz, see train-compliance")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Returns 0 also where lines were refused: they are named; the output appears whole or not at all."""
    check_output(args.out, args.products)
    total = catalog_files.count_lines(args.products)
    config = PipelineConfig(compliance=ComplianceConfig(slots=tuple(map(read_slot, args.slot))))
    selector = FileSelector(config, heads=args.heads, categories=learn_categories(args))
    part = args.out.with_name(args.out.name + ".part")
    refused = 0
    with ExitStack() as stack:
        stack.callback(part.unlink, missing_ok=True)  # what was not finished; a finished one has moved on
        out = stack.enter_context(part.open("w", encoding="utf-8"))
        bar = stack.enter_context(
            tqdm(total=total, unit=" products", disable=args.quiet, mininterval=interval_s())
        )
        for chunk, refusals, lines in read_chunks(args):
            refused += sum(refusal.what != "note" for refusal in refusals)
            for refusal in refusals:
                tqdm.write(describe_refusal(refusal), file=sys.stderr)
            for selection in selector.select(chunk):
                out.write(json.dumps(selection.as_json(), ensure_ascii=False) + "\n")
            bar.update(lines)
        out.close()
        part.replace(args.out)
    print(selector.tally.describe(refused), file=sys.stderr)
    return 0


def learn_categories(args: argparse.Namespace) -> CategoryModel | None:
    """A model of the file's own categories, for its products without one; None where it is not needed."""
    texts: list[tuple[str, str]] = []
    paths: list[str] = []
    is_needed = False
    for item in catalog_files.parse(args.products, args.images):
        if not isinstance(item, ParsedProduct):
            continue
        if item.category is None:
            is_needed = True
        elif len(paths) < MAX_TEXTS:
            texts.append((item.title, item.description))
            paths.append(item.category)
    if not is_needed:
        return None
    try:
        return CategoryModel.fit(texts, paths)
    except TooFewProducts:
        return None


def check_output(out: Path, products: Path) -> None:
    """Raises ValueError, before any work is done, where the output cannot be written."""
    if out.is_dir():
        raise ValueError(f"--out {out} is a folder; name the file to write.")
    if not out.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {out.absolute().parent} to write --out into.")
    if out.exists() and products.exists() and out.samefile(products):
        raise ValueError(f"--out {out} is the catalog itself.")


def read_chunks(args: argparse.Namespace) -> Iterator[tuple[list[ParsedProduct], list[Refusal], int]]:
    """(products, refusals, lines read) for every handful of products."""
    products: list[ParsedProduct] = []
    refusals: list[Refusal] = []
    lines = 0
    for item in catalog_files.parse(args.products, args.images):
        if isinstance(item, Refusal):
            refusals.append(item)
            lines += item.what == "product"
            continue
        products.append(item)
        refusals += item.refusals
        lines += item.lines
        if len(products) == CHUNK_PRODUCTS:
            yield products, refusals, lines
            products, refusals, lines = [], [], 0
    yield products, refusals, lines


def describe_refusal(refusal: Refusal) -> str:
    """One line for a person: where, what, why."""
    where = f"line {refusal.line}"
    if refusal.product_id:
        where += f", product {refusal.product_id}"
    if refusal.field:
        where += f", {refusal.field}"
    return f"{where}: {refusal.reason}"
