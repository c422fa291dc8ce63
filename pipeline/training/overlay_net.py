"""The badge and watermark judge: a small network that marks overlays, fitted to drawn ones (II.B)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pipeline.compliance.overlay import NAME, hash_weights
from pipeline.records import RgbArray
from pipeline.training.overlay_examples import KINDS, SIDE_PX, Examples

RATE = 2e-3


class Trunk(nn.Module):
    """uint8 (N,S,S,3) -> fine (N,88,S/8,S/8) and coarse (N,112,S/16,S/16) features of the packaged backbone.

    Fine ones hold the mean and the maximum of stride 4, where letters are still seen, and stride 8.
    """

    def __init__(self, backbone: Any) -> None:
        super().__init__()
        self.stem = nn.Sequential(backbone.conv_stem, backbone.bn1, *list(backbone.blocks[:2]))
        self.middle, self.deep = backbone.blocks[2], nn.Sequential(*list(backbone.blocks[3:5]))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        quarter = self.stem((pixels.permute(0, 3, 1, 2).float() - 127.5) / 127.5)
        eighth = self.middle(quarter)
        pooled = [nn.functional.avg_pool2d(quarter, 2), nn.functional.max_pool2d(quarter, 2)]
        return torch.cat([*pooled, eighth], 1), self.deep(eighth)


class CoverHead(nn.Module):
    """Features of the trunk -> cover logits (N,2,S/8,S/8) and image logits (N,2)."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(88, width, 1), nn.Conv2d(112, width, 1)
        self.mix = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=2, dilation=2), nn.ReLU(),
        )  # fmt: skip
        self.cover = nn.Conv2d(width, len(KINDS), 1)
        self.whole = nn.Linear(3 * len(KINDS) + 2 * width, len(KINDS))

    def forward(self, fine: torch.Tensor, coarse: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        wide = nn.functional.interpolate(self.coarse(coarse), size=fine.shape[2:], mode="bilinear")
        mixed = self.mix(torch.relu(self.fine(fine) + wide))
        cover = self.cover(mixed)
        best = cover.flatten(2).topk(96, dim=2).values
        seen = [best[:, :, 0], best[:, :, :16].mean(2), best.mean(2), mixed.amax((2, 3)), mixed.mean((2, 3))]
        return cover, self.whole(torch.cat(seen, 1))


class OverlayNet(nn.Module):
    """Trunk and head together, as they ship."""

    def __init__(self, trunk: Trunk, head: CoverHead) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        fine, coarse = self.trunk(pixels)
        return self.head(fine, coarse)


@dataclass(frozen=True)
class Features:
    """What the frozen trunk sees of examples: float16 arrays, computed once for all epochs."""

    fine: np.ndarray
    coarse: np.ndarray
    maps: RgbArray

    @property
    def present(self) -> np.ndarray:
        """bool (N,2): which kinds are on the image."""
        return np.asarray((self.maps.reshape(len(self.maps), -1, 2) > 40).sum(axis=1) > 0)


def select_rows(features: Features, rows: np.ndarray) -> Features:
    """The chosen rows (bool (N,)) of all arrays."""
    return Features(features.fine[rows], features.coarse[rows], features.maps[rows])


def see(trunk: Trunk, examples: Examples) -> Features:
    """The trunk's features of all examples, through OpenVINO."""
    import openvino

    shape = [-1, SIDE_PX, SIDE_PX, 3]
    example = torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8)
    model = openvino.convert_model(trunk.eval(), example_input=example, input=(shape, np.uint8))
    run = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    fine, coarse = [], []
    for start in range(0, len(examples.pixels), 8):
        result = run(examples.pixels[start : start + 8])
        fine.append(np.array(result[0], np.float16))
        coarse.append(np.array(result[1], np.float16))
    return Features(np.concatenate(fine), np.concatenate(coarse), examples.maps)


def fit_head(
    features: Features,
    epochs: int,
    seed: int,
    report: Callable[[str], None] = print,
    start: Mapping[str, torch.Tensor] | None = None,
) -> CoverHead:
    """Fits the head on cover and image loss together: AdamW, one cycle of rates, seeded.

    `start` is the state of a head to go on from; its rate is then a third.
    """
    torch.manual_seed(seed)
    head, rate = CoverHead(), RATE
    if start is not None:
        head.load_state_dict(start)
        rate = RATE / 3
    steps = epochs * (len(features.maps) // 32)
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)
    shuffle, present = np.random.default_rng(seed), features.present
    for epoch in range(epochs):
        total, rows = 0.0, shuffle.permutation(len(features.maps))
        for first in range(0, len(rows) - 31, 32):
            total += _step(head, optimiser, features, present, rows[first : first + 32])
            rates.step()
        report(f"epoch {epoch + 1}/{epochs}: loss {total / (len(rows) // 32):.4f}")
    return head.eval()


def _step(
    head: CoverHead,
    optimiser: torch.optim.Optimizer,
    features: Features,
    present: np.ndarray,
    rows: np.ndarray,
) -> float:
    fine = torch.from_numpy(features.fine[rows].astype(np.float32))
    coarse = torch.from_numpy(features.coarse[rows].astype(np.float32))
    wanted = torch.from_numpy(features.maps[rows]).permute(0, 3, 1, 2).float() / 255
    cover, whole = head(fine, coarse)
    weight = torch.tensor([3.0, 3.0]).view(1, 2, 1, 1)  # overlays cover few cells
    cell = nn.functional.binary_cross_entropy_with_logits(
        cover, (wanted * 1.6).clamp(0, 1), pos_weight=weight
    )
    image = nn.functional.binary_cross_entropy_with_logits(whole, torch.from_numpy(present[rows]).float())
    loss = 2 * cell + image
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return float(loss.detach())


def rate_examples(head: CoverHead, features: Features) -> np.ndarray:
    """Image logits float32 (N,2) of examples."""
    rows: list[np.ndarray] = []
    with torch.inference_mode():
        for start in range(0, len(features.maps), 32):
            part = slice(start, start + 32)
            fine = torch.from_numpy(features.fine[part].astype(np.float32))
            coarse = torch.from_numpy(features.coarse[part].astype(np.float32))
            rows.append(head(fine, coarse)[1].numpy())
    return np.concatenate(rows)


def save_detector(net: OverlayNet, card: Mapping[str, Any], folder: Path) -> None:
    """Writes overlay.xml, overlay.bin (half precision) and the card with their SHA-256."""
    import openvino

    shape = [-1, SIDE_PX, SIDE_PX, 3]
    example = torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8)
    model = openvino.convert_model(net.eval(), example_input=example, input=(shape, np.uint8))
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, str(folder / f"{NAME}.xml"), compress_to_fp16=True)
    described = {"format": 1, "kinds": KINDS, "side_px": SIDE_PX, **card, "sha256": hash_weights(folder)}
    (folder / f"{NAME}.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
