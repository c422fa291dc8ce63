"""Triangle meshes made from grids of points: the few shapes that products are built of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from demo.draw.material import Material

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Mesh:
    """Corners (T,3,3), their normals (T,3,3) and texture places (T,3,2), and one material."""

    corners: Floats
    normals: Floats
    uv: Floats
    material: Material

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """The mesh shifted."""
        return replace(self, corners=self.corners + np.array([x, y, z], np.float32))

    def turned(self, axis: str, degrees: float) -> Mesh:
        """The mesh turned about an axis through the origin."""
        matrix = turn(axis, degrees)
        return replace(self, corners=self.corners @ matrix.T, normals=self.normals @ matrix.T)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Mesh:
        """The mesh stretched; normals follow the inverse."""
        factors = np.array([x, y, z], np.float32)
        normals = self.normals / factors
        normals /= np.linalg.norm(normals, axis=2, keepdims=True) + 1e-9
        return replace(self, corners=self.corners * factors, normals=normals)

    def clad(self, material: Material) -> Mesh:
        """The same shape in another material."""
        return replace(self, material=material)


Parts = list[Mesh]


def turn(axis: str, degrees: float) -> Floats:
    """The matrix of a turn about 'x', 'y' or 'z'."""
    a, (c, s) = "xyz".index(axis), (np.cos(np.radians(degrees)), np.sin(np.radians(degrees)))
    matrix = np.eye(3, dtype=np.float32)
    i, j = [(1, 2), (2, 0), (0, 1)][a]
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


def move(parts: Parts, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Parts:
    """All parts shifted together."""
    return [part.moved(x, y, z) for part in parts]


def rotate(parts: Parts, axis: str, degrees: float) -> Parts:
    """All parts turned together."""
    return [part.turned(axis, degrees) for part in parts]


def scale(parts: Parts, factor: float) -> Parts:
    """All parts grown or shrunk together."""
    return [part.scaled(factor, factor, factor) for part in parts]


def bounds(parts: Parts) -> tuple[Floats, Floats]:
    """The lowest and highest corner of all parts."""
    low = np.min([part.corners.min((0, 1)) for part in parts], axis=0)
    high = np.max([part.corners.max((0, 1)) for part in parts], axis=0)
    return low, high


def grid(points: Floats, material: Material, *, closed: bool = False, smooth: bool = True) -> Mesh:
    """A surface through points (V,U,3); `closed` joins the last column to the first."""
    rows, columns = points.shape[:2]
    if closed:
        points = np.concatenate([points, points[:, :1]], axis=1)
        columns += 1
    points = points.astype(np.float32)
    normals = _grid_normals(points, closed)
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    uv = np.stack([u, v], 2).astype(np.float32)
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3), np.stack([a, c, d], 2).reshape(-1, 3)])
    corners = points.reshape(-1, 3)[triangles]
    shading = normals.reshape(-1, 3)[triangles] if smooth else _face_normals(corners)
    return Mesh(corners, shading, uv.reshape(-1, 2)[triangles], material)


def _grid_normals(points: Floats, closed: bool) -> Floats:
    """Smooth normals (V,U,3) from the slopes of the grid; a pole takes its neighbours' mean."""
    along_v = np.gradient(points, axis=0)
    if closed:
        ring = np.concatenate([points[:, -2:-1], points, points[:, 1:2]], axis=1)
        along_u = (ring[:, 2:] - ring[:, :-2]) / 2
    else:
        along_u = np.gradient(points, axis=1)
    normals = np.cross(along_u, along_v)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    for row, beside in ((0, 1), (-1, -2)):
        if length[row].max() < 1e-7:
            normals[row] = normals[beside].mean(0)
            length[row] = np.linalg.norm(normals[row], axis=1, keepdims=True)
    return np.asarray(normals / (length + 1e-12), np.float32)


def _face_normals(corners: Floats) -> Floats:
    """One normal a triangle, repeated for its corners."""
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-12
    return np.repeat(flat[:, None], 3, axis=1).astype(np.float32)


def fan(ring: Floats, material: Material) -> Mesh:
    """A flat cap inside a ring of points (U,3); texture places span its box in the two widest axes."""
    centre = ring.mean(0)
    following = np.roll(ring, -1, axis=0)
    corners = np.stack([np.broadcast_to(centre, ring.shape), ring, following], 1).astype(np.float32)
    span = np.ptp(ring, axis=0)
    first, second = sorted(np.argsort(span)[1:])
    low = ring.min(0)
    uv = (corners[:, :, [first, second]] - low[[first, second]]) / (span[[first, second]] + 1e-9)
    uv[:, :, 1] = 1 - uv[:, :, 1]
    return Mesh(corners, _face_normals(corners), uv.astype(np.float32), material)
