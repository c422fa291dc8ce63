"""Overlays drawn once and laid on many pictures, and the same as print of the thing itself (II.B)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.training import overlay_layers
from pipeline.training.bare_words import draw_bare_words, draw_line_across
from pipeline.training.lettering import Lettering, find_lettering
from pipeline.training.overlay_layers import LEAST, Layer, draw_layer, lay
from pipeline.training.overlays import MIN_CHANGE
from pipeline.training.pressed_prints import press

GREY = np.full((200, 300, 3), 120, np.uint8)


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def _plate(kind: str = "sticker", alpha: int = 255, left: int = 200) -> Layer:
    """A white plate of 60 x 40 px, 20 px from the top of a picture of 300 x 200 px."""
    part = np.full((40, 60, 4), alpha, np.uint8)
    return Layer(part, left, 20, (300, 200), kind, owned=False)


@pytest.mark.parametrize("kind", list(overlay_layers.KINDS))
def test_every_kind_of_overlay_is_drawn_and_can_be_seen(
    kind: str, lettering: Lettering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlay_layers, "KINDS", {kind: 1.0})
    rng = np.random.default_rng(3)
    layers = [draw_layer((300, 200), rng, lettering) for _ in range(12)]
    seen = [lay(GREY, layer, rng) for layer in layers if layer is not None]
    told = [laid for laid in seen if laid is not None]
    assert len(told) >= 6
    for laid in told:
        cover = laid.watermark if kind in overlay_layers.MARKS else laid.badge
        assert cover.shape == GREY.shape[:2]
        assert (cover > 100).mean() >= min(LEAST.values())
        change = np.abs(laid.rgb.astype(int) - GREY).max(axis=2)
        assert change[cover == 0].max() < max(MIN_CHANGE.values()) and change[cover > 0].min() > 0


def test_a_layer_is_stretched_to_the_picture_and_keeps_its_place() -> None:
    laid = lay(np.full((400, 450, 3), 120, np.uint8), _plate(), np.random.default_rng(0))
    assert laid is not None and not laid.watermark.any()
    rows, columns = np.nonzero(laid.badge)
    assert (rows.min(), rows.max() + 1) == (40, 120)
    assert (columns.min(), columns.max() + 1) == (300, 390)
    assert (laid.rgb[laid.badge > 0] > 180).all()


def test_what_hangs_over_the_edge_is_cut_and_what_nobody_sees_is_no_overlay() -> None:
    rng = np.random.default_rng(0)
    laid = lay(GREY, _plate(left=270), rng)
    assert laid is not None and np.nonzero(laid.badge)[1].min() == 270
    assert lay(np.full_like(GREY, 250), _plate(), rng) is None  # white on white
    far = Layer(np.full((2, 2, 4), 255, np.uint8), 5, 5, (300, 200), "sticker", owned=False)
    assert lay(GREY, far, rng) is None  # four pixels


def test_a_mark_lets_the_picture_through_and_a_nearly_solid_one_counts_as_both() -> None:
    rng = np.random.default_rng(1)
    both = []
    for _ in range(30):
        laid = lay(GREY, _plate("mark"), rng)
        assert laid is not None and laid.watermark.any()
        level = int(laid.rgb[30, 220, 0])
        assert 120 < level < 220
        both.append((level, bool(laid.badge.any())))
    faint, solid = [one for one, badge in both if not badge], [one for one, badge in both if badge]
    assert faint and solid and max(faint) <= min(solid)


def test_bare_words_and_lines_across_stay_in_the_picture(lettering: Lettering) -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        for piece in (*draw_bare_words(rng, 300, 200, lettering), draw_line_across(rng, 300, 200, lettering)):
            assert piece.part.mode == "RGBA" and piece.part.getchannel("A").getbbox()
            assert -20 <= piece.x < 300 and -20 <= piece.y < 200
    wide = [draw_line_across(rng, 300, 200, lettering).part.width for _ in range(20)]
    assert max(wide) > 150 and max(wide) <= 300


def test_print_lies_on_the_object_alone_and_takes_its_shade() -> None:
    mask = np.zeros((200, 300), bool)
    mask[20:180, 60:240] = True
    rgb = np.full((200, 300, 3), 255, np.uint8)
    rgb[mask] = (
        np.linspace(60, 180, int(mask.sum()) // 160, dtype=np.uint8)[None].repeat(160, 0).reshape(-1, 1)
    )
    made = press(rgb, mask, np.full((40, 90, 4), 255, np.uint8), np.random.default_rng(2))
    assert made is not None
    changed = (made != rgb).any(axis=2)
    assert changed.sum() > 300 and not changed[~mask].any()
    columns = np.flatnonzero(changed.any(axis=0))
    dark, light = (made[changed[:, at], at].mean() for at in (columns[5], columns[-6]))
    assert light > dark + 15
    assert len(np.unique(made[changed])) > 10  # and no flat colour


def test_nothing_is_printed_where_there_is_no_room() -> None:
    mask = np.zeros((200, 300), bool)
    mask[90:100, 140:150] = True
    assert press(GREY, mask, np.full((40, 60, 4), 255, np.uint8), np.random.default_rng(0)) is None
    assert press(GREY, None, np.full((40, 60, 4), 255, np.uint8), np.random.default_rng(0)) is not None
