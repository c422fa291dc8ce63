"""Table lamps: foot, stem and shade, lit or not."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, pick, sizes, usual_camera
from demo.draw.material import Colour, Material, ceramic, linear, metal, plastic
from demo.draw.mesh import Parts, bounds, move
from demo.draw.room import WOODS, books, carton, daylight, tabletop
from demo.draw.scene import Camera, Shot, Studio
from demo.draw.shapes import lathe, smooth_path
from demo.draw.texture import Texture

CATEGORY = "Demo > Home > Table lamps"
VIEWS = ("front", "top", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("white", "teal", "terracotta", "black", "sage", "navy", "mustard", "rose")
NAMES = (
    "Glim",
    "Solveig",
    "Nook",
    "Pale",
    "Orla",
    "Dusk",
    "Ember",
    "Vesper",
    "Lyra",
    "Candela",
    "Faro",
    "Brae",
)


def design(rng: Rng, brand: str) -> Design:
    """A lamp of its own proportions."""
    numbers = sizes(
        rng,
        foot=(0.2, 0.32),
        stem=(0.45, 0.75),
        low=(0.34, 0.46),
        high=(0.16, 0.4),
        tall=(0.34, 0.52),
        belly=(0.12, 0.26),
    )
    options = {
        "foot": pick(rng, ("vase", "ball", "stem", "gourd")),
        "stuff": pick(rng, ("ceramic", "ceramic", "metal", "wood")),
        "shade": pick(rng, ("white", "sand", "white", "graphite")),
        "light": "off",
    }
    return Design(
        brand, pick(rng, NAMES), int(rng.integers(1 << 30)), pick(rng, PAINTS), "white", numbers, options
    )


def _profile(d: Design) -> list[tuple[float, float]]:
    """The foot's outline from the floor up: (radius, height)."""
    s, style = d.sizes, d.options["foot"]
    b, h = s["belly"], s["stem"]
    if style == "vase":
        belly = [(b * 0.78, 0.02), (b, h * 0.35), (b * 0.85, h * 0.6)]
        return [(0, 0), (b * 0.7, 0), *belly, (0.05, h * 0.92), (0.03, h)]
    if style == "ball":
        a = np.linspace(0.5, 3.0, 16)
        curve = np.stack([0.03 + b * 1.15 * np.sin(a), 0.03 + b * 1.15 * (1 - np.cos(a))], 1)
        return [(0, 0), (b * 0.6, 0), (b * 0.6, 0.03), *_pairs(curve), (0.03, h)]
    if style == "stem":
        disc = [(s["foot"], 0), (s["foot"], 0.025), (s["foot"] * 0.9, 0.04)]
        return [(0, 0), *disc, (0.03, 0.06), (0.022, h * 0.5), (0.022, h)]
    t = np.linspace(0, 4.2, 20)
    curve = np.stack([b * (0.72 + 0.3 * np.sin(t * 2.2) - 0.07 * t), 0.02 + t / 4.2 * h * 0.9], 1)
    return [(0, 0), (b * 0.7, 0), *_pairs(curve), (0.03, h)]


def _pairs(curve: np.ndarray) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in curve]


def _foot(d: Design) -> Parts:
    """Foot, stem and socket."""
    colour, h = COLOURS[d.paint], d.sizes["stem"]
    kinds = {"metal": metal(linear(190, 150, 88), 0.2), "wood": plastic(WOODS[0], 0.45)}
    stuff = kinds.get(d.options["stuff"], ceramic(colour))
    socket = [(0.0, h - 0.02), (0.035, h - 0.02), (0.035, h + 0.1), (0.0, h + 0.1)]
    brass = metal(linear(196, 160, 96), 0.2)
    return [lathe(_profile(d), stuff, 96, refine=5), lathe(socket, brass, 32)]


def _glow(lit: bool, colour: Colour) -> Texture:
    """Cloth of the shade: fine stripes, and where lit a bright middle that falls off."""
    rng = np.random.default_rng(5)
    stripes = 1 + 0.04 * rng.standard_normal((1, 512)) + 0.02 * rng.standard_normal((128, 1))
    level = np.exp(-((np.linspace(-0.4, 0.6, 128)[:, None]) ** 2) / 0.18) if lit else np.ones((128, 1))
    warm = np.array([1.0, 0.82, 0.56]) if lit else np.ones(3)
    return np.clip(
        stripes[..., None] * level[..., None] * np.array(colour) * warm * (1.12 if lit else 1), 0, 1
    ).astype(np.float32)


def body(d: Design) -> Parts:
    """The lamp on y = 0."""
    lit = d.options["light"] == "on"
    shining = linear(240, 240, 236)
    bulb = Material((1.0, 0.93, 0.75) if lit else shining, roughness=0.2, glow=1.0 if lit else 0.0)
    a = np.linspace(0.3, 3.14, 14)
    round_part = np.stack([0.07 * np.sin(a), 0.1 - 0.07 * np.cos(a)], 1)
    globe = lathe([(0.02, 0), *_pairs(round_part)], bulb, 32)
    return [*_foot(d), *_shade(d, lit), globe.moved(y=d.sizes["stem"] + 0.08)]


def _shade(d: Design, lit: bool) -> Parts:
    """The cloth cone with its lining and rims."""
    s, glow = d.sizes, 0.85 if lit else 0.0
    weave = _glow(lit, linear(250, 240, 220) if lit else COLOURS[d.options["shade"]])
    cloth = Material((1, 1, 1), roughness=0.95, specular=0.01, texture=weave, glow=glow)
    pale = linear(255, 226, 170) if lit else linear(230, 228, 222)
    inner = Material(pale, roughness=0.9, glow=0.9 if lit else 0.0)
    base, high = s["stem"] - 0.02, s["stem"] - 0.02 + s["tall"]
    shade = lathe([(s["low"], base), (s["high"], high)], cloth, 96, refine=20)
    lining = lathe([(s["high"] * 0.985, high), (s["low"] * 0.985, base)], inner, 96, refine=10)
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ends = ((s["low"], base), (s["high"], high))
    rims = [lathe([(r + 0.006 * a, y + 0.006 * b) for a, b in corners], cloth, 96) for r, y in ends]
    return [shade, lining, *rims]


def _bulb_light(parts: Parts, strength: float) -> tuple[float, ...]:
    """Place and colour of the light inside the shade, for the studio."""
    low, high = bounds(parts)
    x, z = float(low[0] + high[0]) / 2, float(low[2] + high[2]) / 2
    return (x, float(high[1]) - 0.22, z, strength, strength * 0.74, strength * 0.42, 1.0)


def stage(d: Design, view: str) -> Shot:
    """One view of the lamp."""
    kind, s = image_type(view), d.sizes
    camera = usual_camera(view, d.rng(3))
    if kind == "detail":
        return Shot(body(d), Camera(yaw=10, pitch=10, fill=1.0, focus=(0.05, s["stem"] * 0.4, 0.1, 0.2)))
    if kind == "top":
        return Shot(body(d), usual_camera(view, d.rng(3), pitch=62.0))
    if kind == "accessory":
        return Shot(_spare_bulb(), camera)
    if kind == "packaging":
        product, shape = Shot(body(d), Camera(fill=0.9)), (0.8, 1.1, 0.7)
        return Shot(carton(d.rng(7), d.brand, f"{d.model} lamp", product, COLOURS[d.paint], shape), camera)
    if kind == "lifestyle":
        return _evening(d, view)
    studio = Studio(bulb=_bulb_light(body(d), 0.05)) if d.options["light"] == "on" else Studio()
    return Shot(body(d), camera, studio)


def _evening(d: Design, view: str) -> Shot:
    """The lit lamp on a table in a dim room."""
    rng, lamp = d.rng(7), body(d.with_option("light", "on"))
    scene = tabletop(rng, 0.85) + lamp + move(books(rng, 2, 0.5), x=0.55, z=0.35)
    dim = daylight(rng, brightness=0.6, bulb=_bulb_light(lamp, 0.22))
    return Shot(scene, usual_camera(view, d.rng(4), fill=0.7), dim, framed=lamp)


def _spare_bulb() -> Parts:
    """A light bulb lying on the floor."""
    glass = Material(linear(238, 238, 234), roughness=0.15)
    outline = ((0.07, 0), (0.08, 0.1), (0.13, 0.22), (0.165, 0.36), (0.13, 0.49), (0.06, 0.55), (0, 0.56))
    curve = smooth_path([(x, y, 0) for x, y in outline], 60)
    globe = lathe([(max(float(x), 0.0), float(y)) for x, y, _ in curve], glass, 64, refine=4)
    levels = (-0.12, -0.1, -0.08, -0.06, -0.04, 0.0)
    turns = [(0.065 if k % 2 else 0.07, y) for k, y in enumerate(levels)]
    screw = lathe([(0, -0.16), (0.05, -0.16), *turns], metal(linear(180, 170, 150)), 48)
    return [p.turned("z", 78).moved(y=0.17) for p in (globe, screw)]


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    text = (
        f"Table lamp with a {d.options['stuff']} base in {d.paint} and a {d.options['shade']} fabric shade."
        " Warm light for bedside and sideboard; E27 bulb included, switch on the cord."
    )
    return f"{d.brand} {d.model} table lamp {d.paint}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same front, lit."""
    return "front-lit", d.with_option("light", "on")
