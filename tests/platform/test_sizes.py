"""Sizes that keep the code readable: a file at most 300 lines, a function at most 30."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent.parent
LONGEST_FILE = 300
LONGEST_FUNCTION = 30
NOT_OURS = {".venv", "var", "migrations", "__pycache__", ".git", "staticfiles", "node_modules"}
KINDS = ("*.py", "*.js", "*.css", "*.html")


def list_files(root: Path, *patterns: str) -> list[Path]:
    """Our sources below a folder, in a steady order."""
    found = [path for pattern in patterns for path in root.rglob(pattern)]
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(root).parts))


def find_long_files(root: Path) -> Iterator[str]:
    """A line for each file that is too long."""
    for path in list_files(root, *KINDS):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            yield f"{path.relative_to(root)}: {lines} lines, at most {LONGEST_FILE}"


def find_long_functions(root: Path) -> Iterator[str]:
    """A line for each function that is too long, counted from `def` to its end."""
    for path in list_files(root, "*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    place = f"{path.relative_to(root)}:{node.lineno}"
                    yield f"{place} {node.name}: {lines} lines, at most {LONGEST_FUNCTION}"


def test_no_file_is_longer_than_300_lines() -> None:
    long = list(find_long_files(REPO))
    assert not long, "\n" + "\n".join(long)


def test_no_function_is_longer_than_30_lines() -> None:
    long = list(find_long_functions(REPO))
    assert not long, "\n" + "\n".join(long)


@pytest.mark.parametrize(("lines", "found"), [(300, 0), (301, 1)])
def test_it_finds_a_file_of_301_lines(tmp_path: Path, lines: int, found: int) -> None:
    (tmp_path / "page.css").write_text("a {}\n" * lines)
    assert len(list(find_long_files(tmp_path))) == found


@pytest.mark.parametrize(("statements", "found"), [(29, 0), (30, 1)])
def test_it_counts_from_def_to_the_end_without_decorators(
    tmp_path: Path, statements: int, found: int
) -> None:
    (tmp_path / "module.py").write_text("@staticmethod\ndef long():\n" + "    x = 1\n" * statements)
    assert len(list(find_long_functions(tmp_path))) == found


def test_it_passes_over_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.py").write_text("x = 1\n" * 400)
    assert not list(find_long_files(tmp_path))
