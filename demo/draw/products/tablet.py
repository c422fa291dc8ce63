"""Tablets: a glass front, a camera on the back, sometimes a stylus."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw, ImageFont

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import glass, linear, metal, plastic, screen
from demo.draw.mesh import Parts, move, rotate
from demo.draw.room import cable, carton, daylight, label, tabletop
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import box, lathe, plate, slab
from demo.draw.texture import Texture, landscape, to_linear

CATEGORY = "Demo > Electronics > Tablets"
VIEWS = ("front", "angle", "back", "side", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("graphite", "silver", "rose", "sky", "sage")


def design(rng: Rng, brand: str) -> Design:
    """A tablet of its own proportions."""
    options = {"stylus": pick(rng, ("no", "no", "yes")), "camera": pick(rng, ("one", "two", "three"))}
    numbers = sizes(
        rng, width=(0.92, 1.08), height=(1.32, 1.62), corner=(0.05, 0.12), bezel=(0.045, 0.09), inches=(8, 13)
    )
    return Design(
        brand, model_name(rng), int(rng.integers(1 << 30)), pick(rng, PAINTS), "black", numbers, options
    )


def _wallpaper(d: Design) -> Texture:
    """The home screen: a landscape with icons and their names."""
    rng, width = d.rng(1), 840
    height = int(width * d.sizes["height"] / d.sizes["width"])
    picture = landscape(rng, width, height)
    pen = ImageDraw.Draw(picture)
    pen.text(
        (width / 2, 60),
        f"{rng.integers(6, 22):02d}:{rng.integers(60):02d}",
        font=ImageFont.load_default(size=44),
        anchor="mm",
    )
    for row in range(int(rng.integers(2, 5))):
        for column in range(4):
            x, y = 77 + column * 189, height - 192 - row * 196
            ground = tuple(int(c) for c in rng.integers(40, 245, 3))
            pen.rounded_rectangle((x, y, x + 116, y + 116), 26, fill=ground)
            if rng.random() < 0.5:
                pen.ellipse((x + 33, y + 33, x + 83, y + 83), fill=(245, 245, 245))
            else:
                pen.polygon([(x + 36, y + 84), (x + 58, y + 32), (x + 82, y + 84)], fill=(245, 245, 245))
            pen.text(
                (x + 58, y + 138),
                ["Notes", "Music", "Mail", "Maps"][column],
                font=ImageFont.load_default(size=24),
                anchor="mm",
            )
    return to_linear(np.asarray(picture))


def _stylus(d: Design) -> Parts:
    """A pen along y, standing on its tip."""
    white = plastic(COLOURS["white"], 0.3)
    length = d.sizes["height"] * 0.85
    pen = lathe(
        [
            (0.0, 0.0),
            (0.006, 0.01),
            (0.026, 0.12),
            (0.026, length),
            (0.02, length + 0.01),
            (0, length + 0.01),
        ],
        white,
        32,
    )
    ring = lathe(
        [(0.0265, length - 0.16), (0.0275, length - 0.15), (0.0265, length - 0.14)],
        metal(COLOURS["silver"]),
        32,
    )
    return [pen, ring]


def body(d: Design) -> Parts:
    """The tablet standing upright on y = 0, screen towards +z."""
    w, h, s = d.sizes["width"], d.sizes["height"], d.sizes
    shell = metal(COLOURS[d.paint], 0.35)
    parts = slab(w, h, 0.045, s["corner"], 0.016, shell, glass())
    parts.append(plate(w - 2 * s["bezel"], h - 2 * s["bezel"], screen(_wallpaper(d))).moved(z=0.0235))
    parts += [p.moved(x=w / 2, y=h * 0.3) for p in slab(0.012, 0.16, 0.016, 0.005, 0.004, shell)]
    lenses = {"one": 1, "two": 2, "three": 3}[d.options["camera"]]
    bump = slab(0.15, 0.06 + 0.1 * lenses, 0.016, 0.06, 0.006, shell)
    parts += [p.moved(x=w * 0.36, y=h / 2 - 0.1 - 0.05 * lenses, z=-0.028) for p in bump]
    for number in range(lenses):
        lens = lathe([(0.0, 0.008), (0.036, 0.008), (0.042, 0.004), (0.044, 0)], glass(), 32).turned("x", -90)
        parts.append(lens.moved(x=w * 0.36, y=h / 2 - 0.13 - 0.1 * number, z=-0.037))
    logo = metal(linear(226, 228, 232), 0.12)
    parts += [p.moved(z=-0.0225) for p in slab(0.16, 0.05, 0.003, 0.025, 0.001, logo)]
    parts = move(parts, y=h / 2)
    if d.options["stylus"] == "yes":
        parts += move(rotate(_stylus(d), "z", 4), x=w / 2 + 0.14, y=0.0)
    return parts


def stage(d: Design, view: str) -> Shot:
    """One view of the tablet."""
    rng = d.rng(7)
    h = d.sizes["height"]
    camera = usual_camera(view, d.rng(3))
    kind = image_type(view)
    if kind == "detail":
        return Shot(
            body(d), Camera(yaw=168, pitch=14, fill=0.95, focus=(d.sizes["width"] * 0.36, h * 0.86, 0, 0.26))
        )
    if kind == "accessory":
        return Shot(_accessories(d), camera)
    if kind == "packaging":
        front = Shot(body(d.with_option("stylus", "no")), Camera(fill=0.9))
        return Shot(carton(rng, d.brand, d.model, front, COLOURS[d.paint], (1.0, 1.35, 0.22)), camera)
    if kind == "lifestyle":
        leaning = rotate(body(d), "x", -22)
        return Shot(
            tabletop(rng, 1.0) + leaning,
            usual_camera(view, d.rng(4), fill=0.62),
            daylight(rng),
            framed=leaning,
        )
    return Shot(body(d), camera)


def _accessories(d: Design) -> Parts:
    """Charger and cable, as sent along."""
    white = plastic(COLOURS["white"], 0.35)
    brick = box(0.42, 0.42, 0.42, white, 0.06)
    prongs = [
        p
        for x in (-0.08, 0.08)
        for p in move(box(0.03, 0.16, 0.07, metal(COLOURS["silver"]), 0.008), x=x, y=0.42)
    ]
    wire = cable(d.rng(9), 1.5, linear(222, 222, 220), 0.022).moved(x=0.85)
    sticker = label(d.rng(8), d.brand, 0.3, 0.18, False).moved(y=0.2, z=0.211)
    return [*brick, *prongs, wire, sticker]


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    inches = f"{d.sizes['inches']:.1f}"
    title = f"{d.brand} {d.model} {inches}-inch tablet, {d.paint}"
    stylus = " A pressure-sensitive stylus is in the box." if d.options["stylus"] == "yes" else ""
    text = (
        f"Thin tablet with a {inches}-inch touch screen, {d.options['camera']}-lens rear camera"
        f" and a metal shell in {d.paint}."
        f" All-day battery, charger and USB cable included.{stylus}"
    )
    return title, text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same front with a stylus beside it."""
    return "front-stylus", d.with_option("stylus", "no" if d.options["stylus"] == "yes" else "yes")
