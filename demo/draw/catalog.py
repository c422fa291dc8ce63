"""Writes the drawn catalog: images, the products file that an import reads, and the truth beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from demo.draw.plan import CURATED, SUPPLIERS, Draft, Sent, draw_product, heroes

NO_CATEGORY_EVERY = 6  # each sixth product comes with no category, to be found from its text


def draw_catalog(out: Path, seed: int, products: int, workers: int) -> dict[str, int]:
    """Draws `products` products into `out`; the same seed gives the same catalog. Returns counts."""
    out.mkdir(parents=True, exist_ok=True)
    counts = {"products": 0, "images": 0, "bytes": 0}
    lines, truths = [], []
    for number, draft in enumerate(tqdm(_drafts(seed, products, workers), total=products, unit="product")):
        product, truth = _store(out, number, seed, draft)
        lines.append(product)
        truths.append(truth)
        counts["products"] += 1
        counts["images"] += len(truth["images"])
        counts["bytes"] += sum(len(sent.data) for sent in draft.sent)
    for name, rows in (("products.jsonl", lines), ("truth.jsonl", truths)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (out / name).write_text(text, encoding="utf-8")
    return counts


def _drafts(seed: int, products: int, workers: int) -> Iterator[Draft]:
    """Products in order, drawn by several processes."""
    if workers <= 1:
        yield from (draw_product(number, seed) for number in range(products))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(draw_product, range(products), [seed] * products)


def _store(out: Path, number: int, seed: int, draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Writes the files of one product; returns its line of the catalog and its line of truth."""
    name = f"demo-{number + 1:03d}"
    folder = out / "images" / name
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, number, 99])
    firms = [SUPPLIERS[i] for i in rng.permutation(len(SUPPLIERS))]
    offers: list[dict[str, Any]] = []
    for supplier in sorted({sent.supplier for sent in draft.sent}):
        mine = [sent for sent in draft.sent if sent.supplier == supplier]
        for place, sent in enumerate(mine):
            sent.file = f"images/{name}/{firms[supplier].split()[0].lower()}-{place + 1}.{sent.form}"
            (out / sent.file).write_bytes(sent.data)
        offers.append({"supplier": firms[supplier], "images": [sent.file for sent in mine]})
    return _product_line(name, number, draft, offers), _truth_line(name, number, draft)


def _product_line(name: str, number: int, draft: Draft, offers: list[dict[str, Any]]) -> dict[str, Any]:
    title, description = draft.kind.words(draft.design)
    shown = [sent for sent in draft.sent if sent.supplier == 0]
    current = [sent.file for sent in shown[:5]]
    spoiled = [
        sent.file
        for sent in draft.sent
        if sent.defects and sent.supplier == 1 and "unreadable" not in sent.defects
    ]
    if number % 3 == 1 and len(shown) > 1:  # today's set often holds a faulty picture, too
        current += spoiled[:1]
    category = None if _hides_category(number) else draft.kind.CATEGORY
    return {
        "id": name,
        "title": title,
        "description": description,
        "category": category,
        "offers": offers,
        "current": current,
        "curated": number == CURATED,
    }


def _truth_line(name: str, number: int, draft: Draft) -> dict[str, Any]:
    return {
        "id": name,
        "category": draft.kind.CATEGORY,
        "category_hidden": _hides_category(number),
        "heroes": heroes(draft),
        "images": [_image_truth(sent) for sent in draft.sent],
    }


def _hides_category(number: int) -> bool:
    return number % NO_CATEGORY_EVERY == 4


def _image_truth(sent: Sent) -> dict[str, Any]:
    return {
        "file": sent.file,
        "type": sent.type,
        "defects": sent.defects,
        "group": sent.group,
        "origin": sent.origin,
    }
