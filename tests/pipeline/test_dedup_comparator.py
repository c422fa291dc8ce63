"""The registration comparator forgives renderings and catches small real differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.assess import COMPARED_SIDE_PX
from pipeline.dedup import explain_comparison, load_comparator
from pipeline.dedup.transforms import WHITE, encode_jpeg
from pipeline.images import decode
from pipeline.records import PairComparison, RgbArray
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode

DEMO = Path(__file__).resolve().parents[2] / "demo" / "catalog"


def compare(a: RgbArray, b: RgbArray, residual: bool = False) -> PairComparison:
    """The shipped comparator's word on two pictures."""
    comparator = load_comparator("registration")
    return comparator.compare(comparator.prepare(a), comparator.prepare(b), want_residual=residual)


def warp(rgb: RgbArray, matrix: list[list[float]]) -> RgbArray:
    """The picture moved by an affine map, white behind it."""
    size = rgb.shape[1], rgb.shape[0]
    return np.asarray(cv2.warpAffine(rgb, np.array(matrix, np.float64), size, borderValue=WHITE), np.uint8)


def turn(rgb: RgbArray, degrees: float) -> RgbArray:
    """The picture turned about its centre."""
    height, width = rgb.shape[:2]
    return warp(rgb, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0).tolist())


def pad(rgb: RgbArray, top: int, bottom: int, left: int, right: int) -> RgbArray:
    """The picture with a white margin."""
    bordered = cv2.copyMakeBorder(rgb, top, bottom, left, right, cv2.BORDER_CONSTANT, value=WHITE)
    return np.asarray(bordered, np.uint8)


def resize(rgb: RgbArray, scale: float) -> RgbArray:
    """The picture at another size."""
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def sharpen(rgb: RgbArray, amount: float) -> RgbArray:
    """The picture with its edges overdone."""
    soft = cv2.GaussianBlur(rgb, (0, 0), 1.5)
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, soft, -amount, 0), np.uint8)


RENDERINGS: dict[str, Callable[[RgbArray], RgbArray]] = {
    "half the size": lambda p: resize(p, 0.5),
    "a third of the size": lambda p: resize(p, 0.33),
    "JPEG of quality 40": lambda p: encode_jpeg(p, 40),
    "a white margin": lambda p: pad(p, 90, 20, 150, 60),
    "a small crop": lambda p: p[15:-20, 12:-18].copy(),
    "crop and margin": lambda p: pad(p[15:-20, 12:-18], 60, 60, 60, 60),
    "sharpened": lambda p: sharpen(p, 0.8),
    "more contrast": lambda p: np.clip(p * 1.2 - 25, 0, 255).astype(np.uint8),
    "dimmed": lambda p: (p * 0.82).astype(np.uint8),
    "turned by 2.5 degrees": lambda p: turn(p, 2.5),
    "sheared": lambda p: warp(p, [[1, 0.06, -15], [0, 1, 0]]),
    "shifted": lambda p: warp(p, [[1, 0, 20], [0, 1, -14]]),
}


@pytest.mark.parametrize("name", RENDERINGS)
@pytest.mark.parametrize("draw", [draw_product, draw_scene])
def test_it_forgives_another_rendering(name: str, draw: Callable[[], RgbArray]) -> None:
    picture = draw()
    found = compare(picture, RENDERINGS[name](picture))
    assert found.duplicate, (name, found)


def add_stylus(rgb: RgbArray) -> RgbArray:
    """A thin stick beside the object."""
    changed = rgb.copy()
    cv2.line(changed, (560, 120), (580, 420), (40, 40, 40), 7, cv2.LINE_AA)
    return changed


def rename(rgb: RgbArray) -> RgbArray:
    """The same print with another number."""
    changed = rgb.copy()
    cv2.putText(changed, "8", (292, 165), 0, 0.75, (235, 235, 225), 2)
    return changed


def pop_flash(rgb: RgbArray) -> RgbArray:
    """A small block on top of the body."""
    changed = rgb.copy()
    cv2.rectangle(changed, (300, 95), (370, 125), (60, 66, 80), -1)
    return changed


def recolour_lens(rgb: RgbArray) -> RgbArray:
    """The glass in another colour of the same brightness."""
    changed = rgb.copy()
    cv2.circle(changed, (330, 265), 60, (70, 32, 25), -1, cv2.LINE_AA)
    cv2.circle(changed, (330, 265), 25, (180, 140, 120), -1, cv2.LINE_AA)
    return changed


EDITS = [add_stylus, rename, pop_flash, recolour_lens]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("rendering", ["half the size", "JPEG of quality 40", "a white margin", "dimmed"])
def test_it_catches_a_small_difference_in_another_rendering(edit: Callable, rendering: str) -> None:
    picture = draw_product()
    found = compare(picture, RENDERINGS[rendering](edit(picture)))
    assert not found.duplicate, found


def test_another_colour_is_another_picture() -> None:
    picture = draw_product()
    assert not compare(picture, picture[..., ::-1].copy()).duplicate


def test_a_close_up_is_no_copy_of_the_whole() -> None:
    picture = draw_product(1200, 1000)
    assert not compare(picture, picture[350:720, 460:860].copy()).duplicate


def test_other_products_are_different() -> None:
    assert not compare(draw_product(), draw_scene()).duplicate
    assert not compare(draw_scene(1), draw_scene(2)).duplicate


@pytest.mark.parametrize("edit", EDITS[:2], ids=lambda edit: edit.__name__)
def test_the_residual_map_is_brightest_where_the_pictures_differ(edit: Callable) -> None:
    picture = draw_product()
    changed = edit(picture)
    found = compare(picture, changed, residual=True)
    assert found.residual is not None
    assert found.residual.dtype == np.float32
    assert 0 <= found.residual.min() <= found.residual.max() <= 1
    truth = np.abs(picture.astype(int) - changed).max(2) > 40
    at = np.unravel_index(found.residual.argmax(), found.residual.shape)
    y, x = (int(v * truth.shape[i] / found.residual.shape[i]) for i, v in enumerate(at))
    assert truth[max(0, y - 12) : y + 12, max(0, x - 12) : x + 12].any()


def test_the_places_that_differ_are_named_as_shares_of_the_frame() -> None:
    found = compare(draw_product(), pop_flash(draw_product()), residual=True)
    x0, y0, x1, y1, strength = found.spots[0]
    assert x0 < 335 / 600 < x1
    assert y0 < 110 / 500 < y1
    assert 0 < strength <= 1
    assert compare(draw_product(), draw_product(), residual=True).spots == ()


@pytest.mark.parametrize("name", ["registration", "ensemble"])
def test_every_decision_can_be_put_in_words(name: str) -> None:
    comparator = load_comparator(name)
    first = comparator.prepare(draw_product())
    changed = [draw_scene(), draw_product()[..., ::-1], pop_flash(draw_product()), draw_product()[90:300]]
    found = [comparator.compare(first, comparator.prepare(np.ascontiguousarray(p))) for p in changed]
    for one in [*found, comparator.compare(first, first)]:
        for reason in [one.decided_by, *(one.thresholds if not one.duplicate else ())]:
            assert explain_comparison(replace(one, decided_by=reason)).endswith(".")


def test_the_same_bytes_are_decided_by_their_digest() -> None:
    comparator = load_comparator("registration")
    prepared = comparator.prepare(encode(draw_product()))
    found = comparator.compare(prepared, comparator.prepare(encode(draw_product())))
    assert found.duplicate
    assert found.decided_by == "sha256"
    assert found.probability == 1.0


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_a_file_and_the_pixels_that_its_assessment_kept_get_the_same_answer(kind: str) -> None:
    comparator = load_comparator("registration")
    files = [encode(draw(1700, 1400), kind) for draw in (draw_product, lambda w, h: draw_product(w, h, 5))]
    by_bytes = comparator.compare(*(comparator.prepare(data) for data in files))
    by_pixels = comparator.compare(*(comparator.prepare(decode(data).at(COMPARED_SIDE_PX)) for data in files))
    assert by_bytes.distances == by_pixels.distances


@pytest.mark.parametrize("first", [0, 1])
def test_the_order_of_two_pictures_does_not_matter(first: int) -> None:
    pair = [draw_product(), add_stylus(draw_product())]
    same = [draw_product(), resize(draw_product(), 0.6)]
    assert not compare(pair[first], pair[1 - first]).duplicate
    assert compare(same[first], same[1 - first]).duplicate


@pytest.mark.parametrize("size", [(1, 1), (4, 300), (300, 4), (60, 60), (2000, 40)])
def test_flat_and_odd_pictures_are_compared_without_a_crash(size: tuple[int, int]) -> None:
    flat = np.full((*size, 3), 200, np.uint8)
    for other in (flat.copy(), draw_product(), np.full((50, 50, 3), 20, np.uint8)):
        found = compare(flat, other)
        assert set(found.distances) == set(found.thresholds)


def test_a_tiny_copy_is_recognised() -> None:
    picture = draw_product()
    assert compare(resize(picture, 0.2), resize(picture, 0.25)).duplicate


def test_flat_pictures_of_two_colours_are_different() -> None:
    red, blue = (np.full((200, 200, 3), colour, np.uint8) for colour in ((200, 30, 30), (30, 30, 200)))
    assert not compare(red, blue).duplicate


def test_it_refuses_a_picture_without_pixels() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        load_comparator("registration").prepare(np.zeros((0, 5, 3), np.uint8))


def test_an_unknown_comparator_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"magic.*ensemble, registration"):
        load_comparator("magic")


@pytest.mark.parametrize("name", ["demo-004/bluepeak-2", "demo-021/castellan-1", "demo-049/norda-1"])
def test_the_same_pixels_stored_again_are_a_copy_for_certain(name: str) -> None:
    """Of a pair without any change the trees know nothing: on smooth things they were of two minds."""
    comparator = load_comparator("registration")
    data = (DEMO / "images" / f"{name}.webp").read_bytes()
    pixels = decode(data).at(COMPARED_SIDE_PX)
    again = encode(decode(data).at(1024), ".png")
    for one, other in ((pixels, pixels.copy()), (data, again)):
        found = comparator.compare(comparator.prepare(one), comparator.prepare(other))
        assert (found.duplicate, found.probability, found.distances["doubt"]) == (True, 1.0, 0.0)
