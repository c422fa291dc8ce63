"""Category from title and description (II.C)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.category import CategoryModel, Text, TooFewProducts
from pipeline.category_paths import list_parents, name_head, normalise_path
from pipeline.category_terms import count_terms, split_words
from pipeline.config import CategoryConfig
from pipeline.training.calibration import fit_top_temperature, softmax
from pipeline.training.category_bench import bench, rate_levels

THINGS = {
    "Kitchen > Kettles": ("kettle", "boils water quickly, with a spout and a lid"),
    "Kitchen > Toasters": ("toaster", "browns two slices of bread, crumb tray"),
    "Shoes > Sneakers": ("sneaker", "running shoe with rubber sole and laces"),
}


def _catalog(each: int = 12) -> tuple[list[Text], list[str]]:
    texts: list[Text] = []
    categories = []
    for number in range(each):
        for category, (noun, words) in THINGS.items():
            texts.append((f"Model{chr(97 + number)}x {noun} {number}", words))
            categories.append(category)
    return texts, categories


@pytest.fixture(scope="module")
def model() -> CategoryModel:
    return CategoryModel.fit(*_catalog())


def test_it_names_the_category_of_a_new_product(model: CategoryModel) -> None:
    category, confidence = model.predict("Aurora kettle 1.7 l", "Boils water in a minute")
    assert category == "Kitchen > Kettles"
    assert confidence >= model.threshold


def test_it_abstains_on_words_that_it_never_saw(model: CategoryModel) -> None:
    assert model.predict("Zwölf Quarzuhren", "")[0] is None
    assert model.predict("", "")[0] is None


def test_it_abstains_between_two_categories(model: CategoryModel) -> None:
    category, confidence = model.predict("kettle sneaker", "")
    assert category is None
    assert confidence < 0.9


def test_probabilities_sum_to_one(model: CategoryModel) -> None:
    assert model.rate("toaster").sum() == pytest.approx(1)


def test_it_comes_back_from_disk_with_the_same_answers(model: CategoryModel, tmp_path: Path) -> None:
    model.save(tmp_path / "category")
    again = CategoryModel.load(tmp_path / "category")
    assert again.categories == model.categories
    assert again.rate("steel kettle") == pytest.approx(model.rate("steel kettle"), abs=0.01)


def test_a_file_whose_arrays_do_not_fit_its_card_is_refused(model: CategoryModel, tmp_path: Path) -> None:
    model.save(tmp_path / "category")
    card = json.loads((tmp_path / "category.json").read_text())
    (tmp_path / "category.json").write_text(json.dumps({**card, "categories": ["one"]}))
    with pytest.raises(ValueError, match="does not hold a category model"):
        CategoryModel.load(tmp_path / "category")


def test_one_category_is_too_few() -> None:
    with pytest.raises(TooFewProducts, match="at least two"):
        CategoryModel.fit([("a kettle", ""), ("a pot", "")], ["Kitchen", "Kitchen"])


def test_categories_of_single_products_are_no_obstacle() -> None:
    model = CategoryModel.fit([("red kettle", ""), ("blue sofa", ""), ("old lamp", "")], ["a", "b", "c"])
    assert model.predict("green kettle", "")[0] is None  # nothing was there to check it on


def test_tags_accents_and_bare_numbers_do_not_count_as_words() -> None:
    assert split_words("<b>Café</b> 300 42mm&nbsp;Crème") == ["cafe", "42mm", "creme"]
    assert count_terms("kettle", "kettle")["kettle"] == 4  # the title counts threefold


def test_paths_are_the_same_however_they_are_written() -> None:
    assert (
        normalise_path("A  B > c") == normalise_path("a b->C") == normalise_path("A\xa0B/C") == ("a b", "c")
    )
    assert normalise_path(None) == ()
    assert name_head("Demo > T-shirts") == "type-demo-t-shirts"
    assert name_head("*") == "type-general"


def test_a_categorys_name_finds_a_product_before_it_has_any() -> None:
    texts, categories = _catalog()
    model = CategoryModel.fit(texts, categories, known=["Kitchen > Blenders"])
    assert model.categories == ("Kitchen > Blenders", *sorted(THINGS))
    assert model.categories[int(model.rate("Handheld blender").argmax())] == "Kitchen > Blenders"


def test_where_the_category_is_in_doubt_it_answers_the_one_above(model: CategoryModel) -> None:
    model = replace(model, threshold=0.95, parent_threshold=0.9)
    category, confidence = model.predict("kettle toaster", "boils water, browns bread, crumb tray")
    assert (category, confidence > 0.9) == ("Kitchen", True)
    assert model.predict("kettle toaster sneaker")[0] is None


def test_only_paths_above_several_categories_can_be_answered_for_them() -> None:
    names = ("A > B > C", "A->B->D", "A > E", "F > G")
    nothing = np.zeros(0, np.float32)
    model = CategoryModel(names, (), nothing, nothing, nothing, 1.0, 0.9)
    assert {path: list(places) for path, places in model.parents.items()} == {"A > B": [0, 1], "A": [0, 1, 2]}


def test_what_stands_above_all_categories_says_nothing() -> None:
    nothing = np.zeros(0, np.float32)
    model = CategoryModel(
        ("Shop > A > B", "Shop > A > C", "Shop > D"), (), nothing, nothing, nothing, 1.0, 0.9
    )
    assert list(model.parents) == ["Shop > A"]


def test_the_paths_above_are_as_they_are_written() -> None:
    assert list_parents("A  B -> C -> D") == ["A  B -> C", "A  B"]
    assert list_parents("A") == []


def test_confidence_means_how_often_the_best_answer_is_right() -> None:
    rng = np.random.default_rng(1)
    targets = rng.integers(0, 20, 3000)
    logits = 9 * rng.normal(0, 1, (3000, 20)).astype(np.float32)
    logits[np.arange(3000), targets] += 27
    chances = softmax(logits / fit_top_temperature(logits, targets))
    right = chances.argmax(axis=1) == targets
    assert chances.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.02)


def test_the_bench_measures_levels_and_a_plain_reference_on_the_same_folds() -> None:
    texts, categories = _catalog(10)
    found = bench(texts, categories, CategoryConfig())
    assert found["levels"] == {
        "1": {"products": 30, "accuracy": 1.0},
        "2": {"products": 30, "accuracy": 1.0},
    }
    assert found["reference"]["accuracy"] > 0.9
    assert found["answered"] >= found["coverage"] > 0.5
    assert found["answered_right"] == found["precision"] == 1.0


def test_the_benchs_levels_count_only_paths_that_are_as_long() -> None:
    best = [("a", "b"), ("a", "c"), ("d",)]
    assert rate_levels(best, [("a", "b"), ("a", "b"), ("d",)]) == {
        "1": {"products": 3, "accuracy": 1.0},
        "2": {"products": 2, "accuracy": 0.5},
    }


def test_the_bench_prints_figures_and_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, categories = _catalog(8)
    rows = [
        {"title": title, "description": words, "category": category}
        for (title, words), category in zip(texts, categories, strict=True)
    ]
    products = tmp_path / "products.jsonl"
    products.write_text("\n".join(json.dumps(row) for row in rows))
    assert main(["category-bench", "--products", str(products), "--json", str(tmp_path / "out.json")]) == 0
    figures = json.loads((tmp_path / "out.json").read_text())["all"]
    assert figures["accuracy"] == 1.0
    assert "accuracy" in capsys.readouterr().out


def test_the_bench_names_a_broken_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "products.jsonl").write_text('{"title": "a"}\n{broken\n')
    assert main(["category-bench", "--products", str(tmp_path / "products.jsonl")]) == 2
    assert "line 2" in capsys.readouterr().err
