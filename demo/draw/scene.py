"""From parts to a photo: lights, camera, frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from demo.draw.material import Colour
from demo.draw.mesh import Floats, Parts, bounds
from demo.draw.raster import Eye, Sky, Surface, fill
from demo.draw.shade import shade_frame

NO_FLOOR = -1e6


@dataclass(frozen=True)
class Camera:
    """Where the photographer stands: turns about the product in degrees, lens, share of the frame filled."""

    yaw: float = 0.0
    pitch: float = 8.0
    lens: float = 24.0  # degrees seen by the longer side
    fill: float = 0.82
    shift_x: float = 0.0
    shift_y: float = 0.0
    focus: tuple[float, float, float, float] | None = None  # centre and half size of a close-up


@dataclass(frozen=True)
class Studio:
    """The light: a key softbox and a dome; `backdrop` is the wall's colour at top and bottom."""

    key_yaw: float = -40.0
    key_pitch: float = 48.0
    key_share: float = 0.5
    brightness: float = 1.0
    tint: Colour = (1.0, 1.0, 1.0)
    bounce: float = 0.34
    top: Colour = (1.0, 1.0, 1.0)
    bottom: Colour = (1.0, 1.0, 1.0)
    floor: bool = True
    shadow: float = 0.55
    bulb: tuple[float, ...] = (0.0,) * 7
    lamps: int = 44
    map_side: int = 340  # px of a lamp's depth map


@dataclass(frozen=True)
class Shot:
    """One picture to take."""

    parts: Parts
    camera: Camera
    studio: Studio = field(default_factory=Studio)
    framed: Parts | None = None  # what the frame is fitted to; all parts if None


def photograph(shot: Shot, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """The picture as uint8 (height, width, 3), with a trace of sensor noise."""
    eye = _aim(shot, 2 * width, 2 * height)
    surface = _collect(shot.parts)
    sky = _light(shot, surface, rng)
    ids = _visible(surface, eye, 2 * width, 2 * height)
    out = np.empty((2 * height, 2 * width, 3), np.float32)
    shade_frame(surface, sky, eye, ids, _backdrop(shot.studio, width, height), out)
    return develop(out, rng)


def develop(light: Floats, rng: np.random.Generator) -> np.ndarray:
    """Linear light at twice the size to uint8: 2x2 mean, gamma, noise."""
    height, width = light.shape[0] // 2, light.shape[1] // 2
    mean = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    shown = 255 * np.clip(mean, 0, 1) ** (1 / 2.2)
    grain = rng.standard_normal(shown.shape[:2], np.float32)[..., None] * 0.8 * (shown < 254)
    return np.clip(shown + grain + 0.5, 0, 255).astype(np.uint8)


def _collect(parts: Parts) -> Surface:
    """All parts as the kernels read them."""
    textures: list[Floats] = []
    rows, indices = [], []
    for number, part in enumerate(parts):
        index = -1
        if part.material.texture is not None:
            index = len(textures)
            textures.append(part.material.texture)
        rows.append(part.material.row(index))
        indices.append(np.full(len(part.corners), number, np.int32))
    starts = np.cumsum([0, *[t.shape[0] * t.shape[1] for t in textures]])
    shapes = [[start, *t.shape[:2]] for start, t in zip(starts, textures, strict=False)] or [[0, 1, 1]]
    flat = [t.reshape(-1, 3) for t in textures] or [np.ones((1, 3), np.float32)]
    return Surface(
        np.ascontiguousarray(np.concatenate([p.corners for p in parts]), np.float32),
        np.ascontiguousarray(np.concatenate([p.normals for p in parts]), np.float32),
        np.ascontiguousarray(np.concatenate([p.uv for p in parts]), np.float32),
        np.concatenate(indices),
        np.array(rows, np.float32),
        np.ascontiguousarray(np.concatenate(flat), np.float32),
        np.array(shapes, np.int64),
    )


def _direction(yaw: float, pitch: float) -> Floats:
    """The unit vector towards yaw (0 is the viewer, positive to the right) and pitch, in degrees."""
    a, b = np.radians(yaw), np.radians(pitch)
    return np.array([np.sin(a) * np.cos(b), np.sin(b), np.cos(a) * np.cos(b)], np.float32)


def _light(shot: Shot, surface: Surface, rng: np.random.Generator) -> Sky:
    """Lamps spread over the softbox and the dome, each with its depth map."""
    studio = shot.studio
    key = _direction(studio.key_yaw + shot.camera.yaw, studio.key_pitch)
    boxed = int(studio.lamps * studio.key_share)
    lamps = np.concatenate([key + 0.30 * _even(boxed, rng), _dome(studio.lamps - boxed, rng)])
    lamps[:, 1] = np.abs(lamps[:, 1]) + 0.12
    lamps = (lamps / np.linalg.norm(lamps, axis=1, keepdims=True)).astype(np.float32)
    order = rng.permutation(len(lamps))
    lamps = np.ascontiguousarray(lamps[order])
    strength = np.full(len(lamps), 1.55 * studio.brightness / len(lamps), np.float32)
    low, high = bounds(shot.parts)
    centre, radius = (low + high) / 2, float(np.linalg.norm(high - low) / 2) * 1.02
    axes, maps = _depth_maps(surface, lamps, centre, radius, studio.map_side)
    return Sky(
        lamps,
        strength,
        axes,
        maps,
        centre.astype(np.float32),
        radius,
        key,
        np.array(studio.tint, np.float32),
        np.array(studio.tint, np.float32) * studio.bounce,
        np.array(studio.bulb, np.float32),
    )


def _even(count: int, rng: np.random.Generator) -> Floats:
    """Directions spread over a ball's surface (golden spiral), randomly turned."""
    i = np.arange(count) + 0.5
    pitch, yaw = np.arccos(1 - 2 * i / count), np.pi * (1 + 5**0.5) * i + rng.uniform(0, 6.28)
    return np.stack([np.cos(yaw) * np.sin(pitch), np.cos(pitch), np.sin(yaw) * np.sin(pitch)], 1)


def _dome(count: int, rng: np.random.Generator) -> Floats:
    """Directions over the upper half."""
    spread = _even(2 * count, rng)
    return spread[spread[:, 1] > 0][:count]


def _depth_maps(
    surface: Surface, lamps: Floats, centre: Floats, radius: float, side: int
) -> tuple[Floats, Floats]:
    """For each lamp its map's right and up (L,2,3) and the nearest depth (L,S,S)."""
    axes = np.empty((len(lamps), 2, 3), np.float32)
    maps = np.full((len(lamps), side, side), 1e9, np.float32)
    ids = np.empty((side, side), np.int32)
    local = surface.corners - centre.astype(np.float32)
    for k, lamp in enumerate(lamps):
        right = np.cross([0.0, 1.0, 0.001], lamp)
        right /= np.linalg.norm(right)
        axes[k] = right, np.cross(lamp, right)
        frame = np.array([axes[k, 0], axes[k, 1], -lamp], np.float32)
        points = (local.reshape(-1, 3) @ frame.T).reshape(local.shape)
        points[..., :2] = (points[..., :2] / radius * 0.5 + 0.5) * side
        fill(points, maps[k], ids)
    return axes, maps


def _aim(shot: Shot, width: int, height: int) -> Eye:
    """A camera that frames the wanted parts."""
    camera = shot.camera
    forward = -_direction(camera.yaw, camera.pitch)
    right = np.cross(forward, [0.0, 1.0, 0.0] if abs(camera.pitch) < 89.5 else [0.0, 0.0, -1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    points = _framed_points(shot)
    middle = (points.min(0) + points.max(0)) / 2
    reach = float(np.linalg.norm(points - middle, axis=1).max())
    place = middle - forward * reach / np.sin(np.radians(camera.lens) / 2)
    local = (points - place) @ np.stack([right, up, forward]).T
    x, y = local[:, 0] / local[:, 2], local[:, 1] / local[:, 2]
    focal = camera.fill * min(width / np.ptp(x), height / np.ptp(y))
    mid_x = width * (0.5 + camera.shift_x) - focal * (x.min() + x.max()) / 2
    mid_y = height * (0.5 + camera.shift_y) + focal * (y.min() + y.max()) / 2
    floor = float(bounds(shot.parts)[0][1]) if shot.studio.floor else NO_FLOOR
    place, right, up, forward = (np.asarray(v, np.float64) for v in (place, right, up, forward))
    shade = shot.studio.shadow
    return Eye(place, right, up, forward, float(focal), float(mid_x), float(mid_y), floor, shade)


def _framed_points(shot: Shot) -> Floats:
    """The points that must be inside the frame."""
    if shot.camera.focus is not None:
        x, y, z, half = shot.camera.focus
        offsets = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
        return np.asarray(np.array([x, y, z]) + offsets * half, np.float32)
    return np.concatenate([part.corners.reshape(-1, 3) for part in shot.framed or shot.parts])


def _visible(surface: Surface, eye: Eye, width: int, height: int) -> np.ndarray:
    """The nearest triangle of each sample, -1 where there is none."""
    turned = np.stack([eye.right, eye.up, eye.forward]).T
    local = ((surface.corners - eye.place).reshape(-1, 3) @ turned).reshape(surface.corners.shape)
    ahead = local[..., 2].min(1) > 1e-3
    far = np.maximum(local[..., 2], 1e-3)
    points = np.stack(
        [
            eye.middle_x + eye.focal * local[..., 0] / far,
            eye.middle_y - eye.focal * local[..., 1] / far,
            -1 / far,
        ],
        2,
    ).astype(np.float32)
    points[~ahead] = np.nan
    depth, ids = np.full((height, width), 1e9, np.float32), np.full((height, width), -1, np.int32)
    fill(points, depth, ids)
    return ids


def _backdrop(studio: Studio, width: int, height: int) -> Floats:
    """The wall behind: a vertical gradient (height, width, 3)."""
    mix = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    wall = np.array(studio.top, np.float32) * (1 - mix) + np.array(studio.bottom, np.float32) * mix
    return np.ascontiguousarray(np.broadcast_to(wall, (height, width, 3)), np.float32)
