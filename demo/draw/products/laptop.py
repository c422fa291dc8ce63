"""Laptops: two thin plates and a hinge."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, model_name, pick, sizes, usual_camera
from demo.draw.material import Material, glass, linear, metal, plastic, printed, screen
from demo.draw.mesh import Mesh, Parts, move, rotate
from demo.draw.room import cable, carton, daylight, label, tabletop
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import box, lathe, plate, slab
from demo.draw.texture import Canvas, landscape, to_linear

CATEGORY = "Demo > Electronics > Laptops"
VIEWS = ("front", "angle", "side", "back", "top", "detail", "accessory", "packaging", "lifestyle")
PAINTS = ("silver", "graphite", "navy", "rose", "black")


def design(rng: Rng, brand: str) -> Design:
    """A laptop of its own proportions."""
    numbers = sizes(
        rng,
        depth=(0.92, 1.08),
        thick=(0.045, 0.085),
        open=(102, 116),
        bezel=(0.035, 0.07),
        inches=(12, 17),
        corner=(0.03, 0.08),
    )
    options = {"keys": pick(rng, ("black", "white", "same")), "numbers": pick(rng, ("yes", "no"))}
    return Design(
        brand, model_name(rng), int(rng.integers(1 << 30)), pick(rng, PAINTS), "black", numbers, options
    )


def _keyboard(d: Design) -> Canvas:
    """The deck seen from above: keys and touch pad."""
    shell = tuple(int(255 * c ** (1 / 2.2)) for c in COLOURS[d.paint])
    canvas = Canvas(1024, int(1024 * d.sizes["depth"] / 1.5), (shell[0], shell[1], shell[2]))
    dark = d.options["keys"] == "black" or (d.options["keys"] == "same" and sum(shell) < 300)
    key, ink = ((34, 35, 38), (225, 225, 225)) if dark else ((228, 228, 230), (60, 60, 66))
    columns = 17 if d.options["numbers"] == "yes" else 14
    pitch = 900 / columns
    for row, letters in enumerate(("1234567890-=+", "QWERTYUIOP[]", "ASDFGHJKL;'#", "ZXCVBNM,./<>", "")):
        for column in range(columns):
            x, y = 62 + column * pitch, 60 + row * 52
            wide = pitch * (5 if row == 4 and column == 4 else 1)
            if row == 4 and 4 < column < 9:
                continue
            canvas.pen.rounded_rectangle((x + 2, y + 2, x + wide - 3, y + 47), 5, fill=key)
            if column < len(letters):
                canvas.write((x + pitch / 2, y + 24), letters[column], 15, ink)
    tall = canvas.image.height
    pad = tuple(int(c * 0.88) for c in shell)
    canvas.pen.rounded_rectangle(
        (350, 345, 674, tall - 28), 10, fill=pad, outline=tuple(int(c * 0.7) for c in shell)
    )
    return canvas


def _desktop(d: Design) -> Mesh:
    """The lit screen."""
    rng = d.rng(1)
    picture = np.asarray(landscape(rng, 720, 450)).copy()
    picture[426:] = (picture[426:] * 0.4 + 130).astype(np.uint8)
    for number in range(7):
        picture[431:446, 250 + number * 32 : 266 + number * 32] = rng.integers(30, 240, 3)
    if rng.random() < 0.5:
        x, y = int(rng.integers(60, 240)), int(rng.integers(40, 120))
        picture[y : y + 230, x : x + 360] = 244
        picture[y : y + 22, x : x + 360] = 208
        for line in range(9):
            picture[y + 42 + line * 19 : y + 48 + line * 19, x + 20 : x + int(rng.integers(150, 330))] = 120
    wide = 1.5 - 2 * d.sizes["bezel"]
    return plate(wide, d.sizes["depth"] * 0.98 - 2.4 * d.sizes["bezel"], screen(to_linear(picture)))


def body(d: Design, opened: float | None = None) -> Parts:
    """The laptop on y = 0, screen towards +z."""
    s, shell = d.sizes, metal(COLOURS[d.paint], 0.38)
    deck = slab(
        1.5,
        s["depth"],
        s["thick"],
        s["corner"],
        s["thick"] * 0.35,
        shell,
        printed(_keyboard(d).texture(), 0.5),
    )
    base = [p.turned("x", -90).moved(y=s["thick"] / 2 + 0.012, z=s["depth"] / 2) for p in deck]
    feet = [
        lathe([(0, 0), (0.03, 0), (0.03, 0.02)], plastic(COLOURS["black"]), 24).moved(x=x, z=z)
        for x in (-0.65, 0.65)
        for z in (0.08, s["depth"] - 0.08)
    ]
    for side in (-1, 1):
        for place in (0.15, 0.26, 0.36):
            port = plate(0.06, 0.02, glass()).turned("y", side * 90)
            base.append(port.moved(x=side * 0.7505, y=s["thick"] / 2 + 0.012, z=s["depth"] * place))
    tall = s["depth"] * 0.98
    lid = slab(1.5, tall, 0.03, s["corner"], 0.01, shell, glass((0.01, 0.01, 0.012)))
    lid += [_desktop(d).moved(y=s["bezel"] * 0.15, z=0.0155)]
    lid += [p.moved(z=-0.0155) for p in slab(0.2, 0.07, 0.003, 0.03, 0.001, metal(COLOURS["silver"], 0.1))]
    angle = s["open"] if opened is None else opened
    lid = rotate(move(lid, y=tall / 2 + 0.012), "x", 90 - angle)
    return base + feet + move(lid, y=s["thick"] + 0.012, z=0.02)


def stage(d: Design, view: str) -> Shot:
    """One view of the laptop."""
    rng, kind = d.rng(7), image_type(view)
    camera = usual_camera(view, d.rng(3))
    if kind == "front":
        return Shot(body(d), usual_camera(view, d.rng(3), pitch=16))
    if kind == "detail":
        return Shot(
            body(d), Camera(yaw=-28, pitch=42, fill=1.0, focus=(-0.32, 0.06, d.sizes["depth"] * 0.42, 0.3))
        )
    if kind == "top":
        return Shot(body(d, 178), Camera(pitch=88, fill=0.84))
    if kind == "accessory":
        brick: Parts = box(0.5, 0.18, 0.28, plastic(COLOURS["black"], 0.4), 0.03)
        plug = box(0.1, 0.06, 0.22, plastic(COLOURS["graphite"], 0.3), 0.02)
        sticker = label(d.rng(8), d.brand, 0.42, 0.22, True).turned("x", -90).moved(y=0.182)
        light = plate(0.02, 0.02, Material((0.4, 1.0, 0.5), glow=0.8)).moved(x=0.2, y=0.09, z=0.141)
        brick += [sticker, light, *[p.moved(x=0.33) for p in plug]]
        return Shot([*brick, cable(d.rng(9), 1.4, linear(30, 30, 32), 0.022).moved(x=0.9)], camera)
    if kind == "packaging":
        product, card = Shot(body(d), Camera(yaw=-25, pitch=14, fill=0.9)), linear(196, 170, 134)
        return Shot(carton(rng, d.brand, d.model, product, card, (1.5, 1.05, 0.26)), camera)
    if kind == "lifestyle":
        laptop, place = body(d), usual_camera(view, d.rng(4), fill=0.66, pitch=17)
        return Shot(tabletop(rng, 1.25) + laptop, place, daylight(rng), framed=laptop)
    return Shot(body(d), camera)


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    inches = f"{d.sizes['inches']:.1f}"
    text = (
        f"Light {inches}-inch notebook computer in {d.paint} aluminium with {d.options['keys']} keys,"
        f"{' a number pad,' if d.options['numbers'] == 'yes' else ''} a wide touch pad"
        " and a bright matte display. Power supply included."
    )
    return f"{d.brand} {d.model} {inches} laptop {d.paint}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """Keys of another colour, seen from above."""
    return "top-keys", d.with_option("keys", "white" if d.options["keys"] == "black" else "black")
