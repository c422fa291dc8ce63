"""The colour of every sample of a frame: light, shadow, gloss, grain, and the shadow on the floor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from demo.draw.raster import Eye, Sky, Surface, bulb_light, lit, noise3, quick, sample_texture, studio


@quick
def ray(eye: Eye, x: float, y: float, out: Any) -> None:
    """The unit direction in which a camera sees the point x, y (px)."""
    a, b = (x - eye.middle_x) / eye.focal, (eye.middle_y - y) / eye.focal
    for i in range(3):
        out[i] = eye.forward[i] + a * eye.right[i] + b * eye.up[i]
    length = math.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    for i in range(3):
        out[i] /= length


@quick
def hit(surface: Surface, t: int, eye: Eye, direction: Any, place: Any, normal: Any, uv: Any) -> None:
    """Where a ray meets triangle t: place (3,), normal towards the eye (3,), texture place (2,)."""
    v, d = surface.corners[t], direction
    ex, ey, ez = v[1, 0] - v[0, 0], v[1, 1] - v[0, 1], v[1, 2] - v[0, 2]
    fx, fy, fz = v[2, 0] - v[0, 0], v[2, 1] - v[0, 1], v[2, 2] - v[0, 2]
    px, py, pz = d[1] * fz - d[2] * fy, d[2] * fx - d[0] * fz, d[0] * fy - d[1] * fx
    det = ex * px + ey * py + ez * pz
    det = det if abs(det) > 1e-14 else 1e-14
    sx, sy, sz = eye.place[0] - v[0, 0], eye.place[1] - v[0, 1], eye.place[2] - v[0, 2]
    qx, qy, qz = sy * ez - sz * ey, sz * ex - sx * ez, sx * ey - sy * ex
    b = min(max((sx * px + sy * py + sz * pz) / det, 0.0), 1.0)
    c = min(max((d[0] * qx + d[1] * qy + d[2] * qz) / det, 0.0), 1.0 - b)
    for i in range(3):
        place[i] = v[0, i] + b * (v[1, i] - v[0, i]) + c * (v[2, i] - v[0, i])
    for i in range(2):
        w = surface.uv[t]
        uv[i] = w[0, i] * (1 - b - c) + w[1, i] * b + w[2, i] * c
    face(surface, t, b, c, direction, normal)


@quick
def face(surface: Surface, t: int, b: float, c: float, direction: Any, normal: Any) -> None:
    """The smooth unit normal (3,) at a place in triangle t, turned towards the eye."""
    length, facing = 0.0, 0.0
    for i in range(3):
        n = surface.normals[t]
        normal[i] = n[0, i] * (1 - b - c) + n[1, i] * b + n[2, i] * c
        length += normal[i] ** 2
        facing += normal[i] * direction[i]
    length = math.sqrt(length) + 1e-9
    for i in range(3):
        normal[i] = -normal[i] / length if facing > 0 else normal[i] / length


@quick
def roughen(row: Any, place: Any, normal: Any, base: Any) -> None:
    """Shakes the normal by the material's grain and the colour by its mottle."""
    if row[7] > 0:
        f = row[8]
        for i in range(3):
            a = noise3(place[0] * f + 17 * i, place[1] * f, place[2] * f)
            b = noise3(place[0] * f * 2.3 + 31 * i, place[1] * f * 2.3, place[2] * f * 2.3)
            normal[i] += row[7] * (a + 0.6 * b - 0.8)
        length = math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2) + 1e-9
        for i in range(3):
            normal[i] /= length
    if row[9] > 0:
        f = row[10]
        shade = 1 + row[9] * (2 * noise3(place[0] * f, place[1] * f, place[2] * f + 5) - 1)
        for i in range(3):
            base[i] *= shade


@quick
def gather(
    sky: Sky, x: float, y: float, z: float, normal: Any, start: int, bias: float
) -> tuple[float, float]:
    """Light that arrives, and light that would arrive without shadows, over every fourth lamp."""
    x, y, z = x - sky.centre[0], y - sky.centre[1], z - sky.centre[2]
    nx, ny, nz = normal[0], normal[1], normal[2]
    arrived, possible = 0.0, 1e-6
    for light in range(start, sky.towards.shape[0], 4):
        facing = nx * sky.towards[light, 0] + ny * sky.towards[light, 1] + nz * sky.towards[light, 2]
        if facing <= 0:
            continue
        arriving = facing * sky.strength[light] * 4
        possible += arriving
        arrived += arriving * lit(sky, light, x, y, z, bias)
    return arrived, possible


@quick
def paint(surface: Surface, row: Any, uv: Any, base: Any) -> None:
    """base (3,) = the material's colour, with its texture where it has one."""
    for i in range(3):
        base[i] = row[i]
    if row[11] >= 0:
        sample_texture(surface, int(row[11]), uv[0], uv[1], base)


@quick
def shine(
    surface: Surface,
    sky: Sky,
    t: int,
    direction: Any,
    place: Any,
    normal: Any,
    uv: Any,
    start: int,
    base: Any,
    out: Any,
) -> None:
    """The colour (3,) of one sample on triangle t; `base` (3,) is overwritten."""
    row = surface.table[surface.material[t]]
    paint(surface, row, uv, base)
    texel = 2.0 * sky.radius / sky.maps.shape[1]
    lift = texel * 1.6
    x, y, z = place[0] + normal[0] * lift, place[1] + normal[1] * lift, place[2] + normal[2] * lift
    roughen(row, place, normal, base)
    light, possible = gather(sky, x, y, z, normal, start, texel * 0.9)
    open_share, nearness = light / possible, falloff(sky, place)
    lamp = bulb_light(sky, place[0], place[1], place[2], normal[0], normal[1], normal[2])
    gloss, seen = mirror(sky, row, direction, place, normal)
    seen *= 0.35 + 0.65 * open_share
    for i in range(3):
        back = sky.bounce[i] * (0.5 - 0.5 * normal[1]) * (0.3 + 0.7 * open_share)
        diffuse = base[i] * ((light * sky.tint[i] + back) * nearness + lamp * sky.bulb[3 + i])
        sharp = seen * sky.tint[i] * (gloss * (1 - row[5]) + row[5] * base[i])
        out[i] = (diffuse * (1 - row[5]) * (1 - gloss) + sharp) * (1 - 0.8 * row[6]) + row[6] * base[i]


@quick
def falloff(sky: Sky, place: Any) -> float:
    """The softbox stands near: what is on its side of the product gets more of its light."""
    towards = 0.0
    for i in range(3):
        towards += (place[i] - sky.centre[i]) * sky.key[i]
    return min(max(1 + 0.42 * towards / sky.radius, 0.6), 1.4)


@quick
def mirror(sky: Sky, row: Any, direction: Any, place: Any, normal: Any) -> tuple[float, float]:
    """How much a surface mirrors at this angle, and how bright what it mirrors is.

    The studio is no farther than a few lengths of the product, so the mirrored place moves along it.
    """
    facing = -(direction[0] * normal[0] + direction[1] * normal[1] + direction[2] * normal[2])
    facing, near = min(max(facing, 0.0), 1.0), 0.55 / sky.radius
    x = direction[0] + 2 * facing * normal[0] + (place[0] - sky.centre[0]) * near
    y = direction[1] + 2 * facing * normal[1] + (place[1] - sky.centre[1]) * near
    z = direction[2] + 2 * facing * normal[2] + (place[2] - sky.centre[2]) * near
    length = math.sqrt(x * x + y * y + z * z) + 1e-9
    gloss = row[4] + (1 - row[4]) * (1 - facing) ** 5 * (1 - row[3]) * 0.7
    return gloss, studio(sky, x / length, y / length, z / length, row[3])


@quick
def floor_shade(sky: Sky, eye: Eye, direction: Any, up: Any, start: int) -> float:
    """How bright the floor is seen along a ray: 1 with no shadow."""
    if eye.floor < -1e5 or direction[1] > -1e-4:
        return 1.0
    distance = (eye.floor - eye.place[1]) / direction[1]
    x, z = eye.place[0] + direction[0] * distance, eye.place[2] + direction[2] * distance
    if (x - sky.centre[0]) ** 2 + (z - sky.centre[2]) ** 2 > 16 * sky.radius**2:
        return 1.0
    arrived, possible = gather(sky, x, eye.floor, z, up, start, sky.radius * 0.002)
    return 1 - eye.shade * (1 - arrived / possible)


@quick
def shade_frame(surface: Surface, sky: Sky, eye: Eye, ids: Any, backdrop: Any, out: Any) -> None:
    """Fills out (H,W,3), linear; the four samples of a 2x2 block share the lamps among them."""
    direction, place, normal, uv, colour = np.empty(3), np.empty(3), np.empty(3), np.empty(2), np.empty(3)
    base, up = np.empty(3), np.array([0.0, 1.0, 0.0])
    for y in range(ids.shape[0]):
        for x in range(ids.shape[1]):
            start = (y & 1) * 2 + (x & 1)
            ray(eye, x + 0.5, y + 0.5, direction)
            if ids[y, x] < 0:
                shadow = floor_shade(sky, eye, direction, up, start)
                for i in range(3):
                    out[y, x, i] = backdrop[y // 2, x // 2, i] * shadow
                continue
            hit(surface, ids[y, x], eye, direction, place, normal, uv)
            shine(surface, sky, ids[y, x], direction, place, normal, uv, start, base, colour)
            for i in range(3):
                c = colour[i]  # a soft shoulder keeps highlights from clipping
                out[y, x, i] = c if c < 0.8 else 0.8 + 0.2626 * math.tanh((c - 0.8) * 5)
