"""Table lamps: foot, stem and shade, lit or not."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, pick, sizes, usual_camera
from demo.draw.material import Colour, Material, ceramic, linear, metal, plastic
from demo.draw.mesh import Parts, bounds, move
from demo.draw.room import WOODS, books, carton, daylight, tabletop
from demo.draw.scene import Camera, Shot, Studio
from demo.draw.shapes import lathe
from demo.draw.texture import Texture

CATEGORY = "Demo > Home > Table lamps"
VIEWS = ("front", "top", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("white", "teal", "terracotta", "black", "sage", "navy", "mustard", "rose")
NAMES = ("Glim", "Solveig", "Nook", "Pale", "Orla", "Dusk", "Ember", "Vesper", "Lyra", "Candela", "Faro", "Brae")


def design(rng: Rng, brand: str) -> Design:
    """A lamp of its own proportions."""
    numbers = sizes(rng, foot=(0.2, 0.32), stem=(0.45, 0.75), low=(0.34, 0.46), high=(0.16, 0.4), tall=(0.34, 0.52), belly=(0.12, 0.26))
    options = {"foot": pick(rng, ("vase", "ball", "stem", "gourd")), "stuff": pick(rng, ("ceramic", "ceramic", "metal", "wood")), "shade": pick(rng, ("white", "sand", "white", "graphite")), "light": "off"}
    return Design(brand, pick(rng, NAMES), int(rng.integers(1 << 30)), pick(rng, PAINTS), "white", numbers, options)


def _foot(d: Design) -> Parts:
    """Foot and stem."""
    s, colour = d.sizes, COLOURS[d.paint]
    stuff = {"ceramic": ceramic(colour), "metal": metal(linear(190, 150, 88), 0.2), "wood": plastic(WOODS[0], 0.45)}[d.options["stuff"]]
    b, h = s["belly"], s["stem"]
    profiles = {
        "vase": [(0, 0), (b * 0.7, 0), (b * 0.78, 0.02), (b, h * 0.35), (b * 0.85, h * 0.6), (0.05, h * 0.92), (0.03, h)],
        "ball": [(0, 0), (b * 0.6, 0), (b * 0.6, 0.03)] + [(float(0.03 + b * 1.15 * np.sin(t)), float(0.03 + b * 1.15 * (1 - np.cos(t)))) for t in np.linspace(0.5, 3.0, 16)] + [(0.03, h)],
        "stem": [(0, 0), (s["foot"], 0), (s["foot"], 0.025), (s["foot"] * 0.9, 0.04), (0.03, 0.06), (0.022, h * 0.5), (0.022, h)],
        "gourd": [(0, 0), (b * 0.7, 0)] + [(float(b * (0.72 + 0.3 * np.sin(t * 2.2) - 0.07 * t)), float(0.02 + t / 4.2 * h * 0.9)) for t in np.linspace(0, 4.2, 20)] + [(0.03, h)],
    }
    parts = [lathe(profiles[d.options["foot"]], stuff, 96, refine=5)]
    brass = metal(linear(196, 160, 96), 0.2)
    parts.append(lathe([(0, h - 0.02), (0.035, h - 0.02), (0.035, h + 0.1), (0, h + 0.1)], brass, 32))
    return parts


def _glow(lit: bool, colour: Colour) -> Texture:
    """Cloth of the shade: fine stripes, and where lit a bright middle that falls off."""
    rng = np.random.default_rng(5)
    stripes = 1 + 0.04 * rng.standard_normal((1, 512)) + 0.02 * rng.standard_normal((128, 1))
    level = np.exp(-((np.linspace(-0.4, 0.6, 128)[:, None]) ** 2) / 0.18) if lit else np.ones((128, 1))
    warm = np.array([1.0, 0.82, 0.56]) if lit else np.ones(3)
    return np.clip(stripes[..., None] * level[..., None] * np.array(colour) * warm * (1.12 if lit else 1), 0, 1).astype(np.float32)


def body(d: Design) -> Parts:
    """The lamp on y = 0."""
    s, lit = d.sizes, d.options["light"] == "on"
    colour = COLOURS[d.options["shade"]]
    cloth = Material((1, 1, 1), roughness=0.95, specular=0.01, texture=_glow(lit, linear(250, 240, 220) if lit else colour), glow=0.85 if lit else 0.0)
    base, high = s["stem"] - 0.02, s["stem"] - 0.02 + s["tall"]
    shade = lathe([(s["low"], base), (s["high"], high)], cloth, 96, refine=20)
    inner = Material(linear(255, 226, 170) if lit else linear(230, 228, 222), roughness=0.9, glow=0.9 if lit else 0.0)
    lining = lathe([(s["high"] * 0.985, high), (s["low"] * 0.985, base)], inner, 96, refine=10)
    rims = [lathe([(r - 0.006, y - 0.006), (r + 0.006, y - 0.006), (r + 0.006, y + 0.006), (r - 0.006, y + 0.006)], cloth, 96) for r, y in ((s["low"], base), (s["high"], high))]
    bulb = Material((1.0, 0.93, 0.75) if lit else linear(240, 240, 236), roughness=0.2, glow=1.0 if lit else 0.0)
    globe = lathe([(0.02, 0), *[(float(0.07 * np.sin(t)), float(0.1 - 0.07 * np.cos(t))) for t in np.linspace(0.3, 3.14, 14)]], bulb, 32)
    return [*_foot(d), shade, lining, *rims, globe.moved(y=s["stem"] + 0.08)]


def _bulb_light(parts: Parts, strength: float) -> tuple[float, ...]:
    low, high = bounds(parts)
    return (float(low[0] + high[0]) / 2, float(high[1]) - 0.22, float(low[2] + high[2]) / 2, strength, strength * 0.74, strength * 0.42, 1.0)


def stage(d: Design, view: str) -> Shot:
    """One view of the lamp."""
    rng, kind, s = d.rng(7), image_type(view), d.sizes
    camera = usual_camera(view, d.rng(3))
    if kind == "detail":
        return Shot(body(d), Camera(yaw=10, pitch=10, fill=1.0, focus=(0.05, s["stem"] * 0.4, 0.1, 0.2)))
    if kind == "top":
        return Shot(body(d), usual_camera(view, d.rng(3), pitch=62.0))
    if kind == "accessory":
        glass = Material(linear(238, 238, 234), roughness=0.15)
        globe = lathe([(0, 0), (0.07, 0), (0.075, 0.1), (0.12, 0.22), (0.16, 0.36), (0.13, 0.5), (0.07, 0.56), (0, 0.57)], glass, 64, refine=8)
        screw = lathe([(0, -0.16), (0.05, -0.16), (0.07, -0.12), (0.065, -0.1), (0.07, -0.08), (0.065, -0.06), (0.07, -0.04), (0.065, 0)], metal(linear(180, 170, 150)), 48)
        return Shot([p.turned("z", 78).moved(y=0.17) for p in (globe, screw)], camera)
    if kind == "packaging":
        return Shot(carton(rng, d.brand, f"{d.model} lamp", Shot(body(d), Camera(fill=0.9)), COLOURS[d.paint], (0.8, 1.1, 0.7)), camera)
    if kind == "lifestyle":
        lamp = body(d.with_option("light", "on"))
        scene = tabletop(rng, 0.85) + lamp + move(books(rng, 2, 0.5), x=0.55, z=0.35)
        dim = daylight(rng, brightness=0.6, bulb=_bulb_light(lamp, 0.22))
        return Shot(scene, usual_camera(view, d.rng(4), fill=0.7), dim, framed=lamp)
    studio = Studio(bulb=_bulb_light(body(d), 0.05)) if d.options["light"] == "on" else Studio()
    return Shot(body(d), camera, studio)


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
