"""A network compiled for lots of certain sizes: OpenVINO plans its memory ahead where it knows all shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray


@dataclass(frozen=True)
class FixedLots:
    """Forward passes by the size of their lot, 1 among them."""

    passes: Mapping[int, Callable[[list[npt.NDArray[Any]]], Any]]

    def __call__(self, *inputs: npt.NDArray[Any]) -> list[FloatArray]:
        """All outputs, float32 (N,...), of inputs (N,...), N above 0, cut into the largest lots that fit."""
        told: list[list[FloatArray]] = []
        start = 0
        while start < len(inputs[0]):
            lot = max(size for size in self.passes if size <= len(inputs[0]) - start)
            result = self.passes[lot]([np.ascontiguousarray(part[start : start + lot]) for part in inputs])
            told.append([result[place] for place in range(len(result))])
            start += lot
        return told[0] if len(told) == 1 else [np.concatenate(parts) for parts in zip(*told, strict=True)]


def compile_lots(
    core: Any, model: Any, rows: Sequence[Sequence[int]], sizes: Sequence[int], options: Mapping[str, Any]
) -> FixedLots:
    """The OpenVINO model compiled for each size of a lot; `rows` are the shapes of one row of each input.

    Raises ValueError where `sizes` do not hold 1.
    """
    if 1 not in sizes:
        raise ValueError("lots of one are needed for what is left over")
    passes = {}
    for size in sizes:
        model.reshape({place: [size, *row] for place, row in enumerate(rows)})
        passes[size] = core.compile_model(model, "CPU", dict(options))
    return FixedLots(passes)
