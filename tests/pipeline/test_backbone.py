"""The backbone: explicit sources, equal runtimes, no torch once it is converted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline import backbone_sources
from pipeline.backbone import load_backbone, to_input
from pipeline.backbone_sources import BackboneSpec, BackboneUnavailable, read_spec, strip_classifier
from pipeline.scaling import fit_within
from pipeline.torchvision_shim import import_torchvision
from tests.pipeline.drawing import draw_product

DEFAULT = "package:efficientnet_lite0"


def test_openvino_gives_what_torch_gives() -> None:
    pictures = [draw_product(260, 0.3 + 0.1 * i, ground=255 - 20 * i) for i in range(5)]
    batch = np.stack([to_input(rgb) for rgb in pictures])
    one, two = load_backbone(DEFAULT).embed(batch), load_backbone(DEFAULT, "torch").embed(batch)
    cosine = (one * two).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    assert one.shape == (5, 1280)
    assert cosine.min() > 0.999


def test_an_embedding_does_not_depend_on_its_batch() -> None:
    batch = np.stack([to_input(draw_product(240, 0.1 + 0.04 * i)) for i in range(19)])
    backbone = load_backbone(DEFAULT)
    alone = np.concatenate([backbone.embed(row[None]) for row in batch])
    assert np.abs(alone - backbone.embed(batch)).max() < 1e-3


def test_a_converted_backbone_loads_without_torch() -> None:
    load_backbone(DEFAULT)
    program = (
        "import sys; from pipeline.backbone import load_backbone; load_backbone();"
        "assert 'torch' not in sys.modules and 'timm' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_it_embeds_nothing_and_refuses_another_shape() -> None:
    backbone = load_backbone(DEFAULT)
    assert backbone.embed(np.zeros((0, 224, 224, 3), np.uint8)).shape == (0, 1280)
    with pytest.raises(ValueError, match="expected uint8"):
        backbone.embed(np.zeros((1, 200, 224, 3), np.uint8))
    with pytest.raises(ValueError, match="expected uint8"):
        backbone.embed(np.zeros((1, 224, 224, 3), np.float32))


def test_the_input_keeps_proportions_and_pads_with_the_ground() -> None:
    wide = np.full((100, 400, 3), 200, np.uint8)
    wide[40:60, 180:220] = 0
    made = to_input(wide)
    assert made.shape == (224, 224, 3)
    assert (made[0] == 200).all()
    dark = np.argwhere(made[..., 0] < 60)
    assert np.ptp(dark, axis=0)[1] / np.ptp(dark, axis=0)[0] == pytest.approx(2, rel=0.35)


def test_a_smaller_copy_makes_the_same_input() -> None:
    rgb = draw_product(701, 0.5)
    assert (to_input(rgb) == to_input(fit_within(rgb, 224))).all()
    assert to_input(draw_product(60)).shape == (224, 224, 3)


def test_the_signature_names_weights_and_framing() -> None:
    signature = load_backbone(DEFAULT).signature
    assert signature.startswith(f"{DEFAULT}@{load_backbone(DEFAULT).sha256[:16]}")
    assert signature.endswith("224px/mean0.5/std0.5/letterbox")


@pytest.mark.parametrize(
    "source, words",
    [
        ("package:nothing_known", "no such package"),
        ("nonsense", "not understood"),
        ("file:/nowhere/weights.pt?architecture=resnet18", "does not exist"),
        ("torchvision:NoSuch_Weights.DEFAULT", "torchvision"),
    ],
)
def test_a_source_that_cannot_be_had_names_the_others(source: str, words: str) -> None:
    with pytest.raises(BackboneUnavailable) as caught:
        read_spec(source)
    assert words in str(caught.value)
    assert "package:NAME" in str(caught.value)


def test_a_missing_wheel_is_an_error_not_another_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(backbone_sources.PACKAGED, "absent", ("no_such_package_here", "w.pth", "resnet18"))
    with pytest.raises(BackboneUnavailable, match="no-such-package-here is not installed"):
        read_spec("package:absent")


def test_a_file_of_other_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(b"something")
    with pytest.raises(BackboneUnavailable, match="not the one asked for"):
        read_spec(f"file:{path}?architecture=resnet18&sha256={'0' * 64}")
    with pytest.raises(BackboneUnavailable, match="needs"):
        read_spec(f"file:{path}")


def test_a_local_state_dict_is_a_backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    import_torchvision()
    import timm

    monkeypatch.setenv("SMARTIMG_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "tiny.pt"
    torch.save(timm.create_model("test_resnet", pretrained=False).state_dict(), path)
    backbone = load_backbone(f"file:{path}?architecture=test_resnet&side=96", "openvino")
    batch = to_input(draw_product(200), 96)[None]
    assert backbone.embed(batch).shape == (1, backbone.dim)
    assert np.isfinite(backbone.embed(batch)).all()


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "other.pt"
    torch.save({"weight": torch.zeros(3, 3)}, path)
    spec = BackboneSpec(f"file:{path}", "test_resnet", "0" * 64, weights_path=str(path))
    with pytest.raises(BackboneUnavailable, match="do not fit"):
        backbone_sources.build_module(spec)


@pytest.mark.parametrize(
    "name, width", [("resnet18", 512), ("mobilenet_v3_small", 1024), ("squeezenet", None)]
)
def test_a_torchvision_classifier_loses_its_last_layer(name: str, width: int | None) -> None:
    import torch

    models = import_torchvision().models
    if width is None:
        with pytest.raises(ValueError, match="no classifier that we know"):
            strip_classifier(models.squeezenet1_0(weights=None))
        return
    module = strip_classifier(models.get_model(name, weights=None)).eval()
    with torch.inference_mode():
        assert module(torch.zeros(1, 3, 64, 64)).shape == (1, width)
