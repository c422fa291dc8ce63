"""Drawn badges, watermarks, prints and the scenes they stand on (II.B)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.training import bench_overlays, staging
from pipeline.training.badge_layouts import draw_strip, place
from pipeline.training.badge_shapes import contrast, draw_plate, drop_shadow, fit, pick_colour, pick_ink
from pipeline.training.icons import draw_code, draw_energy, draw_icon, draw_star_row
from pipeline.training.lettering import Lettering, draw_words, find_lettering
from pipeline.training.overlays import BADGES, MIN_CHANGE, WATERMARKS, draw_overlays
from pipeline.training.phrases import pick_contact, pick_owner, pick_phrase
from pipeline.training.prints import draw_cover, draw_pack, draw_print
from pipeline.training.surfaces import draw_surface
from tests.pipeline.drawing import draw_product


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def test_every_badge_and_watermark_draws_something_on_the_photo(lettering: Lettering) -> None:
    for draw, _ in (*BADGES, *WATERMARKS):
        for seed in range(4):
            pieces = draw(np.random.default_rng(seed), 200, 160, lettering)
            inside = [p for p in pieces if p.x < 200 and p.y < 160 and p.x + p.part.width > 0]
            assert any(np.asarray(piece.part)[..., 3].max() > 0 for piece in inside), draw.__name__


def test_shares_of_kinds_add_up() -> None:
    assert sum(share for _, share in BADGES) == pytest.approx(1)
    assert sum(share for _, share in WATERMARKS) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["badge", "watermark"])
def test_an_overlay_changes_the_photo_where_its_mask_says(lettering: Lettering, kind: str) -> None:
    photo, alone = draw_product(side=200), 0
    for seed in range(12):
        drawn = draw_overlays(photo, np.random.default_rng(seed), lettering, kind)
        mask, other = (drawn.badge, drawn.watermark) if kind == "badge" else (drawn.watermark, drawn.badge)
        changed = np.abs(drawn.rgb.astype(int) - photo).max(axis=2)
        assert (changed[mask > 0] >= MIN_CHANGE[kind]).all()
        assert not other.any() or (other == mask).all()  # some pass for both
        alone += not other.any()
    assert alone > 4


def test_what_nobody_can_see_is_no_overlay(lettering: Lettering) -> None:
    white = np.full((160, 160, 3), 255, np.uint8)
    for seed in range(20):
        drawn = draw_overlays(white, np.random.default_rng(seed), lettering, "badge")
        assert (drawn.rgb[drawn.badge > 0].min(axis=1) < 250).all()


def test_a_strip_reaches_an_edge(lettering: Lettering) -> None:
    for seed in range(6):
        strip = draw_strip(np.random.default_rng(seed), 200, 160, lettering)[0]
        assert strip.x == 0 or strip.x + strip.part.width >= 199


def test_a_placed_part_stays_inside() -> None:
    part, _ = draw_plate(np.random.default_rng(0), 60, 40)
    for seed in range(20):
        piece = place(part, np.random.default_rng(seed), 200, 100)
        assert 0 <= piece.x <= 140 and 0 <= piece.y <= 60


def test_badges_can_be_read() -> None:
    assert contrast((255, 255, 0)) == (10, 10, 10)
    assert contrast((0, 0, 120)) == (255, 255, 255)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ground = pick_colour(rng)
        ink = pick_ink(rng, ground)
        assert max(abs(a - b) for a, b in zip(ground, ink, strict=True)) > 90


def test_parts_are_fitted_and_shadowed() -> None:
    part, _ = draw_plate(np.random.default_rng(1), 80, 40)
    assert fit(part, 20, 20).size == (20, 10)
    assert np.asarray(drop_shadow(part, np.random.default_rng(1)))[..., 3].any()


def test_signs_fill_what_they_are_given() -> None:
    rng = np.random.default_rng(2)
    for _ in range(16):
        icon = draw_icon(rng, 20, (200, 0, 0))
        assert icon.size == (20, 20)
        assert np.asarray(icon)[..., 3].any()
        assert draw_code(rng, 40).width == 40
        assert draw_energy(rng, 40).height in (20, 40)
    assert draw_star_row(rng, 12, (255, 180, 0)).size == (60, 12)


def test_words_are_as_high_as_asked(lettering: Lettering) -> None:
    font = lettering.pick_font(np.random.default_rng(0))
    small, large = (draw_words("SALE", font, size, (0, 0, 0)) for size in (10, 40))
    assert 5 <= small.height < 14
    assert 25 <= large.height < 50


def test_phrases_are_never_empty() -> None:
    rng = np.random.default_rng(0)
    assert all(pick_phrase(rng) and pick_owner(rng) and pick_contact(rng) for _ in range(60))


def test_a_folder_without_fonts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No TrueType font"):
        find_lettering((tmp_path,))


def test_print_stays_on_the_product(lettering: Lettering) -> None:
    photo = draw_product(side=240, extent=0.6)
    mask = photo.min(axis=2) < 240
    printed = draw_print(photo, mask, np.random.default_rng(1), lettering)
    changed = np.abs(printed.astype(int) - photo).max(axis=2) > 0
    assert changed.any()
    assert not (changed & ~mask).any()


def test_an_object_too_small_to_print_on_stays_as_it_is(lettering: Lettering) -> None:
    photo = draw_product(side=240, extent=0.05)
    assert (draw_print(photo, photo.min(axis=2) < 240, np.random.default_rng(1), lettering) == photo).all()


def test_displays_dials_and_names_stay_on_the_product(lettering: Lettering) -> None:
    photo = draw_product(side=240, extent=0.8)
    mask, changes = photo.min(axis=2) < 240, 0
    for seed in range(40):
        made = draw_surface(photo, mask, np.random.default_rng(seed), lettering)
        changed = np.abs(made.astype(int) - photo).max(axis=2) > 0
        assert not (changed & ~mask).any()
        changes += changed.any()
    assert changes > 4
    assert (draw_surface(photo, np.zeros_like(mask), np.random.default_rng(0), lettering) == photo).all()


def test_packs_and_covers_bear_print_on_a_plain_ground(lettering: Lettering) -> None:
    pack = draw_pack(200, np.random.default_rng(3), lettering)
    assert pack.shape == (200, 200, 3)
    assert pack.std() > 10
    cover = draw_cover(draw_product(), np.random.default_rng(3), lettering, fills=False)
    corners = cover[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
    assert np.ptp(corners, axis=0).max() < 40  # ground, perhaps in the shadow


def test_scenes_are_of_the_sides_that_the_network_may_meet(lettering: Lettering) -> None:
    photos = [staging.prepare(draw_product()), staging.Photo(draw_product(ground=90), None)]
    for seed in range(40):
        made = staging.stage(photos, np.random.default_rng(seed), lettering)
        assert made.dtype == np.uint8
        assert 320 <= max(made.shape[:2]) < 600


def test_a_product_is_found_once_and_a_scene_has_none() -> None:
    found = staging.prepare(draw_product()).mask
    assert found is not None and 0.02 < found.mean() < 0.9
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert staging.prepare(noise).mask is None


@pytest.mark.parametrize("kind", ["badge", "watermark"])
def test_planted_overlays_can_be_seen_and_repeat_with_their_seed(kind: str) -> None:
    photo = draw_product(side=240)
    for seed in range(25):
        planted, again = (bench_overlays.plant(photo, np.random.default_rng(seed), kind) for _ in range(2))
        assert (planted == again).all()
        changed = np.abs(planted.astype(int) - photo).max(axis=2) > bench_overlays.MIN_LEVELS[kind]
        assert changed.mean() > bench_overlays.MIN_SHARE[kind]


def test_what_cannot_be_planted_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="no overlay is called 'ribbon'"):
        bench_overlays.plant(draw_product(), rng, "ribbon")
