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

from pipeline.compliance.overlay import NAME, choose_precision, hash_weights
from pipeline.compliance.text_trunk import CHANNELS, hash_trunk, read_trunk
from pipeline.records import RgbArray
from pipeline.training.lettering import Lettering
from pipeline.training.overlay_examples import KINDS, SIDE_PX, Examples, draw_pairs
from pipeline.training.overlay_net import OverlayHead
from pipeline.training.overlay_resume import take_weights
from pipeline.training.staging import Photo

PAIRS = 8  # a step
AHEAD = 4  # steps whose pictures are drawn before they are asked for
RATE, DECAY, AVERAGED = 2e-3, 2e-2, 0.998
GOING_ON = 0.6  # of the rate where a fitted head is taken further
CELL_WEIGHT = 3.0  # overlays cover few cells
See = Callable[[RgbArray], list[torch.Tensor]]
Make = Callable[[int], tuple[Examples, list[torch.Tensor]]]  # a step's examples with what is seen of them


def load_trunk() -> See:
    """The frozen trunk: uint8 (N,S,S,3) -> its features at each tap, then the pixels; on one thread."""
    import openvino

    options = {"INFERENCE_PRECISION_HINT": choose_precision(), "INFERENCE_NUM_THREADS": 1}
    run = openvino.Core().compile_model(read_trunk(), "CPU", options)
    return lambda pixels: [*map(hold, run(pixels).values()), torch.from_numpy(pixels)]


def hold(part: np.ndarray) -> torch.Tensor:
    """A copy of maps (N,C,H,W) as the fit likes them."""
    return torch.from_numpy(np.array(part)).to(memory_format=torch.channels_last)


def fit(
    photos: Sequence[Photo],
    steps: int,
    seed: int,
    lettering: Lettering,
    report: Callable[[str], None] = print,
    going_on: Path | None = None,
) -> OverlayHead:
    """A head after `steps` of 16 pictures: AdamW, one cycle of rates, weights averaged; seeded.

    `going_on` is the folder of a written head whose weights it begins with.
    """
    torch.manual_seed(seed)
    see, head = load_trunk(), OverlayHead()
    if going_on:
        take_weights(head, going_on, see(draw_pairs(photos, PAIRS, (seed, 2**31 - 1), lettering).pixels))

    def make(step: int) -> tuple[Examples, list[torch.Tensor]]:
        examples = draw_pairs(photos, PAIRS, (seed, step), lettering)
        return examples, see(examples.pixels)

    learned = learn(head, make, steps, RATE * (GOING_ON if going_on else 1.0), report)
    assert isinstance(learned, OverlayHead)
    return learned


def learn(
    head: nn.Module, make: Make, steps: int, rate: float = RATE, report: Callable[[str], None] = print
) -> nn.Module:
    """The head's averaged weights after `steps` of what `make` gives; the head gives covers and logits."""
    head = head.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(head)
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=DECAY)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    total = 0.0
    for step, (examples, features) in enumerate(_make_ahead(make, steps), 1):
        total += _step(head, optimiser, examples, features)
        rates.step()
        _follow(average, head, min(AVERAGED, step / (step + 10)))
        if step % 100 == 0 or step == steps:
            report(f"step {step}/{steps}: loss {total / (step % 100 or 100):.4f}")
            total = 0.0
    return average.eval()


def _make_ahead(make: Make, steps: int) -> Iterator[tuple[Examples, list[torch.Tensor]]]:
    """What is made for each step, in a thread beside the fit."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(make, step) for step in range(min(AHEAD, steps))]
        for step in range(steps):
            made = waiting.pop(0).result()
            if step + AHEAD < steps:
                waiting.append(pool.submit(make, step + AHEAD))
            yield made


def _step(
    head: nn.Module, optimiser: torch.optim.Optimizer, examples: Examples, features: list[torch.Tensor]
) -> float:
    wanted = torch.from_numpy(examples.maps).permute(0, 3, 1, 2).float() / 255
    with torch.autocast("cpu", torch.bfloat16):
        cover, whole = head(*features)
    cell = nn.functional.binary_cross_entropy_with_logits(
        cover.float(), (wanted * 1.6).clamp(0, 1), pos_weight=torch.tensor(CELL_WEIGHT)
    )
    image = nn.functional.binary_cross_entropy_with_logits(
        whole.float(), torch.from_numpy(examples.present).float()
    )
    loss = 2 * cell + image
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(head.parameters(), 1.0)
    optimiser.step()
    return float(image.detach())


@torch.no_grad()
def _follow(average: nn.Module, head: nn.Module, share: float) -> None:
    for kept, new in zip(average.parameters(), head.parameters(), strict=True):
        kept.lerp_(new, 1 - share)
    for told, learned in zip(average.buffers(), head.buffers(), strict=True):
        told.copy_(learned)


def save_network(head: OverlayHead, folder: Path) -> None:
    """Writes overlay.xml and overlay.bin: the head alone, in half precision."""
    import openvino

    plain = copy.deepcopy(head).to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    sides = [SIDE_PX // stride for stride in (4, 8, 16, 32)]
    taps = [torch.zeros((1, width, side, side)) for width, side in zip(CHANNELS, sides, strict=True)]
    shapes = [[-1, width, side, side] for width, side in zip(CHANNELS, sides, strict=True)]
    taps.append(torch.zeros((1, SIDE_PX, SIDE_PX, 3), dtype=torch.uint8))
    shapes.append([-1, SIDE_PX, SIDE_PX, 3])
    model = openvino.convert_model(plain, example_input=tuple(taps), input=shapes)
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, str(folder / f"{NAME}.xml"), compress_to_fp16=True)


def write_card(card: Mapping[str, Any], folder: Path) -> None:
    """Writes the card beside the network, with the SHA-256 of both networks that it speaks of."""
    described = {"format": 5, "kinds": KINDS, "side_px": SIDE_PX, "trunk_sha256": hash_trunk(), **card}
    described["sha256"] = hash_weights(folder)
    (folder / f"{NAME}.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
