"""Where things are in a picture: stages of the backbone on coarse grids and as they are, from the same pass.

The embedding says what is in a picture and forgets where; front, back, side and three-quarter views differ
in where, and an overlay covers a small part. torch is not imported here: the module that is handed in
brings it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.records import FloatArray

Grid = tuple[int, int]  # channels, cells a side
# Stage from the end, cells a side: in efficientnet_lite0 112 channels of 14x14 and 192 of 7x7.
STAGES = ((-3, 3), (-2, 2))
# Stages whose whole maps are given, at strides 32, 16, 8, 4; in efficientnet_lite0 320, 112, 40, 24 channels.
MAPS = (-1, -3, 2, 1)  # later stages first: a pass in two parts has the earliest from its first part
VECTORS = 1 + len(STAGES)  # outputs before the maps


def has_stages(module: Any) -> bool:
    """Whether the module is built of stages whose maps can be read on the way (timm's EfficientNets)."""
    named = all(hasattr(module, part) for part in ("conv_stem", "bn1", "blocks", "conv_head", "bn2"))
    return named and len(module.blocks) > -STAGES[0][0]


def with_layout(module: Any) -> Any:
    """The module, returning its embeddings (N,D), a map (N,C,g,g) for each of STAGES, then those of MAPS."""
    import torch

    class Staged(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
            values = self.inner.bn1(self.inner.conv_stem(pixels))
            maps = []
            for block in self.inner.blocks:
                values = block(values)
                maps.append(values)
            values = self.inner.bn2(self.inner.conv_head(values))
            pooled = [torch.nn.functional.adaptive_avg_pool2d(maps[at], cells) for at, cells in STAGES]
            whole = [maps[at] for at in MAPS]
            return (self.inner.forward_head(values), *pooled, *whole)

    return Staged().eval()


def flatten(maps: Sequence[FloatArray]) -> FloatArray:
    """Layouts float32 (N,P) of maps (N,C,g,g); P is 0 without maps."""
    return np.concatenate([part.reshape(len(part), -1) for part in maps], axis=1).astype(np.float32)


def mirror(layouts: FloatArray, grids: Sequence[Grid]) -> FloatArray:
    """Layouts of the mirrored pictures, near enough: the grids' columns change places."""
    parts, start = [], 0
    for channels, cells in grids:
        end = start + channels * cells * cells
        part = layouts[:, start:end].reshape(-1, channels, cells, cells)
        parts.append(part[:, :, :, ::-1].reshape(len(layouts), -1))
        start = end
    return np.concatenate(parts, axis=1) if parts else layouts
