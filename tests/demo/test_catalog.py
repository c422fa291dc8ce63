"""The catalog in the repository: what it promises, checked on its files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import pytest

from demo.draw.plan import FAULTS

CATALOG = Path(__file__).resolve().parent.parent.parent / "demo" / "catalog"
DIFFERENCES = ("stylus", "off", "microphone", "dial", "pillow", "lit", "name", "pocket", "colour")


def read(name: str) -> list[dict[str, Any]]:
    """All lines of one of the catalog's files."""
    return [json.loads(line) for line in (CATALOG / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def products() -> list[dict[str, Any]]:
    """The catalog as an import reads it."""
    return read("products.jsonl")


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    """What was planted."""
    return read("truth.jsonl")


def test_it_has_sixty_products_in_six_categories_and_several_verticals(truth: list[dict[str, Any]]) -> None:
    assert len(truth) >= 60
    assert len({product["category"] for product in truth}) >= 6
    assert len({product["category"].split(" > ")[1] for product in truth}) >= 2
    assert all(product["category"].startswith("Demo > ") for product in truth)


def test_titles_and_descriptions_are_there_and_differ(products: list[dict[str, Any]]) -> None:
    assert len({product["title"] for product in products}) > 0.9 * len(products)
    assert all(len(product["description"]) > 60 for product in products)


def test_products_have_two_to_four_suppliers_and_four_to_twelve_pictures(
    products: list[dict[str, Any]],
) -> None:
    sizes = [sum(len(offer["images"]) for offer in product["offers"]) for product in products]
    assert sizes.count(1) == 3
    for size, product in zip(sizes, products, strict=True):
        assert size == 1 or (4 <= size <= 12 and 2 <= len(product["offers"]) <= 4)


def test_every_file_is_there_once_and_nothing_else(
    products: list[dict[str, Any]], truth: list[dict[str, Any]]
) -> None:
    offered = [file for product in products for offer in product["offers"] for file in offer["images"]]
    known = [image["file"] for product in truth for image in product["images"]]
    stored = [str(path.relative_to(CATALOG)) for path in (CATALOG / "images").rglob("*.*")]
    assert sorted(offered) == sorted(known) == sorted(stored)


def test_it_weighs_at_most_twelve_megabytes() -> None:
    assert sum(path.stat().st_size for path in CATALOG.rglob("*") if path.is_file()) < 12_000_000


def test_exact_copies_have_the_same_bytes_and_near_copies_do_not(truth: list[dict[str, Any]]) -> None:
    counts: Counter[str] = Counter()
    for product in truth:
        digests = {
            i["file"]: hashlib.sha256((CATALOG / i["file"]).read_bytes()).digest() for i in product["images"]
        }
        for image in product["images"]:
            others = [digests[i["file"]] for i in product["images"] if i is not image]
            kind = image["origin"].split(":")[0]
            counts[kind] += 1
            if kind == "exact copy":
                assert digests[image["file"]] in others
            elif kind == "near copy":
                assert digests[image["file"]] not in others
    assert counts["exact copy"] >= 15 and counts["near copy"] >= 50


def test_every_fault_is_planted_often_enough_to_measure_it(truth: list[dict[str, Any]]) -> None:
    counts = Counter(
        defect for product in truth for image in product["images"] for defect in image["defects"]
    )
    assert all(counts[fault] >= 12 for fault in FAULTS), counts
    assert counts["unreadable"] >= 3


def test_differences_that_must_stay_are_groups_of_their_own(truth: list[dict[str, Any]]) -> None:
    groups = {image["group"] for product in truth for image in product["images"]}
    for difference in DIFFERENCES:
        assert any(group.endswith(f"-{difference}") for group in groups), difference


def test_orders_are_wrong_in_many_products_and_one_is_curated(
    products: list[dict[str, Any]], truth: list[dict[str, Any]]
) -> None:
    groups = {image["file"]: image["group"] for product in truth for image in product["images"]}
    wrong = sum(groups[p["current"][0]] not in t["heroes"] for p, t in zip(products, truth, strict=True))
    assert wrong >= 15
    assert sum(product["curated"] for product in products) == 1


def test_some_categories_are_hidden_but_not_many(products: list[dict[str, Any]]) -> None:
    share = sum(product["category"] is None for product in products) / len(products)
    assert 0.1 <= share <= 0.2


def test_full_pictures_are_of_a_shops_usual_size_and_poor_ones_far_smaller(
    truth: list[dict[str, Any]],
) -> None:
    for product in truth[::7]:
        for image in product["images"]:
            if "unreadable" in image["defects"]:
                continue
            picture = cv2.imread(str(CATALOG / image["file"]))
            assert picture is not None, image["file"]
            side = max(picture.shape[:2])
            assert side < 150 if "resolution" in image["defects"] else 300 <= side <= 900, image["file"]
