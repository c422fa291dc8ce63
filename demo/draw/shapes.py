"""The shapes that products are built of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo.draw.material import Material
from demo.draw.mesh import Floats, Mesh, Parts, fan, grid


def rounded_outline(width: float, height: float, radius: float, steps: int = 10) -> Floats:
    """A rounded rectangle about the origin in the x-y plane: points (4*steps,2), anticlockwise."""
    radius = min(radius, width / 2 - 1e-4, height / 2 - 1e-4)
    angles = np.linspace(0, np.pi / 2, steps)
    x, y = width / 2 - radius, height / 2 - radius
    quarters = []
    for turn, (cx, cy) in enumerate([(x, y), (-x, y), (-x, -y), (x, -y)]):
        a = angles + turn * np.pi / 2
        quarters.append(np.stack([cx + radius * np.cos(a), cy + radius * np.sin(a)], 1))
    return np.concatenate(quarters).astype(np.float32)


def slab(
    width: float,
    height: float,
    depth: float,
    radius: float,
    bevel: float,
    body: Material,
    front: Material | None = None,
) -> Parts:
    """A rounded plate facing +z with bevelled edges; `front` covers its face (texture upright)."""
    steps = np.linspace(0, np.pi / 2, 6)
    inset = np.concatenate([bevel * (1 - np.sin(steps)), bevel * (1 - np.cos(steps))])
    z = np.concatenate([-depth / 2 + bevel * (1 - np.cos(steps)), depth / 2 - bevel + bevel * np.sin(steps)])
    rings = []
    for cut, level in zip(inset, z, strict=True):
        flat = rounded_outline(width - 2 * cut, height - 2 * cut, max(radius - cut, 0.002))
        rings.append(np.concatenate([flat, np.full((len(flat), 1), level)], 1))
    side = grid(np.array(rings, np.float32), body, closed=True)
    back = fan(np.asarray(rings[0][::-1], np.float32), body)
    return [side, back, fan(np.asarray(rings[-1], np.float32), front or body)]


def box(width: float, height: float, depth: float, body: Material, bevel: float = 0.01) -> Parts:
    """A box with slightly rounded edges, standing on y = 0."""
    return [part.moved(y=height / 2) for part in slab(width, height, depth, bevel * 1.2, bevel, body)]


def plate(width: float, height: float, front: Material) -> Mesh:
    """A single flat face towards +z about the origin."""
    ring = np.array([[1, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0]], np.float32)
    return fan(ring * np.array([width / 2, height / 2, 0], np.float32), front)


def lathe(profile: Sequence[tuple[float, float]], body: Material, steps: int = 72, refine: int = 6) -> Mesh:
    """A profile of (radius, y) turned about the y axis; it runs from the bottom outwards and up."""
    points = refined(np.array(profile, np.float32), refine)
    angles = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    x = points[:, :1] * np.sin(angles)
    z = points[:, :1] * np.cos(angles)
    y = np.broadcast_to(points[:, 1:2], x.shape)
    return grid(np.stack([x, y, z], 2), body, closed=True)


def refined(points: Floats, factor: int) -> Floats:
    """Each leg of a polyline cut in `factor` pieces, its ends kept close so that edges stay crisp."""
    share = np.array([0.0, 0.04, *np.linspace(0.2, 0.8, max(factor - 3, 1)), 0.96])
    legs = points[:-1, None] + (points[1:] - points[:-1])[:, None] * share[None, :, None]
    return np.concatenate([legs.reshape(-1, points.shape[1]), points[-1:]]).astype(np.float32)


def smooth_path(points: Sequence[tuple[float, float, float]], steps: int = 40) -> Floats:
    """A Catmull-Rom curve through points."""
    p = np.array(points, np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    curve = []
    for place in np.linspace(0, len(points) - 1 - 1e-6, steps):
        i, t = int(place), place - int(place)
        a, b, c, d = p[i : i + 4]
        curve.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.array(curve, np.float32)


def tube(
    path: Floats,
    radius: float | Floats,
    body: Material,
    *,
    flat: float = 1.0,
    power: float = 2.0,
    steps: int = 24,
    sideways: tuple[float, float, float] = (1.0, 0.0, 0.0),
    ends: bool = True,
) -> Mesh:
    """A bar along a path (N,3); `flat` squeezes its section across `sideways`, `power` > 2 squares it."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    side = np.broadcast_to(np.array(sideways, np.float32), path.shape)
    side = side - tangent * (side * tangent).sum(1, keepdims=True)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    up = np.cross(tangent, side)
    radii = np.broadcast_to(np.asarray(radius, np.float32), (len(path),))[:, None, None]
    angles = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    across = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** (2 / power)
    over = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** (2 / power) * flat
    section = across[None, :, None] * side[:, None] + over[None, :, None] * up[:, None]
    points = path[:, None] + radii * section
    if ends:
        first, last = (np.broadcast_to(path[i], points[i].shape)[None] for i in (0, -1))
        points = np.concatenate([first, points[:1], points, points[-1:], last])
    return grid(points, body, closed=True)


def cushion(
    width: float, height: float, depth: float, body: Material, power: float = 4.0, sag: float = 0.0
) -> Mesh:
    """A stuffed block (superellipsoid) about the origin; `sag` makes its top bulge."""
    v = np.linspace(-np.pi / 2, np.pi / 2, 32)[:, None]
    u = np.linspace(0, 2 * np.pi, 64, endpoint=False)[None]

    def bend(value: Floats, exponent: float = power) -> Floats:
        return np.asarray(np.sign(value) * np.abs(value) ** (2 / exponent), np.float32)

    x = bend(np.cos(v)) * bend(np.cos(u)) * width / 2
    z = bend(np.cos(v)) * bend(np.sin(u)) * depth / 2
    y = bend(np.sin(v)) * np.ones_like(u) * height / 2
    y = y + sag * np.clip(y / (height / 2), 0, 1) * np.cos(np.pi * x / width) * np.cos(np.pi * z / depth)
    return grid(np.stack([x, y, z], 2)[:, ::-1], body, closed=True)


def ball(radius: float, body: Material) -> Mesh:
    """A ball about the origin."""
    return cushion(2 * radius, 2 * radius, 2 * radius, body, power=2.0)
