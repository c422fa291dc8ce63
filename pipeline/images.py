"""Bytes of an image file -> RGB pixels, or a refusal in a person's words."""

from __future__ import annotations

import io
import re
import stat
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pipeline.config import DecodeLimits
from pipeline.image_kinds import explain_unusable, sniff_kind
from pipeline.records import RgbArray
from pipeline.scaling import can_halve, fit_within, halve

DEFAULT_LIMITS = DecodeLimits()
RENDITION_SIDES_PX = (160, 480, 1200)

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_EXIF_ORIENTATION = 0x0112
_PNG_EXIF = (b"eXIf", b"Raw profile type exif", b"XML:com.adobe.xmp")  # where a PNG may name it


class UnreadableImage(ValueError):
    """An image that can't be used: `code` for programs, `message` for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class DecodedImage:
    """A working copy of an image, upright and opaque.

    `rgb` is uint8 (H, W, 3), its longest side at most the asked one; `width_px` and `height_px` are
    those of the file after its EXIF orientation. `format` is the file's kind in capitals (JPEG, PNG...).
    """

    rgb: RgbArray
    width_px: int
    height_px: int
    format: str
    byte_size: int
    was_animated: bool = False
    had_alpha: bool = False
    _copies: dict[int, RgbArray] = field(default_factory=dict, repr=False, compare=False)

    def at(self, side_px: int) -> RgbArray:
        """The picture with a longest side of at most `side_px`, uint8 (h,w,3); made once, never enlarged.

        Made from the smallest halving of `rgb` that is not smaller, so that what it shows does not
        depend on which copies were asked for before. Callers must not write on it.
        """
        if side_px not in self._copies:
            self._copies[side_px] = fit_within(self._halve(side_px), side_px)
        return self._copies[side_px]

    def _halve(self, side_px: int) -> RgbArray:
        """`rgb` halved as long as its longest side stays at least `side_px`; each halving is kept."""
        found, step = self.rgb, 1
        while can_halve(found, side_px):
            if -step not in self._copies:  # halvings are kept under negative keys
                self._copies[-step] = halve(found)
            found, step = self._copies[-step], step + 1
        return found


def read_file(path: Path, limits: DecodeLimits = DEFAULT_LIMITS) -> bytes:
    """Bytes of an image file. Raises UnreadableImage for what is missing, no file, or too large to read."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableImage("not_a_file", "This is a folder or a device, not a file.")
        if found.st_size > limits.max_bytes:
            raise _too_many_bytes(found.st_size, limits)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImage("missing", f"The file cannot be opened: {error.strerror or error}.") from error


def decode(
    data: bytes, limits: DecodeLimits = DEFAULT_LIMITS, max_side_px: int | None = None
) -> DecodedImage:
    """Read an image once, at the scale that the judges work on.

    Returns a DecodedImage whose longest side is at most `max_side_px` (default: the limits' working
    side), never enlarged. The first frame of an animation stands for it; transparency is laid on white;
    CMYK and 16-bit become 8-bit RGB. Raises UnreadableImage for empty, foreign, truncated, broken and
    oversized input; too many pixels are refused from the header alone.
    """
    kind = _check_bytes(data, limits)
    side = max_side_px or limits.working_side_px
    try:
        if (plain := _decode_plain_webp(data, side, limits)) is not None:
            return plain
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs and odd EXIF; we decide below
            return _decode_checked(data, kind, side, limits)
    except UnreadableImage:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(limits) from error
    except Exception as error:  # a decoder may raise anything on hostile bytes
        raise _explain(error, kind) from error


def render_webp(source: bytes | DecodedImage, side_px: int, limits: DecodeLimits = DEFAULT_LIMITS) -> bytes:
    """WebP bytes of the image, longest side at most `side_px`; never larger than the source."""
    decoded = decode(source, limits, side_px) if isinstance(source, bytes) else source
    stream = io.BytesIO()
    Image.fromarray(fit_within(decoded.rgb, side_px)).save(stream, "WEBP", quality=82, method=2)
    return stream.getvalue()


def render_renditions(data: bytes, sides_px: Sequence[int] = RENDITION_SIDES_PX) -> dict[int, bytes]:
    """WebP renditions by side from one decode. Raises UnreadableImage as `decode` does."""
    decoded = decode(data, max_side_px=max(sides_px))
    return {side: render_webp(decoded, side) for side in sides_px}


def _check_bytes(data: bytes, limits: DecodeLimits) -> str:
    if len(data) > limits.max_bytes:
        raise _too_many_bytes(len(data), limits)
    if unusable := explain_unusable(data):
        raise UnreadableImage(*unusable)
    return str(sniff_kind(data))


def _decode_checked(data: bytes, kind: str, side: int, limits: DecodeLimits) -> DecodedImage:
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        if opened.width * opened.height > limits.max_pixels:
            raise _too_many_pixels(limits, opened.width, opened.height)
        orientation = _read_orientation(opened, data)
        width, height = opened.size
        animated = bool(getattr(opened, "is_animated", False))
        alpha = opened.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in opened.info
        if kind == "JPEG" and opened.mode in ("RGB", "L"):
            rgb = _decode_jpeg(data, max(width, height), side)
        elif kind == "WEBP" and not animated and not alpha:
            rgb = _decode_webp(data)
        elif kind == "PNG" and not animated and opened.mode in ("RGB", "RGBA"):
            found = _decode_png(data, side)
            rgb = _decode_with_pillow(opened, alpha, side) if found is None else found
        else:
            rgb = _decode_with_pillow(opened, alpha, side)
    rgb = _turn_upright(fit_within(rgb, side), orientation)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return DecodedImage(rgb, width, height, kind, len(data), animated, alpha)


def _read_orientation(opened: Image.Image, data: bytes) -> int:
    """1 to 8; of a PNG asked only where its bytes speak of one, as Pillow reads all pixels to look for it."""
    if opened.format == "PNG" and not any(name in data for name in _PNG_EXIF):
        return 1
    return int(opened.getexif().get(_EXIF_ORIENTATION, 1) or 1)


def _decode_jpeg(data: bytes, longest_px: int, side: int) -> RgbArray:
    if not jpeg_is_complete(data):
        raise UnreadableImage("truncated", "The file is cut off: its end is missing.")
    divisor = max(n for n in (1, 2, 4, 8) if n == 1 or longest_px // n >= side)
    flag = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2}.get(divisor)
    if flag is None:
        flag = cv2.IMREAD_REDUCED_COLOR_4 if divisor == 4 else cv2.IMREAD_REDUCED_COLOR_8
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION)
    if bgr is None:
        raise UnreadableImage("broken", "The file is damaged: it starts like a JPEG but cannot be read.")
    small = fit_within(np.asarray(bgr, np.uint8), side)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB, dst=small), np.uint8)  # few pixels, in place


def jpeg_is_complete(data: bytes) -> bool:
    """Whether the JPEG's own end marker is there (a thumbnail's in its header does not count)."""
    position = 2
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return False
        marker = data[position + 1]
        if marker == 0xD9:
            return True
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:  # fill bytes and markers with no length
            position += 1 if marker == 0xFF else 2
            continue
        position += 2 + int.from_bytes(data[position + 2 : position + 4])
        if marker == 0xDA:
            found = _MARKER.search(data, position)
            if found is None:
                return False
            position = found.start()
    return data[position : position + 2] == b"\xff\xd9"


def _decode_plain_webp(data: bytes, side: int, limits: DecodeLimits) -> DecodedImage | None:
    """A WebP of one frame without alpha or EXIF, which takes Pillow a millisecond to open; else None."""
    if data[:4] + data[8:16] != b"RIFFWEBPVP8 " or data[23:26] != b"\x9d\x01\x2a":
        return None
    width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits, width, height)
    return DecodedImage(fit_within(_decode_webp(data), side), width, height, "WEBP", len(data))


def _decode_webp(data: bytes) -> RgbArray:
    """The same pixels as Pillow's, which goes the longer way of animations."""
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    rgb = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if rgb is None:
        raise UnreadableImage("broken", "The file is damaged: it starts like a WebP but cannot be read.")
    return np.asarray(rgb, np.uint8)


def _decode_png(data: bytes, side: int) -> RgbArray | None:
    """A third faster than Pillow on large ones; None for what it will not read, of 16 bits or damaged."""
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgr is None or bgr.dtype != np.uint8 or bgr.ndim != 3:
        return None
    small = _lay_on_white(bgr, side) if bgr.shape[2] == 4 else fit_within(np.asarray(bgr, np.uint8), side)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB, dst=small), np.uint8)


def _decode_with_pillow(opened: Image.Image, alpha: bool, side: int) -> RgbArray:
    if opened.mode in ("I", "F", "I;16", "I;16B", "I;16L", "I;16N"):
        grey = _to_8_bit(np.asarray(opened, dtype=np.float32))
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    if not alpha:
        return np.asarray(opened.convert("RGB"))
    return _lay_on_white(np.asarray(opened.convert("RGBA")), side)


def _lay_on_white(rgba: np.ndarray, side: int) -> RgbArray:
    """uint8 (H,W,4) with alpha last, on white; halved before that, to a quarter of the pixels each time."""
    seen = np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2mRGBA), np.uint8)
    while can_halve(seen, side):
        seen = halve(seen)
    white = cv2.bitwise_not(seen[..., 3])
    rgb = cv2.add(cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), cv2.merge([white, white, white]))
    return np.asarray(rgb, np.uint8)


def _to_8_bit(grey: np.ndarray) -> np.ndarray:
    """Grey levels of 16 bits, 8 bits or 0 to 1 (told apart by their maximum) as uint8."""
    highest = float(np.nanmax(grey)) if grey.size else 0.0
    scale = 255.0 if highest <= 1.0 else 1.0 if highest <= 255.0 else 255.0 / 65535.0
    return np.clip(np.nan_to_num(grey) * scale + 0.5, 0, 255).astype(np.uint8)


def _turn_upright(rgb: RgbArray, orientation: int) -> RgbArray:
    turned = rgb
    if orientation in (5, 6, 7, 8):
        turned = turned.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def _too_many_bytes(found: int, limits: DecodeLimits) -> UnreadableImage:
    allowed = limits.max_bytes / 2**20
    words = f"The file is too large: {found / 2**20:.1f} MB, at most {allowed:.0f} MB."
    return UnreadableImage("too_many_bytes", words)


def _too_many_pixels(limits: DecodeLimits, width: int = 0, height: int = 0) -> UnreadableImage:
    size = f"{width} x {height} pixels, " if width else ""
    allowed = limits.max_pixels // 1_000_000
    return UnreadableImage("too_many_pixels", f"The image is too large: {size}at most {allowed} megapixels.")


def _explain(error: Exception, kind: str) -> UnreadableImage:
    if "truncated" in str(error).lower():
        return UnreadableImage("truncated", "The file is cut off: its end is missing.")
    article = "an" if kind == "AVIF" else "a"
    return UnreadableImage(
        "broken", f"The file is damaged: it starts like {article} {kind} but cannot be read."
    )
