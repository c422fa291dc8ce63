"""What the suppliers of a product send, planned without drawing: photos are replaced by coloured noise."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from demo.draw import catalog, plan, room
from demo.draw.kind import Kind, image_type
from demo.draw.plan import CURATED, SINGLES, UNREADABLE, Draft, draw_product, heroes
from demo.draw.products import KINDS
from demo.draw.scene import Shot
from pipeline.labels import IMAGE_TYPES


def fake_photo(shot: Shot, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Something that differs from call to call and can be encoded."""
    return rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def unlit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No photo is taken, neither for a product nor for its carton."""
    monkeypatch.setattr(plan, "photograph", fake_photo)
    monkeypatch.setattr(room, "photograph", fake_photo)


@cache
def draw_known(number: int) -> Draft:
    """What several tests look at is drawn once."""
    return draw_product(number, 2026)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.CATEGORY.split()[-1])
def test_every_kind_stages_its_views_with_sound_meshes(kind: Kind) -> None:
    design = kind.design(np.random.default_rng(5), "Norda")
    for view in kind.VIEWS:
        assert image_type(view) in IMAGE_TYPES
        shot = kind.stage(design, view)
        assert shot.parts
        for part in shot.parts:
            assert np.isfinite(part.corners).all() and np.isfinite(part.normals).all()
            assert part.corners.shape == part.normals.shape


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.CATEGORY.split()[-1])
def test_every_kind_has_a_subtle_difference_and_words_of_its_own(kind: Kind) -> None:
    design = kind.design(np.random.default_rng(5), "Norda")
    different = kind.subtle(design)
    assert different is not None and different[1].options != design.options
    title, text = kind.words(design)
    assert "Norda" in title and len(text) > 60
    assert kind.words(kind.design(np.random.default_rng(6), "Norda"))[0] != title


def test_the_same_seed_plans_the_same_product_and_another_seed_another() -> None:
    files = [
        [(s.supplier, s.group, s.origin, s.data) for s in draw_product(3, seed).sent] for seed in (1, 1, 2)
    ]
    assert files[0] == files[1] != files[2]


@pytest.mark.parametrize("number", range(9))
def test_a_product_has_two_or_three_suppliers_and_copies_among_its_pictures(number: int) -> None:
    sent = draw_known(number).sent
    if number in SINGLES:
        assert len(sent) == 1
        return
    assert {1} <= {s.supplier for s in sent} - {0} <= {1, 2}
    assert any(s.origin.startswith("near copy") for s in sent)
    assert 5 <= len(sent) <= 13


def test_an_exact_copy_has_the_same_bytes_and_every_fault_is_planted_somewhere() -> None:
    drafts = [draw_known(number) for number in range(12)]
    faults = {fault for draft in drafts for s in draft.sent for fault in s.defects}
    assert faults >= set(plan.FAULTS)
    copies = [(draft, s) for draft in drafts for s in draft.sent if s.origin == "exact copy"]
    assert copies
    for draft, copy in copies:
        assert any(s.data == copy.data for s in draft.sent if s.supplier == 0 and s.group == copy.group)


def test_the_right_hero_stands_before_other_fronts_so_that_order_alone_can_tell() -> None:
    for number in range(12):
        draft = draw_known(number)
        fronts = [s.group for s in draft.sent if s.type == "front" and not s.defects]
        assert fronts[0] in heroes(draft)


def test_it_writes_files_lines_and_truth_that_agree(tmp_path: Path) -> None:
    counts = catalog.draw_catalog(tmp_path, seed=7, products=6, workers=1)
    lines, truth = (
        [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        for name in ("products.jsonl", "truth.jsonl")
    )
    assert counts["products"] == len(lines) == len(truth) == 6
    for line, true in zip(lines, truth, strict=True):
        offered = [file for offer in line["offers"] for file in offer["images"]]
        assert sorted(offered) == sorted(image["file"] for image in true["images"])
        assert set(line["current"]) <= set(offered)
        assert all((tmp_path / file).is_file() for file in offered)
        assert (line["category"] is None) == true["category_hidden"]
    assert [image["defects"] for image in truth[4]["images"]].count(["unreadable"]) == 1
    assert CURATED not in SINGLES and not set(UNREADABLE) & set(SINGLES)
