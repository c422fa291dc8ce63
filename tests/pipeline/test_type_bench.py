"""Cross-validation of image type heads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.training.shallow import ShallowConfig
from pipeline.training.type_bench import TypeRows, cross_validate, fit_by_category, fit_one, measure
from tests.pipeline.drawing import draw_product

CONFIG = ShallowConfig(hidden=0, epochs=40, rate=0.05)


def _rows(count: int = 80) -> TypeRows:
    """Two categories in which the same mark means opposite types: only a head a category can tell."""
    rng = np.random.default_rng(1)
    targets = np.arange(count) % 2
    second = (np.arange(count) // 2) % 2
    embeddings = rng.normal(0, 0.3, (count, 8)).astype(np.float32)
    embeddings[:, 0] += np.where((targets + second) % 2 == 0, 3, -3)
    categories = tuple("shoes" if other else "lamps" for other in second)
    return TypeRows(embeddings, embeddings.copy(), targets, ("a", "b"), np.arange(count) // 4, categories)


def test_a_head_a_category_sees_what_a_shared_one_cannot() -> None:
    rows = _rows()
    own = cross_validate(rows, fit_by_category(rows, CONFIG), 4)
    shared = cross_validate(rows, fit_one(rows, CONFIG, True), 4)
    assert own["accuracy"] > 0.95
    assert shared["accuracy"] < 0.75


def test_figures_of_a_known_answer() -> None:
    logits = np.array([[4, 0], [4, 0], [0, 4], [0, 1]], np.float32)
    found = measure(logits, np.array([0, 0, 1, 0]))
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-3)
    assert found["coverage_at_95"] == 0.75


def test_the_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["file,category,type"]
    for number in range(12):
        ground = 255 if number % 2 else 120
        Image.fromarray(draw_product(side=96, ground=ground)).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,Lamps,{'front' if number % 2 else 'lifestyle'}")
    (tmp_path / "types.csv").write_text("\n".join([*lines, "missing.png,Lamps,front"]))
    asked = ["--images", str(tmp_path), "--labels", str(tmp_path / "types.csv"), "--folds", "3"]
    assert main(["type-bench", *asked, "--json", str(tmp_path / "out.json")]) == 0
    shown = capsys.readouterr()
    assert "12 images of 12 products, 2 types" in shown.out
    assert "missing.png" in shown.err
    assert json.loads((tmp_path / "out.json").read_text())["shared head"]["accuracy"] == 1.0


def test_no_readable_image_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "types.csv").write_text("file,category,type\nmissing.png,Lamps,front\n")
    assert main(["type-bench", "--images", str(tmp_path), "--labels", str(tmp_path / "types.csv")]) == 2
    assert "no readable image" in capsys.readouterr().err
