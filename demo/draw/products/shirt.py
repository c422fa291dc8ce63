"""T-shirts, laid flat or on a hanger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.draw.kind import PAINTS as COLOURS
from demo.draw.kind import Design, Rng, image_type, pick, row_of, sizes, usual_camera
from demo.draw.material import Material, fabric, metal, plastic
from demo.draw.mesh import Floats, Mesh, Parts, grid, move, rotate
from demo.draw.room import WOODS, daylight, living_room
from demo.draw.scene import Camera, Shot
from demo.draw.shapes import smooth_path, tube
from demo.draw.texture import Canvas, noise

CATEGORY = "Demo > Clothing > T-shirts"
VIEWS = ("front", "back", "detail", "multiview", "lifestyle")
PAINTS = ("white", "navy", "sage", "red", "black", "mustard", "sky", "rose", "forest", "plum")
SLOGANS = (
    "slow days",
    "north",
    "rivers",
    "hello sun",
    "no. 27",
    "tidal",
    "off grid",
    "weekend",
    "moss",
    "orbit",
)


def design(rng: Rng, brand: str) -> Design:
    """A shirt with a cut and a print of its own."""
    numbers = sizes(
        rng, waist=(0.44, 0.52), tall=(1.3, 1.5), sleeve=(0.3, 0.38), scoop=(0.11, 0.2), neck=(0.15, 0.19)
    )
    options = {
        "print": pick(rng, ("words", "stripes", "circle", "none", "mountain")),
        "words": pick(rng, SLOGANS),
        "pocket": pick(rng, ("no", "no", "yes")),
        "collar": pick(rng, ("same", "white")),
    }
    return Design(
        brand,
        pick(rng, ("Coast", "Basic", "Harbour", "Atlas", "Trail", "Loft", "Campus")),
        int(rng.integers(1 << 30)),
        pick(rng, PAINTS),
        "white",
        numbers,
        options,
    )


def _print(d: Design, back: bool) -> Canvas:
    """The panel's cloth, hem at the bottom."""
    ground = tuple(int(255 * c ** (1 / 2.2)) for c in COLOURS[d.paint])
    canvas = Canvas(720, 1000, (ground[0], ground[1], ground[2]))
    light = sum(ground) > 400
    ink = (40, 46, 66) if light else (222, 216, 202)
    if d.options["print"] == "stripes":
        for y in range(180, 960, 80):
            canvas.pen.rectangle((0, y, 720, y + 26), fill=ink)
    canvas.pen.line((0, 972, 720, 972), fill=tuple(int(c * 0.8) for c in ground), width=4)
    if back:
        return canvas
    accent = (214, 120, 62) if d.paint not in ("red", "mustard") else (246, 240, 220)
    if d.options["print"] == "words":
        canvas.write((360, 390), d.options["words"], 92, ink)
    elif d.options["print"] == "circle":
        canvas.pen.ellipse((260, 290, 460, 490), fill=accent)
        for y in range(400, 560, 26):  # a sun that sets behind waves
            canvas.pen.rectangle((230, y, 490, y + 11), fill=ground)
        canvas.pen.line((240, 505, 480, 505), fill=ink, width=6)
    elif d.options["print"] == "mountain":
        canvas.pen.polygon([(210, 540), (320, 330), (380, 430), (430, 360), (520, 540)], fill=ink)
        canvas.pen.ellipse((430, 280, 490, 340), fill=accent)
    if d.options["pocket"] == "yes":
        edge = tuple(int(c * 0.72) for c in ground)
        patch = tuple(int(c * 0.93) for c in ground)  # a piece of the same cloth, cut between stripes
        canvas.pen.rounded_rectangle((440, 310, 560, 450), 12, fill=patch, outline=edge, width=6)
        canvas.pen.line((440, 338, 560, 338), fill=edge, width=5)
    return canvas


def _folds(d: Design, x: Floats, y: Floats, layer: int) -> Floats:
    """Soft wrinkles (same shape as x)."""
    field = noise(d.rng(20 + layer), 128, 128, 44, 4)
    column = np.clip((x + 0.8) / 1.6 * 127, 0, 127).astype(int)
    row = np.clip((y + 0.1) / 1.7 * 127, 0, 127).astype(int)
    return np.asarray(field[row, column], np.float32)


def _panel(d: Design, stuff: Material, scoop: float, level: float, back: bool) -> Mesh:
    """Front or back of the trunk in the x-y plane, bulging to +z (front) from `level`."""
    u = np.linspace(-1, 1, 121, dtype=np.float32)[None]
    v = np.linspace(0, 1, 121, dtype=np.float32)[:, None]
    s = d.sizes
    half = s["waist"] * (1.0 - 0.07 * np.sin(np.pi * v * 0.9) + 0.05 * v)
    x = u * half
    across = np.abs(x)
    neck, tall = s["neck"], s["tall"]
    shoulder = tall - 0.30 * np.clip(across - neck, 0, 1)
    dip = tall - scoop * np.sqrt(np.clip(1 - (across / neck) ** 2, 0, 1))
    top = np.where(across < neck, dip, shoulder)
    y = v * top + 0.012 * np.sin(7 * x + d.seed % 6) * (1 - v)
    bulge = 0.055 * np.clip(1 - u**2, 0, 1) ** 0.35
    z = (
        level
        + (0 if back else 1) * bulge
        + (0.003 if back else 0.014) * _folds(d, x, y, int(back)) * np.clip(1 - u**4, 0, 1)
    )
    points = np.stack([x, y, z], 2)
    return _upright(d, grid(np.asarray(points[::-1], np.float32), stuff))


def _sleeve(d: Design, side: int, stuff: Material) -> Mesh:
    """A short flat sleeve."""
    s = d.sizes
    top = s["tall"] - 0.30 * (s["waist"] * 0.98 - s["neck"])
    start = np.array([side * (s["waist"] * 0.72), top - 0.105, 0.03])
    end = start + np.array([side * s["sleeve"], -s["sleeve"] * 0.62, 0.0])
    path = np.linspace(start, end, 24).astype(np.float32)
    radius = np.linspace(0.185, 0.15, 24).astype(np.float32)
    sleeve = tube(
        path, radius, stuff, flat=0.14, power=2.2, sideways=(0.53 * side, 0.85, 0.0), steps=40, ends=False
    )
    return _upright(d, sleeve)


def _upright(d: Design, mesh: Mesh) -> Mesh:
    """The print laid on straight from the front."""
    uv = np.stack([mesh.corners[..., 0] / 1.1 + 0.5, 1 - mesh.corners[..., 1] / d.sizes["tall"]], 2)
    return replace(mesh, uv=uv.astype(np.float32))


def body(d: Design, back: bool = False) -> Parts:
    """The shirt upright in the x-y plane, hem on y = 0, the wanted side towards +z."""
    s, thread = d.sizes, fabric(COLOURS[d.paint], 0.28, 140.0)
    cloth = Material(
        (1, 1, 1),
        0.95,
        0.01,
        grain=0.28,
        grain_frequency=140,
        mottle=0.07,
        mottle_frequency=140,
        texture=_print(d, back).texture(),
    )
    plain = fabric(tuple(0.82 * c for c in COLOURS[d.paint]), 0.28, 140.0)  # type: ignore[arg-type]
    shallow = 0.035
    parts = [_panel(d, cloth, shallow if back else s["scoop"], 0.0, False)]
    parts.append(_panel(d, plain, shallow, -0.04, True))
    parts += [_sleeve(d, side, cloth if d.options["print"] == "stripes" else thread) for side in (-1, 1)]
    rim = fabric(COLOURS["white"] if d.options["collar"] == "white" else COLOURS[d.paint], 0.3, 120.0)
    for depth, level in ((shallow, 0.004 if not back else 0.05), (s["scoop"], 0.05))[: 1 if back else 2]:
        a = np.linspace(np.pi, 2 * np.pi, 40)
        path = np.stack([s["neck"] * np.cos(a), s["tall"] + depth * np.sin(a), level + 0.004 * np.sin(a)], 1)
        parts.append(tube(path.astype(np.float32), 0.024, rim, flat=0.5, sideways=(0, 0, 1), steps=14))
    return parts


def _laid(parts: Parts) -> Parts:
    """Laid on the floor, seen from above."""
    return rotate(parts, "x", -90)


def stage(d: Design, view: str) -> Shot:
    """One view of the shirt."""
    rng, kind, s = d.rng(7), image_type(view), d.sizes
    above = Camera(pitch=90, fill=float(d.rng(3).uniform(0.84, 0.9)), yaw=float(d.rng(3).uniform(-2, 2)))
    if kind == "back":
        return Shot(_laid(body(d, back=True)), above)
    if kind == "detail":
        return Shot(
            _laid(body(d)), Camera(yaw=-14, pitch=62, fill=1.0, focus=(0.06, 0.03, -s["tall"] + 0.14, 0.24))
        )
    if kind == "multiview":
        others = [p for p in PAINTS if p != d.paint][d.seed % 6 : d.seed % 6 + 2]
        return Shot(
            _laid(row_of([body(d.painted(p)) for p in (d.paint, *others)], -0.85, 0.12)),
            Camera(pitch=90, fill=0.93),
        )
    if kind == "lifestyle":
        hung = move(body(d), y=0.55)
        hanger, rail = _hanger(s["tall"])
        scene = move(living_room(rng, 1.1), z=0.9) + hung + hanger + [rail]
        place = usual_camera(view, d.rng(4), fill=0.72, pitch=3.0)
        return Shot(scene, place, daylight(rng), framed=hung + hanger)
    return Shot(_laid(body(d)), above)


def _hanger(tall: float) -> tuple[Parts, Mesh]:
    """A hanger for a shirt whose hem is at 0.55, and the rail above."""
    hook = [(0.0, 0.5), (0.0, 0.66), (0.05, 0.75), (-0.03, 0.8)]
    wire = tube(smooth_path([(x, tall + y, 0.0) for x, y in hook]), 0.012, metal(COLOURS["silver"]))
    bar = [(-0.36, 0.37), (0.0, 0.5), (0.36, 0.37)]
    wooden = tube(smooth_path([(x, tall + y, 0.01) for x, y in bar]), 0.028, plastic(WOODS[0]))
    ends = np.array([[-3, tall + 0.8, 0], [3, tall + 0.8, 0]], np.float32)
    return [wire, wooden], tube(ends, 0.024, metal(COLOURS["graphite"]))


def words(d: Design) -> tuple[str, str]:
    """Title and description."""
    design_words = {
        "words": f'printed "{d.options["words"]}"',
        "none": "plain",
        "stripes": "striped",
        "circle": "with a setting sun",
        "mountain": "with a mountain print",
    }
    text = f"Crew-neck T-shirt in {d.paint} organic cotton, {design_words[d.options['print']]}."
    text += " Regular fit, short sleeves, soft jersey of 180 g."
    return f"{d.brand} {d.model} T-shirt {d.paint}", text


def subtle(d: Design) -> tuple[str, Design] | None:
    """The same shirt with a breast pocket, or without."""
    return "front-pocket", d.with_option("pocket", "no" if d.options["pocket"] == "yes" else "yes")
