"""Another palette or white balance is explained; another shade and a mark that is not there are not."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.dedup import load_comparator
from pipeline.dedup.comparator import EXPLAINED
from pipeline.dedup.palette import render_with_palette
from pipeline.dedup.white_balance import balance_alike
from pipeline.records import RgbArray
from tests.pipeline.dedup_overlays import lay, worst
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode

GOLD, ROSE = (196, 160, 92), (205, 140, 128)


def draw_colourful(seed: int = 3) -> RgbArray:
    """A product on white with a window full of colours, of which a palette has too few."""
    picture = draw_product(380, 320, seed)
    picture[110:240, 90:330] = cv2.resize(
        draw_scene(seed, 480, 600), (240, 130), interpolation=cv2.INTER_AREA
    )
    return picture


def draw_plain(paint: tuple[int, int, int]) -> RgbArray:
    """A shaded slab of one paint with a dark lens, on white."""
    picture = np.full((320, 300, 3), 255, np.uint8)
    shade = np.linspace(0.75, 1.1, 240)[:, None, None] * np.linspace(0.92, 1.05, 160)[None, :, None]
    picture[40:280, 70:230] = np.clip(shade * np.array(paint), 0, 255).astype(np.uint8)
    cv2.circle(picture, (110, 80), 22, (30, 30, 34), -1, cv2.LINE_AA)
    return picture


def reduce(rgb: RgbArray, colours: int, dither: Image.Dither) -> RgbArray:
    """The picture as a GIF of so many colours shows it."""
    image, stream = Image.fromarray(rgb), BytesIO()
    small = image.quantize(colours, method=Image.Quantize.MEDIANCUT)
    image.quantize(palette=small, dither=dither).save(stream, "GIF")
    with Image.open(stream) as stored:
        return np.asarray(stored.convert("RGB"), np.uint8)


def stretch(rgb: RgbArray) -> RgbArray:
    """Auto levels: each channel from its own darkest to its own lightest."""
    low, high = np.array([6.0, 12.0, 22.0]), np.array([250.0, 236.0, 215.0])
    return np.clip((rgb - low) * 255 / (high - low), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("dither", [Image.Dither.NONE, Image.Dither.FLOYDSTEINBERG])
@pytest.mark.parametrize("swapped", [False, True])
def test_what_a_palette_lost_is_explained_either_way_round(dither: Image.Dither, swapped: bool) -> None:
    pair = [draw_colourful(), reduce(draw_colourful(), 24, dither)]
    overlay = lay(*(pair[::-1] if swapped else pair))
    rendered = render_with_palette(overlay)
    assert rendered is not None
    assert worst(rendered) <= 0.65 * worst(overlay)


def test_a_picture_with_few_colours_is_found_as_a_copy() -> None:
    comparator = load_comparator("registration")
    found = comparator.compare(
        comparator.prepare(encode(draw_colourful())),
        comparator.prepare(encode(reduce(draw_colourful(), 48, Image.Dither.NONE))),
    )
    assert found.duplicate


def test_another_shade_is_no_palette_and_no_balance() -> None:
    for pair in ((GOLD, ROSE), (ROSE, GOLD)):
        overlay = lay(*(draw_plain(paint) for paint in pair))
        assert worst(overlay) > 5
        assert render_with_palette(overlay) is None
        assert balance_alike(overlay) is None


def test_a_shade_stored_with_a_palette_stays_a_difference() -> None:
    comparator = load_comparator("registration")
    gold, rose = draw_plain(GOLD), reduce(draw_plain(ROSE), 32, Image.Dither.NONE)
    assert not comparator.compare(comparator.prepare(gold), comparator.prepare(rose)).duplicate


def test_a_mark_of_a_colour_that_the_other_has_not_is_not_explained() -> None:
    plain = draw_product(380, 320)
    marked = plain.copy()
    cv2.circle(marked, (100, 200), 14, (210, 40, 30), -1, cv2.LINE_AA)
    overlay = lay(plain, marked)
    rendered = render_with_palette(overlay)
    assert rendered is None or worst(rendered) > EXPLAINED * worst(overlay)
    assert balance_alike(overlay) is None


@pytest.mark.parametrize("swapped", [False, True])
def test_auto_levels_are_explained_either_way_round(swapped: bool) -> None:
    scene = np.clip(draw_scene(5, 380, 320) * 0.8 + 18, 0, 255).astype(np.uint8)
    pair = [scene, stretch(scene)]
    overlay = lay(*(pair[::-1] if swapped else pair))
    balanced = balance_alike(overlay)
    assert balanced is not None
    assert worst(balanced) <= EXPLAINED * worst(overlay)


def test_pictures_alike_need_neither() -> None:
    overlay = lay(draw_colourful(), draw_colourful())
    assert render_with_palette(overlay) is None
    assert balance_alike(overlay) is None
