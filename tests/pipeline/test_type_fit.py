"""Type heads fitted and settled: what they tell, and when they are silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.image_type import TypeHeads, load_type_heads
from pipeline.training.type_fit import NEVER, TypeTarget, choose_thresholds, fit_heads
from pipeline.training.type_heads import TypeRecipe
from pipeline.training.types import TooFewLabels
from tests.pipeline.test_type_bench import draw_thing, make_rows

QUICK = TypeTarget(folds=4, recipe=TypeRecipe(min_rows=20))


def test_a_category_gets_a_head_of_its_own_where_that_is_better() -> None:
    rows = make_rows(160, ("back", "front"))
    heads = {head.card["scope"]: head for head in fit_heads(rows, "b", QUICK)}
    assert set(heads) == {"*", "lamps", "shoes"}
    told = TypeHeads(heads).judge(rows.embeddings, "Shoes", rows.layouts)
    shoes = [i for i, category in enumerate(rows.categories) if category == "shoes"]
    assert np.mean([told[i].type == rows.classes[rows.targets[i]] for i in shoes]) > 0.95


def test_a_category_that_adds_nothing_is_left_to_the_shared_head() -> None:
    rows = make_rows(160, ("back", "front"))
    plain = replace(rows, targets=(rows.layouts[:, 0] > 0).astype(int))
    assert [head.card["scope"] for head in fit_heads(plain, "b", QUICK)] == ["*"]


def test_a_head_on_layouts_is_silent_where_none_was_kept() -> None:
    rows = make_rows(160, ("back", "front"))
    heads = TypeHeads({"*": next(fit_heads(rows, "b", QUICK))})
    assert heads.judge(rows.embeddings, "Shoes")[0].type is None


def test_each_class_has_the_threshold_that_its_errors_ask_for() -> None:
    chances = np.tile(np.array([[0.9, 0.1]], np.float32), (40, 1))
    chances[20:] = [0.2, 0.8]
    truth = np.repeat([0, 1], 20)
    truth[20:30] = 0  # half of what is called b is not
    thresholds, figures = choose_thresholds(chances, truth, ("a", "b"), TypeTarget())
    assert thresholds == {"a": pytest.approx(0.9), "b": NEVER}
    assert figures["coverage"] == 0.5
    assert figures["precision"] == 1.0


def test_too_few_products_are_refused() -> None:
    rows = make_rows(8)
    with pytest.raises(TooFewLabels, match="8 images of 2 products"):
        next(fit_heads(rows, "b", QUICK))


def test_the_command_writes_heads_that_select_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["file,category,type"]
    for number in range(24):
        ground = 255 if number % 2 else 120
        Image.fromarray(draw_thing(number, ground)).save(tmp_path / f"item{number * 101}.png")
        lines.append(f"item{number * 101}.png,Lamps,{'front' if number % 2 else 'lifestyle'}")
    (tmp_path / "types.csv").write_text("\n".join(lines))
    asked = ["--images", str(tmp_path), "--labels", str(tmp_path / "types.csv"), "--folds", "2"]
    assert main(["train-types", *asked, "--out", str(tmp_path / "heads")]) == 0
    assert "24 images; held out: accuracy" in capsys.readouterr().out
    head = load_type_heads([tmp_path / "heads"]).heads["*"]
    assert head.card["input"] == "layout"
    assert head.classes == ("front", "lifestyle")
