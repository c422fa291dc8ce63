"""Surroundings: a table, a living room, a plant, books, a carton."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from demo.draw.kind import PAINTS, Rng, pick
from demo.draw.material import Colour, Material, ceramic, fabric, linear, plastic, printed
from demo.draw.mesh import Mesh, Parts, grid, move
from demo.draw.scene import Shot, Studio, photograph
from demo.draw.shapes import box, lathe, plate, slab, smooth_path, tube
from demo.draw.texture import Canvas, landscape, to_linear, weave, wood

WALLS = (
    linear(214, 206, 194),
    linear(188, 200, 198),
    linear(170, 184, 200),
    linear(212, 196, 186),
    linear(196, 200, 186),
)
WOODS = (linear(176, 128, 84), linear(128, 86, 54), linear(206, 168, 122), linear(96, 66, 48))


def _wall(rng: Rng, width: float, height: float) -> Mesh:
    colour = WALLS[int(rng.integers(len(WALLS)))]
    return plate(
        width, height, Material(colour, roughness=0.95, specular=0.01, grain=0.04, grain_frequency=20)
    )


def _boards(rng: Rng, width: float, depth: float, planks: int) -> Mesh:
    """A floor or table top of wood at y = 0."""
    texture = wood(rng, WOODS[int(rng.integers(len(WOODS)))], 512, 1024, planks)
    return plate(width, depth, Material((1, 1, 1), roughness=0.4, specular=0.03, texture=texture)).turned(
        "x", -90
    )


def plant(rng: Rng, height: float = 1.0) -> Parts:
    """Long leaves in a pot."""
    pot = ceramic(PAINTS[pick(rng, ("white", "terracotta", "sage", "graphite"))])
    parts = [
        lathe([(0, 0.01), (0.13, 0), (0.18, 0.3), (0.165, 0.31), (0.15, 0.26), (0, 0.25)], pot, refine=4)
    ]
    for number in range(14):
        turn, lean = number * 2.4 + rng.uniform(-0.3, 0.3), rng.uniform(0.12, 0.45)
        tall = rng.uniform(0.5, 0.75)
        along = np.linspace(0, 1, 14)
        out = 0.03 + lean * along**1.7
        y = 0.25 + tall * along - 0.25 * lean * along**3
        width = 0.055 * np.sin(np.pi * np.clip(along * 0.93 + 0.06, 0, 1))
        c, s = np.cos(turn), np.sin(turn)
        mid = np.stack([out * c, y, out * s], 1)
        across = np.stack([-s * width, 0.3 * width, c * width], 1)
        leaf = np.stack([mid - across, mid, mid + across], 1)
        green = linear(int(50 + 30 * rng.random()), int(96 + 36 * rng.random()), int(52 + 20 * rng.random()))
        parts.append(grid(leaf.astype(np.float32), Material(green, roughness=0.4, mottle=0.15)))
    return [part.scaled(height, height, height) for part in parts]


def books(rng: Rng, count: int = 3, size: float = 0.5) -> Parts:
    """A pile of books."""
    parts: Parts = []
    y = 0.0
    for _ in range(count):
        thick = size * rng.uniform(0.08, 0.15)
        cover = plastic(PAINTS[pick(rng, tuple(PAINTS))], 0.6)
        wide, deep = size * rng.uniform(0.85, 1.0), size * rng.uniform(0.62, 0.72)
        pile = box(wide, thick, deep, cover, 0.008 * size)
        pages = Material(linear(232, 226, 210), roughness=0.9)
        pile += [part.moved(z=0.012 * size) for part in box(wide * 0.97, thick * 0.72, deep, pages, 0.002)]
        pile = [part.turned("y", rng.uniform(-12, 12)).moved(y=y) for part in pile]
        parts += pile
        y += thick
    return parts


def picture(rng: Rng, width: float, height: float) -> Parts:
    """A framed landscape facing +z about the origin."""
    frame = plastic(WOODS[int(rng.integers(len(WOODS)))], 0.5)
    art = printed(to_linear(np.asarray(landscape(rng, 300, int(300 * height / width)))))
    parts = slab(width * 1.12, height * 1.16, 0.05 * width, 0.01, 0.01 * width, frame)
    return [*parts, plate(width, height, art).moved(z=0.026 * width)]


def daylight(rng: Rng, **changes: object) -> Studio:
    """A room with a window at one side."""
    warm = rng.uniform(0.0, 0.1)
    side = -1 if rng.random() < 0.5 else 1
    plan: dict[str, object] = {
        "key_yaw": side * rng.uniform(40, 62),
        "key_pitch": rng.uniform(32, 46),
        "key_share": 0.62,
        "floor": False,
        "tint": (1.0, 1.0 - 0.5 * warm, 1.0 - 1.3 * warm),
        "brightness": rng.uniform(0.84, 0.98),
        "bounce": 0.3,
        "top": (0.5, 0.48, 0.46),
        "bottom": (0.5, 0.48, 0.46),
    }
    return Studio(**{**plan, **changes})  # type: ignore[arg-type]


def tabletop(rng: Rng, size: float) -> Parts:
    """A wooden table before a wall with a plant and books, for a product of about `size` at the origin."""
    parts = [_boards(rng, 14 * size, 9.0 * size, int(rng.integers(6, 11))).moved(z=2.2 * size)]
    parts.append(_wall(rng, 18 * size, 9 * size).moved(y=2 * size, z=-2.3 * size))
    side = -1 if rng.random() < 0.5 else 1
    parts += move(plant(rng, 1.25 * size), x=side * 1.15 * size, z=-1.15 * size)
    parts += move(books(rng, int(rng.integers(2, 4)), 0.75 * size), x=-side * 1.1 * size, z=-0.75 * size)
    if rng.random() < 0.6:
        parts += move(
            picture(rng, 0.9 * size, 0.7 * size), x=-side * 1.0 * size, y=1.55 * size, z=-2.25 * size
        )
    return parts


def living_room(rng: Rng, size: float) -> Parts:
    """A floor with a rug, a wall with a picture, a plant."""
    parts = [_boards(rng, 9 * size, 6 * size, 9).moved(z=0.6 * size)]
    parts.append(_wall(rng, 14 * size, 7 * size).moved(y=3.2 * size, z=-1.6 * size))
    parts += [
        p.moved(y=0.08 * size, z=-1.58 * size)
        for p in slab(14 * size, 0.16 * size, 0.04 * size, 0.01, 0.005, plastic(PAINTS["white"]))
    ]
    rug = Material(
        (1, 1, 1),
        roughness=0.95,
        specular=0.01,
        texture=weave(rng, PAINTS[pick(rng, ("sand", "rose", "sky", "white", "teal"))]),
    )
    parts.append(plate(2.7 * size, 1.9 * size, rug).turned("x", -90).moved(y=0.012 * size, z=0.3 * size))
    side = -1 if rng.random() < 0.5 else 1
    parts += move(plant(rng, 1.3 * size), x=side * 1.25 * size, z=-0.9 * size)
    parts += move(
        picture(rng, 0.85 * size, 0.65 * size), x=-side * 0.55 * size, y=1.85 * size, z=-1.55 * size
    )
    return parts


def carton(
    rng: Rng, brand: str, title: str, product: Shot, colour: Colour, shape: tuple[float, float, float]
) -> Parts:
    """A retail box whose front shows the product: width, height, depth."""
    width, height, depth = shape
    tall = int(420 * height / width)
    dark = rng.random() < 0.5
    ground = tuple(int(255 * c ** (1 / 2.2)) for c in colour) if dark else (240, 240, 238)
    paper = colour if dark else linear(240, 240, 238)
    canvas = Canvas(420, tall, (int(ground[0]), int(ground[1]), int(ground[2])))
    plain = Studio(top=paper, bottom=paper)
    photo = photograph(replace(product, studio=plain), 300, 300, rng)
    side = int(min(280, tall * 0.62))
    canvas.image.paste(Image.fromarray(photo).resize((side, side)), ((420 - side) // 2, int(tall * 0.26)))
    ink = (250, 250, 250) if sum(ground) < 400 else (40, 42, 48)
    canvas.write((24, tall * 0.06 + 12), brand, 34, ink, "lm")
    canvas.write((24, tall * 0.15 + 12), title, 20, ink, "lm")
    canvas.write((396, tall - 26), "1 x", 15, ink, "rm")
    card = Material(colour if dark else linear(236, 236, 234), roughness=0.55)
    parts = slab(width, height, depth, 0.008 * width, 0.006 * width, card, printed(canvas.texture(), 0.45))
    return move(parts, y=height / 2)


def label(rng: Rng, brand: str, width: float, height: float, dark: bool) -> Mesh:
    """A type plate with small print, facing +z about the origin."""
    ground, ink = ((38, 38, 41), (196, 196, 200)) if dark else ((228, 228, 226), (90, 92, 98))
    canvas = Canvas(400, int(400 * height / width), ground)
    tall = canvas.image.height
    canvas.write((24, tall * 0.18), brand, tall * 0.16, ink, "lm")
    for line, text in enumerate(
        (
            "INPUT 100-240 V ~ 50/60 Hz 1.5 A",
            "OUTPUT 20 V = 3.25 A  65 W",
            f"MODEL {rng.integers(1000, 9999)}-EU",
        )
    ):
        canvas.write((24, tall * (0.4 + 0.14 * line)), text, tall * 0.085, ink, "lm")
    for bar in range(46):
        if rng.random() < 0.6:
            canvas.pen.rectangle((250 + bar * 3, tall * 0.72, 251 + bar * 3, tall * 0.92), fill=ink)
    canvas.pen.rectangle((24, tall * 0.8, 70, tall * 0.92), outline=ink, width=3)
    return plate(width, height, printed(canvas.texture(), 0.5))


def cable(rng: Rng, length: float, colour: Colour, thick: float = 0.02) -> Mesh:
    """A loosely coiled cable on the floor."""
    angles = np.linspace(0, 2 * np.pi * 2.4, 9)
    radius = length * (0.3 + 0.06 * rng.standard_normal(9).cumsum() * 0.2)
    points = [
        (float(r * np.cos(a)), thick + 0.3 * thick * i, float(0.7 * r * np.sin(a)))
        for i, (a, r) in enumerate(zip(angles, radius, strict=True))
    ]
    return tube(smooth_path(points, 140), thick, plastic(colour, 0.5), steps=12, sideways=(0, 1, 0))


def cloth(colour: Colour) -> Material:
    """Furniture cloth."""
    return fabric(colour, 0.4, 46.0)
