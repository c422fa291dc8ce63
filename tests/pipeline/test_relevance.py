"""Pictures that look like another kind than their product's are pointed out, never dropped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.config import RelevanceConfig
from pipeline.relevance import Gallery, ListedImage, judge_relevance
from pipeline.training.relevance_bench import bench
from tests.pipeline.drawing import draw_photo, draw_product, pack

KINDS = ("Shoes > Boots", "Kitchen > Kettles", "Lamps")


def _catalog(products: int = 8, each: int = 2) -> list[ListedImage]:
    rng = np.random.default_rng(4)
    middles = 3 * np.eye(len(KINDS), 32)
    found = []
    for number in range(products * len(KINDS)):
        kind = number % len(KINDS)
        own = middles[kind] + rng.normal(0, 0.3, 32)
        for place in range(each):
            row = (own + rng.normal(0, 0.1, 32)).astype(np.float32)
            found.append(ListedImage(f"{number}-{place}", f"p{number}", KINDS[kind], row))
    return found


def _misplace(images: list[ListedImage], place: int, stranger: int) -> list[ListedImage]:
    old = images[place]
    noise = np.random.default_rng(9).normal(0, 0.3, 32).astype(np.float32)
    wrong = ListedImage(old.key, old.product, old.category, images[stranger].embedding + noise)
    return [*images[:place], wrong, *images[place + 1 :]]


def test_a_catalog_of_right_pictures_has_nothing_to_point_out() -> None:
    assert not any(one.flag for one in judge_relevance(_catalog()))
    assert judge_relevance([]) == []


def test_a_picture_of_another_kind_is_pointed_out_with_the_kind_that_it_resembles() -> None:
    found = judge_relevance(_misplace(_catalog(), 0, 3))
    assert [one.key for one in found if one.flag] == ["0-0"]
    assert found[0].words == "Looks more like the pictures of kitchen than like its own kind."


def test_the_only_picture_of_a_product_is_compared_with_its_category() -> None:
    found = judge_relevance(_misplace(_catalog(each=1), 2, 0))
    assert found[2].own is None
    assert [one.key for one in found if one.flag] == ["2-0"]


def test_two_wrong_pictures_of_one_thing_vouch_for_each_other() -> None:
    images = _misplace(_misplace(_catalog(), 0, 3), 1, 3)
    assert not any(one.flag for one in judge_relevance(images))


def test_at_most_the_stated_share_is_pointed_out_the_least_alike_first() -> None:
    images = _catalog(each=1)
    for place, stranger in ((0, 1), (2, 0), (4, 2), (5, 0)):
        images = _misplace(images, place, stranger)
    found = judge_relevance(images, RelevanceConfig(share=0.05))
    flagged = [one.contrast for one in found if one.flag]
    assert len(flagged) == 2
    assert sorted(one.contrast or 0.0 for one in found)[:2] == sorted(contrast or 0.0 for contrast in flagged)


def test_a_catalog_of_one_kind_or_of_none_tells_nothing() -> None:
    images = [one for one in _catalog() if one.category == "Lamps"]
    assert all(one.contrast is None and not one.flag for one in judge_relevance(images))
    nameless = [ListedImage(one.key, one.product, "", one.embedding) for one in _catalog()]
    assert all(one.contrast is None for one in judge_relevance(nameless))


def test_the_same_picture_of_a_neighbour_says_nothing() -> None:
    images = _catalog(each=1)
    twin = ListedImage("twin", "another", "Lamps", images[0].embedding)
    seen = Gallery([*images, twin])
    assert seen.compare(images[0], np.array([0])) == Gallery(images).compare(images[0], np.array([0]))


def test_the_bench_finds_swapped_pictures() -> None:
    figures = bench(_catalog())
    assert figures["auc"] > 0.99
    assert figures["found"] > 0.8
    assert figures["false_alarms"] == 0.0
    assert figures["own"] == figures["strange"] == 48


def test_the_bench_needs_two_kinds() -> None:
    with pytest.raises(ValueError, match="there is one"):
        bench([one for one in _catalog() if one.category == "Lamps"])


def _write_catalog(folder: Path) -> Path:
    """Balls and boxes, but the last ball's picture shows a box, and the first box's file is empty."""
    rows = []
    for number in range(4):
        for kind in ("Balls", "Boxes"):
            draw = draw_photo if kind == "Balls" and number < 3 else draw_product
            picture = np.roll(draw(160 + 8 * number), 9 * number, axis=1)
            name = f"{kind}{number}"
            (folder / f"{name}.png").write_bytes(pack(picture, "PNG"))
            images = [{"file": f"{name}.png"}]
            rows.append({"id": name, "title": kind, "category": kind, "source": "s", "images": images})
    (folder / "Boxes0.png").write_bytes(b"")
    catalog = folder / "products.jsonl"
    catalog.write_text("\n".join(json.dumps(row) for row in rows))
    return catalog


def test_the_command_names_the_picture_and_passes_over_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found.jsonl"
    call = ["relevance", "--catalog", str(_write_catalog(tmp_path)), "--images", str(tmp_path)]
    assert main([*call, "--json", str(out), "--swap", "1"]) == 0
    said = capsys.readouterr()
    assert "Balls3: Balls3.png" in said.out
    assert "1 of 7 images pointed out" in said.out
    assert "auc" in said.out
    assert "Boxes0.png" in said.err
    assert len(out.read_text().splitlines()) == 7
