"""What makes a product another one: its size, colour or a part, a mark, letter, button, seam or pocket.

Nothing here is shared with `pipeline.dedup` or the other makers of pairs: pairs for measuring alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from bench.dedup_fourth_chain import Rgb, Rng, find_thing, measure_ground

Mask = npt.NDArray[np.bool_]
LEAST_SHARE, MOST_SHARE = 0.003, 0.12  # of the thing that a local change covers
LEAST_STEP = 14  # grey levels, worst channel, from which a pixel has changed
SEEN = 28.0  # grey levels, mean over what changed: a customer sees it
TRIES = 30
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_ITALIC)


class Place(NamedTuple):
    """A point well on the thing and a length that fits there, pixels."""

    x: int
    y: int
    size: int


Change = Callable[[Rgb, Place, Mask, Rng], Rgb]


def change_product(rgb: Rgb, rng: Rng) -> tuple[Rgb, str] | None:
    """The product with one thing about it another, and what; None where nothing fits."""
    thing = find_thing(rgb)
    depth = cv2.distanceTransform(thing.astype(np.uint8), cv2.DIST_L2, 3)
    depth *= _find_middle_part(thing.shape)  # what lies at the frame's rim may be cut off again
    rows, columns = np.nonzero(depth >= 0.25 * depth.max())
    area = int(np.count_nonzero(thing))
    for _ in range(TRIES):
        name = str(rng.choice(list(CHANGES)))
        at = int(rng.integers(rows.size))
        size = round(float(np.exp(rng.uniform(np.log(0.05), np.log(0.22)))) * area**0.5)
        changed = CHANGES[name](rgb, Place(int(columns[at]), int(rows[at]), max(6, size)), thing, rng)
        if _is_seen(rgb, changed, area, name):
            return changed, name
    return None


def _find_middle_part(shape: tuple[int, ...]) -> Mask:
    middle = np.zeros(shape, bool)
    y, x = round(0.16 * shape[0]), round(0.16 * shape[1])
    middle[y : shape[0] - y, x : shape[1] - x] = True
    return middle


def _is_seen(rgb: Rgb, changed: Rgb, area: int, name: str) -> bool:
    step = np.abs(changed.astype(np.int16) - rgb).max(2)
    hit = step >= LEAST_STEP
    share = np.count_nonzero(hit) / area
    if not hit.any() or step[hit].mean() < SEEN:
        return False
    return bool(share >= LEAST_SHARE and (name == "length" or share <= MOST_SHARE))


def _pick_paint(rgb: Rgb, place: Place, rng: Rng) -> tuple[int, int, int]:
    """A paint 45 to 140 grey levels lighter or darker than what lies there, or of a hue of its own."""
    around = rgb[max(0, place.y - 3) : place.y + 4, max(0, place.x - 3) : place.x + 4].reshape(-1, 3).mean(0)
    step = float(rng.uniform(45, 140)) * (1 if around.mean() < 128 else -1)
    hue = rng.uniform(-35, 35, 3) if rng.random() < 0.5 else np.zeros(3)
    red, green, blue = (int(level) for level in np.clip(around + step + hue, 0, 255))
    return red, green, blue


def draw_mark(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """A brand's mark: a ring, a bar through it, or two chevrons."""
    drawn, paint, half = rgb.copy(), _pick_paint(rgb, place, rng), max(4, place.size // 2)
    wide = max(2, half // 4)
    if rng.random() < 0.5:
        cv2.circle(drawn, (place.x, place.y), half, paint, wide, cv2.LINE_AA)
        cv2.line(drawn, (place.x - half, place.y), (place.x + half, place.y), paint, wide, cv2.LINE_AA)
        return drawn
    for shift in (0, half // 2 + wide):
        points = [
            (place.x - half, place.y + shift),
            (place.x, place.y - half + shift),
            (place.x + half, place.y + shift),
        ]
        cv2.polylines(drawn, [np.array(points, np.int32)], False, paint, wide, cv2.LINE_AA)
    return drawn


def draw_letter(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """A letter or a number of up to three signs."""
    signs = "".join(rng.choice(list("ABDEGHKMNRSX0123456789"), int(rng.integers(1, 4))))
    font, drawn = int(rng.choice(FONTS)), rgb.copy()
    (wide, high), _ = cv2.getTextSize(signs, font, 1.0, 1)
    scale = place.size / high
    at = (int(place.x - scale * wide / 2), int(place.y + scale * high / 2))
    thick = max(1, round(scale * rng.uniform(1.5, 3)))
    cv2.putText(drawn, signs, at, font, scale, _pick_paint(rgb, place, rng), thick, cv2.LINE_AA)
    return drawn


def draw_button(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """One to three domed buttons in a column, each with a light and a dark side."""
    drawn, radius = rgb.astype(np.float32), max(3, place.size // 3)
    paint = np.array(_pick_paint(rgb, place, rng), np.float32)
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]].astype(np.float32)
    for number in range(int(rng.integers(1, 4))):
        dx, dy = x - place.x, y - (place.y + number * 3 * radius)
        inside = np.clip(radius - np.hypot(dx, dy) + 0.5, 0, 1)[..., None]
        domed = paint - (22 * (dx + dy) / radius)[..., None]
        drawn += inside * (domed - drawn)
    return np.clip(drawn, 0, 255).astype(np.uint8)


def draw_seam(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """A bent seam: a dark furrow with a lighter ridge, along the thing."""
    reach, bend, turn = 1.6 * place.size, rng.uniform(-0.4, 0.4), rng.uniform(0, np.pi)
    t = np.linspace(-1, 1, 40)
    along, across = reach * t, reach * bend * (1 - t**2)
    wide = max(2, round(place.size * rng.uniform(0.06, 0.14)))
    furrow = np.zeros(rgb.shape[:2], np.uint8)
    points = np.stack([place.x + along * np.cos(turn) - across * np.sin(turn),
                       place.y + along * np.sin(turn) + across * np.cos(turn)], 1)  # fmt: skip
    cv2.polylines(furrow, [np.rint(points).astype(np.int32)], False, 255, wide, cv2.LINE_AA)
    furrow[~thing] = 0
    ridge = np.roll(furrow, (wide, wide), (0, 1))
    depth = rng.uniform(45, 90) * (furrow.astype(np.float32) - 0.5 * ridge) / 255
    return np.clip(rgb - depth[..., None], 0, 255).astype(np.uint8)


def draw_pocket(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """A patch of the thing's own cloth from elsewhere, with an outline and a shadow under it."""
    half = max(5, place.size // 2)
    rows, columns = np.nonzero(cv2.erode(thing.astype(np.uint8), np.ones((2 * half + 1,) * 2, np.uint8)))
    if not rows.size:
        return rgb
    at, drawn = int(rng.integers(rows.size)), rgb.copy()
    top, left = max(0, place.y - half), max(0, place.x - half)
    patch = rgb[max(0, rows[at] - half) : rows[at] + half, max(0, columns[at] - half) : columns[at] + half]
    target = drawn[top : top + patch.shape[0], left : left + patch.shape[1]]
    target[:] = patch[: target.shape[0], : target.shape[1]]
    low, right = top + target.shape[0] - 1, left + target.shape[1] - 1
    cv2.rectangle(
        drawn, (left, top), (right, low), _pick_paint(rgb, place, rng), max(1, half // 8), cv2.LINE_AA
    )
    shadow = drawn[low + 1 : low + 1 + max(2, half // 6), left : right + 1]
    shadow[:] = (0.72 * shadow).astype(np.uint8)
    return drawn


def lose_part(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """A handle, foot or corner at the thing's rim gone: the ground's colour shows."""
    ground, light = measure_ground(rgb)
    rim = thing & ~cv2.erode(thing.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    rows, columns = np.nonzero(rim)
    if not light or not rows.size:
        return rgb
    at, hole = int(rng.integers(rows.size)), np.zeros(rgb.shape[:2], np.uint8)
    axes = (max(4, int(place.size * rng.uniform(0.4, 0.8))), max(4, int(place.size * rng.uniform(0.4, 0.8))))
    centre = (int(columns[at]), int(rows[at]))
    cv2.ellipse(hole, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
    share = (hole.astype(np.float32) / 255)[..., None]
    return np.clip(rgb + share * (ground - rgb), 0, 255).astype(np.uint8)


def change_length(rgb: Rgb, place: Place, thing: Mask, rng: Rng) -> Rgb:
    """Another size: a band through the middle stretched or shortened, what lies on both sides kept."""
    upright = rng.random() < 0.6
    turned = np.ascontiguousarray(rgb if upright else rgb.swapaxes(0, 1))
    lines = np.flatnonzero((thing if upright else thing.T).any(1))
    first, last = int(lines[0]), int(lines[-1])
    start = first + int(rng.uniform(0.2, 0.45) * (last - first))
    end = start + max(8, int(rng.uniform(0.2, 0.4) * (last - first)))
    ratio = rng.uniform(1.3, 1.7) if rng.random() < 0.5 else rng.uniform(0.5, 0.72)
    band = turned[start:end]
    size = band.shape[1], max(1, round(len(band) * ratio))
    stretched = cv2.resize(band, size, interpolation=cv2.INTER_LINEAR)
    longer = np.concatenate([turned[:start], stretched, turned[end:]])
    fitted = cv2.resize(longer, (turned.shape[1], turned.shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(fitted if upright else fitted.swapaxes(0, 1), np.uint8).copy()


CHANGES: dict[str, Change] = {
    "mark": draw_mark, "letter": draw_letter, "button": draw_button, "seam": draw_seam,
    "pocket": draw_pocket, "part": lose_part, "length": change_length,
}  # fmt: skip


def dye_product(rgb: Rgb, rng: Rng) -> Rgb | None:
    """The thing in another colour: its a* and b* turned, greys given a colour; None where it hardly shows."""
    thing = find_thing(rgb)
    lab: npt.NDArray[np.float32] = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))
    angle = float(rng.uniform(0.9, 5.4))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    way = rng.uniform(0, 2 * np.pi)
    chroma = np.hypot(lab[..., 1], lab[..., 2])[thing].mean()
    lab[..., 1:] = lab[..., 1:] @ turn.T
    if chroma < 25:
        lab[..., 1:] += rng.uniform(28, 50) * np.array([np.cos(way), np.sin(way)])
        lab[..., 0] = np.clip(lab[..., 0], 22, 82)
    dyed = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255, 0, 255)
    soft = cv2.GaussianBlur(thing.astype(np.float32), (0, 0), 1.2)[..., None]
    made = np.rint(rgb + soft * (dyed - rgb)).astype(np.uint8)
    apart = (made.astype(np.int16) - rgb)[thing]
    return made if np.ptp(apart, axis=1).mean() >= 40 else None
