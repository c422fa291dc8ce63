"""What every kind of product has in common: brands, colours, cameras, and the plan of a design."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from demo.draw.material import Colour, linear
from demo.draw.mesh import Parts, bounds, move
from demo.draw.scene import Camera, Shot

Rng = np.random.Generator

BRANDS = (
    "Norda",
    "Velkin",
    "Oluma",
    "Hartwell",
    "Casque",
    "Mirello",
    "Tavo",
    "Lindqvist",
    "Ferrow",
    "Aubry",
    "Kestrel",
    "Soli",
)

PAINTS: dict[str, Colour] = {
    "graphite": linear(58, 60, 66),
    "black": linear(26, 26, 29),
    "silver": linear(198, 200, 205),
    "navy": linear(34, 48, 92),
    "sage": linear(134, 156, 128),
    "forest": linear(38, 84, 60),
    "terracotta": linear(190, 92, 62),
    "mustard": linear(214, 164, 52),
    "berry": linear(150, 36, 72),
    "sky": linear(120, 172, 214),
    "sand": linear(206, 184, 150),
    "red": linear(190, 36, 38),
    "white": linear(226, 225, 222),
    "rose": linear(220, 158, 152),
    "teal": linear(24, 116, 124),
    "plum": linear(88, 52, 98),
}


@dataclass(frozen=True)
class Design:
    """One product's own looks: named paints, numbers for proportions, words for options."""

    brand: str
    model: str
    seed: int
    paint: str
    accent: str
    sizes: dict[str, float] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def rng(self, purpose: int = 0) -> Rng:
        """Fresh chance that is the same each time for this product and purpose."""
        return np.random.default_rng([self.seed, purpose])

    def painted(self, paint: str) -> Design:
        """The same product in another colour."""
        return replace(self, paint=paint)

    def with_option(self, name: str, value: str) -> Design:
        """The same product with one option changed."""
        return replace(self, options={**self.options, name: value})


class Kind(Protocol):
    """A module that designs and stages one kind of product."""

    CATEGORY: str
    VIEWS: tuple[str, ...]  # the type is the part before a dash
    PAINTS: tuple[str, ...]

    def design(self, rng: Rng, brand: str) -> Design: ...

    def stage(self, design: Design, view: str) -> Shot: ...

    def words(self, design: Design) -> tuple[str, str]: ...

    def subtle(self, design: Design) -> tuple[str, Design] | None: ...


def image_type(view: str) -> str:
    """The image type of a view's name."""
    return view.split("-")[0]


def pick(rng: Rng, choices: tuple[str, ...]) -> str:
    """One of the choices."""
    return choices[int(rng.integers(len(choices)))]


def sizes(rng: Rng, **ranges: tuple[float, float]) -> dict[str, float]:
    """A number from each named range."""
    return {name: float(rng.uniform(low, high)) for name, (low, high) in ranges.items()}


def model_name(rng: Rng) -> str:
    """A model name that sounds like one."""
    stem = pick(
        rng,
        (
            "Arc",
            "Lume",
            "Vero",
            "Onda",
            "Pico",
            "Stratus",
            "Halden",
            "Mira",
            "Tern",
            "Juno",
            "Fjord",
            "Alto",
            "Bram",
            "Cleo",
        ),
    )
    tail = pick(rng, ("", " S", " Plus", " 2", " 3", " Lite", " Pro", " Air", " One"))
    return stem + tail


def usual_camera(view: str, rng: Rng, **changes: float) -> Camera:
    """The photographer's habits for a type of view, a little different for each product."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    yaw, pitch = {
        "front": (0.0, 5.0),
        "angle": (side * rng.uniform(28, 42), rng.uniform(10, 20)),
        "side": (side * 88.0, 5.0),
        "left": (-88.0, 5.0),
        "right": (88.0, 5.0),
        "back": (180.0, 6.0),
        "top": (0.0, 86.0),
        "multiview": (0.0, 8.0),
        "accessory": (rng.uniform(-25, 25), rng.uniform(28, 45)),
        "packaging": (side * rng.uniform(22, 34), rng.uniform(12, 20)),
        "lifestyle": (rng.uniform(-16, 16), rng.uniform(12, 18)),
    }.get(image_type(view), (0.0, 8.0))
    camera = Camera(yaw=yaw + rng.uniform(-2, 2), pitch=pitch, fill=float(rng.uniform(0.78, 0.88)))
    return replace(camera, **changes)  # type: ignore[arg-type]


def row_of(groups: list[Parts], gap: float, step: float = 0.0) -> Parts:
    """Parts of several products side by side, each `step` further back than the one before."""
    placed: Parts = []
    x = 0.0
    for number, parts in enumerate(groups):
        low, high = bounds(parts)
        placed += move(parts, x=x - float(low[0]), z=-step * number)
        x += float(high[0] - low[0]) + gap
    return placed
