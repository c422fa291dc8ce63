"""Cross-validation of image type heads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.backbone_sources import read_spec
from pipeline.last_blocks import embed_before, has_last_block
from pipeline.training.last_block import LastBlockConfig, fit_last_block
from pipeline.training.linear import LinearConfig, fit_heat, fit_linear
from pipeline.training.shallow import run_shallow
from pipeline.training.type_bench import cross_validate, fit_network, fit_recipe, fit_reference, measure
from pipeline.training.type_heads import TypeRecipe, list_scopes, mirror_classes
from pipeline.training.type_rows import TypeRows, find_stem, group_rows


def make_rows(count: int = 80, classes: tuple[str, ...] = ("a", "b")) -> TypeRows:
    """Two categories in which the same mark means opposite types: only a head a category can tell."""
    rng = np.random.default_rng(1)
    targets = np.arange(count) % 2
    second = (np.arange(count) // 2) % 2
    marks = rng.normal(0, 0.3, (count, 8)).astype(np.float32)
    marks[:, 0] += np.where((targets + second) % 2 == 0, 3, -3)
    categories = tuple("shoes" if other else "lamps" for other in second)
    return TypeRows(marks, marks, marks, marks.copy(), targets, classes, np.arange(count) // 4, categories)


def draw_thing(number: int, ground: int) -> np.ndarray:
    """A patchwork of its own before a plain ground: no two look the same."""
    rng = np.random.default_rng(number)
    cells = rng.integers(0, 256, (2 + number % 7, 2 + number % 5, 3), np.uint8)
    patches = cells.repeat(10, axis=0).repeat(12, axis=1)
    return np.pad(patches, ((30, 20), (15, 25), (0, 0)), constant_values=ground)


def test_a_head_a_category_sees_what_a_shared_one_cannot() -> None:
    rows = make_rows()
    own = cross_validate(rows, fit_recipe(rows, TypeRecipe(own_share=1.0, min_rows=20)), 4)
    shared = cross_validate(rows, fit_recipe(rows, TypeRecipe()), 4)
    assert own["accuracy"] > 0.95
    assert shared["accuracy"] < 0.75


def test_a_category_with_few_labels_is_answered_by_the_shared_head() -> None:
    rows = make_rows()
    few = cross_validate(rows, fit_recipe(rows, TypeRecipe(own_share=1.0, min_rows=100)), 4)
    assert few == cross_validate(rows, fit_recipe(rows, TypeRecipe()), 4)


def test_the_layout_tells_what_the_embedding_forgot() -> None:
    rows = make_rows()
    rows = replace(rows, embeddings=np.zeros_like(rows.embeddings), categories=("",) * len(rows.targets))
    rows = replace(rows, targets=(rows.layouts[:, 0] > 0).astype(int))
    assert cross_validate(rows, fit_recipe(rows, TypeRecipe()), 4)["accuracy"] == 1.0
    assert cross_validate(rows, fit_reference(rows), 4)["accuracy"] < 0.7


def test_left_becomes_right_in_a_mirror() -> None:
    assert mirror_classes(("front", "left", "right")).tolist() == [0, 2, 1]
    assert mirror_classes(("left", "top")).tolist() == [-1, 1]


def test_mirrored_pictures_teach_the_other_side() -> None:
    """Only left views point left; a head that has seen their mirror images knows right ones."""
    rng = np.random.default_rng(0)
    marks = rng.normal(0, 0.2, (40, 4)).astype(np.float32)
    marks[:, 0] += np.where(np.arange(40) % 2 == 0, 2, -2)
    rows = replace(
        make_rows(40), layouts=marks, mirrored=-marks, targets=np.arange(40) % 2, classes=("left", "right")
    )
    assert cross_validate(rows, fit_recipe(rows, TypeRecipe()), 4)["accuracy"] == 1.0
    wrong = replace(rows, classes=("front", "back"))  # these do not change names: the mirror contradicts
    assert cross_validate(wrong, fit_recipe(wrong, TypeRecipe()), 4)["accuracy"] < 0.9


def test_flips_are_left_out_where_a_side_has_no_other() -> None:
    rows = replace(make_rows(), classes=("left", "top"), flipped=np.full_like(make_rows().flipped, np.nan))
    assert np.isfinite(cross_validate(rows, fit_network(rows), 4)["accuracy"])


def test_figures_of_a_known_answer() -> None:
    logits = np.array([[4, 0], [4, 0], [0, 4], [0, 1]], np.float32)
    found = measure(logits, np.array([0, 0, 1, 0]))
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-3)
    assert found["coverage_at_95"] == 0.75


def test_a_class_that_a_fold_lacks_does_not_make_all_answers_doubtful() -> None:
    logits = np.zeros((100, 3), np.float32)
    logits[np.arange(100), np.arange(100) % 2] = 4
    logits[:, 2] = -60
    targets = np.arange(100) % 2
    targets[:2] = 2
    assert fit_heat(logits, targets) < 1.5


def test_a_linear_head_leaves_an_absent_class_alone() -> None:
    rows = make_rows()
    arrays = fit_linear(rows.layouts, np.where(rows.layouts[:, 0] > 0, 2, 0), 3, LinearConfig())
    named = run_shallow(arrays, rows.layouts).argmax(axis=1)
    assert (named == np.where(rows.layouts[:, 0] > 0, 2, 0)).all()
    only = run_shallow(fit_linear(rows.layouts, np.ones(80, int), 3), rows.layouts)
    assert (only.argmax(axis=1) == 1).all()


def test_a_category_falls_back_to_its_vertical_and_then_to_all() -> None:
    assert list_scopes("Home > Chairs > Armchairs") == [
        "home > chairs > armchairs",
        "home > chairs",
        "home",
        "*",
    ]
    assert list_scopes("") == ["*"]


def test_files_of_one_stem_are_one_product() -> None:
    assert find_stem("a/htc_touch_hd_1.jpg") == find_stem("a/htc_touch_hd_2.png") == "a/htc_touch_hd"
    assert find_stem("mh01-black_back.jpg") == find_stem("mh01-black_main.jpg") == "mh01-black"
    assert find_stem("12.jpg") != find_stem("13.jpg")


def test_copies_are_never_in_two_folds_and_a_numbered_heap_is_no_product() -> None:
    rng = np.random.default_rng(2)
    looks = rng.normal(0, 1, (30, 16)).astype(np.float32)
    looks[29] = looks[0] * 2
    files = [f"photo_{number}.jpg" for number in range(27)] + ["x_1.jpg", "x_2.jpg", "other.jpg"]
    groups = group_rows(files, looks, {"photo_3.jpg": "p", "photo_4.jpg": "p"})
    assert groups[0] == groups[29]
    assert groups[3] == groups[4]
    assert groups[27] == groups[28]
    assert len(set(groups)) == 27


def test_the_last_block_learns_on_maps_of_the_one_before() -> None:
    spec = read_spec("package:efficientnet_lite0")
    assert has_last_block(spec)
    inputs = np.full((12, 224, 224, 3), 255, np.uint8)
    inputs[::2, 60:160, 60:160] = (200, 30, 30)
    maps = embed_before(spec, inputs)
    assert maps.shape == (12, 192, 7, 7)
    targets = np.arange(12) % 2
    predict = fit_last_block(spec, ((maps, targets), (maps, targets)), 2, LastBlockConfig(epochs=6, batch=6))
    assert (predict(maps).argmax(axis=1) == targets).all()


def test_the_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["file,category,type"]
    for number in range(12):
        ground = 255 if number % 2 else 120
        Image.fromarray(draw_thing(number, ground)).save(tmp_path / f"item{number * 101}.png")
        lines.append(f"item{number * 101}.png,Lamps,{'front' if number % 2 else 'lifestyle'}")
    (tmp_path / "types.csv").write_text("\n".join([*lines, "missing.png,Lamps,front"]))
    asked = ["--images", str(tmp_path), "--labels", str(tmp_path / "types.csv"), "--folds", "3"]
    asked += ["--only", "logistic regression,shared head"]
    assert main(["type-bench", *asked, "--json", str(tmp_path / "out.json")]) == 0
    shown = capsys.readouterr()
    assert "12 images of " in shown.out
    assert "shared head against logistic regression: accuracy" in shown.out
    assert "missing.png" in shown.err
    assert set(json.loads((tmp_path / "out.json").read_text())) == {"logistic regression", "shared head"}


def test_no_readable_image_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "types.csv").write_text("file,category,type\nmissing.png,Lamps,front\n")
    assert main(["type-bench", "--images", str(tmp_path), "--labels", str(tmp_path / "types.csv")]) == 2
    assert "no readable image" in capsys.readouterr().err


def test_labels_without_their_columns_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "types.csv").write_text("picture,kind\na.png,front\n")
    assert main(["type-bench", "--images", str(tmp_path), "--labels", str(tmp_path / "types.csv")]) == 2
    assert "has no column file and no column type" in capsys.readouterr().err
