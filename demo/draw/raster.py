"""The rasteriser's inner loops, compiled: depth maps, triangle ids, and the studio's light.

numba keeps compiled code in __pycache__ and does not see a change in a file that is called from another
one: after an edit here, delete demo/draw/__pycache__.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from numba import njit

quick = njit(cache=True, fastmath=True, error_model="numpy")


class Surface(NamedTuple):
    """All triangles of a scene and their materials, as the kernels read them."""

    corners: Any  # float32 (T,3,3)
    normals: Any  # float32 (T,3,3)
    uv: Any  # float32 (T,3,2)
    material: Any  # int32 (T,)
    table: Any  # float32 (M,12), see Material.row
    texels: Any  # float32 (N,3), all textures one after the other
    shapes: Any  # int32 (K,3): start, height, width


class Sky(NamedTuple):
    """Directional lights with a depth map each, and one point light."""

    towards: Any  # float32 (L,3), unit, from the scene to the light
    strength: Any  # float32 (L,)
    axes: Any  # float32 (L,2,3): a map's right and up
    maps: Any  # float32 (L,S,S)
    centre: Any  # float32 (3,)
    radius: float
    key: Any  # float32 (3,): where the big softbox stands
    tint: Any  # float32 (3,)
    bounce: Any  # float32 (3,): light that comes back from below
    bulb: Any  # float32 (7,): place, colour, and 1 where its shade throws light up and down only


class Eye(NamedTuple):
    """A pinhole camera."""

    place: Any  # float32 (3,)
    right: Any
    up: Any
    forward: Any
    focal: float  # px
    middle_x: float
    middle_y: float
    floor: float  # y of the shadow-catching floor; below -1e5 there is none
    shade: float  # how much of a shadow is seen on it, 0 to 1


@quick
def fill(points: Any, depth: Any, ids: Any) -> None:
    """Nearest triangle a pixel; points (T,3,3) are x px, y px, depth (smaller is nearer)."""
    height, width = depth.shape
    for t in range(points.shape[0]):
        p = points[t]
        area = (p[1, 0] - p[0, 0]) * (p[2, 1] - p[0, 1]) - (p[2, 0] - p[0, 0]) * (p[1, 1] - p[0, 1])
        if abs(area) < 1e-9 or not math.isfinite(area):
            continue
        x0 = max(math.floor(min(p[0, 0], p[1, 0], p[2, 0])), 0)
        x1 = min(math.ceil(max(p[0, 0], p[1, 0], p[2, 0])), width - 1)
        y0 = max(math.floor(min(p[0, 1], p[1, 1], p[2, 1])), 0)
        y1 = min(math.ceil(max(p[0, 1], p[1, 1], p[2, 1])), height - 1)
        bx, by = (p[2, 1] - p[0, 1]) / area, (p[0, 0] - p[2, 0]) / area
        cx, cy = (p[0, 1] - p[1, 1]) / area, (p[1, 0] - p[0, 0]) / area
        zb, zc = p[1, 2] - p[0, 2], p[2, 2] - p[0, 2]
        for y in range(y0, y1 + 1):
            dy = y + 0.5 - p[0, 1]
            for x in range(x0, x1 + 1):
                dx = x + 0.5 - p[0, 0]
                b, c = dx * bx + dy * by, dx * cx + dy * cy
                if b < -1e-6 or c < -1e-6 or b + c > 1.000001:
                    continue
                z = p[0, 2] + b * zb + c * zc
                if z < depth[y, x]:
                    depth[y, x] = z
                    ids[y, x] = t


@quick
def hash3(x: int, y: int, z: int) -> float:
    """A fixed number in 0 to 1 for a lattice point."""
    h = (x * 374761393 + y * 668265263 + z * 1274126177) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1103515245) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFF) / 65535.0


@quick
def noise3(x: float, y: float, z: float) -> float:
    """Value noise, 0 to 1."""
    xi, yi, zi = math.floor(x), math.floor(y), math.floor(z)
    fx, fy, fz = x - xi, y - yi, z - zi
    fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
    total = 0.0
    for i in range(2):
        for j in range(2):
            for k in range(2):
                weight = (fx if i else 1 - fx) * (fy if j else 1 - fy) * (fz if k else 1 - fz)
                total += weight * hash3(int(xi) + i, int(yi) + j, int(zi) + k)
    return total


@quick
def lit(sky: Sky, light: int, x: float, y: float, z: float, bias: float) -> float:
    """1 where a point (from the maps' centre) sees a light, 0 in its shadow."""
    size = sky.maps.shape[1]
    axes, half = sky.axes, 0.5 * size / sky.radius
    u = (x * axes[light, 0, 0] + y * axes[light, 0, 1] + z * axes[light, 0, 2]) * half + 0.5 * size
    v = (x * axes[light, 1, 0] + y * axes[light, 1, 1] + z * axes[light, 1, 2]) * half + 0.5 * size
    if u < 0 or v < 0 or u >= size or v >= size:
        return 1.0
    depth = -(x * sky.towards[light, 0] + y * sky.towards[light, 1] + z * sky.towards[light, 2])
    return 0.0 if depth > sky.maps[light, int(v), int(u)] + bias else 1.0


@quick
def studio(sky: Sky, x: float, y: float, z: float, roughness: float) -> float:
    """What a mirror in the studio would see in a direction: dome, softbox, strip light, floor."""
    edge = 0.03 + roughness * 0.5
    key = x * sky.key[0] + y * sky.key[1] + z * sky.key[2]
    box = min(max((key - 0.88 + edge) / (2 * edge), 0.0), 1.0)
    strip = min(max((0.16 + edge - abs(x + 0.82)) / (2 * edge), 0.0), 1.0) * min(max(z + 0.4, 0.0), 1.0)
    dome = 0.42 + 0.35 * max(y, 0.0) - 0.18 * max(-y, 0.0) - 0.16 * x
    window = min(max((0.1 + edge - abs(x + 0.34 + 0.35 * y)) / (2 * edge), 0.0), 1.0) * max(z, 0.0)
    dome += window * 1.1 / (1 + 3 * roughness)
    return dome + box * 2.2 / (1 + 2 * roughness) + strip * 0.7 / (1 + 2 * roughness)


@quick
def bulb_light(sky: Sky, x: float, y: float, z: float, nx: float, ny: float, nz: float) -> float:
    """Light of the one lamp in the scene at a point with a normal."""
    if sky.bulb[3] + sky.bulb[4] + sky.bulb[5] <= 0:
        return 0.0
    dx, dy, dz = sky.bulb[0] - x, sky.bulb[1] - y, sky.bulb[2] - z
    square = dx * dx + dy * dy + dz * dz + 0.02
    length = math.sqrt(square)
    facing = max((dx * nx + dy * ny + dz * nz) / length, 0.0)
    upright = abs(dy) / length
    through = min(max((upright - 0.35) / 0.4, 0.0), 1.0) * 0.85 + 0.15
    return facing * (through if sky.bulb[6] > 0 else 1.0) / square


@quick
def sample_texture(surface: Surface, index: int, u: float, v: float, out: Any) -> None:
    """Multiplies `out` (3,) by the texture's colour, bilinear, repeating."""
    start, height, width = surface.shapes[index]
    x, y = (u - math.floor(u)) * width - 0.5, (v - math.floor(v)) * height - 0.5
    xi, yi = math.floor(x), math.floor(y)
    fx, fy = x - xi, y - yi
    for c in range(3):
        total = 0.0
        for j in range(2):
            for i in range(2):
                row = min(max(yi + j, 0), height - 1)
                column = min(max(xi + i, 0), width - 1)
                weight = (fx if i else 1 - fx) * (fy if j else 1 - fy)
                total += weight * surface.texels[start + row * width + column, c]
        out[c] *= total
