"""Pairs are made with a seed, measured with the usual figures, and broken input is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.dedup.bench import LabelledPair, measure_technique, read_pairs, recall_at_precision
from pipeline.dedup.pairs import PairMaker, read_groups
from pipeline.dedup.techniques import list_techniques, load_techniques
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Three products of two pictures each, and groups.csv."""
    lines = ["file,product,type,category"]
    for product in range(3):
        for view, draw in (("front", draw_product), ("back", draw_scene)):
            name = f"{product}_{view}.jpg"
            (tmp_path / name).write_bytes(encode(draw(seed=product), ".jpg"))
            lines.append(f"{name},p{product},{view},things")
    (tmp_path / "groups.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def make_pairs(catalog: Path, out: Path, seed: int = 4, count: int = 20) -> int:
    """Run dedup-pairs."""
    return main(
        ["dedup-pairs", "--images", str(catalog), "--groups", str(catalog / "groups.csv"),
         "--out", str(out), "--seed", str(seed), "--count", str(count)]
    )  # fmt: skip


def test_pairs_are_half_copies_and_the_same_for_the_same_seed(catalog: Path, tmp_path: Path) -> None:
    assert make_pairs(catalog, tmp_path / "one") == 0
    assert make_pairs(catalog, tmp_path / "two") == 0
    found = read_pairs(tmp_path / "one" / "pairs.csv")
    assert len(found) == 20
    assert sum(pair.duplicate for pair in found) == 10
    for name in ("pairs.csv", found[0].a, found[-1].b):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_every_kind_of_difference_is_made(catalog: Path) -> None:
    maker = PairMaker(catalog, read_groups(catalog / "groups.csv"), 1, (0.01, 0.06))
    kinds = {pair.why.split(":")[0].split(",")[0] for pair in maker.make(40)}
    assert kinds == {"copy", "edit", "colour", "view", "other"}


def test_a_real_colour_variant_is_taken_where_the_catalog_tells_of_one(catalog: Path) -> None:
    (catalog / "colours.csv").write_text(
        "file,product,type,color\n0_front.jpg,p,front,red\n1_front.jpg,p,front,blue\n"
    )
    maker = PairMaker(catalog, read_groups(catalog / "colours.csv"), 1, (0.01, 0.06))
    assert any("of the catalog" in pair.why for pair in maker.make(30))


def test_the_bench_prints_a_line_a_technique_and_writes_json(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_pairs(catalog, tmp_path / "pairs")
    out = tmp_path / "figures.json"
    status = main(
        ["dedup-bench", "--images", str(tmp_path / "pairs"), "--pairs", str(tmp_path / "pairs" / "pairs.csv"),
         "--techniques", "phash,registration", "--json", str(out), "--limit", "12"]
    )  # fmt: skip
    assert status == 0
    assert "registration" in capsys.readouterr().out
    rows = json.loads(out.read_text())["techniques"]
    assert [row["technique"] for row in rows] == ["phash", "registration"]
    assert rows[1]["pairs"] == 12
    assert {"precision", "recall", "f1", "recall_at_precision_99", "ms_a_pair", "ms_to_prepare"} <= set(
        rows[1]
    )


@pytest.mark.parametrize("name", list_techniques())
def test_every_technique_knows_a_copy_from_another_product(catalog: Path, name: str) -> None:
    technique = load_techniques([name])[0]
    pairs = [
        LabelledPair("0_front.jpg", "0_front.jpg", True),
        LabelledPair("0_front.jpg", "1_back.jpg", False),
    ]
    outcome = measure_technique(technique, catalog, pairs)
    assert outcome.distances[0] <= technique.threshold < outcome.distances[1]
    assert outcome.mistakes() == []
    assert outcome.summary()["f1"] == 1


def test_a_picture_that_cannot_be_read_is_named_and_left_out(
    catalog: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (catalog / "bad.jpg").write_bytes(b"no picture")
    (catalog / "p.csv").write_text(
        "a,b,label\n0_front.jpg,bad.jpg,different\n0_front.jpg,gone.jpg,different\n0_front.jpg,0_back.jpg,different\n"
    )
    arguments = ["dedup-bench", "--images", str(catalog), "--pairs", str(catalog / "p.csv")]
    assert main([*arguments, "--techniques", "ahash"]) == 0
    errors = capsys.readouterr().err
    assert "bad.jpg: This is not an image" in errors
    assert "gone.jpg: No such file" in errors


def test_a_bench_without_any_readable_pair_fails(catalog: Path) -> None:
    (catalog / "p.csv").write_text("a,b,label\n0_front.jpg,gone.jpg,different\n")
    arguments = ["dedup-bench", "--images", str(catalog), "--pairs", str(catalog / "p.csv")]
    assert main([*arguments, "--techniques", "ahash"]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\nx,y\n", "column label is missing"),
        ("a,b,label\nx,y,same\n", "line 2: the label is 'same'"),
        ("a,b,label\n", "no pair"),
        ("a,b,label\nx,,different\n", "line 2: a path is missing"),
        ("a,b,label\nx,y,different\nx\n", "line 3: a path is missing"),
        ("a,b,label\nx,/etc/passwd,different\n", "line 2: '/etc/passwd' leads out"),
        ("a,b,label\nsub/../../x,y,different\n", "line 2: 'sub/../../x' leads out"),
        ("a,b,label\nx,y,different\ny,x,duplicate\n", "line 3: y and x stand above with the other label"),
    ],
)
def test_a_broken_pairs_file_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "p.csv").write_text(text)
    assert main(["dedup-bench", "--images", str(tmp_path), "--pairs", str(tmp_path / "p.csv")]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--limit", "0"], "The limit is 0"),
        (["--limit", "-3"], "The limit is -3"),
        (["--json", "no/such/folder/figures.json"], "no/such/folder is no folder"),
        (["--images", "nowhere"], "nowhere is no folder"),
        (["--pairs", "nothing.csv"], "nothing.csv: No such file"),
        (["--techniques", "guess"], "no technique 'guess'"),
    ],
)
def test_a_wrong_call_is_explained_before_anything_is_measured(
    catalog: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (catalog / "p.csv").write_text("a,b,label\n0_front.jpg,0_back.jpg,different\n")
    whole = ["dedup-bench", "--images", str(catalog), "--pairs", str(catalog / "p.csv")]
    assert main([*whole, "--techniques", "ahash", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_pair_that_stands_twice_counts_twice_and_a_byte_order_mark_is_passed_over(catalog: Path) -> None:
    path = catalog / "p.csv"
    path.write_text("\ufeffa,b,label\n0_front.jpg,0_back.jpg,different\n0_back.jpg,0_front.jpg,different\n")
    assert len(read_pairs(path)) == 2
    assert len(read_pairs(path, 1)) == 1


@pytest.mark.parametrize("label", ["duplicate", "different"])
def test_one_class_or_one_pair_alone_gives_figures_or_none_and_never_a_crash(
    catalog: Path, label: str
) -> None:
    technique = load_techniques(["ahash"])[0]
    other = "0_front.jpg" if label == "duplicate" else "1_back.jpg"
    found = measure_technique(technique, catalog, [LabelledPair("0_front.jpg", other, label == "duplicate")])
    expected = 1.0 if label == "duplicate" else None
    summary = found.summary()
    assert [summary[name] for name in ("precision", "recall", "f1")] == [expected] * 3
    assert summary["recall_at_precision_99"] == expected
    assert summary["ms_a_pair"] is not None


def test_a_groups_file_without_products_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "groups.csv").write_text("file\nx.jpg\n")
    assert make_pairs(tmp_path, tmp_path / "out") == 2
    assert "column product is missing" in capsys.readouterr().err


def test_recall_is_the_best_at_which_precision_holds() -> None:
    distances = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert recall_at_precision(distances, np.array([True, True, False, True, False]), 0.99) == pytest.approx(
        2 / 3
    )
    assert recall_at_precision(distances, np.array([False, True, True, True, True]), 0.99) == 0
    assert recall_at_precision(distances, np.zeros(5, bool), 0.99) is None


def test_pairs_at_one_distance_stand_or_fall_together() -> None:
    assert recall_at_precision(np.zeros(4), np.array([True, True, True, False]), 0.99) == 0
