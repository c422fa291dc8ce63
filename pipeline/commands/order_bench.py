"""Is the hero well chosen without image types? Keeps, and finds again, the catalog's own first images."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

from tqdm import tqdm

from pipeline import catalog_files
from pipeline.assess import Assessor
from pipeline.catalog_records import ParsedProduct
from pipeline.images import UnreadableImage, read_file
from pipeline.ordering import OrderingInput
from pipeline.progress import interval_s
from pipeline.records import Assessment, TypeJudgement
from pipeline.selection_files import list_images
from pipeline.sources import is_address

COLUMNS = ("kept", "restored", "front", "front_shuffled")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--products", type=Path, required=True, help="catalog: JSON Lines or CSV")
    parser.add_argument("--images", type=Path, required=True, help="folder that image paths are relative to")
    parser.add_argument("--labels", type=Path, help="CSV with columns file,type")
    parser.add_argument("--json", type=Path, help="write the figures here too")


def run(args: argparse.Namespace) -> int:
    """Prints a table; returns 0."""
    from pipeline.training.order_bench import STRATEGIES, bench

    types = read_types(args.labels) if args.labels else {}
    assessor = Assessor()
    parsed = tqdm(catalog_files.parse(args.products, args.images), unit=" products", mininterval=interval_s())
    products = [read_product(item, assessor) for item in parsed if isinstance(item, ParsedProduct)]
    found = bench([images for images in products if len(images) > 1], types)
    mixed = found["with_fronts_and_others"]
    print(f"{found['products']} products of several images, {mixed} with fronts and others")
    print(f"{'hero':12}" + "".join(f"{column:>16}" for column in COLUMNS))
    for name in STRATEGIES:
        cells = [found[name][column] for column in COLUMNS]
        print(f"{name:12}" + "".join(f"{'-' if cell is None else f'{cell:.3f}':>16}" for cell in cells))
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def read_types(path: Path) -> dict[str, str]:
    """File -> type of a table; raises ValueError where it has no such columns."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"file", "type"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path} needs the columns file and type.")
        return {row["file"]: row["type"] for row in rows}


def read_product(product: ParsedProduct, assessor: Assessor) -> list[OrderingInput]:
    """The product's readable files as ordering sees them, in the catalog's order."""
    held: dict[str, bytes] = {}
    for name, source in list_images(product):
        if not is_address(source):
            try:
                held[name] = read_file(Path(source), assessor.config.decode)
            except UnreadableImage:
                continue
    found = [one for one in assessor.assess(list(held.items())) if one.unreadable is None]
    return [to_input(one, place) for place, one in enumerate(found)]


def to_input(found: Assessment, place: int) -> OrderingInput:
    """An image of no known type."""
    flags = [found.judgements[name].flag for name in ("badge", "watermark") if name in found.judgements]
    return OrderingInput(
        key=found.key,
        image_type=TypeJudgement(type=None, confidence=None),
        place=place,
        framing=found.framing,
        width_px=found.width_px,
        height_px=found.height_px,
        has_text=any(flags),
    )
