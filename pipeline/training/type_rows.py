"""Labelled images as type heads are fitted on them: looked at once, grouped by product."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline.backbone import Backbone
from pipeline.images import UnreadableImage, decode
from pipeline.records import FloatArray, RgbArray

SAME_PICTURE = 0.99  # cosine of embeddings; renditions and copies lie above, other views below
MAX_STEM = 12  # files of one stem; more of them are a numbered heap, not one product
_TAIL = re.compile(r"[-_ .](\d{1,2}|front|back|side|left|right|top|main|detail|angle|alt\d*|[a-f])$")


@dataclass(frozen=True)
class TypeRows:
    """Labelled images. `embeddings` and `flipped` (of mirrored pictures) are float32 (N,D); `layouts` and
    `mirrored` float32 (N,P), P 0 where the backbone has none; `targets` (N,) index into `classes`;
    `groups` (N,) number the products; `categories` are paths; `inputs` uint8 (N,S,S,3)."""

    embeddings: FloatArray
    flipped: FloatArray
    layouts: FloatArray
    mirrored: FloatArray
    targets: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray
    categories: tuple[str, ...]
    files: tuple[str, ...] = ()
    inputs: RgbArray | None = None


def read_rows(labels: Path, images: Path, products: Path | None, backbone: Backbone) -> TypeRows:
    """The labelled images that can be read; the others are named on stderr. Raises ValueError for none.

    `labels` is a CSV with the columns file,category,type; `products` JSON Lines that say which files are
    one product. Without it, files whose names differ in a number or a view count as one product; pictures
    that look the same are never told apart.
    """
    kept, inputs = [], []
    for row, picture in _read_pictures(labels, images):
        kept.append(row)
        inputs.append(backbone.to_input(picture))
    if not kept:
        raise ValueError(f"{labels} names no readable image under {images}")
    batch = np.stack(inputs)
    embeddings, layouts = backbone.see(batch)
    flipped, mirrored = backbone.see(np.ascontiguousarray(batch[:, :, ::-1]))
    classes, targets = np.unique([row["type"] for row in kept], return_inverse=True)
    files = [row["file"] for row in kept]
    return TypeRows(
        embeddings,
        flipped,
        layouts,
        mirrored,
        targets,
        tuple(classes.tolist()),
        group_rows(files, embeddings, read_products(products)),
        tuple(row.get("category") or "" for row in kept),
        tuple(files),
        batch,
    )


def _read_pictures(labels: Path, images: Path) -> Iterator[tuple[dict[str, str], RgbArray]]:
    with labels.open(newline="") as stream:
        table = csv.DictReader(stream)
        missing = {"file", "type"} - set(table.fieldnames or ())
        if missing:
            raise ValueError(f"{labels} has no column {' and no column '.join(sorted(missing))}")
        for row in table:
            try:
                yield row, decode((images / row["file"]).read_bytes(), max_side_px=512).rgb
            except (UnreadableImage, OSError) as error:
                print(f"{row['file']}: passed over: {error}", file=sys.stderr)


def read_products(path: Path | None) -> dict[str, str]:
    """File -> product, of the plain product list."""
    groups: dict[str, str] = {}
    for line in path.read_text().splitlines() if path else []:
        product = json.loads(line)
        groups |= {image["file"]: str(product["id"]) for image in product.get("images", [])}
    return groups


def group_rows(files: Sequence[str], embeddings: FloatArray, products: Mapping[str, str]) -> np.ndarray:
    """int (N,): one number a product; pictures that look the same join the products they are in."""
    stems = [products.get(file) or find_stem(file) for file in files]
    counts = Counter(stems)
    names = [
        stem if file in products or counts[stem] <= MAX_STEM else file
        for file, stem in zip(files, stems, strict=True)
    ]
    numbers = np.unique(names, return_inverse=True)[1]
    rows = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
    for one, two in np.argwhere(np.triu(rows @ rows.T, 1) >= SAME_PICTURE):
        numbers[numbers == numbers[two]] = numbers[one]
    return np.unique(numbers, return_inverse=True)[1]


def find_stem(file: str) -> str:
    """A file's path without what tells the pictures of one product apart: numbers, views, an ending."""
    path = PurePosixPath(file)
    stem = path.stem.lower()
    while (shorter := _TAIL.sub("", stem)) and shorter != stem:
        stem = shorter
    return str(path.with_name(stem))
