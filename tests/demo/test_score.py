"""The table of hits, on small truths made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from demo import score as scoring
from demo.score import score


def image(file: str, group: str, kind: str | None = "front", *defects: str) -> dict[str, Any]:
    """A line of truth about one image."""
    return {"file": file, "type": kind, "defects": list(defects), "group": group, "origin": "original"}


def item(
    file: str, reason: str | None = None, kind: str | None = None, of: str | None = None
) -> dict[str, Any]:
    """A verdict on one image."""
    verdict = "keep" if reason is None else "drop"
    return {"file": file, "verdict": verdict, "reason": reason, "duplicate_of": of, "type": kind}


TRUTH: dict[str, Any] = {
    "id": "p",
    "category": "Demo > Mugs",
    "category_hidden": True,
    "heroes": ["front"],
    "images": [
        image("a", "front"), image("b", "front"), image("c", "back", "back"),
        image("d", "back", "back", "blur"), image("e", "none", None, "placeholder"),
    ],
}  # fmt: skip
RIGHT: dict[str, Any] = {
    "id": "p",
    "after": ["a", "c"],
    "category": "Demo > Mugs",
    "items": [
        item("a", None, "front"), item("b", "duplicate", "front", "a"), item("c", None, "back"),
        item("d", "blur"), item("e", "placeholder"),
    ],
}  # fmt: skip


def changed(file: str, **changes: Any) -> dict[str, Any]:
    """The right selection with one item changed."""
    items = [{**one, **changes} if one["file"] == file else one for one in RIGHT["items"]]
    return {**RIGHT, "items": items}


def test_a_right_selection_scores_one_everywhere() -> None:
    table = score([TRUTH], [RIGHT])
    assert table.lowest() == 1.0
    assert table.row("duplicate").planted == 1 and table.row("type").planted == 3


def test_a_missed_blur_lowers_recall_and_a_wrong_one_precision() -> None:
    missed = score([TRUTH], [changed("d", verdict="keep", reason=None)]).row("blur")
    assert missed.recall == 0.0 and missed.precision is None
    wrong = score([TRUTH], [changed("c", verdict="drop", reason="blur")]).row("blur")
    assert wrong.recall == 1.0 and wrong.precision == 0.5
    assert wrong.wrongs == ["c (back, original)"]


def test_a_drop_for_another_reason_does_not_count_as_found() -> None:
    assert score([TRUTH], [changed("d", reason="badge")]).row("blur").recall == 0.0


def test_a_copy_of_something_else_is_a_wrong_copy() -> None:
    row = score([TRUTH], [changed("b", duplicate_of="c")]).row("duplicate")
    assert row.precision == 0.0 and row.wrongs == ["b is no copy of c"]


def test_a_kept_copy_is_a_missed_copy() -> None:
    row = score([TRUTH], [changed("b", verdict="keep", reason=None, duplicate_of=None)]).row("duplicate")
    assert row.recall == 0.0 and row.misses == ["a = b"]


@pytest.mark.parametrize("unnamed", [None, "unsure"])
def test_an_unnamed_type_lowers_coverage_but_not_precision(unnamed: str | None) -> None:
    row = score([TRUTH], [changed("c", type=unnamed)]).row("type")
    assert row.precision == 1.0 and row.recall == pytest.approx(2 / 3)


def test_a_wrong_type_lowers_precision() -> None:
    assert score([TRUTH], [changed("c", type="side")]).row("type").precision == pytest.approx(2 / 3)


def test_any_clean_picture_of_the_heros_group_is_a_hit() -> None:
    assert score([TRUTH], [{**RIGHT, "after": ["b", "c"]}]).row("hero").recall == 1.0
    assert score([TRUTH], [{**RIGHT, "after": ["c", "a"]}]).row("hero").recall == 0.0
    assert score([TRUTH], [{**RIGHT, "after": []}]).row("hero").precision is None


def test_only_a_hidden_category_is_asked_for() -> None:
    table = score([{**TRUTH, "category_hidden": False}], [{**RIGHT, "category": None}])
    assert table.row("category").planted == 0
    assert score([TRUTH], [{**RIGHT, "category": None}]).row("category").recall == 0.0


def test_a_missing_selection_finds_nothing() -> None:
    table = score([TRUTH], [])
    assert table.row("blur").recall == table.row("hero").recall == 0.0


def test_a_product_that_is_passed_over_counts_for_unreadable_files_only() -> None:
    broken = {**TRUTH, "images": [*TRUTH["images"], image("x", "x", None, "unreadable")]}
    passed = {"id": "p", "after": ["a"], "items": [item("x", "unreadable")], "passed_over": "curated"}
    table = score([broken], [passed])
    assert table.row("unreadable").recall == 1.0
    assert table.row("hero").planted == table.row("blur").planted == 0


def test_the_command_prints_the_table_with_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, chosen = tmp_path / "truth.jsonl", tmp_path / "selections.jsonl"
    truth.write_text(json.dumps(TRUTH) + "\n")
    chosen.write_text(json.dumps(changed("d", reason="badge")) + "\n")
    monkeypatch.setattr("sys.argv", ["score", str(chosen), "--truth", str(truth), "--details"])
    assert scoring.main() == 0
    shown = capsys.readouterr().out
    assert "missed  d (original): badge" in shown and "0.000" in shown
