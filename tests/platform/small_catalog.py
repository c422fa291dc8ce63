"""A catalog drawn at once: products with three pictures, one of them a copy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE_PX = 520
SUPPLIERS = ("Norda", "Velt")


def draw_picture(path: Path, seed: int) -> Image.Image:
    """Some coloured shapes on white, different for every seed."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        left, top = (int(value) for value in random.integers(60, 300, 2))
        wide, high = (int(value) for value in random.integers(40, 160, 2))
        colour = tuple(int(value) for value in random.integers(20, 220, 3))
        pen.rectangle((left, top, left + wide, top + high), fill=colour, outline="black")
    picture.save(path, quality=92)
    return picture


def write_catalog(folder: Path, products: int) -> Path:
    """The JSON Lines file; its pictures lie beside it."""
    lines = []
    for number in range(products):
        names = [f"p{number}-{view}.jpg" for view in ("a", "b", "copy")]
        picture = draw_picture(folder / names[0], seed=10 * number)
        draw_picture(folder / names[1], seed=10 * number + 1)
        picture.resize((440, 440)).save(folder / names[2], quality=80)
        offers = [
            {"supplier": SUPPLIERS[0], "images": names[:2]},
            {"supplier": SUPPLIERS[1], "images": names[2:]},
        ]
        lines.append(
            json.dumps({"id": f"p{number}", "title": f"Box {number}", "offers": offers, "current": names})
        )
    path = folder / "products.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path
