"""`python -m pipeline select` on files: one object a product, refusals named, nothing by halves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline import selection_files
from pipeline.__main__ import main

DEMO = Path(__file__).resolve().parents[2] / "demo" / "catalog"


def find_clean_photos() -> list[Path]:
    """A front and a back of an armchair of the demo catalog, as recorded: no defects."""
    for line in (DEMO / "truth.jsonl").read_text().splitlines():
        product = json.loads(line)
        if product["category"].endswith("Armchairs"):
            clean = {i["type"]: i["file"] for i in product["images"] if i["origin"] == "original"}
            if {"front", "back"} <= set(clean):
                return [DEMO / clean["front"], DEMO / clean["back"]]
    raise LookupError("no armchair with a front and a back")


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Three products, a line that is no JSON, a missing file and one that is no image."""
    front, back = (Image.open(path).convert("RGB") for path in find_clean_photos())
    front.save(tmp_path / "a.png")
    front.resize((front.width // 2, front.height // 2)).save(tmp_path / "a2.png")
    back.save(tmp_path / "b.png")
    (tmp_path / "page.jpg").write_bytes(b"<!doctype html><p>Not here")
    lines = [
        {
            "id": "1",
            "title": "Disc",
            "offers": [{"supplier": "Norda", "images": ["a2.png", "b.png", "a.png"]}],
        },
        {
            "id": "2",
            "title": "Box",
            "offers": [{"supplier": "Norda", "images": ["b.png", "page.jpg", "none.png"]}],
        },
        {
            "id": "3",
            "title": "By hand",
            "curated": True,
            "offers": [{"supplier": "S", "images": ["b.png", "a.png"]}],
        },
    ]
    text = "\n".join([json.dumps(lines[0]), "{broken", *(json.dumps(line) for line in lines[1:])])
    (tmp_path / "products.jsonl").write_text(text)
    return tmp_path


def select(folder: Path) -> tuple[int, list[dict]]:
    out = folder / "out.jsonl"
    status = main(
        ["select", str(folder / "products.jsonl"), "--images", str(folder), "--out", str(out), "--quiet"]
    )
    return status, [json.loads(line) for line in out.read_text().splitlines()]


def test_it_writes_one_object_a_product_and_names_what_it_refused(
    catalog: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = select(catalog)
    said = capsys.readouterr().err
    assert status == 0
    assert [one["id"] for one in found] == ["1", "2", "3"]
    assert "line 2: The line is not valid JSON" in said
    assert set(found[0]) >= {"id", "before", "after", "items"}
    wanted = {"file", "verdict", "reason", "duplicate_of", "type", "type_confidence", "evidence"}
    assert set(found[0]["items"][0]) == wanted


def test_a_smaller_copy_goes_and_names_the_one_that_stays(catalog: Path) -> None:
    _, found = select(catalog)
    copy = next(item for item in found[0]["items"] if item["file"] == "a2.png")
    assert (copy["verdict"], copy["reason"], copy["duplicate_of"]) == ("drop", "duplicate", "a.png")
    assert found[0]["after"] == ["a.png", "b.png"]


def test_a_file_that_is_no_image_or_missing_is_dropped_with_the_reason(catalog: Path) -> None:
    _, found = select(catalog)
    reasons = {item["file"]: item["evidence"].get("unreadable") for item in found[1]["items"]}
    assert "web page" in str(reasons["page.jpg"]) or "HTML" in str(reasons["page.jpg"])
    assert reasons["b.png"] is None


def test_a_product_curated_by_hand_keeps_its_set(catalog: Path) -> None:
    _, found = select(catalog)
    assert (found[2]["passed_over"], found[2]["after"]) == ("curated by hand", ["b.png", "a.png"])


def test_a_missing_catalog_is_a_message_and_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["select", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out.jsonl")])
    assert status == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_a_missing_category_is_learned_from_the_others_of_the_file(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (DEMO / "products.jsonl").read_text().splitlines()]
    truth = {t["id"]: t for t in map(json.loads, (DEMO / "truth.jsonl").read_text().splitlines())}
    texts = [json.dumps({**line, "offers": [], "current": []}) for line in lines]
    (tmp_path / "products.jsonl").write_text("\n".join(texts))
    _, found = select(tmp_path)
    hidden = [one for one in found if truth[one["id"]]["category_hidden"]]
    right = [one["category"] == truth[one["id"]]["category"] for one in hidden]
    assert len(hidden) >= 5
    assert sum(right) >= 0.8 * len(hidden)


def test_small_copies_of_so_many_pictures_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection_files, "KEPT_COPIES", 2)
    kept = selection_files.KeptCopies()
    kept.update({str(i): np.zeros((2, 2, 3), np.uint8) for i in range(5)})
    assert list(kept) == ["0", "1"]
