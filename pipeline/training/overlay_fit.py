"""Fits the badge and watermark network on pairs that are drawn as it goes, and writes it (II.B)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from pipeline.compliance.overlay import NAME, hash_weights
from pipeline.records import RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, SIDE_PX, Examples, draw_pairs
from pipeline.training.overlay_net import OverlayNet
from pipeline.training.staging import Photo

PAIRS = 4  # a step
RATE, DECAY, AVERAGED = 2e-3, 2e-2, 0.998
CELL_WEIGHT = 3.0  # overlays cover few cells


def fit(
    photos: Sequence[Photo],
    steps: int,
    seed: int,
    lettering: Lettering,
    report: Callable[[str], None] = print,
) -> OverlayNet:
    """A network after `steps` of 8 pictures: AdamW, one cycle of rates, weights averaged; seeded."""
    torch.manual_seed(seed)
    net = OverlayNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.08)
    total = 0.0
    for step, examples in enumerate(_draw_ahead(photos, steps, seed, lettering), 1):
        total += _step(net, optimiser, examples)
        rates.step()
        _follow(average, net, min(AVERAGED, step / (step + 10)))
        if step % 200 == 0 or step == steps:
            report(f"step {step}/{steps}: loss {total / (step % 200 or 200):.4f}")
            total = 0.0
    return average.eval()


def _draw_ahead(photos: Sequence[Photo], steps: int, seed: int, lettering: Lettering) -> Iterator[Examples]:
    """Examples of each step, drawn in a thread beside the fit; every step has its own seed."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [
            pool.submit(draw_pairs, photos, PAIRS, (seed, step), lettering) for step in range(min(4, steps))
        ]
        for step in range(steps):
            examples = waiting.pop(0).result()
            if step + 4 < steps:
                waiting.append(pool.submit(draw_pairs, photos, PAIRS, (seed, step + 4), lettering))
            yield examples


def _step(net: OverlayNet, optimiser: torch.optim.Optimizer, examples: Examples) -> float:
    wanted = torch.from_numpy(examples.maps).permute(0, 3, 1, 2).float() / 255
    with torch.autocast("cpu", torch.bfloat16):
        cover, whole = net(torch.from_numpy(examples.pixels))
    cell = nn.functional.binary_cross_entropy_with_logits(
        cover.float(), (wanted * 1.6).clamp(0, 1), pos_weight=torch.tensor(CELL_WEIGHT)
    )
    image = nn.functional.binary_cross_entropy_with_logits(
        whole.float(), torch.from_numpy(examples.present).float()
    )
    loss = 2 * cell + image
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return float(image.detach())


@torch.no_grad()
def _follow(average: OverlayNet, net: OverlayNet, share: float) -> None:
    for kept, new in zip(average.parameters(), net.parameters(), strict=True):
        kept.lerp_(new, 1 - share)
    for told, learned in zip(average.buffers(), net.buffers(), strict=True):
        told.copy_(learned)


def rate_pictures(net: OverlayNet, pixels: RgbArray) -> np.ndarray:
    """Image logits float32 (N,2) of framed pictures, uint8 (N,S,S,3)."""
    rows: list[np.ndarray] = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(pixels), 16):
            rows.append(net(torch.from_numpy(pixels[start : start + 16]))[1].float().numpy())
    return np.concatenate(rows) if rows else np.zeros((0, len(KINDS)), np.float32)


def save_detector(net: OverlayNet, card: Mapping[str, Any], folder: Path) -> None:
    """Writes overlay.xml, overlay.bin (half precision) and the card with their SHA-256."""
    import openvino

    shape = [-1, SIDE_PX, SIDE_PX, 3]
    example = torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8)
    plain = copy.deepcopy(net).to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    model = openvino.convert_model(plain, example_input=example, input=(shape, np.uint8))
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, str(folder / f"{NAME}.xml"), compress_to_fp16=True)
    described = {"format": 1, "kinds": KINDS, "side_px": SIDE_PX, **card, "sha256": hash_weights(folder)}
    (folder / f"{NAME}.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
