"""The catalog's own models: type heads of its categories, categories from its products' words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.category import CategoryModel
from pipeline.head_store import Head, HeadMismatch, save_head
from review import catalog_models
from review.catalog_models import CatalogCategories
from review.models import Category, ModelVersion, Product
from tests.review.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget() -> None:
    catalog_models._fit_categories.cache_clear()
    catalog_models._read_types.cache_clear()


def give_head(folder: Path, path: str, backbone: str = "") -> Category:
    """A category with a head of two types that takes everything for a front view."""
    arrays = {
        "mean": np.zeros(4, np.float32),
        "scale": np.ones(4, np.float32),
        "weight0": np.zeros((4, 2), np.float32),
        "bias0": np.array([9.0, 0.0], np.float32),
    }
    card = {"classes": ["front", "back"], "threshold": 0.6, "scope": path, "backbone": backbone}
    head = Head("type-chairs", arrays, card)
    saved = save_head(head, folder)
    version = ModelVersion.objects.create(
        kind="type", name="type-chairs", sha256=head.digest(), path=str(saved)
    )
    return Category.objects.create(path=path, type_head=version)


def test_a_category_is_judged_by_the_head_that_it_was_given(tmp_path: Path) -> None:
    give_head(tmp_path, "Furniture > Chairs")
    types = catalog_models.load_types("")
    found = types.judge(np.ones((1, 4), np.float32), "Furniture > Chairs > Armchairs")
    assert (found[0].type, found[0].head) == ("front", "type-chairs")


def test_a_head_of_another_backbone_is_refused(tmp_path: Path) -> None:
    give_head(tmp_path, "Furniture > Chairs", backbone="another")
    with pytest.raises(HeadMismatch, match="fitted to another"):
        catalog_models.load_types("ours")


def test_a_category_that_gets_a_new_head_is_judged_by_it_at_once(tmp_path: Path) -> None:
    assert catalog_models.load_types("").find_head("Furniture > Chairs") is None
    give_head(tmp_path, "Furniture > Chairs")
    assert catalog_models.load_types("").find_head("Furniture > Chairs") is not None


def test_only_categories_with_a_list_of_their_own_order_by_it() -> None:
    Category.objects.create(path="A", type_order=["back", "front"])
    Category.objects.create(path="B")
    assert catalog_models.list_orders() == {"A": ("back", "front")}


def test_a_category_is_found_from_products_whose_category_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    make_product("Oak chair", "Furniture")
    guessed = make_product("Mystery", "Toys")
    Product.objects.filter(pk=guessed.pk).update(category_from="predicted")
    seen: list[object] = []

    class Fitted:
        def predict(self, title: str, description: str) -> tuple[str, float]:
            return "Furniture", 0.9

    def fit(texts: object, categories: object) -> Fitted:
        seen.append((texts, categories))
        return Fitted()

    monkeypatch.setattr(CategoryModel, "fit", fit)
    categories = CatalogCategories(run_id=1)
    assert categories.predict("Pine chair", "") == ("Furniture", 0.9)
    categories.predict("Pine table", "")
    assert seen == [([("Oak chair", "")], ["Furniture"])]


def test_a_catalog_with_one_category_answers_nothing() -> None:
    make_product("Oak chair", "Furniture")
    assert CatalogCategories(run_id=2).predict("Pine chair", "") == (None, 0.0)
