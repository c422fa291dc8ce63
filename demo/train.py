"""`python -m demo.train`: draws training products, and fits the demo's type heads and its category model.

Training products come from other seeds than the catalog's, so that every product of the catalog is unseen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from demo.draw.defects import near_copy
from demo.draw.kind import BRANDS, Design, Kind, image_type
from demo.draw.products import KINDS
from demo.draw.scene import Shot, photograph
from pipeline.backbone import Backbone, load_backbone
from pipeline.category import CategoryModel
from pipeline.head_store import save_head
from pipeline.training.types import train_type_head

HEADS = Path(__file__).parent / "heads"
CATEGORY_MODEL = "category"
SEED = 770_000  # the catalog's products are drawn from its own seed; these numbers never meet
SIDE = 256  # px; the backbone sees 224
TEXTS = 60  # products a category of which only the text is used


def training_design(kind_index: int, number: int, seed: int = SEED) -> Design:
    """The looks of one training product."""
    rng = np.random.default_rng([seed, kind_index, number])
    return KINDS[kind_index].design(rng, BRANDS[int(rng.integers(len(BRANDS)))])


def draw_views(kind_index: int, number: int) -> tuple[list[np.ndarray], list[str]]:
    """Pictures of one training product with their types: each view as drawn and once edited."""
    kind, design = KINDS[kind_index], training_design(kind_index, number)
    rng = design.rng(50)
    different = kind.subtle(design)
    views = [(view, design) for view in kind.VIEWS] + ([different] if different else [])
    pictures, types = [], []
    for view, shown in views:
        picture = photograph(_restyled(kind, shown, view, rng), SIDE, SIDE, rng)
        pictures += [picture, near_copy(rng, picture)[0]]
        types += [image_type(view)] * 2
    return pictures, types


def _restyled(kind: Kind, design: Design, view: str, rng: np.random.Generator) -> Shot:
    """The view with fewer lamps than the catalog's, some before a grey wall."""
    shot = kind.stage(design, view)
    studio = replace(shot.studio, lamps=20, map_side=200)
    if image_type(view) != "lifestyle" and rng.random() < 0.35:
        grey = float(rng.uniform(0.5, 0.85))
        top, bottom = (grey * 0.92, grey * 0.95, grey), (grey * 1.2, grey * 1.2, grey * 1.2)
        studio = replace(studio, top=top, bottom=bottom, key_yaw=float(rng.choice([-40.0, 35.0])))
    return replace(shot, studio=studio)


def draw_training(products: int, workers: int) -> Iterator[tuple[int, int, list[np.ndarray], list[str]]]:
    """(kind, number, pictures, types) of `products` products a kind."""
    kinds = [index for index in range(len(KINDS)) for _ in range(products)]
    numbers = [number for _ in KINDS for number in range(products)]
    with ProcessPoolExecutor(workers) as pool:
        drawn = pool.map(draw_views, kinds, numbers)
        for kind, number, (pictures, types) in zip(kinds, numbers, drawn, strict=True):
            yield kind, number, pictures, types


def embed(backbone: Backbone, pictures: list[np.ndarray], mirrored: bool) -> np.ndarray:
    """Embeddings (N,D) of pictures, or of their mirror images."""
    shown = [np.ascontiguousarray(p[:, ::-1]) if mirrored else p for p in pictures]
    return backbone.embed(np.stack([backbone.to_input(picture) for picture in shown]))


def train_heads(products: int, workers: int, out: Path) -> dict[str, float]:
    """Writes one type head a category; returns each one's accuracy on products left out in turn."""
    backbone = load_backbone()
    rows: dict[int, list[tuple[np.ndarray, np.ndarray, list[str], int]]] = {}
    total = products * len(KINDS)
    for kind, number, pictures, types in tqdm(draw_training(products, workers), total=total, unit="product"):
        vectors = embed(backbone, pictures, False), embed(backbone, pictures, True)
        rows.setdefault(kind, []).append((*vectors, types, number))
    found = {}
    for kind, parts in rows.items():
        labels = [name for _, _, types, _ in parts for name in types]
        groups = [number for _, _, types, number in parts for _ in types]
        head = train_type_head(
            np.concatenate([part[0] for part in parts]),
            labels,
            groups,
            scope=KINDS[kind].CATEGORY,
            backbone=backbone.signature,
            flipped=np.concatenate([part[1] for part in parts]),
            card={"sources": "pictures drawn by demo.draw", "licences": "the project's own", "seed": SEED},
        )
        save_head(replace(head, arrays={name: _halved(part) for name, part in head.arrays.items()}), out)
        found[KINDS[kind].CATEGORY] = float(head.card["figures"].get("accuracy", float("nan")))
    return found


def _halved(values: np.ndarray) -> np.ndarray:
    """Rounded to half precision, kept as float32: half the bytes on disk, no change in what is said."""
    return values.astype(np.float16).astype(np.float32)


def train_category(out: Path) -> CategoryModel:
    """Writes the model that finds a demo category from title and description."""
    texts, categories = [], []
    for index, kind in enumerate(KINDS):
        for number in range(TEXTS):
            texts.append(kind.words(training_design(index, number, SEED + 1)))
            categories.append(kind.CATEGORY)
    model = CategoryModel.fit(texts, categories)
    model.save(out / CATEGORY_MODEL)
    return model


def main() -> int:
    """Draw, embed, fit, write."""
    parser = argparse.ArgumentParser(prog="python -m demo.train", description=__doc__)
    parser.add_argument("--products", type=int, default=20, help="training products a category")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw side by side")
    parser.add_argument("--out", type=Path, default=HEADS)
    arguments = parser.parse_args()
    model = train_category(arguments.out)
    print(f"category: {dict(model.figures)}")
    for category, accuracy in train_heads(arguments.products, arguments.workers, arguments.out).items():
        print(f"{category}: {accuracy:.3f} of pictures of products left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
