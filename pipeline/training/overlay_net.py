"""The badge and watermark judge: a small network of its own that marks overlays (II.B)."""

from __future__ import annotations

import torch
from torch import nn

from pipeline.training.overlay_examples import KINDS

WIDTHS = (24, 48, 72, 128, 160)  # channels at strides 2, 4, 8, 16, 32; whole convolutions, which CPUs like
MIXED = 64


def _convolve(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(*_normalise(inside, outside, stride), nn.ReLU(inplace=True))


def _normalise(inside: int, outside: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside)


class Residual(nn.Module):
    """Two convolutions beside the way through, which start as nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolve(width, width), nn.Sequential(*_normalise(width, width))
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return torch.relu(seen + self.second(self.first(seen)))


class OverlayNet(nn.Module):
    """uint8 (N,S,S,3) -> cover logits (N,2,S/8,S/8) and image logits (N,2).

    Fine layers see letters and edges, coarse ones what the thing is that bears them; both meet at stride 8.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, coarse, deep = WIDTHS
        self.stem = nn.Sequential(
            _convolve(3, half, 2), _convolve(half, quarter, 2), _convolve(quarter, quarter)
        )
        self.eighth = nn.Sequential(_convolve(quarter, eighth, 2), Residual(eighth), Residual(eighth))
        self.coarse = nn.Sequential(_convolve(eighth, coarse, 2), Residual(coarse), Residual(coarse))
        self.deep = nn.Sequential(_convolve(coarse, deep, 2), Residual(deep), Residual(deep))
        self.around = nn.Linear(deep, coarse)  # what the whole picture is like, told to every cell
        self.from_deep, self.from_coarse = nn.Conv2d(deep, coarse, 1), nn.Conv2d(coarse, MIXED, 1)
        self.from_eighth = nn.Conv2d(eighth, MIXED, 1)
        self.join, self.mix = _convolve(coarse, coarse), _convolve(MIXED, MIXED)
        self.cover = nn.Conv2d(MIXED, len(KINDS), 1)
        self.whole = nn.Sequential(
            nn.Linear(4 * len(KINDS) + MIXED + deep, 64), nn.ReLU(), nn.Linear(64, len(KINDS))
        )
        nn.init.normal_(self.cover.weight, std=0.01)
        nn.init.constant_(self.cover.bias, -3.0)  # type: ignore[arg-type]

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        eighth = self.eighth(self.stem((pixels.permute(0, 3, 1, 2).float() - 127.5) / 64))
        coarse = self.coarse(eighth)
        deep = self.deep(coarse)
        overall = deep.mean((2, 3))
        wide = self.from_deep(deep) + self.around(overall)[:, :, None, None]
        coarse = self.join(torch.relu(coarse + nn.functional.interpolate(wide, scale_factor=2.0)))
        wide = nn.functional.interpolate(self.from_coarse(coarse), scale_factor=2.0)
        mixed = self.mix(torch.relu(self.from_eighth(eighth) + wide))
        cover = self.cover(mixed)
        best = cover.flatten(2).topk(160, dim=2).values
        seen = [best[:, :, 0], best[:, :, :8].mean(2), best[:, :, :40].mean(2), best.mean(2)]
        return cover, self.whole(torch.cat([*seen, mixed.amax((2, 3)), overall], 1))
