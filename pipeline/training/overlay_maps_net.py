"""The head that looks for overlays in the backbone's own maps (II.B)."""

from __future__ import annotations

import torch
from torch import nn

from pipeline.training.overlay_examples import KINDS
from pipeline.training.overlay_net import Residual, convolve

CHANNELS = (320, 112, 40, 24)  # of the maps in the order of backbone_layout.MAPS
WIDTHS = (80, 64, 48)  # channels at strides 32, 16, 8
STRONGEST = 16  # cells
DROPPED = 0.1  # of the maps' channels while it learns: a few must not decide alone


class MapsHead(nn.Module):
    """Maps float32 (N,C,S,S) at strides 32, 16, 8, 4 -> cover logits (N,2,28,28), image logits (N,2).

    The maps are the frozen backbone's: they know things, which the network over the text finder does not.
    """

    def __init__(self) -> None:
        super().__init__()
        deep, coarse, eighth = WIDTHS
        self.even = nn.ModuleList([nn.BatchNorm2d(width) for width in CHANNELS])
        self.drop = nn.Dropout2d(DROPPED)
        self.enter_deep, self.enter_coarse = (
            convolve(CHANNELS[0], deep, size=1),
            convolve(CHANNELS[1], coarse, size=1),
        )
        self.enter_eighth = convolve(CHANNELS[2], eighth, size=1)
        self.enter_fine = convolve(CHANNELS[3], eighth, 2)
        self.eighth, self.coarse, self.deep = Residual(eighth), Residual(coarse), Residual(deep)
        self.to_coarse, self.to_deep = convolve(eighth, coarse, 2), convolve(coarse, deep, 2)
        self.around = nn.Linear(deep, coarse)  # what the whole picture is like, told to every cell
        self.from_deep, self.from_coarse = nn.Conv2d(deep, coarse, 1), nn.Conv2d(coarse, eighth, 1)
        self.join = convolve(coarse, coarse)
        self.mix = nn.Sequential(convolve(eighth, eighth), Residual(eighth))
        self.cover = nn.Conv2d(eighth, len(KINDS), 1)
        seen = 4 * len(KINDS) + eighth + deep
        self.whole = nn.Sequential(
            nn.Linear(seen, 64), nn.ReLU(), nn.Dropout(2 * DROPPED), nn.Linear(64, len(KINDS))
        )
        nn.init.normal_(self.cover.weight, std=0.01)
        nn.init.constant_(self.cover.bias, -3.0)  # type: ignore[arg-type]

    def forward(
        self, deep: torch.Tensor, coarse: torch.Tensor, eighth: torch.Tensor, fine: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        parts = zip(self.even, (deep, coarse, eighth, fine), strict=True)
        deep, coarse, eighth, fine = (self.drop(even(part)) for even, part in parts)
        eighth = self.eighth(self.enter_fine(fine) + self.enter_eighth(eighth))
        coarse = self.coarse(self.enter_coarse(coarse) + self.to_coarse(eighth))
        deep = self.deep(self.enter_deep(deep) + self.to_deep(coarse))
        overall = deep.mean((2, 3))
        wide = nn.functional.interpolate(self.from_deep(deep) + self._spread(overall), scale_factor=2.0)
        coarse = self.join(torch.relu(coarse + wide))
        wide = nn.functional.interpolate(self.from_coarse(coarse), scale_factor=2.0)
        mixed = self.mix(torch.relu(eighth + wide))
        cover = self.cover(mixed)
        return cover, self.whole(torch.cat([*_sum_up(cover), mixed.amax((2, 3)), overall], 1))

    def _spread(self, overall: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.around(overall)[:, :, None, None]
        return told


def _sum_up(cover: torch.Tensor) -> list[torch.Tensor]:
    """What is marked most, in single cells, near one another, in several, and overall; each (N,2)."""
    near = nn.functional.avg_pool2d(cover, 3, 1, 1)
    strongest = cover.flatten(2).topk(STRONGEST, 2)[0].mean(2)
    return [cover.amax((2, 3)), near.amax((2, 3)), strongest, cover.mean((2, 3))]
