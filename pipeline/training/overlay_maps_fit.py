"""Fits the head on the backbone's maps on pictures that are drawn as it goes, and writes it (II.B)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipeline.backbone import Backbone
from pipeline.compliance.overlay_maps import NAME, hash_weights
from pipeline.training.overlay_examples import KINDS, Examples
from pipeline.training.overlay_fit import GOING_ON, RATE, hold, learn
from pipeline.training.overlay_maps_examples import CELLS, Stock, draw_fours
from pipeline.training.overlay_maps_net import CHANNELS, MapsHead

FOURS = 5  # a step
SIDES = (CELLS // 4, CELLS // 2, CELLS, 2 * CELLS)  # of the maps, in their order


def fit(
    stock: Stock,
    steps: int,
    seed: int,
    backbone: Backbone,
    report: Callable[[str], None] = print,
    going_on: Path | None = None,
) -> nn.Module:
    """A head after `steps` of at most 20 pictures, fitted as the network over the text finder; seeded."""
    torch.manual_seed(seed)
    head = MapsHead()
    if going_on:
        head.load_state_dict(torch.load(going_on, weights_only=True))

    def make(step: int) -> tuple[Examples, list[torch.Tensor]]:
        examples = draw_fours(stock, FOURS, (seed, step))
        return examples, [hold(part) for part in backbone.see_maps(examples.pixels)[2]]

    return learn(head, make, steps, RATE * (GOING_ON if going_on else 1.0), report)


def save_weights(head: nn.Module, path: Path) -> None:
    """Writes the weights as they are learned, for `fit` to go on from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(head.state_dict(), path)


def save_head(head: nn.Module, folder: Path) -> None:
    """Writes overlay_maps.xml and .bin in half precision."""
    import openvino

    plain = copy.deepcopy(head).to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    shapes = [[-1, width, side, side] for width, side in zip(CHANNELS, SIDES, strict=True)]
    maps = tuple(torch.zeros((1, *shape[1:])) for shape in shapes)
    model = openvino.convert_model(plain, example_input=maps, input=shapes)
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, str(folder / f"{NAME}.xml"), compress_to_fp16=True)


def write_card(card: Mapping[str, Any], folder: Path) -> None:
    """Writes the card beside the head, with its SHA-256."""
    described = {"format": 1, "kinds": KINDS, **card, "sha256": hash_weights(folder)}
    (folder / f"{NAME}.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
