"""What people's own pairs are made of: ordinary renderings of a picture, and small changes of a product.

Nothing here is shared with `pipeline.dedup` or the other makers of pairs: pairs for measuring alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator
Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Step = Callable[[Rgb, Rng], Rgb]

SIZES_PX = (180, 900)  # longest side after a change of size
FORMATS = {"WEBP": 0.4, "AVIF": 0.2, "PNG": 0.2, "JPEG2000": 0.1, "GIF": 0.1}
THING_LEVELS = 22  # grey levels off the border's colour
LEAST_THING, MOST_THING = 0.03, 0.9  # of the frame; otherwise the middle of it is the thing
SEEN_LEVELS = 32.0  # grey levels, worst channel, that a change has in a quarter of its pixels
DYED_LEVELS = 34.0  # grey levels, worst channel, by which a dye changes the middle pixel of what it dyes
HUES = 256  # of Pillow's HSV


# -- renderings


def size(rgb: Rgb, rng: Rng) -> Rgb:
    """Any longest side between two, evenly by ratio, never enlarged."""
    longest = max(rgb.shape[:2])
    side = min(longest, round(float(np.exp(rng.uniform(*np.log(SIZES_PX))))))
    wanted = max(1, rgb.shape[1] * side // longest), max(1, rgb.shape[0] * side // longest)
    how = Image.Resampling.LANCZOS if rng.random() < 0.5 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(rgb).resize(wanted, how, reducing_gap=2.0))


def compress(rgb: Rgb, rng: Rng) -> Rgb:
    """JPEG of quality 25 to 90, twice in a third of cases."""
    for _ in range(1 + int(rng.random() < 0.33)):
        rgb = _store(rgb, "JPEG", quality=int(rng.integers(25, 91)))
    return rgb


def convert(rgb: Rgb, rng: Rng) -> Rgb:
    """Stored in another format."""
    name = str(rng.choice(list(FORMATS), p=list(FORMATS.values())))
    if name in ("WEBP", "AVIF"):
        return _store(rgb, name, quality=int(rng.integers(42, 88)))
    options = {"quality_layers": [int(rng.integers(12, 40))]} if name == "JPEG2000" else {}
    return _store(rgb, name, **options)


def pad(rgb: Rgb, rng: Rng) -> Rgb:
    """A margin, mostly white and on two sides or four, or of another plain colour, up to a third."""
    height, width = rgb.shape[:2]
    room = rng.uniform(0.02, 0.33)
    sides = [(room, room), (room, 0.0), (0.0, room)][int(rng.choice(3, p=(0.5, 0.25, 0.25)))]
    down, across = round(sides[0] * height), round(sides[1] * width)
    share = rng.choice((0.5, 0.5, 0.0, 1.0))  # how much of the margin is before the picture
    level = [255, 255, 255] if rng.random() < 0.65 else rng.choice(
        [[0, 0, 0], [245, 245, 245], [238, 232, 224], [210, 214, 220], rgb[0, 0].tolist()]
    ).tolist()  # fmt: skip
    canvas = np.full((height + 2 * down, width + 2 * across, 3), level, np.uint8)
    top, left = round(2 * down * share), round(2 * across * share)
    canvas[top : top + height, left : left + width] = rgb
    return canvas


def crop(rgb: Rgb, rng: Rng) -> Rgb:
    """1 to 10 % off in all, along either axis, anywhere."""
    height, width = rgb.shape[:2]
    tall, wide = (round(side * (1 - rng.uniform(0.01, 0.1))) for side in (height, width))
    y, x = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    return np.ascontiguousarray(rgb[y : y + tall, x : x + wide])


def sharpen(rgb: Rgb, rng: Rng) -> Rgb:
    """What a Laplacian of a Gaussian finds, added."""
    soft = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.6, 2.2)).astype(np.float32)
    edges = -cv2.Laplacian(soft, cv2.CV_32F, ksize=1)
    return _clip(rgb + rng.uniform(0.5, 1.6) * edges)


def contrast(rgb: Rgb, rng: Rng) -> Rgb:
    """Levels spread or drawn together about the picture's own mean, to 0.75 to 1.3 times."""
    mean = float(rgb.mean())
    return _clip(mean + rng.uniform(0.75, 1.3) * (rgb - mean))


def brighten(rgb: Rgb, rng: Rng) -> Rgb:
    """A step of up to 28 grey levels, or a gamma of 0.75 to 1.33."""
    if rng.random() < 0.5:
        return _clip(rgb.astype(np.float32) + rng.uniform(-28, 28))
    return _clip(255 * (np.arange(256) / 255) ** np.exp(rng.uniform(-0.288, 0.288)))[rgb]


def rotate(rgb: Rgb, rng: Rng) -> Rgb:
    """By 0.3 to 3.5 degrees."""
    turn = np.radians(rng.uniform(0.3, 3.5)) * rng.choice((-1, 1))
    return _bend(rgb, np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]), rng)


def shear(rgb: Rgb, rng: Rng) -> Rgb:
    """By 1 to 6 % along one axis, its length changed by up to 3 %."""
    slope, grow = rng.uniform(0.01, 0.06) * rng.choice((-1, 1)), 1 + rng.uniform(-0.03, 0.03)
    found = np.array([[grow, slope], [0, 1]])
    return _bend(rgb, found if rng.random() < 0.5 else found.T[::-1, ::-1].T, rng)


def shift(rgb: Rgb, rng: Rng) -> Rgb:
    """By 1 to 9 % of the frame, in any direction."""
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.01, 0.09) * max(rgb.shape[:2])
    return _bend(rgb, np.eye(2), rng, (far * np.cos(angle), far * np.sin(angle)))


RENDERINGS: dict[str, Step] = {
    "size": size, "compress": compress, "convert": convert, "pad": pad, "crop": crop, "sharpen": sharpen,
    "contrast": contrast, "brighten": brighten, "rotate": rotate, "shear": shear, "shift": shift,
}  # fmt: skip


def render(rgb: Rgb, rng: Rng) -> tuple[Rgb, str]:
    """The picture after one to three renderings, and their names."""
    count = 1 + int(rng.choice(3, p=(0.45, 0.35, 0.2)))
    names = [str(name) for name in rng.choice(list(RENDERINGS), count, replace=False)]
    for name in names:
        rgb = RENDERINGS[name](rgb, rng)
    return rgb, "+".join(names)


def _bend(rgb: Rgb, linear: npt.NDArray[np.floating], rng: Rng, by: tuple[float, float] = (0.0, 0.0)) -> Rgb:
    """An affine map about the middle; behind it white, or the colour of a corner."""
    height, width = rgb.shape[:2]
    middle = np.array([width / 2, height / 2])
    offset = middle - linear @ middle + by
    behind = (255.0, 255.0, 255.0) if rng.random() < 0.6 else tuple(float(level) for level in rgb[0, 0])
    how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_LANCZOS4
    matrix = np.column_stack([linear, offset]).astype(np.float64)
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height), flags=how, borderValue=behind), np.uint8)


# -- changes


def find_thing(rgb: Rgb) -> Mask:
    """What has another colour than the border; the middle of the frame where that tells nothing."""
    soft = cv2.blur(rgb, (7, 7)).astype(np.int16)
    rim = np.concatenate([soft[0], soft[-1], soft[:, 0], soft[:, -1]])
    thing = np.abs(soft - np.median(rim, axis=0)).max(2) > THING_LEVELS
    thing = cv2.morphologyEx(thing.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    if LEAST_THING <= thing.mean() <= MOST_THING:
        return thing
    height, width = thing.shape
    y, x = np.ogrid[:height, :width]
    return np.asarray((2.5 * y / height - 1.25) ** 2 + (2.5 * x / width - 1.25) ** 2 < 1)


class Place(NamedTuple):
    """Where a thing is changed: x, y of the middle, the side in pixels, the thing, another photo."""

    at: tuple[int, int]
    side: int
    thing: Mask
    other: Rgb


def lay_piece(rgb: Rgb, rng: Rng, place: Place) -> Rgb:
    """A round or square piece of the middle of another photo."""
    height, width = place.other.shape[:2]
    cut = place.other[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3]
    tile = np.asarray(cv2.resize(cut, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    return _mix(rgb, tile, _draw_spot(rgb, place, rng.random() < 0.5), 1.0)


def erase(rgb: Rgb, rng: Rng, place: Place) -> Rgb:
    """A part filled in from what is around it."""
    spot = (_draw_spot(rgb, place, rng.random() < 0.5) > 0.5).astype(np.uint8)
    return np.asarray(cv2.inpaint(rgb, spot, 5, cv2.INPAINT_TELEA), np.uint8)


def write_word(rgb: Rgb, rng: Rng, place: Place) -> Rgb:
    """Two to six letters or digits."""
    word = "".join(rng.choice(list("ABCDEFGHKLMNPRSTUXYZ2345789"), int(rng.integers(2, 7))))
    image = Image.fromarray(rgb)
    font = ImageFont.load_default(max(9.0, 1.6 * place.side / len(word) ** 0.5))
    level = int(rng.choice((12, 240))) if rng.random() < 0.6 else int(rng.integers(0, 256))
    fill = (level, level, int(rng.integers(0, 256)))
    ImageDraw.Draw(image).text(place.at, word, fill, font, anchor="mm")
    return np.asarray(image)


def blot(rgb: Rgb, rng: Rng, place: Place) -> Rgb:
    """A part in another colour, its shading kept."""
    colour = rng.integers(0, 256, 3).astype(np.float32)
    return _mix(rgb, _clip(0.35 * rgb + 0.65 * colour), _draw_spot(rgb, place, rng.random() < 0.7), 0.9)


def stripe(rgb: Rgb, rng: Rng, place: Place) -> Rgb:
    """A thin stripe across a part of the thing."""
    (x, y), thick = place.at, max(2, round(place.side / 5))
    angle, far = rng.uniform(0, np.pi), 2.5 * place.side
    ends = [(round(x + k * far * np.cos(angle)), round(y + k * far * np.sin(angle))) for k in (-1, 1)]
    plane = cv2.line(np.zeros(rgb.shape[:2], np.float32), ends[0], ends[1], 1.0, thick, cv2.LINE_AA)
    return _mix(rgb, np.full_like(rgb, rng.integers(0, 256, 3)), plane * place.thing, 0.95)


CHANGES: dict[str, Callable[[Rgb, Rng, Place], Rgb]] = {
    "piece": lay_piece, "erased": erase, "word": write_word, "blot": blot, "stripe": stripe,
}  # fmt: skip


def change(rgb: Rgb, other: Rgb, rng: Rng, share: float) -> tuple[Rgb, str] | None:
    """A change of about that share of the thing, and what it is; None where it would hardly be seen.

    `other` is another photo, of which a piece may be put on.
    """
    thing = find_thing(rgb)
    side = round(np.sqrt(share * np.count_nonzero(thing)))
    inside = cv2.erode(thing.astype(np.uint8), np.ones((max(3, side // 2), max(3, side // 2)), np.uint8))
    places = np.flatnonzero(inside if inside.any() else thing)
    y, x = divmod(int(rng.choice(places)), rgb.shape[1])
    name = str(rng.choice(list(CHANGES)))
    changed = CHANGES[name](rgb, rng, Place((x, y), side, thing, other))
    apart = np.abs(changed.astype(np.int16) - rgb).max(2)
    hit = apart[apart > 3]
    if hit.size < 0.25 * side * side or np.quantile(hit, 0.75) < SEEN_LEVELS:
        return None
    return changed, f"{name} of {share:.3f}"


def _draw_spot(rgb: Rgb, place: Place, is_round: bool) -> npt.NDArray[np.float32]:
    """1 within a disc or square of that side, soft at its rim, float32 (h, w)."""
    plane: npt.NDArray[np.float32] = np.zeros(rgb.shape[:2], np.float32)
    (x, y), half = place.at, max(2, place.side // 2)
    if is_round:
        cv2.circle(plane, (x, y), round(1.13 * half), 1.0, -1)
    else:
        cv2.rectangle(plane, (x - half, y - half), (x + half, y + half), 1.0, -1)
    return np.asarray(cv2.blur(plane, (3, 3)), np.float32)


def dye(rgb: Rgb, rng: Rng) -> Rgb | None:
    """The thing, or the part of it that has one colour, in another; None where that hardly shows."""
    thing = find_thing(rgb)
    if rng.random() < 0.3:
        seed = rgb[thing][int(rng.integers(np.count_nonzero(thing)))].astype(np.int16)
        part = thing & (np.abs(cv2.blur(rgb, (5, 5)) - seed).max(2) < 30)
        thing = part if part.sum() > 0.1 * thing.sum() else thing
    hsv = np.asarray(Image.fromarray(rgb).convert("HSV")).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(HUES // 8, 7 * HUES // 8))) % HUES
    hsv[..., 1] = np.clip(hsv[..., 1] + int(rng.integers(0, 90)), 0, 255)
    dyed = np.asarray(Image.fromarray(hsv.astype(np.uint8), "HSV").convert("RGB"))
    changed = _mix(rgb, dyed, cv2.blur(thing.astype(np.float32), (3, 3)), 1.0)
    apart = np.abs(changed.astype(np.int16) - rgb).max(2)[thing]
    return changed if np.median(apart) >= DYED_LEVELS else None


def _mix(rgb: Rgb, other: Rgb, share: npt.NDArray[Any], most: float) -> Rgb:
    weight = most * share[..., None]
    return _clip(rgb * (1 - weight) + other * weight)


def _clip(levels: npt.NDArray[np.floating]) -> Rgb:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _store(rgb: Rgb, kind: str, **options: object) -> Rgb:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, kind, **options)
    with Image.open(stream) as stored:
        return np.asarray(stored.convert("RGB"), np.uint8)
