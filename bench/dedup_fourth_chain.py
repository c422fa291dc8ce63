"""What a supplier's chain makes of one photo: touched up, trimmed, set in a square, a thumbnail, a file.

Nothing here is shared with `pipeline.dedup` or the other makers of pairs: pairs for measuring alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Rgb = npt.NDArray[np.uint8]
Rng = np.random.Generator
Step = Callable[[Rgb, Rng], Rgb]
Encoded = tuple[bytes, str, str]  # a file's bytes, its ending and what it was made with

SIDES_PX = (200, 240, 256, 300, 320, 400, 450, 500, 600, 640, 750, 800)  # thumbnails of common shop software
FILES = {"jpg": 0.46, "webp": 0.24, "avif": 0.14, "png8": 0.07, "gif": 0.03, "png": 0.06}
QUALITIES = {"jpg": ("JPEG", 58, 93), "webp": ("WEBP", 45, 86), "avif": ("AVIF", 38, 75)}
PALETTES = {16: 0.05, 32: 0.1, 64: 0.2, 128: 0.25, 256: 0.4}  # colours, and how many files have as many
LIGHT_GROUND = 215  # grey level from which a border counts as a studio's ground
PLAIN = 14.0  # grey levels of spread along a border that is one ground


def measure_ground(rgb: Rgb) -> tuple[npt.NDArray[np.float32], bool]:
    """Median colour of the border, and whether it is one light ground."""
    border = np.concatenate([rgb[:4].reshape(-1, 3), rgb[-4:].reshape(-1, 3),
                             rgb[:, :4].reshape(-1, 3), rgb[:, -4:].reshape(-1, 3)])  # fmt: skip
    ground = np.median(border, axis=0).astype(np.float32)
    spread = float(np.mean(np.abs(border - ground)))
    return ground, bool(ground.min() >= LIGHT_GROUND and spread <= PLAIN)


def find_thing(rgb: Rgb) -> npt.NDArray[np.bool_]:
    """Pixels of another colour (CIE Lab) than the border's, without specks; bool (h, w)."""
    lab = cv2.cvtColor(cv2.medianBlur(rgb, 5), cv2.COLOR_RGB2LAB).astype(np.float32)
    rim = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    apart = np.linalg.norm(lab - np.median(rim, axis=0), axis=2)
    closed = cv2.morphologyEx((apart > 10).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    large = [at for at in range(1, count) if stats[at, cv2.CC_STAT_AREA] > 0.005 * closed.size]
    return np.isin(labels, large) if large else np.ones(closed.shape, bool)


# -- touching up


def auto_levels(rgb: Rgb, rng: Rng) -> Rgb:
    """Each channel stretched between its own percentiles, most of the way: an editor's white balance."""
    low, high = np.percentile(rgb.reshape(-1, 3), (rng.uniform(0.1, 1.0), rng.uniform(99.0, 99.9)), axis=0)
    low, high = np.minimum(low, 25), np.maximum(high, 205)  # a picture of one dark colour keeps it
    share = rng.uniform(0.5, 1.0)
    stretched = (rgb - low) * (255.0 / (high - low))
    return _store(share * stretched + (1 - share) * rgb)


def whiten_ground(rgb: Rgb, rng: Rng) -> Rgb:
    """A light ground lifted to white, fading out towards the thing; others are left alone."""
    ground, light = measure_ground(rgb)
    if not light:
        return rgb
    apart = np.abs(rgb.astype(np.float32) - ground).max(2)
    share = np.clip(1 - apart / rng.uniform(10, 24), 0, 1)[..., None]
    return _store(rgb + share * (255.0 - rgb.astype(np.float32)))


def remove_shadow(rgb: Rgb, rng: Rng) -> Rgb:
    """Soft grey beside the thing on a light ground, lifted most of the way to the ground's colour."""
    ground, light = measure_ground(rgb)
    if not light:
        return rgb
    soft = cv2.GaussianBlur(rgb, (0, 0), 3).astype(np.float32)
    colourless = np.ptp(soft - ground, axis=2) < 9
    faint = (ground - soft).max(2) < rng.uniform(20, 45)
    smooth = np.abs(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F, ksize=3)) < 14
    open_ = _reach_from_border(colourless & faint & smooth)
    share = cv2.GaussianBlur(open_.astype(np.float32), (0, 0), 1.5)[..., None] * rng.uniform(0.7, 1.0)
    return _store(rgb.astype(np.float32) + share * (ground - rgb))


def _reach_from_border(open_: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The part of a mask that hangs together with the frame."""
    _, labels = cv2.connectedComponents(open_.astype(np.uint8))
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.isin(labels, rim[rim > 0])


def straighten(rgb: Rgb, rng: Rng) -> Rgb:
    """Turned by up to two degrees about the middle, the ground's colour behind."""
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-2, 2)), 1.0)
    colour = [float(level) for level in measure_ground(rgb)[0]]
    laid = cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=colour)
    return np.asarray(laid, np.uint8)


def dull_or_liven(rgb: Rgb, rng: Rng) -> Rgb:
    """A tone curve of three knots and a little more or less colour."""
    knots = np.array([0, 128 + rng.uniform(-18, 18), 255 - rng.uniform(0, 8)])
    curve = np.interp(np.arange(256), [0, 128, 255], knots)
    toned = curve[rgb]
    grey = toned.mean(2, keepdims=True)
    return _store(grey + rng.uniform(0.88, 1.15) * (toned - grey))


# -- the frame


def trim(rgb: Rgb, rng: Rng) -> Rgb:
    """The ground cut off around the thing but for a few pixels; scenes keep their frame."""
    thing = find_thing(rgb)
    if not measure_ground(rgb)[1] or thing.mean() > 0.9:
        return rgb
    x, y, wide, high = cv2.boundingRect(thing.astype(np.uint8))
    room = int(rng.uniform(0, 0.04) * max(wide, high))
    cut = rgb[max(0, y - room) : y + high + room, max(0, x - room) : x + wide + room]
    return np.ascontiguousarray(cut)


def square(rgb: Rgb, rng: Rng) -> Rgb:
    """A square canvas, white or of the ground's colour, the picture in the middle or at the foot."""
    height, width = rgb.shape[:2]
    side = round(max(height, width) * (1.0 if rng.random() < 0.5 else rng.uniform(1.02, 1.25)))
    colour = (255, 255, 255) if rng.random() < 0.7 else np.rint(measure_ground(rgb)[0])
    canvas = np.full((side, side, 3), colour, np.uint8)
    top = (side - height) // 2 if rng.random() < 0.8 else side - height
    left = (side - width) // 2
    canvas[top : top + height, left : left + width] = rgb
    return canvas


def shave(rgb: Rgb, rng: Rng) -> Rgb:
    """A few per cent off the frame, evenly: a theme's 'cover' fit."""
    height, width = rgb.shape[:2]
    y, x = int(rng.uniform(0, 0.05) * height), int(rng.uniform(0, 0.05) * width)
    return np.ascontiguousarray(rgb[y : height - y, x : width - x])


def make_thumbnail(rgb: Rgb, rng: Rng) -> Rgb:
    """A common size by averaging or Lanczos, mostly sharpened a little after; never enlarged."""
    longest = max(rgb.shape[:2])
    side = min(int(rng.choice(SIDES_PX)), longest)
    size = max(1, round(rgb.shape[1] * side / longest)), max(1, round(rgb.shape[0] * side / longest))
    how = cv2.INTER_AREA if rng.random() < 0.6 else cv2.INTER_LANCZOS4
    small = np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)
    if rng.random() < 0.4:
        return small
    amount = rng.uniform(0.2, 0.9)
    soft = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.5, 1.0)).astype(np.float32)
    return _store(small + amount * (small - soft))


TOUCHES: dict[str, Step] = {
    "levels": auto_levels, "whitened": whiten_ground, "shadow": remove_shadow, "straightened": straighten,
    "toned": dull_or_liven,
}  # fmt: skip
FRAMES: dict[str, Step] = {"trimmed": trim, "squared": square, "shaved": shave}


def pass_chain(rgb: Rgb, rng: Rng) -> tuple[Rgb, str]:
    """One to three touches and fits in the order of a chain, then mostly a thumbnail; and their names."""
    touches = [str(name) for name in rng.choice(list(TOUCHES), int(rng.integers(0, 3)), replace=False)]
    frames = [name for name, share in (("trimmed", 0.3), ("shaved", 0.15), ("squared", 0.5))
              if rng.random() < share]  # fmt: skip
    names = [*touches, *frames]
    for name in names:
        rgb = (TOUCHES | FRAMES)[name](rgb, rng)
    if rng.random() < 0.75 or not names:
        rgb = make_thumbnail(rgb, rng)
        names.append("thumbnail")
    return rgb, "+".join(names)


# -- the file


def store_file(rgb: Rgb, rng: Rng) -> Encoded:
    """The file that the chain ends in: JPEG, WebP, AVIF, a PNG or GIF with a palette, a plain PNG."""
    kind = str(rng.choice(list(FILES), p=list(FILES.values())))
    if kind in ("png8", "gif"):
        return _store_palette(rgb, rng, kind)
    if kind == "png":
        return _save(rgb, "PNG"), "png", "png"
    encoder, least, most = QUALITIES[kind]
    quality = int(rng.integers(least, most))
    return _save(rgb, encoder, quality=quality), kind, f"{kind}{quality}"


def _store_palette(rgb: Rgb, rng: Rng, kind: str) -> Encoded:
    """16 to 256 colours by any of Pillow's ways, dithered or not."""
    colours = int(rng.choice(list(PALETTES), p=list(PALETTES.values())))
    image = Image.fromarray(rgb)
    way = int(rng.choice([Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE, Image.Quantize.FASTOCTREE]))
    palette = image.quantize(colours, method=way)
    dithered = bool(rng.random() < 0.5)
    dither = Image.Dither.FLOYDSTEINBERG if dithered else Image.Dither.NONE
    made, stream = image.quantize(palette=palette, dither=dither), io.BytesIO()
    made.save(stream, "PNG" if kind == "png8" else "GIF")
    return stream.getvalue(), kind.rstrip("8"), f"{kind} of {colours}{' dithered' if dithered else ''}"


def reencode(rgb: Rgb, rng: Rng) -> Rgb:
    """A marketplace's own JPEG or WebP in between."""
    kind = "JPEG" if rng.random() < 0.5 else "WEBP"
    with Image.open(io.BytesIO(_save(rgb, kind, quality=int(rng.integers(55, 88))))) as stored:
        return np.asarray(stored.convert("RGB"), np.uint8)


def _save(rgb: Rgb, kind: str, **options: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, kind, **options)
    return stream.getvalue()


def _store(levels: npt.NDArray[np.floating]) -> Rgb:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
