"""Late layers in bf16: only where the processor has it and was seen to agree with f32."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline import backbone_precision, backbone_runtimes
from pipeline.backbone import Backbone, load_backbone, to_input
from pipeline.backbone_precision import draw_probes, load_mixed, name_processor, run_parts, split
from pipeline.backbone_sources import read_spec
from pipeline.images import decode
from pipeline.records import FloatArray
from tests.pipeline.drawing import draw_product

DEFAULT = "package:efficientnet_lite0"
ARCHITECTURE = "tf_efficientnet_lite0"
PLACE = backbone_precision.EXACT_UNTIL[ARCHITECTURE]


@pytest.fixture(scope="module")
def exact() -> Backbone:
    return load_backbone(DEFAULT, "openvino-f32")


@pytest.fixture
def converted(exact: Backbone) -> Path:
    return backbone_runtimes._converted_path(read_spec(DEFAULT))


def lowest_cosine(one: FloatArray, two: FloatArray) -> float:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return float(((one * two).sum(axis=1) / lengths).min())


def processor(*abilities: str) -> Any:
    """A core that has these abilities and can compile nothing."""
    return SimpleNamespace(get_property=lambda *_: list(abilities))


def test_the_default_backbone_agrees_with_f32_on_every_picture(exact: Backbone) -> None:
    pictures = [draw_product(260, 0.1 + 0.08 * i, ground=255 - 20 * i) for i in range(8)]
    batch = np.stack([*map(to_input, pictures), *draw_probes(224)])
    default = load_backbone(DEFAULT, "openvino")
    for one, two in zip(default.see(batch), exact.see(batch), strict=True):
        assert lowest_cosine(one, two) > 0.999
    assert exact.precision == "f32"
    assert default.signature == exact.signature


def test_a_processor_without_bf16_computes_in_f32(tmp_path: Path) -> None:
    assert load_mixed(processor("FP32", "INT8"), tmp_path / "a.xml", ARCHITECTURE, {}) is None


def test_an_architecture_without_a_known_seam_computes_in_f32(tmp_path: Path) -> None:
    assert load_mixed(processor("FP32", "BF16"), tmp_path / "a.xml", "resnet50", {}) is None


def test_a_processor_that_was_seen_to_disagree_is_not_asked_again(tmp_path: Path) -> None:
    (tmp_path / f"a-{name_processor()}.json").write_text(json.dumps({"agrees": False}))
    assert load_mixed(processor("BF16"), tmp_path / "a.xml", ARCHITECTURE, {}) is None


@pytest.mark.parametrize("lowest, agrees", [(0.9999, True), (0.9992, False)])
def test_what_the_probes_say_decides_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lowest: float, agrees: bool
) -> None:
    core = SimpleNamespace(
        get_property=lambda *_: ["BF16"],
        compile_model=lambda model, device, options: (model, options["INFERENCE_PRECISION_HINT"]),
    )
    monkeypatch.setattr(backbone_precision, "split", lambda *_: ("first", "second"))
    monkeypatch.setattr(backbone_precision, "compare", lambda *_: lowest)
    found = load_mixed(core, tmp_path / "a.xml", ARCHITECTURE, {})
    assert found == ((("first", "f32"), ("second", "bf16")) if agrees else None)
    (kept,) = tmp_path.iterdir()
    assert json.loads(kept.read_text()) == {"agrees": agrees, "lowest_cosine": lowest}


@pytest.mark.parametrize("lot, steps", [(None, (1, 2, 8)), (1, (1,))])
def test_both_parts_in_f32_are_the_whole(
    converted: Path, exact: Backbone, lot: int | None, steps: tuple[int, ...]
) -> None:
    import openvino

    core = openvino.Core()
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    first, second = (core.compile_model(part, "CPU", options) for part in split(core, converted, PLACE, lot))
    batch = np.stack(draw_probes(224)[:3])
    for at_once in steps:
        made = run_parts((first, second), batch, at_once)
        run_parts((first, second), batch[::-1], at_once)  # what was given stays as it is
        for one, two in zip(made, exact.forward(batch), strict=True):
            assert one.shape == two.shape
            assert np.allclose(one, two, atol=1e-3)


def test_probes_are_the_same_every_time_and_of_many_kinds() -> None:
    one, two = draw_probes(64), draw_probes(64)
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    spreads = [float(probe.std()) for probe in one]
    assert min(spreads) < 20 < 60 < max(spreads)


@pytest.mark.catalogs
def test_real_pictures_agree_with_f32(shared_data: Path, exact: Backbone) -> None:
    files = sorted((shared_data / "images").glob("*/*"))[::60]
    batch = np.stack([to_input(decode(path.read_bytes(), max_side_px=512).rgb) for path in files])
    assert lowest_cosine(load_backbone(DEFAULT).embed(batch), exact.embed(batch)) > 0.9993
