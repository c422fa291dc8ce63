"""Headphones: a band and two cups."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import Material, fabric, leather, linear, metal, plastic
from demo.draw.mesh import Parts, move, rotate
from demo.draw.room import cable, carton, daylight, tabletop
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import cushion, lathe, slab, tube

CATEGORY = "Demo > Electronics > Headphones"
VIEWS = ("front", "angle", "side", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("black", "white", "navy", "sage", "rose", "red", "graphite")


def design(rng: Rng, brand: str) -> Design:
    """Headphones of their own proportions."""
    numbers = sizes(
        rng, cup=(0.27, 0.36), oval=(1.0, 1.3), wide=(0.6, 0.7), band=(0.07, 0.12), pad=(0.11, 0.16)
    )
    options = {
        "finish": pick(rng, ("gloss", "matte")),
        "ring": pick(rng, ("silver", "same")),
        "microphone": "no",
    }
    return Design(
        brand, model_name(rng), int(rng.integers(1 << 30)), pick(rng, PAINTS), "silver", numbers, options
    )


def _cup(d: Design) -> Parts:
    """The right cup about the origin: shell towards +x, pad towards -x."""
    r, shell = d.sizes["cup"], plastic(COLOURS[d.paint], 0.16 if d.options["finish"] == "gloss" else 0.55)
    ring = metal(COLOURS["silver"], 0.2) if d.options["ring"] == "silver" else shell
    parts = [
        lathe(
            [(r, -0.06), (r * 1.02, -0.03), (r * 0.98, 0.05), (r * 0.8, 0.11), (r * 0.72, 0.115)],
            shell,
            refine=8,
        ),
        lathe([(r * 0.73, 0.115), (r * 0.72, 0.128), (r * 0.62, 0.128), (r * 0.6, 0.112)], ring, refine=8),
        lathe([(r * 0.61, 0.113), (r * 0.3, 0.105), (0, 0.1)], shell, refine=8),
    ]
    pad = leather(linear(34, 34, 37) if d.paint != "white" else linear(196, 192, 186))
    a = np.linspace(0, np.pi, 14)
    half = d.sizes["pad"] / 2
    profile = [(float(r * 0.78 - 0.2 * r * np.cos(t)), float(-0.06 - half * 1.6 * np.sin(t))) for t in a]
    parts.append(lathe(profile[::-1], pad, refine=4))
    parts.append(lathe([(0, -0.06), (r * 0.62, -0.065)], fabric(linear(26, 26, 28)), refine=4))
    return [p.turned("z", -90).scaled(1, d.sizes["oval"], 1) for p in parts]


def body(d: Design) -> Parts:
    """The headphones standing on their cups, front towards +z, on y = 0."""
    r = d.sizes["cup"] * d.sizes["oval"]
    parts = _band(d, r)
    for side in (-1, 1):
        parts += _hanging(d, side, r)
        cup = _cup(d) if side > 0 else rotate(_cup(d), "y", 180)
        parts += move(cup, x=side * d.sizes["wide"], y=r)
    return parts + (_microphone(d, r) if d.options["microphone"] == "yes" else [])


def _shell(d: Design) -> Material:
    return plastic(COLOURS[d.paint], 0.16 if d.options["finish"] == "gloss" else 0.55)


def _band(d: Design, r: float) -> Parts:
    """The band over the head and its padding."""
    s, tall = d.sizes, 1.62
    a = np.linspace(0, np.pi, 70)
    y = r + 0.35 + (tall - r - 0.35) * np.sin(a)
    arc = np.stack([s["wide"] * np.cos(a), y, np.zeros(70)], 1).astype(np.float32)
    under = arc[15:55] * np.array([0.95, 1, 1], np.float32) - np.array([0, 0.055, 0], np.float32)
    soft, across = leather(linear(40, 40, 43)), (0.0, 0.0, 1.0)
    band = tube(arc, s["band"], _shell(d), flat=0.42, power=3, sideways=across, steps=28)
    return [band, tube(under, s["band"] * 0.9, soft, flat=0.5, power=3, sideways=across, steps=24)]


def _hanging(d: Design, side: int, r: float) -> Parts:
    """The slider and the fork that hold one cup."""
    s, steel = d.sizes, metal(COLOURS["silver"], 0.25)
    ends = np.array([[side * s["wide"], r + 0.45, 0], [side * s["wide"], r + 0.2, 0]], np.float32)
    slider = tube(ends, s["band"] * 0.55, steel, flat=0.5, power=4, sideways=(0, 0, 1))
    a = np.linspace(0.16, np.pi - 0.16, 40)
    x = np.full(40, side * (s["wide"] + 0.015))
    path = np.stack([x, r + (r * 1.06 + 0.03) * np.sin(a), (s["cup"] * 1.06 + 0.02) * np.cos(a)], 1)
    return [slider, tube(path.astype(np.float32), 0.032, _shell(d), steps=16)]


def _microphone(d: Design, r: float) -> Parts:
    """A rod in front of the mouth."""
    wide, cup = d.sizes["wide"], d.sizes["cup"]
    points = [(-wide, r * 0.7, cup * 0.6), (-wide * 0.9, r * 0.35, cup + 0.2), (-0.28, r * 0.25, cup + 0.32)]
    rod = tube(np.array(points, np.float32), 0.022, leather(linear(40, 40, 43)), steps=14)
    head = cushion(0.13, 0.09, 0.09, fabric(linear(30, 30, 32)), 2.5)
    return [rod, head.moved(x=-0.26, y=r * 0.25, z=cup + 0.32)]


def stage(d: Design, view: str) -> Shot:
    """One view of the headphones."""
    rng, kind = d.rng(7), image_type(view)
    camera = usual_camera(view, d.rng(3))
    r = d.sizes["cup"] * d.sizes["oval"]
    if kind == "detail":
        return Shot(body(d), Camera(yaw=52, pitch=12, fill=1.0, focus=(d.sizes["wide"] + 0.1, r, 0, 0.27)))
    if kind == "accessory":
        case = [
            p.turned("x", -90).moved(y=0.16, x=-0.2)
            for p in slab(0.95, 1.05, 0.32, 0.32, 0.13, fabric(linear(44, 45, 50), 0.25))
        ]
        zip_line = [
            p.turned("x", -90).moved(y=0.16, x=-0.2)
            for p in slab(0.965, 1.065, 0.02, 0.32, 0.006, metal(linear(120, 120, 124)))
        ]
        return Shot([*case, *zip_line, cable(d.rng(9), 0.9, linear(34, 34, 36), 0.018).moved(x=0.85)], camera)
    if kind == "packaging":
        product = Shot(body(d), Camera(yaw=30, pitch=8, fill=0.9))
        return Shot(carton(rng, d.brand, d.model, product, COLOURS[d.paint], (1.0, 1.2, 0.42)), camera)
    if kind == "lifestyle":
        lying = move(rotate(body(d), "x", -62), y=d.sizes["cup"] * 0.9, z=0.5)
        return Shot(
            tabletop(rng, 1.3) + lying,
            usual_camera(view, d.rng(4), fill=0.62, pitch=24),
            daylight(rng),
            framed=lying,
        )
    return Shot(body(d), camera)


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    text = (
        f"Over-ear headphones in {d.options['finish']} {d.paint} with soft cushions and a folding band."
        " Wireless with noise cancelling, 30 hours of music, carrying case and audio cable included."
    )
    return f"{d.brand} {d.model} wireless headphones {d.paint}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same front with the microphone folded out."""
    return "front-microphone", d.with_option("microphone", "yes")
