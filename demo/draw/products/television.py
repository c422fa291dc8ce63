"""Televisions: a wide screen on a stand."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import Material, glass, linear, metal, plastic, screen
from demo.draw.mesh import Mesh, Parts, move
from demo.draw.room import WOODS, carton, daylight, living_room
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import box, plate, slab, smooth_path, tube
from demo.draw.texture import landscape, to_linear

CATEGORY = "Demo > Electronics > Televisions"
VIEWS = ("front", "angle", "side", "back", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("black", "graphite", "silver")


def design(rng: Rng, brand: str) -> Design:
    """A television of its own proportions."""
    numbers = sizes(
        rng, depth=(0.05, 0.1), bezel=(0.012, 0.035), lift=(0.1, 0.2), spread=(0.5, 0.8), inches=(40, 77)
    )
    return Design(
        brand,
        model_name(rng),
        int(rng.integers(1 << 30)),
        pick(rng, PAINTS),
        "black",
        numbers,
        {"stand": pick(rng, ("feet", "plate", "arch")), "screen": "on"},
    )


def _stand(d: Design) -> Parts:
    """What it stands on."""
    stuff, s = metal(COLOURS[d.paint], 0.4), d.sizes
    if d.options["stand"] == "plate":
        return box(0.85, 0.025, 0.36, stuff, 0.008) + move(
            box(0.16, s["lift"] + 0.1, 0.05, stuff, 0.01), z=-0.04
        )
    if d.options["stand"] == "arch":
        half = [(-s["spread"], 0.02, 0.1), (-0.4, 0.03, 0.16), (0, s["lift"], -0.02)]
        points = half + [(-x, y, z) for x, y, z in half[-2::-1]]
        return [tube(smooth_path(points, 60), 0.028, stuff, steps=16)]
    return [_leg(s["lift"], side, side * s["spread"], z, stuff) for side in (-1, 1) for z in (0.2, -0.2)]


def _leg(lift: float, side: int, x: float, z: float, stuff: Material) -> Mesh:
    """One bent leg of a foot."""
    bends = [(x, lift + 0.04, 0), (x + side * 0.03, lift * 0.5, z * 0.55), (x + side * 0.05, 0.015, z)]
    return tube(smooth_path(bends, 16), 0.018, stuff, steps=14)


def body(d: Design) -> Parts:
    """The television on y = 0, screen towards +z."""
    s, case = d.sizes, plastic(COLOURS[d.paint], 0.4)
    wide, tall = 2.0, 1.14
    parts = slab(wide, tall, s["depth"] * 0.5, 0.015, 0.008, metal(COLOURS[d.paint], 0.35), glass())
    if d.options["screen"] == "on":
        art = to_linear(np.asarray(landscape(d.rng(1), 1200, 675)))
        parts.append(
            plate(wide - 2 * s["bezel"], tall - 2 * s["bezel"], screen(art)).moved(
                z=s["depth"] * 0.25 + 0.001
            )
        )
    hump = slab(1.5, 0.62, s["depth"], 0.06, 0.03, case)
    parts += move(hump, y=-0.2, z=-s["depth"] * 0.6)
    for row in range(6):
        slot = plate(0.9, 0.012, glass()).turned("y", 180)
        parts.append(slot.moved(y=0.02 - 0.03 * row, z=-s["depth"] * 1.1 - 0.001))
    for column in range(5):
        port = plate(0.06, 0.04, glass((0.03, 0.03, 0.04))).turned("y", 180)
        parts.append(port.moved(x=-0.5 + 0.1 * column, y=-0.42, z=-s["depth"] * 1.1 - 0.001))
    return _stand(d) + move(parts, y=tall / 2 + s["lift"])


def _remote() -> Parts:
    """A remote control lying on the floor."""
    parts = [
        p.turned("x", -90).moved(y=0.03)
        for p in slab(0.2, 0.8, 0.06, 0.07, 0.02, plastic(COLOURS["black"], 0.5))
    ]
    rubber = plastic(linear(120, 122, 128), 0.7)
    for row in range(7):
        for column in (-1, 0, 1):
            knob = slab(
                0.036,
                0.03,
                0.014,
                0.012,
                0.004,
                plastic(COLOURS["red"]) if (row, column) == (0, -1) else rubber,
            )
            parts += [
                p.turned("x", -90).moved(x=column * 0.055, y=0.062, z=-0.33 + row * 0.075) for p in knob
            ]
    return parts


def stage(d: Design, view: str) -> Shot:
    """One view of the television."""
    rng, kind = d.rng(7), image_type(view)
    camera = usual_camera(view, d.rng(3), **({"fill": 0.92} if kind in ("front", "back", "angle") else {}))
    if kind == "detail":
        return Shot(
            body(d),
            Camera(yaw=-32, pitch=14, fill=0.95, focus=(-d.sizes["spread"], d.sizes["lift"] * 0.8, 0, 0.34)),
        )
    if kind == "accessory":
        return Shot(_remote(), usual_camera(view, d.rng(3), yaw=35.0, pitch=48.0))
    if kind == "packaging":
        product, card = Shot(body(d), Camera(fill=0.92)), linear(190, 160, 120)
        name = f"{d.sizes['inches']:.0f} inch"
        return Shot(carton(rng, d.brand, name, product, card, (2.2, 1.4, 0.3)), camera)
    if kind == "lifestyle":
        wood = plastic(WOODS[int(rng.integers(len(WOODS)))], 0.5)
        shown = move(box(2.6, 0.5, 0.5, wood, 0.02), z=-0.9) + move(body(d), y=0.5, z=-0.9)
        place = usual_camera(view, d.rng(4), fill=0.72)
        return Shot(living_room(rng, 1.35) + shown, place, daylight(rng), framed=shown)
    return Shot(body(d), camera)


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    inches = f"{d.sizes['inches']:.0f}"
    text = (
        f"{inches}-inch television with a thin frame in {d.paint}, deep contrast and clear sound."
        f" Stands on {'two feet' if d.options['stand'] == 'feet' else 'a centre stand'} or hangs on the wall."
        " Remote control included."
    )
    return f'{d.brand} {d.model} {inches}" TV {d.paint}', text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same front, switched off."""
    return "front-off", d.with_option("screen", "off")
