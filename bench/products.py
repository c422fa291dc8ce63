"""The products of a folder of images, and their selection as something to time."""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

from bench import naive
from pipeline import catalog_files
from pipeline.catalog_records import ParsedOffer, ParsedProduct
from pipeline.folders import walk
from pipeline.selection_files import FileSelector, list_images
from pipeline.sources import ImageSource

LARGEST = 12  # images; a folder of more is no product and is cut into neighbours by name
CUT = 4
CHUNK = 32  # products selected together, as the command does


def find_products(args: argparse.Namespace) -> list[ParsedProduct]:
    """Those of --products, else one for each folder; a large folder is cut into groups of four by name."""
    if args.products:
        parsed = catalog_files.parse(args.products, args.images)
        return [item for item in parsed if isinstance(item, ParsedProduct)]
    return [make_product(index, group) for index, group in enumerate(group_files(args.images))]


def group_files(folder: Path) -> Iterator[list[Path]]:
    """Files that stand for one product each."""
    for path, names in walk(folder.resolve()):
        files = [path / name for name in names]
        step = len(files) if len(files) <= LARGEST else CUT
        yield from (files[start : start + step] for start in range(0, len(files), step or 1))


def make_product(index: int, files: list[Path]) -> ParsedProduct:
    """A product with one supplier; whole paths name its images, as many folders may hold a 1.jpg."""
    images = tuple(ImageSource(str(path), str(path)) for path in files)
    return ParsedProduct(
        index + 1, str(index + 1), files[0].stem, "", None, (ParsedOffer("s", images),), None
    )


def limit(products: list[ParsedProduct], images: int) -> list[ParsedProduct]:
    """Products evenly taken until they hold so many images; only those whose images can all be read."""
    wanted = max(1, len(products) * images // max(1, sum(len(list_images(p)) for p in products)))
    step = max(1, len(products) // wanted)
    taken: list[ParsedProduct] = []
    for product in (p for offset in range(step) for p in products[offset::step]):
        if len(list_paths(taken)) >= images:
            break
        if all(naive.can_open(path) for path in list_paths([product])):
            taken.append(product)
    return taken


def list_paths(products: list[ParsedProduct]) -> list[Path]:
    """Every image file once."""
    return list(dict.fromkeys(Path(source) for p in products for _, source in list_images(p)))


def make_selection(products: list[ParsedProduct]) -> Callable[[], int]:
    """The whole selection, from files to JSON Lines, with models kept loaded between calls."""
    selector, count = FileSelector(), len(list_paths(products))

    def run() -> int:
        with TemporaryFile("w") as out:
            for start in range(0, len(products), CHUNK):
                for selection in selector.select(products[start : start + CHUNK]):
                    out.write(json.dumps(selection.as_json(), ensure_ascii=False) + "\n")
        return count

    return run


def time_ms(run: Callable[[], int]) -> float:
    """CPU milliseconds an image of one call: other processes on the machine do not count."""
    started = time.process_time()
    count = run()
    return (time.process_time() - started) * 1e3 / count


def name_processor() -> str:
    """The processor's own name, with the vector units that inference asks for."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    name = next((line.split(":")[1].strip() for line in text.splitlines() if "model name" in line), "")
    units = [unit for unit in ("avx2", "avx512f", "avx512_fp16", "amx_bf16") if f" {unit}" in text]
    return f"{name} ({', '.join(units)})"
