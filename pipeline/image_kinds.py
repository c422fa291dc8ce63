"""What a file is, told by its first bytes: names and content types lie."""

from __future__ import annotations

# Kinds that we read, by Pillow's names.
READABLE_KINDS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")

_BY_START = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"8BPS", "a Photoshop document"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"BM", "BMP"),
)


def sniff_kind(data: bytes) -> str | None:
    """Kind of file: one of READABLE_KINDS, other words in plain English, or None if nothing is known."""
    for start, kind in _BY_START:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return "WEBP" if data[8:12] == b"WEBP" else "a sound or video file"
    if data[4:8] == b"ftyp":
        return _sniff_iso_media(data[8:12])
    return _sniff_text(data[:2048])


def explain_unusable(data: bytes) -> tuple[str, str] | None:
    """(code, sentence for a person) why bytes are no picture that is read; None where they start like one."""
    if not data:
        return "empty", "The file is empty."
    kind = sniff_kind(data)
    if kind is None:
        return "not_an_image", "This is not an image file."
    if kind in READABLE_KINDS:
        return None
    if kind in ("an HTML page", "a text file"):
        return "not_an_image", f"This is not an image but {kind}."
    return "unsupported_type", f"This is {kind}, a type that cannot be used; send JPEG, PNG or WebP."


def _sniff_iso_media(brand: bytes) -> str:
    if brand in (b"avif", b"avis"):
        return "AVIF"
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"):
        return "a HEIC image"
    return "a video"


def _sniff_text(start: bytes) -> str | None:
    """HTML before SVG: a page may hold a drawing, a drawing holds no page."""
    if b"\x00" in start:
        return None
    lowered = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<!doctype html", b"<html")) or b"<html" in lowered or b"<body" in lowered:
        return "an HTML page"
    if b"<svg" in lowered:
        return "an SVG drawing"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return "a text file" if error.start > len(start) - 4 and error.start > 0 else None
    return "a text file"
