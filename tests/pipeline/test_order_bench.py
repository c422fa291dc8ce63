"""The bench of heroes: what is kept, what is found again (II.E)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.ordering import OrderingInput
from pipeline.records import Framing, TypeJudgement
from pipeline.training.order_bench import bench
from tests.pipeline.drawing import draw_photo, pack

NO_TYPE = TypeJudgement(type=None, confidence=None)
WHITE = Framing(fill=0.6, white_background=1.0, plain_background=1.0, sharpness=0.9)
SCENE = Framing(fill=0.6, white_background=0.0, plain_background=0.1, sharpness=0.9)


def _product(name: str, *framings: Framing) -> list[OrderingInput]:
    return [
        OrderingInput(f"{name}{place}", NO_TYPE, place, framing, 500 + 100 * place, 500)
        for place, framing in enumerate(framings)
    ]


def test_a_packshot_before_scenes_is_kept_and_found_again() -> None:
    found = bench([_product("a", WHITE, SCENE, SCENE), _product("b", WHITE, SCENE)], {})
    assert found["products"] == 2
    assert (found["ours"]["kept"], found["ours"]["restored"]) == (1.0, 1.0)
    assert found["largest"] == {"kept": 0.0, "restored": 0.0, "front": None, "front_shuffled": None}
    assert 0.2 < found["present"]["restored"] < 0.6


def test_among_equals_the_present_order_is_kept_and_no_one_knows_better() -> None:
    found = bench([_product(name, WHITE, WHITE) for name in "abcdefgh"], {})
    assert found["ours"]["kept"] == 1.0
    assert found["ours"]["restored"] == found["present"]["restored"] == pytest.approx(0.5, abs=0.1)


def test_fronts_are_counted_only_where_there_are_others() -> None:
    types = {"a0": "front", "a1": "back", "b0": "front", "b1": "front", "c0": "back", "c1": "detail"}
    found = bench(
        [_product("a", WHITE, SCENE), _product("b", WHITE, SCENE), _product("c", WHITE, SCENE)], types
    )
    assert found["with_fronts_and_others"] == 1
    assert (found["present"]["front"], found["ours"]["front_shuffled"]) == (1.0, 1.0)


def test_the_command_prints_every_strategy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, turns in (("a.png", 0), ("b.png", 1)):
        (tmp_path / name).write_bytes(pack(np.ascontiguousarray(np.rot90(draw_photo(240), turns)), "PNG"))
    (tmp_path / "c.png").write_bytes(b"")
    images = [{"file": name} for name in ("a.png", "b.png", "c.png")]
    row = {"id": "p", "title": "Ball", "category": "Balls", "source": "s", "images": images}
    (tmp_path / "products.jsonl").write_text(json.dumps(row))
    (tmp_path / "types.csv").write_text("file,type\na.png,front\nb.png,top\n")
    call = ["order-bench", "--products", str(tmp_path / "products.jsonl"), "--images", str(tmp_path)]
    out = tmp_path / "found.json"
    assert main([*call, "--labels", str(tmp_path / "types.csv"), "--json", str(out)]) == 0
    assert "1 products of several images, 1 with fronts and others" in capsys.readouterr().out
    assert json.loads(out.read_text())["ours"]["kept"] == 1.0
