"""What surfaces are made of: colour, gloss, grain, an optional texture or glow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]
Texture = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Material:
    """Colours are linear, 0 to 1. `texture` (h,w,3) multiplies the colour; `grain` shakes the normals.

    `mottle` varies the brightness; both have their own frequency in waves a unit of length.
    """

    colour: Colour
    roughness: float = 0.5
    specular: float = 0.04
    metal: float = 0.0
    glow: float = 0.0
    grain: float = 0.0
    grain_frequency: float = 60.0
    mottle: float = 0.0
    mottle_frequency: float = 8.0
    texture: Texture | None = field(default=None, repr=False)

    def row(self, texture_index: int) -> list[float]:
        """The numbers that the shading kernel reads, in its order."""
        return [
            *self.colour,
            self.roughness,
            self.specular,
            self.metal,
            self.glow,
            self.grain,
            self.grain_frequency,
            self.mottle,
            self.mottle_frequency,
            float(texture_index),
        ]

    def coloured(self, colour: Colour) -> Material:
        """The same stuff in another colour."""
        return replace(self, colour=colour)


def linear(red: int, green: int, blue: int) -> Colour:
    """A colour as people write it (0 to 255) in linear light."""
    return ((red / 255) ** 2.2, (green / 255) ** 2.2, (blue / 255) ** 2.2)


def plastic(colour: Colour, roughness: float = 0.35) -> Material:
    """Smooth plastic."""
    return Material(colour, roughness=roughness, specular=0.045)


def metal(colour: Colour, roughness: float = 0.25) -> Material:
    """Anodised or polished metal; even black metal mirrors a little of what is around."""
    red, green, blue = (0.05 + 0.95 * part for part in colour)
    return Material((red, green, blue), roughness=roughness, metal=0.85, grain=0.01, grain_frequency=300)


def ceramic(colour: Colour) -> Material:
    """Glazed ceramic."""
    return Material(colour, roughness=0.12, specular=0.05, mottle=0.02)


def fabric(colour: Colour, grain: float = 0.35, frequency: float = 70.0) -> Material:
    """Woven stuff with a visible grain."""
    return Material(
        colour,
        roughness=0.95,
        specular=0.015,
        grain=grain,
        grain_frequency=frequency,
        mottle=0.10,
        mottle_frequency=frequency,
    )


def leather(colour: Colour) -> Material:
    """Leather with fine pores."""
    return Material(colour, roughness=0.45, specular=0.04, grain=0.16, grain_frequency=90, mottle=0.08)


def glass(colour: Colour = (0.006, 0.006, 0.008)) -> Material:
    """Dark glass as on a switched-off screen."""
    return Material(colour, roughness=0.06, specular=0.05)


def screen(texture: Texture) -> Material:
    """A lit screen behind glass: mostly its own light."""
    return Material((1.0, 1.0, 1.0), roughness=0.08, specular=0.04, glow=0.9, texture=texture)


def printed(texture: Texture, roughness: float = 0.6) -> Material:
    """A printed surface: paper, card or a dial."""
    return Material((1.0, 1.0, 1.0), roughness=roughness, specular=0.03, texture=texture)
