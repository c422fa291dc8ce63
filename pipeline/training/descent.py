"""Stochastic gradient descent that can be killed and goes on as if nothing had happened (II.C, figure 5).

It knows nothing of the network or of what is learned: rows are drawn by their numbers. Everything random
comes from the seed and the epoch's number, so a training that goes on from a checkpoint draws the same rows
and drops the same inputs as one that was never interrupted.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch

from pipeline.records import FloatArray
from pipeline.training.plan import TrainingPlan

Draw = Callable[[np.ndarray, np.random.Generator | None], tuple[torch.Tensor, torch.Tensor]]
Arrays = dict[str, np.ndarray]


class OtherTraining(ValueError):
    """A checkpoint of a training with other settings."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training rows; validation figures are None where there are too few rows."""

    number: int
    train_loss: float
    validation_loss: float | None
    validation_accuracy: float | None
    rate: float


Watch = Callable[[Epoch, bytes | None], None]  # after each epoch; with the checkpoint where one is due


def ignore(epoch: Epoch, checkpoint: bytes | None) -> None:
    """Nobody watches."""


@dataclass
class Task:
    """What is learned: rows are numbered from 0; `draw` gives inputs and targets, varied where it gets a
    generator. `held` rows (numbered by themselves) decide when to stop; without any, all epochs are run.
    `groups` are the optimiser's parameter groups where parts of the network learn at other rates."""

    net: torch.nn.Module
    rows: int
    draw: Draw
    weights: FloatArray
    held: int = 0
    draw_held: Draw | None = None
    groups: list[dict[str, Any]] | None = None
    is_bf16: bool = False  # on a CPU; a GPU always computes in bf16


@dataclass
class _State:
    """How far the training is, and the best network so far."""

    epochs: list[Epoch] = field(default_factory=list)
    best: Arrays = field(default_factory=dict)
    best_epoch: int = 0
    best_loss: float = float("inf")


def choose_device() -> str:
    """'cuda' where there is a GPU and SMARTIMG_DEVICE does not say 'cpu'."""
    wanted = os.environ.get("SMARTIMG_DEVICE", "")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


class Descent:
    """SGD with momentum and a rate that cools to nothing; cross-entropy weighted by class."""

    def __init__(self, task: Task, plan: TrainingPlan, seed: int, device: str = "cpu") -> None:
        self.task, self.plan, self.seed, self.device = task, plan, seed, device
        self.net = task.net.to(device)
        self.optimiser = torch.optim.SGD(
            task.groups or [{"params": list(self.net.parameters())}],
            plan.rate,
            plan.momentum,
            weight_decay=plan.decay,
            nesterov=plan.momentum > 0,
        )
        self._rates = [float(group["lr"]) for group in self.optimiser.param_groups]
        weights = torch.from_numpy(task.weights).to(device)
        self._loss = torch.nn.CrossEntropyLoss(weights, label_smoothing=plan.smoothing)

    def run(self, resume: bytes | None = None, watch: Watch = ignore) -> tuple[list[Epoch], int]:
        """Leaves the network as it was best; (what each epoch brought, the best one's number).

        Raises OtherTraining where `resume` belongs to another plan or seed.
        """
        state = self._load(resume) if resume else _State()
        while len(state.epochs) < self.plan.epochs and not self._is_over(state):
            state.epochs.append(self._pass(len(state.epochs) + 1))
            self._remember(state)
            is_due = len(state.epochs) % self.plan.save_every == 0
            watch(state.epochs[-1], self._pack(state) if is_due else None)
        self._restore(self.net, state.best)
        self.net.eval()
        return state.epochs, state.best_epoch

    def _is_over(self, state: _State) -> bool:
        waited = len(state.epochs) - state.best_epoch
        return bool(self.task.held and self.plan.patience and waited >= self.plan.patience)

    def _pass(self, number: int) -> Epoch:
        rng = np.random.default_rng([self.seed, number])
        torch.manual_seed(self.seed * 100_003 + number)
        parts = np.array_split(rng.permutation(self.task.rows), -(-self.task.rows // self.plan.batch))
        self.net.train()
        total = 0.0
        for place, part in enumerate(parts):
            self._cool((number - 1 + place / len(parts)) / self.plan.epochs)
            total += self._step(*self.task.draw(part, rng)) * len(part)
        rate = float(self.optimiser.param_groups[0]["lr"])
        loss, accuracy = self._look()
        return Epoch(number, round(total / self.task.rows, 6), loss, accuracy, round(rate, 8))

    def _cool(self, done: float) -> None:
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * 0.5 * (1 + float(np.cos(np.pi * done)))

    def _step(self, inputs: torch.Tensor, targets: torch.Tensor) -> float:
        loss = self._loss(self.answer(inputs), targets.to(self.device))
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())

    def answer(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits float32 (N,K)."""
        is_bf16 = self.task.is_bf16 or self.device != "cpu"
        with torch.autocast(self.device, torch.bfloat16, enabled=is_bf16):
            logits: torch.Tensor = self.net(inputs.to(self.device))
        return logits.float()

    def _look(self) -> tuple[float | None, float | None]:
        """Loss and accuracy on the held rows."""
        if not self.task.held or self.task.draw_held is None:
            return None, None
        self.net.eval()
        losses, right = 0.0, 0
        with torch.inference_mode():
            for part in np.array_split(np.arange(self.task.held), -(-self.task.held // 256)):
                inputs, targets = self.task.draw_held(part, None)
                logits, wanted = self.answer(inputs), targets.to(self.device)
                losses += float(self._loss(logits, wanted)) * len(part)
                right += int((logits.argmax(dim=1) == wanted).sum())
        return round(losses / self.task.held, 6), round(right / self.task.held, 6)

    def _remember(self, state: _State) -> None:
        last = state.epochs[-1]
        loss = last.validation_loss if last.validation_loss is not None else float("-inf")
        if loss < state.best_loss or last.validation_loss is None:
            state.best_loss, state.best_epoch, state.best = loss, last.number, copy_state(self.net)

    def _pack(self, state: _State) -> bytes:
        known = {"plan": self.plan.as_json(), "seed": self.seed, "best_epoch": state.best_epoch}
        said = {**known, "best_loss": state.best_loss, "epochs": [asdict(epoch) for epoch in state.epochs]}
        arrays = {f"net.{name}": values for name, values in copy_state(self.net).items()}
        arrays |= {f"best.{name}": values for name, values in state.best.items()}
        for place, values in enumerate(self._momenta()):
            arrays[f"momentum.{place}"] = values.detach().cpu().numpy()
        stream = io.BytesIO()
        said_bytes = np.frombuffer(json.dumps(said).encode(), np.uint8)
        np.savez(stream, allow_pickle=False, **arrays, said=said_bytes)
        return stream.getvalue()

    def _load(self, checkpoint: bytes) -> _State:
        with np.load(io.BytesIO(checkpoint), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        said = json.loads(arrays.pop("said").tobytes())
        if said["plan"] != self.plan.as_json() or said["seed"] != self.seed:
            raise OtherTraining("the checkpoint belongs to a training with other settings")
        self._restore(self.net, _part(arrays, "net."))
        momenta = _part(arrays, "momentum.")
        parameters = [one for group in self.optimiser.param_groups for one in group["params"]]
        for place, parameter in enumerate(parameters):
            if str(place) in momenta:
                values = torch.from_numpy(momenta[str(place)]).to(self.device)
                self.optimiser.state[parameter]["momentum_buffer"] = values
        return _State(
            [Epoch(**one) for one in said["epochs"]],
            _part(arrays, "best."),
            said["best_epoch"],
            said["best_loss"],
        )

    def _momenta(self) -> list[torch.Tensor]:
        parameters = [one for group in self.optimiser.param_groups for one in group["params"]]
        return [self.optimiser.state[one]["momentum_buffer"] for one in parameters if self.plan.momentum]

    def _restore(self, net: torch.nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
        net.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in arrays.items()})


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> Arrays:
    return {name[len(prefix) :]: values for name, values in arrays.items() if name.startswith(prefix)}


def copy_state(net: torch.nn.Module) -> Arrays:
    """Every parameter and buffer of a network as arrays of their own."""
    return {name: values.detach().cpu().numpy().copy() for name, values in net.state_dict().items()}
