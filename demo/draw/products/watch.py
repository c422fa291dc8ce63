"""Watches: a round case on a strap."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import Material, Texture, leather, linear, metal, printed
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
    numbers = sizes(
        rng, case=(0.42, 0.5), strap=(0.2, 0.26), bezel=(0.03, 0.07), hour=(0, 12), minute=(0, 60)
    )
    options = {
        "dial": pick(rng, ("bars", "numbers", "roman", "dots")),
        "strap": pick(rng, STRAPS),
        "metal": pick(rng, ("steel", "gold", "dark")),
        "small": pick(rng, ("none", "one", "three")),
    }
    return Design(
        brand, model_name(rng), int(rng.integers(1 << 30)), pick(rng, PAINTS), "silver", numbers, options
    )


ROMANS = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
SMALL_DIALS = {"none": (), "one": ((320, 440),), "three": ((320, 440), (210, 320), (430, 320))}


def _dial(d: Design) -> Canvas:
    """The face of the watch: marks, small dials, the maker's name."""
    ground = tuple(int(255 * c ** (1 / 2.2)) for c in COLOURS[d.paint])
    canvas = Canvas(640, 640, (ground[0], ground[1], ground[2]))
    ink = (235, 235, 230) if sum(ground) < 380 else (34, 36, 42)
    marks = d.options["dial"]
    for minute in range(60):
        whole = minute % 5 == 0
        x, y = np.sin(np.radians(minute * 6)), -np.cos(np.radians(minute * 6))
        inner = 320 * (0.86 if whole and marks == "bars" else 0.93)
        line = (320 + 302 * x, 320 + 302 * y, 320 + inner * x, 320 + inner * y)
        canvas.pen.line(line, fill=ink, width=7 if whole else 2)
        if whole and marks == "dots":
            dot = (320 + 256 * x, 320 + 256 * y)
            canvas.pen.ellipse((dot[0] - 15, dot[1] - 15, dot[0] + 15, dot[1] + 15), fill=ink)
        elif whole and marks != "bars":
            hour = minute // 5
            name = ROMANS[hour] if marks == "roman" else str(hour or 12)
            canvas.write((320 + 246 * x, 320 + 246 * y), name, 52, ink)
    for x, y in SMALL_DIALS[d.options["small"]]:
        canvas.pen.ellipse((x - 56, y - 56, x + 56, y + 56), outline=ink, width=4)
        canvas.pen.line((x, y, x + 22, y - 36), fill=ink, width=4)
    canvas.write((320, 200), d.brand, 34, ink)
    return canvas


def _brushed(dial: Texture) -> Texture:
    """Sun rays as on a brushed dial: shade turns with the angle."""
    y, x = np.mgrid[: dial.shape[0], : dial.shape[1]] - dial.shape[0] / 2
    angle = np.arctan2(y, x)
    rays = 1 + 0.28 * np.cos(2 * angle - 1.2) + 0.04 * np.sin(67 * angle) + 0.02 * np.sin(151 * angle)
    lifted = dial + 0.012 * (rays[..., None] > 0)
    return np.clip(lifted * rays[..., None], 0, 1).astype(np.float32)


def _hand(length: float, width: float, degrees: float, colour: Material, level: float) -> Mesh:
    """A pointed hand that lies on the dial."""
    half = [(width, -0.05), (width * 0.8, length * 0.8)]
    outline = [*half, (0.0, length), *[(-x, y) for x, y in half[::-1]]]
    ring = np.array([(x, y, 0.0) for x, y in outline], np.float32)
    return fan(ring, colour).turned("z", -degrees).moved(z=level)


def _head(d: Design) -> Parts:
    """The case about the origin, dial towards +z."""
    r, edge = d.sizes["case"], d.sizes["bezel"]
    tones = {"gold": linear(214, 170, 92), "dark": linear(52, 52, 56)}
    shine = metal(tones.get(d.options["metal"], COLOURS["silver"]), 0.16)
    lip = [(r - edge, 0.1), (r - edge - 0.02, 0.075), (r - edge - 0.025, 0.06)]
    outline = [(0, -0.1), (r * 0.86, -0.1), (r * 0.97, -0.06), (r, 0), (r * 0.98, 0.06), *lip]
    parts = [lathe(outline, shine, 96).turned("x", 90), *_face(d, r - edge - 0.02, shine)]
    crown = lathe([(0, 0), (0.05, 0.0), (0.055, 0.03), (0.05, 0.06), (0, 0.06)], shine, 24).turned("z", -90)
    parts.append(crown.moved(x=r - 0.005))
    parts.append(_disc(0.8 * r, -0.103, metal(linear(150, 152, 156), 0.4)))
    for side in (-1, 1):
        for turn in (-1, 1):
            lug = cushion(0.075, 0.24, 0.14, shine, 3.0).turned("x", turn * 18)
            parts.append(lug.moved(x=side * (d.sizes["strap"] + 0.03), y=turn * r * 0.93, z=-0.05))
    return parts


def _disc(radius: float, level: float, stuff: Material) -> Mesh:
    """A flat disc that faces the viewer above 0 and away from the viewer below."""
    a = np.linspace(0, 2 * np.pi, 96, endpoint=False) * (1 if level > 0 else -1)
    ring = np.stack([radius * np.cos(a), radius * np.sin(a), np.full(96, level)], 1)
    return fan(ring.astype(np.float32), stuff)


def _face(d: Design, radius: float, shine: Material) -> Parts:
    """The dial and its hands."""
    light = sum(COLOURS[d.paint]) > 0.5
    tip = Material(linear(30, 32, 38) if light else linear(238, 238, 232), roughness=0.3)
    hub = lathe([(0, 0.012), (0.03, 0.01), (0.03, 0)], shine, 24).turned("x", 90).moved(z=0.08)
    return [
        _disc(radius, 0.064, printed(_brushed(_dial(d).texture()), 0.35)),
        _hand(radius * 0.5, 0.02, d.sizes["hour"] * 30, tip, 0.072),
        _hand(radius * 0.78, 0.014, d.sizes["minute"] * 6, tip, 0.076),
        _hand(radius * 0.85, 0.005, 200, Material(COLOURS["red"]), 0.08),
        hub,
    ]


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
        buckle = tube(
            np.array([[0, -0.1, -0.76], [0, 0.1, -0.76]], np.float32),
            d.sizes["strap"] + 0.03,
            metal(COLOURS["silver"]),
            flat=0.2,
            power=6,
        )
        parts.append(buckle)
    return move(parts, y=max(0.9, r + 0.45))


def stage(d: Design, view: str) -> Shot:
    """One view of the watch."""
    rng, kind = d.rng(7), image_type(view)
    camera = usual_camera(view, d.rng(3))
    if kind == "detail":
        return Shot(
            body(d), Camera(yaw=18, pitch=12, fill=1.0, focus=(d.sizes["case"] * 0.6, 0.98, 0.76, 0.27))
        )
    if kind == "back":
        return Shot(move(rotate(_head(d), "y", 180), y=0.6) + _open_strap(d), Camera(pitch=3, fill=0.84))
    if kind == "packaging":
        product = Shot(body(d), Camera(pitch=4, fill=0.9))
        return Shot(carton(rng, d.brand, d.model, product, COLOURS[d.paint], (1.1, 1.1, 0.8)), camera)
    if kind == "lifestyle":
        watch = rotate(body(d), "y", 14)
        return Shot(
            tabletop(rng, 1.4) + watch, usual_camera(view, d.rng(4), fill=0.6), daylight(rng), framed=watch
        )
    return Shot(body(d), camera)


def _open_strap(d: Design) -> Parts:
    """The strap laid open above and below the case."""
    hide = HIDES.get(d.options["strap"], COLOURS.get(d.options["strap"], COLOURS["black"]))
    stuff = metal(hide, 0.28) if d.options["strap"] == "steel" else leather(hide)
    parts: Parts = []
    for side in (-1, 1):
        path = np.stack(
            [np.zeros(30), 0.6 + side * np.linspace(d.sizes["case"] * 0.8, 1.35, 30), np.zeros(30)], 1
        ).astype(np.float32)
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
