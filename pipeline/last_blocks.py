"""Models that look at pictures themselves: the backbone with its last block retrained (II.C).

torch is imported where it is used: heads on embeddings, which are most, need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.backbone_layout import has_stages
from pipeline.backbone_sources import BackboneSpec, build_module, read_spec
from pipeline.head_store import Head
from pipeline.records import FloatArray, RgbArray

if TYPE_CHECKING:
    import torch

PICTURES = "pictures"  # what such a model reads; others read embeddings or layouts
BATCH, GPU_BATCH = 16, 256


def reads_pictures(head: Head) -> bool:
    """Whether the model has to see a picture, and not only its embedding."""
    return head.card.get("input") == PICTURES


def has_last_block(spec: BackboneSpec) -> bool:
    """Whether the backbone is built of stages, so that its last one can be cut off."""
    return spec.architecture != "onnx" and has_stages(build_module(spec))


def embed_before(spec: BackboneSpec, inputs: RgbArray, device: str = "cpu") -> np.ndarray:
    """Maps float16 (N,C,h,w) that enter the last block, of uint8 (N,S,S,3) as `to_input` makes them."""
    import torch

    module = _load_trunk(spec.source, device)
    mean, std = (torch.tensor(v, device=device).view(1, 3, 1, 1) * 255 for v in (spec.mean, spec.std))
    step = BATCH if device == "cpu" else GPU_BATCH
    parts = []
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16):
        for start in range(0, len(inputs), step):
            pixels = torch.from_numpy(np.ascontiguousarray(inputs[start : start + step])).to(device)
            values = module.bn1(module.conv_stem((pixels.permute(0, 3, 1, 2) - mean) / std))
            for block in list(module.blocks)[:-1]:
                values = block(values)
            parts.append(values.float().cpu().numpy().astype(np.float16))
    return np.concatenate(parts)


@lru_cache(maxsize=1)
def _load_trunk(source: str, device: str) -> Any:
    import torch

    return build_module(read_spec(source)).eval().to(device, memory_format=torch.channels_last)


def cut(spec: BackboneSpec, classes: int, dropout: float = 0.0) -> torch.nn.Module:
    """Last block, last convolution and a new linear layer, as one network from maps to logits.

    Batch norm stays as it was: a few hundred pictures say less of its statistics than ImageNet did.
    """
    import torch

    class Block(torch.nn.Sequential):
        def train(self, mode: bool = True) -> Block:
            super().train(mode)
            for part in self.modules():
                if isinstance(part, torch.nn.modules.batchnorm._BatchNorm):
                    part.train(False)
            return self

    module = build_module(spec)
    net = Block(
        module.blocks[-1],
        module.conv_head,
        module.bn2,
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(module.conv_head.out_channels, classes),
    )
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def read_maps(maps: np.ndarray) -> torch.Tensor:
    """Maps as a network from `cut` takes them."""
    import torch

    tensor = torch.from_numpy(maps.astype(np.float32))
    return tensor.contiguous(memory_format=torch.channels_last)


def answer(net: torch.nn.Module, maps: np.ndarray, device: str = "cpu") -> FloatArray:
    """Logits float32 (N,K) of maps (N,C,h,w)."""
    import torch

    parts = []
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16):
        for part in np.array_split(np.arange(len(maps)), max(1, -(-len(maps) // 64))):
            parts.append(net(read_maps(maps[part]).to(device)).float().cpu())
    return np.asarray(torch.cat(parts).numpy(), np.float32)


def to_logits(logits: FloatArray, is_binary: bool) -> FloatArray:
    """Of two outputs one, the logit of the defect."""
    return logits[:, 1:] - logits[:, :1] if is_binary else logits


def judge_pictures(head: Head, inputs: RgbArray) -> FloatArray:
    """Calibrated chances (N,K) (K 1 for a binary judge) of uint8 (N,S,S,3) as `to_input` makes them."""
    spec = read_spec(str(head.card["backbone"]).split("@")[0])
    net = _build(head.digest(), spec, head)
    is_binary = len(head.classes) == 1
    scaled = to_logits(answer(net, embed_before(spec, inputs)), is_binary) / float(head.card["temperature"])
    scaled = scaled + float(head.card.get("shift", 0.0))
    if is_binary:
        return np.asarray(1 / (1 + np.exp(-np.clip(scaled, -60, 60))), np.float32)
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


_BUILT: dict[str, Any] = {}  # one network, by the digest of its weights


def _build(digest: str, spec: BackboneSpec, head: Head) -> torch.nn.Module:
    import torch

    if digest not in _BUILT:
        net = cut(spec, max(2, len(head.classes)))
        arrays: Mapping[str, FloatArray] = head.arrays
        kept = {name[4:]: torch.from_numpy(v) for name, v in arrays.items() if name.startswith("net.")}
        net.load_state_dict(kept, strict=False)  # counters of batch norm are not kept: nothing reads them
        net.eval()
        _BUILT.clear()
        _BUILT[digest] = net
    return _BUILT[digest]  # type: ignore[no-any-return]
