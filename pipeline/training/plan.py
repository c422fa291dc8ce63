"""How a judge is trained: settings in one record, the defaults of each technique, their bounds (II.C)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

LOGISTIC, SHALLOW, LAST_BLOCK = "logistic", "shallow", "last_block"
EITHER, INSTEAD = "either", "instead"
MIN_EXAMPLES = 5  # of either kind, or of two types: with fewer, nothing can be checked


class BadPlan(ValueError):
    """A setting that cannot be; `field` names it, the message says what it may be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class TrainingPlan:
    """The paper's optimiser: SGD, cross-entropy, a slow rate. Rates and shares have no unit.

    `precision` is what a threshold promises of flagged (or named) pictures on held-out ones, and
    `max_false_share` the share of pictures without the defect that it may flag. `patience` is how many epochs
    without a better validation loss end the training early (0: none). `save_every` epochs a checkpoint is
    kept. `beside_shipped` says how a head stands to the judge that ships: 'either' of the two flags a
    picture, or the head judges 'instead'.
    """

    technique: str = SHALLOW
    hidden: int = 64
    epochs: int = 60
    rate: float = 0.01
    head_rate: float = 0.05  # of the last block's new linear layer
    momentum: float = 0.9
    decay: float = 3e-3
    smoothing: float = 0.05
    dropout: float = 0.3
    batch: int = 32
    patience: int = 12
    save_every: int = 5
    precision: float = 0.95
    max_false_share: float = 0.01
    beside_shipped: str = EITHER

    def as_json(self) -> dict[str, Any]:
        """Every setting by its name."""
        return asdict(self)


DEFAULTS: Mapping[str, TrainingPlan] = {
    LOGISTIC: TrainingPlan(technique=LOGISTIC, epochs=1, patience=0),
    SHALLOW: TrainingPlan(),
    # slow: the block knows ImageNet already
    LAST_BLOCK: TrainingPlan(technique=LAST_BLOCK, epochs=8, decay=1e-3, patience=3, save_every=1),
}

# What is read of a technique; the others' settings would change nothing and are not asked for.
USED: Mapping[str, tuple[str, ...]] = {
    LOGISTIC: ("precision", "max_false_share", "beside_shipped"),
    SHALLOW: (
        *("hidden", "epochs", "rate", "momentum", "decay", "smoothing", "dropout", "batch", "patience"),
        *("precision", "max_false_share", "beside_shipped"),
    ),
    LAST_BLOCK: (
        *("epochs", "rate", "head_rate", "momentum", "decay", "smoothing", "dropout", "batch", "patience"),
        *("precision", "max_false_share", "beside_shipped"),
    ),
}

BOUNDS: Mapping[str, tuple[float, float]] = {
    "hidden": (0, 1024),
    "epochs": (1, 1000),
    "rate": (1e-6, 1.0),
    "head_rate": (1e-6, 1.0),
    "momentum": (0.0, 0.999),
    "decay": (0.0, 1.0),
    "smoothing": (0.0, 0.5),
    "dropout": (0.0, 0.9),
    "batch": (2, 4096),
    "patience": (0, 1000),
    "precision": (0.5, 0.999),
    "max_false_share": (0.0, 0.5),
}


def read_plan(technique: str, settings: Mapping[str, Any]) -> TrainingPlan:
    """The technique's defaults with these settings (numbers, or text as a form sends it). Raises BadPlan."""
    if technique not in DEFAULTS:
        raise BadPlan("technique", f"There is no technique “{technique}”; known are {', '.join(DEFAULTS)}.")
    unknown = sorted(set(settings) - set(USED[technique]))
    if unknown:
        raise BadPlan(unknown[0], f"“{unknown[0]}” is no setting of {technique}.")
    return replace(DEFAULTS[technique], **{name: _read(name, value) for name, value in settings.items()})


def _read(name: str, value: Any) -> Any:
    if name == "beside_shipped":
        if value not in (EITHER, INSTEAD):
            raise BadPlan(name, f"“{value}” is neither {EITHER} nor {INSTEAD}.")
        return value
    kind = next(int if field.type == "int" else float for field in fields(TrainingPlan) if field.name == name)
    low, high = BOUNDS[name]
    try:
        number = kind(value)
    except (TypeError, ValueError):
        raise BadPlan(name, f"“{value}” is no {'whole ' if kind is int else ''}number.") from None
    if not low <= number <= high:
        raise BadPlan(name, f"{number:g} is not between {low:g} and {high:g}.")
    return number
