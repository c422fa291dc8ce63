"""Drawn overlays and prints, and the network that learns from them (II.B)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.compliance.overlay import load_detector
from pipeline.training import overlay_net
from pipeline.training.badge_shapes import contrast, pick_colour
from pipeline.training.lettering import Lettering, find_lettering
from pipeline.training.overlay_examples import STRIDE, draw_examples
from pipeline.training.overlays import BADGES, WATERMARKS, draw_overlays
from pipeline.training.prints import draw_cover, draw_pack, draw_print
from tests.pipeline.drawing import draw_product


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def test_every_badge_and_watermark_draws_something(lettering: Lettering) -> None:
    rng = np.random.default_rng(2)
    for draw in (*BADGES, *WATERMARKS):
        layer = draw(rng, 200, 160, lettering)
        assert layer.size == (200, 160)
        assert np.asarray(layer)[..., 3].max() > 0, draw.__name__


@pytest.mark.parametrize("kind", ["badge", "watermark"])
def test_an_overlay_changes_the_photo_where_its_mask_says(lettering: Lettering, kind: str) -> None:
    photo = draw_product(side=200)
    for seed in range(5):
        drawn = draw_overlays(photo, np.random.default_rng(seed), lettering, kind)
        mask, other = (drawn.badge, drawn.watermark) if kind == "badge" else (drawn.watermark, drawn.badge)
        changed = np.abs(drawn.rgb.astype(int) - photo).max(axis=2)
        assert (changed[mask > 0] > 5).all()
        assert not other.any()


def test_what_nobody_can_see_is_no_overlay(lettering: Lettering) -> None:
    white = np.full((160, 160, 3), 255, np.uint8)
    for seed in range(20):
        drawn = draw_overlays(white, np.random.default_rng(seed), lettering, "badge")
        assert (drawn.rgb[drawn.badge > 0].min(axis=1) < 250).all()


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


def test_packs_and_covers_bear_print_on_a_plain_ground(lettering: Lettering) -> None:
    pack = draw_pack(200, np.random.default_rng(3), lettering)
    assert pack.shape == (200, 200, 3)
    assert pack.std() > 10
    cover = draw_cover(draw_product(), np.random.default_rng(3), lettering, fills=False)
    corners = cover[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
    assert np.ptp(corners, axis=0).max() < 40  # ground, perhaps in the shadow


def test_examples_repeat_with_their_seed_and_mark_what_they_bear(lettering: Lettering) -> None:
    photos = [draw_product(ground=ground) for ground in (255, 200)]
    first, again = (draw_examples(photos, 12, 4, lettering) for _ in range(2))
    assert (first.pixels == again.pixels).all()
    assert first.maps.shape == (12, overlay_net.SIDE_PX // STRIDE, overlay_net.SIDE_PX // STRIDE, 2)
    marked = first.maps.reshape(12, -1, 2).max(axis=1) > 0
    assert 0 < marked.any(axis=1).sum() < 12
    assert not marked.all(axis=1).any()  # a badge or a watermark, never both


def test_badges_can_be_read() -> None:
    assert contrast((255, 255, 0)) == (10, 10, 10)
    assert contrast((0, 0, 120)) == (255, 255, 255)
    colour = pick_colour(np.random.default_rng(0))
    assert all(0 <= part <= 255 for part in colour)


def test_a_folder_without_fonts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No TrueType font"):
        find_lettering((tmp_path,))


def test_the_command_fits_and_ships_a_network_that_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(12):
        Image.fromarray(draw_product(side=160, ground=255 - 5 * number)).save(photos / f"{number}.png")
    (photos / "broken.jpg").write_bytes(b"no image")
    asked = ["--examples", "64", "--epochs", "1", "--out", str(tmp_path / "out")]
    assert main(["train-badge", "--images", str(photos), *asked]) == 0
    detector = load_detector(tmp_path / "out")
    finding = detector.find([draw_product()])[0]
    assert set(finding.scores) == {"badge", "watermark"}
    assert finding.cover.shape == (36, 36, 2)
    assert detector.card["sources"] == ["photos"]


def test_too_few_photos_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-badge", "--images", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "0 photos found" in capsys.readouterr().err
