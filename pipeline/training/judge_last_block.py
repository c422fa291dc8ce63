"""Retrains the backbone's last block for one judge, on pictures and their mirror images (II.C)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from pipeline.backbone_sources import BackboneSpec, read_spec
from pipeline.last_blocks import PICTURES, answer, cut, embed_before, has_last_block, read_maps, to_logits
from pipeline.records import FloatArray
from pipeline.training.descent import Descent, Task, Watch, choose_device, copy_state
from pipeline.training.judge_rows import JudgeRows
from pipeline.training.judge_techniques import Fitted
from pipeline.training.plan import TrainingPlan
from pipeline.training.shallow import weigh
from pipeline.training.type_heads import mirror_classes

PICTURES_AT_ONCE = 128


class NoPictures(ValueError):
    """The last block can only be retrained on pictures, and of a backbone that has blocks."""


def fit_block(
    rows: JudgeRows,
    learnt: np.ndarray,
    held: np.ndarray | None,
    plan: TrainingPlan,
    seed: int,
    resume: bytes | None,
    watch: Watch,
) -> Fitted:
    """Weights of the block, of the last convolution and of a new linear layer; in bf16."""
    spec, device = read_spec(rows.backbone.split("@")[0]), choose_device()
    if rows.read_pictures is None or not has_last_block(spec):
        raise NoPictures(str(NoPictures.__doc__))
    torch.manual_seed(seed)
    net = cut(spec, len(rows.names), plan.dropout)
    maps = Maps(rows, spec, device)
    task = Task(
        net,
        len(learnt),
        Drawing((maps.see(learnt), maps.see(learnt, is_mirrored=True)), rows, learnt),
        weigh(rows.targets[learnt], len(rows.names)),
        groups=_group(net, plan),
        is_bf16=True,
    )
    if held is not None:
        maps.keep(held)
        task.held, task.draw_held = len(held), maps.draw_kept
    epochs, best = Descent(task, plan, seed, device).run(resume, watch)
    kept = {f"net.{k}": v for k, v in copy_state(net).items() if v.dtype == np.float32}
    return Fitted(kept, maps.ask_through(net), {"input": PICTURES, "device": device}, epochs, best)


def _group(net: torch.nn.Module, plan: TrainingPlan) -> list[dict[str, object]]:
    """A slower rate for what is pretrained."""
    parts = list(net.parameters())
    return [{"params": parts[:-2], "lr": plan.rate}, {"params": parts[-2:], "lr": plan.head_rate}]


def _number(targets: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(targets, np.int64))


class Maps:
    """What enters the last block, of rows by their numbers; some pictures at a time are in memory."""

    def __init__(self, rows: JudgeRows, spec: BackboneSpec, device: str) -> None:
        self.rows, self.spec, self.device = rows, spec, device
        self.kept: tuple[np.ndarray, np.ndarray] | None = None

    def keep(self, chosen: np.ndarray) -> None:
        """Have these rows' maps at hand: they are looked at after every epoch."""
        self.kept = chosen, self.see(chosen)

    def draw_kept(
        self, part: np.ndarray, rng: np.random.Generator | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Some of them, as they are."""
        assert self.kept is not None
        chosen, maps = self.kept
        return read_maps(maps[part]), _number(self.rows.targets[chosen[part]])

    def ask_through(self, net: torch.nn.Module) -> Callable[[JudgeRows, np.ndarray], FloatArray]:
        """What gives the logits of chosen rows."""

        def ask(rows: JudgeRows, chosen: np.ndarray) -> FloatArray:
            is_kept = self.kept is not None and np.array_equal(chosen, self.kept[0])
            maps = self.kept[1] if is_kept and self.kept else self.see(chosen)
            return to_logits(answer(net, maps, self.device), rows.is_binary)

        return ask

    def see(self, chosen: np.ndarray, is_mirrored: bool = False) -> np.ndarray:
        """float16 (M,C,h,w)."""
        assert self.rows.read_pictures is not None
        parts = []
        for part in np.array_split(chosen, -(-len(chosen) // PICTURES_AT_ONCE)):
            inputs = self.rows.read_pictures(part)
            turned = np.ascontiguousarray(inputs[:, :, ::-1]) if is_mirrored else inputs
            parts.append(embed_before(self.spec, turned, self.device))
        return np.concatenate(parts)


class Drawing:
    """Maps of learnt rows, half of them of the mirrored picture where that has a name."""

    def __init__(self, sides: tuple[np.ndarray, np.ndarray], rows: JudgeRows, learnt: np.ndarray) -> None:
        self.plain, self.mirrored = sides
        self.targets = rows.targets[learnt]
        self.turned = mirror_classes(rows.names)[self.targets]

    def __call__(
        self, chosen: np.ndarray, rng: np.random.Generator | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        maps, targets = self.plain[chosen].copy(), self.targets[chosen].copy()
        if rng is not None:
            turn = (rng.random(len(chosen)) < 0.5) & (self.turned[chosen] >= 0)
            maps[turn], targets[turn] = self.mirrored[chosen[turn]], self.turned[chosen[turn]]
        return read_maps(maps), _number(targets)
