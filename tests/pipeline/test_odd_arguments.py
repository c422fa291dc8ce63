"""Commands that are given the wrong files: one line in words, status 2, a traceback for none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main

LABELS = ["--images", "{folder}", "--labels"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tables as they should not be, and a text in place of a picture."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("no picture")
    (tmp_path / "wrong.csv").write_text("x,y\n1,2\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "utf-16.csv").write_text("file,category,type\n", encoding="utf-16")
    (tmp_path / "products.jsonl").write_text('{"id": "p", "images": ["a.jpg"], "source": "s"}\n')
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["order-bench", "--products", "{folder}/products.jsonl", *LABELS, "{folder}/wrong.csv"],
            "columns file",
        ),
        (
            ["order-bench", "--products", "{folder}/products.jsonl", *LABELS, "{folder}/empty.csv"],
            "columns file",
        ),
        (["type-bench", *LABELS, "{folder}/wrong.csv"], "no column file and no column type"),
        (["type-bench", *LABELS, "{folder}/utf-16.csv"], "not UTF-8"),
        (["category-bench", "--products", "{folder}/utf-16.csv"], "not UTF-8"),
        (["dedup-bench", "--images", "{folder}", "--pairs", "{folder}/utf-16.csv"], "not UTF-8"),
        (["dedup-bench", "--images", "{folder}", "--pairs", "{folder}"], "Is a directory"),
        (["quality-bench", "--images", "{folder}/photos", "--fast", "--quiet"], "can be read"),
        (["train-quality", "--images", "{folder}/photos", "--out", "{folder}/o", "--quiet"], "can be read"),
        (["select", "{folder}/products.jsonl", "--out", "{folder}", "--quiet"], "is a folder"),
    ],
)
def test_it_says_what_is_wrong_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main([word.format(folder=folder) for word in words]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"{words[0]}: ")
    assert said in told[0]
