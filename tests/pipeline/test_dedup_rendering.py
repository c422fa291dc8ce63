"""One picture is rendered as the other: sharpening and light are forgiven, an edit is not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.dedup import comparator, load_comparator
from pipeline.dedup.likeness import match_detail
from pipeline.dedup.overlay import Overlay
from pipeline.dedup.prepare import prepare
from pipeline.dedup.rendering import render_alike
from pipeline.records import RgbArray
from tests.pipeline.dedup_overlays import lay, worst
from tests.pipeline.dedup_pictures import draw_product


def draw_small(seed: int = 3) -> RgbArray:
    """A product of 200 pixels, as old shops list them."""
    return np.asarray(
        cv2.resize(draw_product(800, 667, seed), (200, 167), interpolation=cv2.INTER_AREA), np.uint8
    )


def sharpen(rgb: RgbArray, amount: float, radius: float) -> RgbArray:
    """Unsharp mask; what it pushes beyond black and white is lost."""
    soft = cv2.GaussianBlur(rgb, (0, 0), radius)
    return np.asarray(cv2.addWeighted(rgb, 1 + amount, soft, -amount, 0), np.uint8)


@pytest.mark.parametrize("radius", [2.0, 3.0])
@pytest.mark.parametrize("swapped", [False, True])
def test_what_strong_sharpening_leaves_is_explained_either_way_round(radius: float, swapped: bool) -> None:
    pair = [draw_small(), sharpen(draw_small(), 1.5, radius)]
    overlay = lay(*(pair[::-1] if swapped else pair))
    assert worst(render_alike(overlay)) < 0.5 * worst(overlay)


def test_light_that_was_lost_beyond_white_is_explained() -> None:
    plain = draw_small()
    bright = np.clip(plain * 1.25 + 40.0, 0, 255).astype(np.uint8)
    assert worst(render_alike(lay(plain, bright))) < 6.0


@pytest.mark.parametrize("amount", [0.0, 1.5])
def test_an_edit_is_left_by_every_rendering(amount: float) -> None:
    edited = draw_small()
    cv2.circle(edited, (60, 100), 7, (190, 60, 50), -1, cv2.LINE_AA)
    overlay = lay(draw_small(), sharpen(edited, amount, 2.0))
    assert worst(render_alike(overlay)) > 30.0
    judge = load_comparator("registration")
    assert not judge.compare(*(judge.prepare(one) for one in (draw_small(), edited))).duplicate


def test_a_strongly_sharpened_small_picture_is_a_copy() -> None:
    judge = load_comparator("registration")
    pair = [judge.prepare(one) for one in (draw_small(5), sharpen(draw_small(5), 1.5, 2.0))]
    assert judge.compare(*pair).duplicate


def test_pictures_with_too_little_in_common_are_left_as_they_are() -> None:
    overlay = lay(draw_small(), draw_small())
    nothing = replace(overlay, seen=np.zeros_like(overlay.seen), object=np.zeros_like(overlay.object))
    found = render_alike(nothing)
    assert (found.alike.lowest == overlay.sides[0]).all()
    assert (found.alike.right == overlay.sides[1]).all()


def test_colour_of_half_the_resolution_is_no_difference() -> None:
    rng = np.random.default_rng(7)
    colours = cv2.resize(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8), (160, 160))
    levels = cv2.cvtColor(colours, cv2.COLOR_RGB2YCrCb)
    for channel in (1, 2):
        half = cv2.resize(levels[..., channel], (40, 40), interpolation=cv2.INTER_AREA)
        levels[..., channel] = cv2.resize(half, (160, 160), interpolation=cv2.INTER_LINEAR)
    bled = np.asarray(cv2.cvtColor(levels, cv2.COLOR_YCrCb2RGB), np.uint8)
    sharp, everywhere = np.asarray(colours, np.uint8), np.ones((160, 160), bool)
    off = []
    for apart in (False, True):
        left, _, right = match_detail(sharp, sharp, bled, everywhere, apart)
        off.append(float(cv2.absdiff(left, right).mean()))
    assert off[1] < 0.9 * off[0]


@pytest.mark.parametrize(("left", "views"), [(0.3, 2), (1.0, 1)])
def test_a_place_that_stands_alone_is_rendered_away_only_if_little_of_it_is_left(
    left: float, views: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = draw_small()
    edited = plain.copy()
    cv2.circle(edited, (60, 100), 6, (110, 110, 118), -1, cv2.LINE_AA)

    def render(overlay: Overlay) -> Overlay:
        mixed = cv2.addWeighted(overlay.alike.right, left, overlay.alike.lowest, 1 - left, 0)
        alike = replace(overlay.alike, highest=overlay.alike.lowest, right=np.asarray(mixed, np.uint8))
        return replace(overlay, alike=alike)

    monkeypatch.setattr(comparator, "render_alike", render)
    found = list(comparator.view_pairs(prepare(plain), prepare(edited)))
    assert found[0].features["residual"] > comparator.SPREAD * (1 + found[0].features["elsewhere"])
    assert len(found) == views
