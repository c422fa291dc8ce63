"""The second generator makes the same pairs for the same seed, and changes that can be seen."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.dedup_changes import CHANGES, NOTICED, change, find_object, recolour
from bench.dedup_renderings import LISTED, UNLISTED, render
from bench.dedup_second import SecondMaker, write
from pipeline.dedup.pairs import read_groups
from pipeline.records import RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Four pictures of two products, and groups.csv."""
    lines = ["file,product,type,category"]
    draws: list[Callable[..., RgbArray]] = [draw_product, draw_scene, draw_product, draw_scene]
    for number, draw in enumerate(draws):
        (tmp_path / f"{number}.jpg").write_bytes(encode(draw(seed=number), ".jpg"))
        lines.append(f"{number}.jpg,p{number // 2},,things")
    (tmp_path / "groups.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def make(catalog: Path, out: Path, count: int) -> list[dict[str, str]]:
    """The lines of pairs.csv."""
    write(SecondMaker(catalog, read_groups(catalog / "groups.csv"), 4), out, count)
    with (out / "pairs.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_pairs_are_the_same_for_the_same_seed(catalog: Path, tmp_path: Path) -> None:
    one, two = (make(catalog, tmp_path / name, 8) for name in ("one", "two"))
    assert one == two
    assert {row["label"] for row in one} == {"duplicate", "different"}
    for row in one:
        assert (tmp_path / "one" / row["b"]).read_bytes() == (tmp_path / "two" / row["b"]).read_bytes()


@pytest.mark.parametrize("name", LISTED | UNLISTED)
def test_every_rendering_gives_a_picture(name: str) -> None:
    image = Image.fromarray(draw_product(300, 240))
    made = (LISTED | UNLISTED)[name](image, np.random.default_rng(3))
    assert made.mode == "RGB"
    assert min(made.size) > 60


def test_renderings_are_named() -> None:
    made, why = render(Image.fromarray(draw_product(200, 160)), np.random.default_rng(1))
    assert made.size[0] > 0
    assert why.split()[0] in ("listed", "combined", "unlisted")


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_can_be_made_and_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.dedup_changes.CHANGES", {name: CHANGES[name]})
    image = Image.fromarray(draw_product(300, 240))
    for seed in range(8):
        found = change(image, np.random.default_rng(seed), (0.015, 0.06))
        if found is not None:
            break
    assert found is not None
    difference = np.abs(np.asarray(found[0], int) - np.asarray(image)).max(2)
    assert difference[difference > 8].mean() >= NOTICED


def test_the_object_is_found_and_dyed() -> None:
    image = Image.fromarray(draw_product(300, 240))
    mask = find_object(image)
    dyed = np.asarray(recolour(image, np.random.default_rng(2)), int)
    assert 0.2 < mask.mean() < 0.7
    assert np.abs(dyed - np.asarray(image)).max(2)[mask].mean() > 10
    assert (dyed[:20] == 255).all()
