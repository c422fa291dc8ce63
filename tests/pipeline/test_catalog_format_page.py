"""The examples of docs/catalog-format.md are what the parser reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.catalog_csv import COLUMNS
from pipeline.catalog_files import parse
from pipeline.catalog_json import KNOWN_FIELDS
from pipeline.catalog_records import ParsedProduct

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "catalog-format.md").read_text()
EXAMPLES = re.findall(r"```(?:json|csv)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=["documented", "plain", "csv"])
def test_an_example_is_read_without_a_complaint(tmp_path: Path, example: str) -> None:
    for name in ("zoe/front.jpg", "zoe/back.jpg", "apple-1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"picture")
    (tmp_path / "catalog").write_text(example)
    [product] = parse(tmp_path / "catalog")
    assert isinstance(product, ParsedProduct)
    assert product.refusals == ()
    assert product.title in ("Zoe armchair", "Pink Lady")


def test_the_page_names_every_field_and_column() -> None:
    for name in (*KNOWN_FIELDS, *COLUMNS):
        assert name in PAGE
