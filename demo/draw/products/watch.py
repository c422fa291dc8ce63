"""Watches: a round case on a strap."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import Material, leather, linear, metal, printed
from demo.draw.mesh import Mesh, Parts, fan, move, rotate
from demo.draw.room import carton, daylight, tabletop
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import cushion, lathe, tube
from demo.draw.texture import Canvas

CATEGORY = "Demo > Accessories > Watches"
VIEWS = ("front", "angle", "side", "back", "detail", "packaging", "lifestyle")
PAINTS = ("black", "navy", "white", "forest", "berry", "sand")
STRAPS = ("brown", "black", "tan", "steel", "navy", "forest")
HIDES = {"brown": linear(96, 58, 36), "tan": linear(172, 118, 70), "steel": linear(190, 192, 196)}


def design(rng: Rng, brand: str) -> Design:
    """A watch with a dial, a case and a strap of its own."""
    numbers = sizes(rng, case=(0.42, 0.5), strap=(0.2, 0.26), bezel=(0.03, 0.07), hour=(0, 12), minute=(0, 60))
    options = {
        "dial": pick(rng, ("bars", "numbers", "roman", "dots")), "strap": pick(rng, STRAPS),
        "metal": pick(rng, ("steel", "gold", "dark")), "small": pick(rng, ("none", "one", "three")),
    }
    return Design(brand, model_name(rng), int(rng.integers(1 << 30)), pick(rng, PAINTS), "silver", numbers, options)


def _dial(d: Design) -> Canvas:
    """The face of the watch with its hands."""
    ground = tuple(int(255 * c ** (1 / 2.2)) for c in COLOURS[d.paint])
    canvas = Canvas(640, 640, (ground[0], ground[1], ground[2]))
    ink = (235, 235, 230) if sum(ground) < 380 else (34, 36, 42)
    romans = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
    for minute in range(60):
        a = np.radians(minute * 6)
        x, y = np.sin(a), -np.cos(a)
        hour, marks = minute // 5, d.options["dial"]
        inner = 0.86 if minute % 5 == 0 and marks == "bars" else 0.93
        canvas.pen.line((320 + 302 * x, 320 + 302 * y, 320 + 320 * inner * x, 320 + 320 * inner * y), fill=ink, width=7 if minute % 5 == 0 else 2)
        if minute % 5 or marks == "bars":
            continue
        if marks == "dots":
            canvas.pen.ellipse((320 + 256 * x - 15, 320 + 256 * y - 15, 320 + 256 * x + 15, 320 + 256 * y + 15), fill=ink)
        else:
            canvas.write((320 + 246 * x, 320 + 246 * y), romans[hour] if marks == "roman" else str(hour or 12), 52, ink)
    places = {"none": (), "one": ((320, 440),), "three": ((320, 440), (210, 320), (430, 320))}[d.options["small"]]
    for x, y in places:
        canvas.pen.ellipse((x - 56, y - 56, x + 56, y + 56), outline=ink, width=4)
        canvas.pen.line((x, y, x + 22, y - 36), fill=ink, width=4)
    canvas.write((320, 200), d.brand, 34, ink)
    return canvas


def _hand(length: float, width: float, degrees: float, colour: Material, level: float) -> Mesh:
    """A pointed hand that lies on the dial."""
    ring = np.array([[-width, -0.05, 0], [width, -0.05, 0], [width * 0.8, length * 0.8, 0], [0, length, 0], [-width * 0.8, length * 0.8, 0]], np.float32)
    return fan(ring, colour).turned("z", -degrees).moved(z=level)


def _head(d: Design) -> Parts:
    """The case about the origin, dial towards +z."""
    r, edge = d.sizes["case"], d.sizes["bezel"]
    shine = metal({"steel": COLOURS["silver"], "gold": linear(214, 170, 92), "dark": linear(52, 52, 56)}[d.options["metal"]], 0.16)
    case = lathe([(0, -0.1), (r * 0.86, -0.1), (r * 0.97, -0.06), (r, 0), (r * 0.98, 0.06), (r - edge, 0.1), (r - edge - 0.02, 0.075), (r - edge - 0.025, 0.06)], shine, 96)
    parts = [case.turned("x", 90)]
    angles = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    inner = r - edge - 0.02
    disc = np.stack([inner * np.cos(angles), inner * np.sin(angles), np.full(96, 0.064)], 1)
    parts.append(fan(disc.astype(np.float32), printed(_dial(d).texture(), 0.35)))
    light = sum(COLOURS[d.paint]) > 0.5
    tip = Material(linear(30, 32, 38) if light else linear(238, 238, 232), roughness=0.3)
    hour, minute = d.sizes["hour"], d.sizes["minute"]
    parts += [_hand(inner * 0.5, 0.02, hour * 30, tip, 0.072), _hand(inner * 0.78, 0.014, minute * 6, tip, 0.076)]
    parts.append(_hand(inner * 0.85, 0.005, 200, Material(COLOURS["red"]), 0.08))
    parts.append(lathe([(0, 0.012), (0.03, 0.01), (0.03, 0)], shine, 24).turned("x", 90).moved(z=0.08))
    crown = lathe([(0, 0), (0.05, 0.0), (0.055, 0.03), (0.05, 0.06), (0, 0.06)], shine, 24).turned("z", -90)
    parts.append(crown.moved(x=r - 0.005))
    back = np.stack([0.8 * r * np.cos(angles), -0.8 * r * np.sin(angles), np.full(96, -0.103)], 1)
    parts.append(fan(back.astype(np.float32), metal(linear(150, 152, 156), 0.4)))
    for side in (-1, 1):
        for turn in (-1, 1):
            lug = cushion(0.075, 0.24, 0.14, shine, 3.0).turned("x", turn * 18)
            parts.append(lug.moved(x=side * (d.sizes["strap"] + 0.03), y=turn * r * 0.93, z=-0.05))
    return parts


def body(d: Design) -> Parts:
    """The closed watch standing on its strap, dial towards +z, on y = 0."""
    r = d.sizes["case"]
    angles = np.linspace(np.radians(-62), np.radians(242), 90)
    path = np.stack([np.zeros(90), 0.88 * np.sin(angles - np.pi / 2), -0.74 * np.cos(angles - np.pi / 2)], 1)
    steel = d.options["strap"] == "steel"
    hide = HIDES.get(d.options["strap"], COLOURS.get(d.options["strap"], COLOURS["black"]))
    stuff = metal(hide, 0.28) if steel else leather(hide)
    width = np.full(90, d.sizes["strap"], np.float32)
    if steel:
        width *= 1 - 0.05 * (np.arange(90) % 6 == 0)
    strap = tube(path.astype(np.float32), width, stuff, flat=0.14 if not steel else 0.17, power=6, steps=40)
    parts = [strap, *[p.moved(z=0.72) for p in _head(d)]]
    if not steel:
        buckle = tube(np.array([[0, -0.1, -0.76], [0, 0.1, -0.76]], np.float32), d.sizes["strap"] + 0.03, metal(COLOURS["silver"]), flat=0.2, power=6)
        parts.append(buckle)
    return move(parts, y=max(0.9, r + 0.45))


def stage(d: Design, view: str) -> Shot:
    """One view of the watch."""
    rng, kind = d.rng(7), image_type(view)
    camera = usual_camera(view, d.rng(3))
    if kind == "detail":
        return Shot(body(d), Camera(yaw=18, pitch=12, fill=1.0, focus=(0.08, 0.95, 0.78, 0.2)))
    if kind == "back":
        return Shot(move(rotate(_head(d), "y", 180), y=0.6) + _open_strap(d), Camera(pitch=3, fill=0.84))
    if kind == "packaging":
        product = Shot(body(d), Camera(pitch=4, fill=0.9))
        return Shot(carton(rng, d.brand, d.model, product, COLOURS[d.paint], (1.1, 1.1, 0.8)), camera)
    if kind == "lifestyle":
        watch = rotate(body(d), "y", 14)
        return Shot(tabletop(rng, 1.4) + watch, usual_camera(view, d.rng(4), fill=0.6), daylight(rng), framed=watch)
    return Shot(body(d), camera)


def _open_strap(d: Design) -> Parts:
    """The strap laid open above and below the case."""
    hide = HIDES.get(d.options["strap"], COLOURS.get(d.options["strap"], COLOURS["black"]))
    stuff = metal(hide, 0.28) if d.options["strap"] == "steel" else leather(hide)
    parts: Parts = []
    for side in (-1, 1):
        path = np.stack([np.zeros(30), 0.6 + side * np.linspace(d.sizes["case"] * 0.8, 1.35, 30), np.zeros(30)], 1).astype(np.float32)
        taper = d.sizes["strap"] * np.linspace(1.0, 0.8, 30, dtype=np.float32)
        parts.append(tube(path, taper, stuff, flat=0.14, power=6, steps=40))
    return parts


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    extra = {"none": "", "one": " with small seconds", "three": " chronograph"}[d.options["small"]]
    text = (
        f"Wrist watch with a {d.paint} dial, {d.options['metal']} case and {d.options['strap']} strap{extra}."
        " Quartz movement, mineral glass, water resistant to 5 bar."
    )
    return f"{d.brand} {d.model}{extra} watch, {d.paint} dial", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same watch with another dial."""
    marks = ("bars", "numbers", "roman", "dots")
    return "front-dial", d.with_option("dial", marks[(marks.index(d.options["dial"]) + 1) % 4])
