"""Is the hero well chosen without types? A catalog's first images, kept and found after a shuffle (II.E)."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.labels import DEFAULT_TYPE_ORDER
from pipeline.ordering import OrderingInput, order, rate_look

SHUFFLES = 20
Images = Sequence[OrderingInput]


def _choose_ours(images: Images) -> str:
    placed = [replace(image, place=place) for place, image in enumerate(images)]
    return order(placed, DEFAULT_TYPE_ORDER).hero or ""


# Each takes images in the order shown; of equal ones the first wins.
STRATEGIES: Mapping[str, Callable[[Images], str]] = {
    "present": lambda images: images[0].key,
    "largest": lambda images: max(images, key=lambda image: image.width_px * image.height_px).key,
    "whitest": lambda images: max(images, key=lambda i: i.framing.white_background if i.framing else 0.0).key,
    "best look": lambda images: max(images, key=rate_look).key,
    "ours": _choose_ours,
}


def bench(products: Sequence[Images], types: Mapping[str, str], seed: int = 0) -> dict[str, Any]:
    """Shares of products (0 to 1) for every strategy; `products` hold two images and more each.

    `kept`: the catalog's first image is the hero; `restored`: it is again after a shuffle ('present' is then
    chance); `front` and `front_shuffled`: the hero is labelled front, over products with fronts and others.
    """
    mixed = [images for images in products if 0 < sum(_is_front(i.key, types) for i in images) < len(images)]
    found: dict[str, Any] = {"products": len(products), "with_fronts_and_others": len(mixed)}
    for name, choose in STRATEGIES.items():
        shuffled = _shuffle(products, choose, seed)
        fronts = _shuffle(mixed, choose, seed)
        found[name] = {
            "kept": _share([choose(images) == images[0].key for images in products]),
            "restored": _share([hero == images[0].key for hero, images in shuffled]),
            "front": _share([_is_front(choose(images), types) for images in mixed]),
            "front_shuffled": _share([_is_front(hero, types) for hero, _ in fronts]),
        }
    return found


def _is_front(key: str, types: Mapping[str, str]) -> bool:
    return types.get(key) == "front"


def _shuffle(
    products: Sequence[Images], choose: Callable[[Images], str], seed: int
) -> list[tuple[str, Images]]:
    rng = random.Random(seed)
    return [(choose(rng.sample(images, len(images))), images) for images in products for _ in range(SHUFFLES)]


def _share(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 4) if hits else None
