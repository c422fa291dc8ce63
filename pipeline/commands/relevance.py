"""Point out pictures that look less like their product's kind than like another; nothing is dropped."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from pipeline import aggregate, catalog_files
from pipeline.backbone import Backbone, load_backbone
from pipeline.catalog_records import ParsedProduct
from pipeline.config import PipelineConfig
from pipeline.images import UnreadableImage, decode
from pipeline.progress import interval_s
from pipeline.relevance import ListedImage, Relevance, judge_relevance
from pipeline.selection_files import list_images


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--catalog", type=Path, required=True, help="JSON Lines or CSV, with categories")
    parser.add_argument("--images", type=Path, help="folder that image paths are relative to")
    parser.add_argument("--json", type=Path, help="file for one JSON object an image")
    parser.add_argument(
        "--swap", type=int, metavar="SEED", help="measure it with pictures put in wrong places"
    )


def run(args: argparse.Namespace) -> int:
    """Prints what is pointed out, least alike first; returns 0."""
    backbone = load_backbone(PipelineConfig().backbone)
    images = list(embed_catalog(args.catalog, args.images, backbone))
    found = judge_relevance(images)
    if args.json:
        args.json.write_text("".join(json.dumps(show(one), ensure_ascii=False) + "\n" for one in found))
    flagged = sorted((one for one in found if one.flag), key=lambda one: one.contrast or 0.0)
    for one in flagged:
        print(f"{one.product}: {one.key} ({one.contrast:.2f}): {one.words}")
    print(f"{len(flagged)} of {len(found)} images pointed out")
    if args.swap is not None:
        from pipeline.training.relevance_bench import bench

        print(", ".join(f"{name} {value}" for name, value in bench(images, args.swap).items()))
    return 0


def embed_catalog(catalog: Path, folder: Path | None, backbone: Backbone) -> Iterator[ListedImage]:
    """Every readable picture of every product with a category, once a product."""
    for product in tqdm(catalog_files.parse(catalog, folder), unit=" products", mininterval=interval_s()):
        if not isinstance(product, ParsedProduct) or not product.category:
            continue
        names = {source: name for name, source in list_images(product)}
        for source, data in aggregate.gather(names):
            if isinstance(data, aggregate.Refused):
                print(f"{product.id}, {names[source]}: {data.message}", file=sys.stderr)
                continue
            try:
                picture = backbone.to_input(decode(data, max_side_px=512).rgb)
            except UnreadableImage as error:
                print(f"{product.id}, {names[source]}: {error.message}", file=sys.stderr)
                continue
            embedding = backbone.embed(picture[None])[0]
            yield ListedImage(names[source], product.id, product.category, embedding)


def show(one: Relevance) -> dict[str, object]:
    """The JSON object of an image; cosines are null where there was nothing to compare with."""
    cosines = {"own": one.own, "kin": one.kin, "other": one.other, "contrast": one.contrast}
    rounded = {name: None if value is None else round(value, 4) for name, value in cosines.items()}
    return {"product": one.product, "file": one.key, **rounded, "nearest": one.nearest, "flag": one.flag}
