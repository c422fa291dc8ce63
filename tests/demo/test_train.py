"""Training on drawn products, and the heads in the repository."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from demo import train
from demo.draw import room
from demo.draw.kind import image_type
from demo.draw.plan import design_product
from demo.draw.products import KINDS
from demo.draw.scene import Shot
from pipeline.category import CategoryModel
from pipeline.config import PipelineConfig
from pipeline.image_type import load_type_heads

CATALOG = Path(train.__file__).parent / "catalog"


def blank(shot: Shot, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """A photo of nothing."""
    return np.full((height, width, 3), 200, np.uint8)


def test_training_products_are_none_of_the_catalogs() -> None:
    drawn = {design_product(number, 2026)[0].seed for number in range(63)}
    learned = {train.training_design(kind, number).seed for kind in range(len(KINDS)) for number in range(14)}
    assert len(learned) == 14 * len(KINDS)
    assert not drawn & learned


def test_every_view_is_drawn_and_once_edited_with_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "photograph", blank)
    monkeypatch.setattr(room, "photograph", blank)
    pictures, types = train.draw_views(0, 0)
    assert len(pictures) == len(types) == 2 * (len(KINDS[0].VIEWS) + 1)
    assert set(types) == {image_type(view) for view in KINDS[0].VIEWS}


def test_there_is_a_head_for_every_category_fitted_to_the_default_backbone() -> None:
    heads = load_type_heads((train.HEADS,))
    for kind in KINDS:
        head = heads.find_head(kind.CATEGORY)
        assert head is not None
        assert head.card["backbone"].startswith(PipelineConfig().backbone)
        assert set(head.classes) == {image_type(view) for view in kind.VIEWS}
        assert head.card["figures"]["precision"] >= 0.95


def test_the_heads_are_small() -> None:
    assert sum(path.stat().st_size for path in train.HEADS.iterdir()) < 6_000_000


def test_the_category_model_names_the_catalogs_products_from_their_words() -> None:
    model = CategoryModel.load(train.HEADS / train.CATEGORY_MODEL)
    lines = [json.loads(line) for line in (CATALOG / "products.jsonl").read_text().splitlines()]
    truths = [json.loads(line) for line in (CATALOG / "truth.jsonl").read_text().splitlines()]
    named = [model.predict(line["title"], line["description"])[0] for line in lines]
    right = sum(name == true["category"] for name, true in zip(named, truths, strict=True))
    assert right >= 0.95 * len(lines)


def test_the_category_model_says_nothing_of_other_goods() -> None:
    model = CategoryModel.load(train.HEADS / train.CATEGORY_MODEL)
    assert model.predict("Organic oat drink, 1 litre", "Plant drink without added sugar.")[0] is None
