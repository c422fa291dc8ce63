"""Armchairs: cushions, arms and legs."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, pick, row_of, sizes, usual_camera
from demo.draw.material import Material, leather, metal, plastic
from demo.draw.mesh import Parts, rotate
from demo.draw.room import WOODS, cloth, daylight, living_room
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import ball, cushion, tube

CATEGORY = "Demo > Home > Armchairs"
VIEWS = ("front", "angle", "side", "back", "detail", "multiview", "lifestyle")
PAINTS = ("sage", "navy", "terracotta", "mustard", "graphite", "sand", "berry", "teal", "rose")
NAMES = (
    "Zoe",
    "Malmo",
    "Brisa",
    "Elke",
    "Odense",
    "Rosalie",
    "Tomte",
    "Vida",
    "Harlow",
    "Inga",
    "Petra",
    "Lund",
    "Sorrel",
    "Fern",
)


def design(rng: Rng, brand: str) -> Design:
    """An armchair of its own proportions."""
    numbers = sizes(
        rng,
        width=(0.62, 0.8),
        seat=(0.36, 0.44),
        depth=(0.62, 0.76),
        back=(0.5, 0.85),
        arm=(0.14, 0.24),
        rise=(0.16, 0.3),
        leg=(0.12, 0.24),
        puff=(2.8, 6.0),
        lean=(8, 16),
    )
    options = {
        "legs": pick(rng, ("wood", "metal", "dark")),
        "stuff": pick(rng, ("cloth", "cloth", "leather")),
        "buttons": pick(rng, ("no", "yes")),
        "pillow": "no",
    }
    return Design(
        brand, pick(rng, NAMES), int(rng.integers(1 << 30)), pick(rng, PAINTS), "wood", numbers, options
    )


def _stuff(d: Design) -> Material:
    colour = COLOURS[d.paint]
    return leather(colour) if d.options["stuff"] == "leather" else cloth(colour)


def _legs(d: Design) -> Parts:
    """Four tapered legs, splayed."""
    s, stuff = (
        d.sizes,
        {
            "wood": plastic(WOODS[0], 0.45),
            "metal": metal(COLOURS["silver"], 0.2),
            "dark": plastic(WOODS[3], 0.4),
        }[d.options["legs"]],
    )
    parts: Parts = []
    for x in (-1, 1):
        for z in (-1, 1):
            top = (x * (s["width"] / 2 + s["arm"] * 0.3), s["leg"] + 0.06, z * s["depth"] * 0.36)
            foot = (top[0] + x * 0.05, 0.0, top[2] + z * 0.05)
            path = np.array([foot, top], np.float32)
            parts.append(tube(path, np.array([0.018, 0.032], np.float32), stuff, steps=18))
    return parts


def body(d: Design) -> Parts:
    """The armchair on y = 0, front towards +z."""
    s, stuff = d.sizes, _stuff(d)
    wide = s["width"] + 2 * s["arm"]
    deck = s["leg"] + 0.13
    parts = [cushion(wide * 0.98, 0.2, s["depth"], stuff, 7).moved(y=s["leg"] + 0.12)]
    parts.append(
        cushion(
            s["width"] * 0.99, s["seat"] - 0.14, s["depth"] * 0.98, stuff, s["puff"] + 1.5, sag=0.03
        ).moved(y=deck + 0.12, z=0.04)
    )
    back = cushion(s["width"] * 1.02, s["back"], 0.24, stuff, s["puff"]).turned("x", -s["lean"])
    frame = cushion(wide * 0.97, s["back"] + 0.18, 0.15, stuff, 7).turned("x", -s["lean"])
    parts.append(back.moved(y=deck + s["back"] / 2 + 0.2, z=-s["depth"] * 0.34))
    parts.append(frame.moved(y=deck + s["back"] / 2 + 0.06, z=-s["depth"] * 0.34 - 0.13))
    for side in (-1, 1):
        arm = cushion(s["arm"], s["rise"] + 0.34, s["depth"] * 1.02, stuff, s["puff"])
        parts.append(arm.moved(x=side * (s["width"] + s["arm"]) / 2, y=deck + s["rise"] / 2 + 0.07))
    if d.options["buttons"] == "yes":
        for x in (-0.2, 0, 0.2):
            for y in (-0.08, 0.12):
                knob = ball(0.017, stuff).moved(x=x * s["width"] / 0.7, y=y, z=0.118).turned("x", -s["lean"])
                parts.append(knob.moved(y=deck + s["back"] / 2 + 0.22, z=-s["depth"] * 0.34))
    if d.options["pillow"] == "yes":
        other = cloth(COLOURS["sand" if d.paint != "sand" else "teal"])
        pillow = cushion(0.4, 0.3, 0.15, other, 2.6).turned("x", -22)
        parts.append(pillow.moved(y=deck + s["seat"] + 0.08, z=-s["depth"] * 0.12))
    return _legs(d) + parts


def stage(d: Design, view: str) -> Shot:
    """One view of the armchair."""
    rng, kind, s = d.rng(7), image_type(view), d.sizes
    camera = usual_camera(view, d.rng(3))
    if kind == "front":
        return Shot(body(d), usual_camera(view, d.rng(3), pitch=9))
    if kind == "detail":
        place = (s["width"] / 2 + s["arm"] / 2, s["leg"] + 0.13 + s["rise"] * 0.8, s["depth"] * 0.42, 0.21)
        return Shot(body(d), Camera(yaw=34, pitch=22, fill=1.0, focus=place))
    if kind == "multiview":
        turned = [rotate(body(d), "y", angle) for angle in (0, 140)]
        return Shot(row_of(turned, -0.12, 0.5), usual_camera(view, d.rng(3), fill=0.9))
    if kind == "lifestyle":
        chair = rotate(body(d), "y", float(rng.uniform(-35, 35)))
        return Shot(
            living_room(rng, 1.1) + chair, usual_camera(view, d.rng(4), fill=0.6), daylight(rng), framed=chair
        )
    return Shot(body(d), camera)


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    stuff = "leather" if d.options["stuff"] == "leather" else "woven fabric"
    text = (
        f"Comfortable armchair in {d.paint} {stuff} with {d.options['legs']} legs"
        f"{' and a buttoned back' if d.options['buttons'] == 'yes' else ''}."
        " Deep seat, padded arms, for reading corner and living room."
    )
    return f"{d.model} armchair, {d.paint} {stuff}, by {d.brand}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same front with a pillow on the seat."""
    return "front-pillow", d.with_option("pillow", "yes")
