"""Decoding: every kind of file that catalogs hold, and every refusal that a person meets."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from pipeline.config import DecodeLimits
from pipeline.images import (
    UnreadableImage,
    decode,
    jpeg_is_complete,
    render_renditions,
    render_webp,
)
from pipeline.scaling import fit_within
from tests.pipeline.drawing import draw_product, pack

PRODUCT = draw_product(300)


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def refusal(data: bytes, limits: DecodeLimits | None = None) -> UnreadableImage:
    with pytest.raises(UnreadableImage) as caught:
        decode(data, limits or DecodeLimits())
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_it_reads_the_kinds_that_catalogs_send(kind: str) -> None:
    found = decode(pack(PRODUCT, kind))
    assert (found.format, found.width_px, found.height_px) == (kind, 300, 300)
    assert found.rgb.shape == (300, 300, 3)
    assert np.abs(found.rgb.astype(int) - PRODUCT).mean() < 6


@pytest.mark.parametrize("longest, working", [(3000, 1024), (1030, 1024), (1000, 1000), (2048, 1024)])
def test_the_working_copy_is_never_larger_than_asked_and_never_enlarged(longest: int, working: int) -> None:
    found = decode(pack(np.full((longest // 2, longest, 3), 90, np.uint8)))
    assert (found.width_px, found.height_px) == (longest, longest // 2)
    assert found.rgb.shape == (working // 2, working, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_turns_a_picture_upright_as_its_exif_says(orientation: int, kind: str) -> None:
    upright = np.zeros((80, 120, 3), np.uint8)
    upright[:40, :60] = (250, 20, 20)
    upright[40:, 60:] = (20, 20, 250)
    # what a camera stores: the transform that its orientation tag undoes
    undo = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1]}
    flip = upright.transpose(1, 0, 2)
    undo |= {5: flip, 6: flip[::-1], 7: flip[::-1, ::-1], 8: flip[:, ::-1]}
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode(pack(np.ascontiguousarray(undo[orientation]), kind, exif=exif.tobytes()))
    assert (found.width_px, found.height_px) == (120, 80)
    assert np.abs(found.rgb.astype(int) - upright).mean() < 8


def test_it_lays_transparency_on_white() -> None:
    rgba = np.zeros((60, 60, 4), np.uint8)
    rgba[20:40, 20:40] = (200, 0, 0, 255)
    found = decode(save(Image.fromarray(rgba), "PNG"))
    assert found.had_alpha
    assert found.rgb[5, 5].tolist() == [255, 255, 255]
    assert found.rgb[30, 30].tolist() == [200, 0, 0]


def test_it_lays_a_transparent_palette_colour_on_white() -> None:
    image = Image.fromarray(np.repeat([[0, 1]], 40, axis=0).repeat(20, axis=1).astype(np.uint8), "P")
    image.putpalette([0, 0, 0, 10, 200, 30])
    found = decode(save(image, "PNG", transparency=0))
    assert found.rgb[10, 5].tolist() == [255, 255, 255]
    assert found.rgb[10, 30].tolist() == [10, 200, 30]


def test_a_transparent_edge_that_is_halved_keeps_no_colour_of_what_cannot_be_seen() -> None:
    rgba = np.zeros((200, 200, 4), np.uint8)
    rgba[..., :3] = (0, 0, 0)  # black, but transparent on the right
    rgba[:, :101] = (200, 40, 10, 255)
    rgba[:, 101:140, 3] = 100
    data = save(Image.fromarray(rgba), "PNG")
    whole, half = decode(data).rgb, decode(data, max_side_px=100).rgb
    assert half.shape == (100, 100, 3)
    means = whole.reshape(100, 2, 100, 2, 3).mean(axis=(1, 3))
    assert np.abs(half - means).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_has_the_pixels_that_other_programs_show(kind: str) -> None:
    data = pack(PRODUCT, kind)
    assert np.array_equal(decode(data).rgb, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def test_it_reads_cmyk() -> None:
    found = decode(save(Image.fromarray(PRODUCT).convert("CMYK"), "JPEG", quality=95))
    assert np.abs(found.rgb.astype(int) - PRODUCT).mean() < 8


def test_it_reads_16_bit_grey_without_clipping() -> None:
    ramp = np.linspace(0, 65535, 256 * 64).reshape(64, 256).astype(np.uint16)
    found = decode(save(Image.fromarray(ramp), "PNG"))
    assert found.rgb[0, 0, 0] == 0
    assert abs(int(found.rgb[32, 0, 0]) - 128) <= 2
    assert found.rgb[-1, -1, 0] == 255


def test_it_reads_grey_jpegs() -> None:
    assert decode(save(Image.fromarray(PRODUCT).convert("L"), "JPEG")).rgb.shape == (300, 300, 3)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_it_takes_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]
    found = decode(save(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    assert found.was_animated
    assert found.rgb[20, 20, 0] > 240
    assert found.rgb[20, 20, 2] < 20


def test_it_refuses_an_empty_file() -> None:
    assert refusal(b"").code == "empty"


@pytest.mark.parametrize(
    "data, words",
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML page"),
        (b"  \n<html><svg></svg></html>", "HTML page"),
        (b"plain words, no picture", "text file"),
        (b"\x00\x01\x02\x03 binary", "not an image file"),
    ],
)
def test_it_says_what_a_file_is_that_is_no_image(data: bytes, words: str) -> None:
    found = refusal(data)
    assert found.code == "not_an_image"
    assert words in found.message


@pytest.mark.parametrize(
    "data, words",
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmp42", "video"),
        (b"8BPS\x00\x01", "Photoshop"),
    ],
)
def test_it_names_a_kind_that_it_does_not_read(data: bytes, words: str) -> None:
    found = refusal(data)
    assert found.code == "unsupported_type"
    assert words in found.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_it_refuses_a_truncated_file(kind: str, share: float) -> None:
    data = pack(PRODUCT, kind)
    assert refusal(data[: int(len(data) * share)]).code in ("truncated", "broken")


def test_it_refuses_a_jpeg_without_its_last_two_bytes() -> None:
    for progressive in (False, True):
        data = pack(PRODUCT, "JPEG", progressive=progressive)
        assert jpeg_is_complete(data)
        assert jpeg_is_complete(data + b"\x00" * 40)
        assert refusal(data[:-2]).message == "The file is cut off: its end is missing."


def test_a_thumbnail_in_the_header_does_not_hide_a_truncation() -> None:
    whole = pack(PRODUCT)
    thumbnail = pack(PRODUCT[::4, ::4].copy())
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 8) + b"Exif\x00\x00" + thumbnail
    assert jpeg_is_complete(whole[:2] + segment + whole[2:])
    assert not jpeg_is_complete(whole[:2] + segment + whole[2:-300])


def test_it_refuses_a_file_of_too_many_bytes_with_both_numbers() -> None:
    found = refusal(b"\xff\xd8\xff" + b"\x00" * (16 * 2**20))
    assert found.code == "too_many_bytes"
    assert "16.0 MB" in found.message


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_it_refuses_a_bomb_from_its_header_alone(side: int) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    found = refusal(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 100)))
    assert found.code == "too_many_pixels"
    assert "64 megapixels" in found.message


def test_the_limit_of_pixels_holds_to_the_pixel() -> None:
    data = pack(np.zeros((100, 100, 3), np.uint8), "PNG")
    assert decode(data, DecodeLimits(max_pixels=10_000)).width_px == 100
    assert "100 x 100" in refusal(data, DecodeLimits(max_pixels=9_999)).message


def test_it_refuses_bytes_that_only_start_like_an_image() -> None:
    for start in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP", b"BM"):
        assert refusal(start + b"junk" * 50).code in ("broken", "truncated")


def test_renditions_are_webp_and_never_larger_than_the_picture() -> None:
    made = render_renditions(pack(draw_product(700)))
    sizes = {side: Image.open(io.BytesIO(data)).size for side, data in made.items()}
    assert sizes == {160: (160, 160), 480: (480, 480), 1200: (700, 700)}
    assert {Image.open(io.BytesIO(data)).format for data in made.values()} == {"WEBP"}


def test_a_rendition_of_bytes_and_of_pixels_are_the_same() -> None:
    data = pack(draw_product(400), "PNG")
    assert render_webp(data, 400) == render_webp(decode(data), 400)


def test_a_smaller_copy_is_made_once_and_never_larger_than_asked() -> None:
    found = decode(pack(draw_product(700), "PNG"))
    assert [max(found.at(side).shape[:2]) for side in (900, 384, 256, 100)] == [700, 384, 256, 100]
    assert found.at(256) is found.at(256)


def test_what_a_smaller_copy_shows_does_not_depend_on_those_asked_for_before() -> None:
    one, two = decode(pack(draw_product(701), "PNG")), decode(pack(draw_product(701), "PNG"))
    for side in (600, 384, 100):
        one.at(side)
    assert (one.at(160) == two.at(160)).all()
    assert (two.at(160) == fit_within(two.rgb, 160)).all()


@pytest.mark.parametrize("shape", [(1, 900), (900, 1), (2, 3), (385, 384), (513, 1001)])
@pytest.mark.parametrize("side", [1, 7, 384])
def test_it_fits_odd_shapes(shape: tuple[int, int], side: int) -> None:
    made = fit_within(np.full((*shape, 3), 77, np.uint8), side)
    assert max(made.shape[:2]) == min(side, max(shape))
    assert min(made.shape[:2]) >= 1
    assert (made == 77).all()


def test_a_smaller_copy_is_the_mean_of_what_it_covers() -> None:
    rgb = draw_product(640)
    wanted = rgb.reshape(320, 2, 320, 2, 3).mean(axis=(1, 3))
    assert np.abs(fit_within(rgb, 320) - wanted).max() <= 1
    stripes = np.zeros((640, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(fit_within(stripes, 250).mean() - 127.5) < 3


def test_a_plain_webp_is_read_as_pillow_reads_it() -> None:
    data = save(Image.fromarray(PRODUCT[:, :200].copy()), "WEBP", quality=80)
    found = decode(data)
    assert data[12:16] == b"VP8 "
    assert (found.width_px, found.height_px, found.format) == (200, 300, "WEBP")
    assert np.array_equal(found.rgb, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def test_a_plain_webp_with_too_many_pixels_is_refused_from_its_header() -> None:
    data = save(Image.fromarray(PRODUCT), "WEBP", quality=80)
    found = refusal(data[:40], DecodeLimits(max_pixels=100))  # 40 bytes hold no pixels
    assert found.code == "too_many_pixels"
    assert "300 x 300" in found.message
