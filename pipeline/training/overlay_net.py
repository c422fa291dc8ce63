"""The badge and watermark judge: a small network over the text finder's features (II.B)."""

from __future__ import annotations

import torch
from torch import nn

from pipeline.compliance.text_trunk import CHANNELS
from pipeline.training.overlay_examples import KINDS

WIDTHS = (80, 128, 160)  # channels at strides 8, 16, 32; whole convolutions, which CPUs like
MIXED = 64
STEM = (16, 48, 64)  # channels of what is learned from the pixels themselves, at strides 2, 4, 8


def convolve(inside: int, outside: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    """A convolution, normalised, then ReLU."""
    return nn.Sequential(*_normalise(inside, outside, stride, size), nn.ReLU(inplace=True))


def _normalise(inside: int, outside: int, stride: int = 1, size: int = 3) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(inside, outside, size, stride, size // 2, bias=False), nn.BatchNorm2d(outside)


class Residual(nn.Module):
    """Two convolutions beside the way through, which start as nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = convolve(width, width), nn.Sequential(*_normalise(width, width))
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return torch.relu(seen + self.second(self.first(seen)))


class Stem(nn.Module):
    """uint8 (N,S,S,3) -> (N,outside,S/8,S/8): what an overlay is made of - flat fills, faint strokes.

    The text finder was taught to see letters and to forget how they came there.
    """

    def __init__(self, outside: int) -> None:
        super().__init__()
        first, second, third = STEM
        self.steps = nn.Sequential(
            convolve(3, first, 2), convolve(first, second, 2), convolve(second, third, 2)
        )
        self.last = nn.Sequential(*_normalise(third, outside, 1, 1))
        nn.init.zeros_(self.last[1].weight)  # type: ignore[arg-type]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.last(self.steps(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1))
        return told


class OverlayHead(nn.Module):
    """Features of the text finder at strides 4, 8, 16, 32 and the pixels, uint8 (N,S,S,3) -> cover logits
    (N,2,S/8,S/8), image logits (N,2).

    Fine layers see letters and edges, coarse ones what the thing is that bears them; both meet at stride 8.
    """

    def __init__(self) -> None:
        super().__init__()
        eighth, coarse, deep = WIDTHS
        self.enter_eighth = convolve(2 * CHANNELS[0] + CHANNELS[1], eighth, size=1)
        self.stem = Stem(eighth)
        self.enter_coarse = convolve(CHANNELS[2], coarse, size=1)
        self.enter_deep = convolve(CHANNELS[3], deep, size=1)
        self.eighth = Residual(eighth)
        self.coarse = nn.ModuleList([convolve(eighth, coarse, 2), Residual(coarse)])
        self.deep = nn.ModuleList([convolve(coarse, deep, 2), Residual(deep)])
        self.around = nn.Linear(deep, coarse)  # what the whole picture is like, told to every cell
        self.from_deep, self.from_coarse = nn.Conv2d(deep, coarse, 1), nn.Conv2d(coarse, MIXED, 1)
        self.from_eighth = nn.Conv2d(eighth, MIXED, 1)
        self.join, self.mix = convolve(coarse, coarse), convolve(MIXED, MIXED)
        self.cover = nn.Conv2d(MIXED, len(KINDS), 1)
        seen = 4 * len(KINDS) + MIXED + deep
        self.whole = nn.Sequential(nn.Linear(seen, 64), nn.ReLU(), nn.Linear(64, len(KINDS)))
        nn.init.normal_(self.cover.weight, std=0.01)
        nn.init.constant_(self.cover.bias, -3.0)  # type: ignore[arg-type]

    def forward(
        self,
        fine: torch.Tensor,
        eighth: torch.Tensor,
        coarse: torch.Tensor,
        deep: torch.Tensor,
        pixels: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        pooled = [nn.functional.avg_pool2d(fine, 2), nn.functional.max_pool2d(fine, 2)]
        entered = self.enter_eighth(torch.cat([*pooled, eighth], 1))
        eighth = self.eighth(entered + self.stem(pixels))
        coarse = self.coarse[1](self.enter_coarse(coarse) + self.coarse[0](eighth))
        deep = self.deep[1](self.enter_deep(deep) + self.deep[0](coarse))
        overall = deep.mean((2, 3))
        wide = self.from_deep(deep) + self.around(overall)[:, :, None, None]
        coarse = self.join(torch.relu(coarse + nn.functional.interpolate(wide, scale_factor=2.0)))
        wide = nn.functional.interpolate(self.from_coarse(coarse), scale_factor=2.0)
        mixed = self.mix(torch.relu(self.from_eighth(eighth) + wide))
        cover = self.cover(mixed)
        best = cover.flatten(2).topk(120, dim=2).values
        seen = [best[:, :, 0], best[:, :, :8].mean(2), best[:, :, :32].mean(2), best.mean(2)]
        return cover, self.whole(torch.cat([*seen, mixed.amax((2, 3)), overall], 1))
