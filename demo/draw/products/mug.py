"""Mugs: a glazed cup with a handle and a print."""

from __future__ import annotations

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, pick, row_of, sizes, usual_camera
from demo.draw.material import Material, ceramic, linear
from demo.draw.mesh import Mesh, Parts, move
from demo.draw.room import carton, daylight, tabletop
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import lathe, smooth_path, tube
from demo.draw.texture import Canvas

CATEGORY = "Demo > Home > Mugs"
VIEWS = ("front", "back", "side", "top", "detail", "multiview", "packaging", "lifestyle")
PAINTS = ("white", "sky", "terracotta", "sage", "mustard", "navy", "berry", "teal")
NAMES = ("Anna", "Jonas", "Mila", "Oskar", "Lea", "Theo", "Ida", "Hugo", "Clara", "Nils", "Emma", "Felix")


def design(rng: Rng, brand: str) -> Design:
    """A mug with a shape and a print of its own."""
    numbers = sizes(
        rng, radius=(0.34, 0.43), tall=(0.78, 1.0), flare=(-0.06, 0.05), loop=(0.2, 0.3), thick=(0.045, 0.06)
    )
    options = {
        "print": pick(rng, ("name", "stripes", "dots", "star", "name")),
        "name": pick(rng, NAMES),
        "inside": pick(rng, ("same", "white")),
    }
    return Design(
        brand,
        pick(rng, ("Morning", "Harbour", "Studio", "Cabin", "Kitchen", "Picnic", "Meadow")),
        int(rng.integers(1 << 30)),
        pick(rng, PAINTS),
        "white",
        numbers,
        options,
    )


def _print(d: Design) -> Canvas:
    """The wall unrolled: u = 0 at the front."""
    ground = tuple(int(255 * c ** (1 / 2.2)) for c in COLOURS[d.paint])
    canvas = Canvas(1400, 460, (ground[0], ground[1], ground[2]))
    light = sum(ground) > 400
    ink = (44, 48, 66) if light else (242, 240, 232)
    if d.options["print"] == "stripes":
        for y in (90, 130, 300, 340):
            canvas.pen.rectangle((0, y, 1400, y + 20), fill=ink)
    elif d.options["print"] == "dots":
        for x in range(0, 1400, 70):
            for row, y in enumerate(range(60, 420, 70)):
                canvas.pen.ellipse((x + 35 * (row % 2), y, x + 35 * (row % 2) + 22, y + 22), fill=ink)
    for centre in (0, 1400):
        if d.options["print"] == "name":
            canvas.write((centre, 215), d.options["name"], 92, ink)
            canvas.pen.line((centre - 90, 290, centre + 90, 290), fill=ink, width=7)
        elif d.options["print"] == "star":
            spikes = [
                (centre + r * np.sin(k * np.pi / 5), 230 - r * np.cos(k * np.pi / 5))
                for k, r in enumerate([120, 50] * 5)
            ]
            canvas.pen.polygon(spikes, fill=(226, 176, 58) if d.paint != "mustard" else ink)
    return canvas


def body(d: Design) -> Parts:
    """The mug on y = 0, print towards +z, handle towards +x."""
    s, glaze = d.sizes, ceramic(COLOURS[d.paint])
    r, h, lip = s["radius"], s["tall"], s["radius"] + s["flare"]
    wall = Material((1, 1, 1), roughness=0.12, specular=0.05, texture=_print(d).texture()[::-1])
    inner = glaze if d.options["inside"] == "same" else ceramic(linear(234, 232, 226))
    outside = lathe([(r * 0.985, 0.06), (lip, h)], wall, 120, refine=24)
    outside.uv[..., 1] = (outside.corners[..., 1] - 0.06) / (h - 0.06)
    parts = [
        outside,
        lathe([(0, 0.01), (r * 0.8, 0.01), (r * 0.84, 0), (r * 0.93, 0.0), (r * 0.985, 0.06)], glaze, 96),
    ]
    rim = np.linspace(0, np.pi, 8)
    edge = [(float(lip - 0.016 + 0.016 * np.cos(t)), float(h + 0.016 * np.sin(t))) for t in rim]
    parts.append(lathe([*edge, (r - 0.045, 0.12), (r * 0.7, 0.06), (0, 0.05)], inner, 96))
    return [*parts, _handle(d)]


def _handle(d: Design) -> Mesh:
    """The loop at +x."""
    s, h = d.sizes, d.sizes["tall"]
    x, out = s["radius"] + s["flare"] * 0.5 - 0.02, s["loop"]
    loop = [(x, 0.8), (x + out * 0.75, 0.82), (x + out * 1.1, 0.52), (x + out * 0.7, 0.22), (x - 0.01, 0.2)]
    path = smooth_path([(float(a), float(b * h), 0.0) for a, b in loop], 60)
    glaze = ceramic(COLOURS[d.paint])
    return tube(path, s["thick"], glaze, sideways=(0, 0, 1), flat=0.7, power=2.6)


def stage(d: Design, view: str) -> Shot:
    """One view of the mug."""
    rng, kind, s = d.rng(7), image_type(view), d.sizes
    camera = usual_camera(view, d.rng(3))
    if kind == "side":
        return Shot(body(d), usual_camera(view, d.rng(3), yaw=90.0, pitch=8.0))
    if kind == "top":
        return Shot(body(d), usual_camera(view, d.rng(3), pitch=70.0))
    if kind == "detail":
        place = (s["radius"] + s["loop"] * 0.4, s["tall"] * 0.62, 0.0, 0.19)
        return Shot(body(d), Camera(yaw=24, pitch=14, fill=1.0, focus=place))
    if kind == "multiview":
        others = [p for p in PAINTS if p != d.paint][d.seed % 4 : d.seed % 4 + 2]
        row = row_of([body(d.painted(p)) for p in (d.paint, *others)], -0.32, 0.62)
        return Shot(row, usual_camera(view, d.rng(3), fill=0.92, pitch=16.0))
    if kind == "packaging":
        product, shape = Shot(body(d), Camera(fill=0.85)), (0.9, 0.95, 0.9)
        return Shot(carton(rng, d.brand, f"{d.model} mug", product, COLOURS[d.paint], shape), camera)
    if kind == "lifestyle":
        mug, stand = body(d), usual_camera(view, d.rng(4), fill=0.55)
        second = move(body(d.painted("white")), x=-1.0, z=-0.5) if rng.random() < 0.4 else []
        return Shot(tabletop(rng, 1.05) + mug + second, stand, daylight(rng), framed=mug)
    return Shot(body(d), camera)


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    printed = (
        f'the name "{d.options["name"]}"'
        if d.options["print"] == "name"
        else f"a {d.options['print']} pattern"
    )
    litres = 2.6 * d.sizes["radius"] ** 2 * d.sizes["tall"]
    text = f"Stoneware coffee mug in {d.paint} with {printed}. Holds {litres * 1000:.0f} ml."
    text += " Safe in dishwasher and microwave."
    return f"{d.brand} {d.model} mug {d.paint}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """Another name on the same mug, or another print."""
    if d.options["print"] == "name":
        return "front-name", d.with_option("name", NAMES[(NAMES.index(d.options["name"]) + 5) % len(NAMES)])
    return "front-print", d.with_option("print", "name")
