"""Trials that the badge judge's evidence is weighed on: stickers, gift cards, what is stored (II.B)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.images import decode
from pipeline.training.badge_trials import draw_trials
from pipeline.training.cover_seals import draw_seal
from pipeline.training.gift_cards import draw_gift_card
from pipeline.training.lettering import Lettering, find_lettering
from pipeline.training.sealed_covers import FILLING, SIDE_PX, draw_sealed_cover
from pipeline.training.staging import prepare
from pipeline.training.stickers import LEAST, MOST, draw_sticker
from tests.pipeline.drawing import draw_product

FOLDERS = [
    [draw_product(side=160), draw_product(side=160, ground=200)],
    [draw_product(side=140, extent=0.4)],
]


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def test_a_sticker_is_pasted_and_the_rest_stays_as_it_was(lettering: Lettering) -> None:
    photo, shares = draw_product(side=200), []
    for seed in range(40):
        made = draw_sticker(photo, np.random.default_rng(seed), lettering)
        assert made.shape == photo.shape and made.dtype == np.uint8
        shares.append(float((made != photo).any(axis=2).mean()))
    assert max(shares) < 0.45  # none covers the picture
    assert np.median(shares) > LEAST**2 / 2
    assert sum(share > 0.001 for share in shares) >= 38  # white words on white are rare
    assert 0 < LEAST < MOST < 0.5


def test_stickers_repeat_with_their_seed(lettering: Lettering) -> None:
    first, again, other = (
        draw_sticker(draw_product(side=120), np.random.default_rng(seed), lettering) for seed in (5, 5, 6)
    )
    assert (first == again).all() and (first != other).any()


def test_a_gift_card_stands_on_a_plain_ground_or_fills_the_frame(lettering: Lettering) -> None:
    grounds = set()
    for seed in range(12):
        card = draw_gift_card(draw_product(side=100), np.random.default_rng(seed), lettering)
        assert card.dtype == np.uint8 and min(card.shape[:2]) > 200
        corners = card[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
        grounds.add(bool(np.ptp(corners, axis=0).max() < 12))
        assert len(np.unique(card.reshape(-1, 3) // 32, axis=0)) > 1  # words or ornaments
    assert True in grounds


def test_a_sealed_cover_fills_its_frame_or_stands_on_a_ground(lettering: Lettering) -> None:
    photo, filling = prepare(draw_product(side=160)), 0
    for seed in range(24):
        cover = draw_sealed_cover(photo, np.random.default_rng(seed), lettering)
        assert cover.dtype == np.uint8 and cover.ndim == 3 and min(cover.shape[:2]) >= 270
        corners = cover[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
        on_ground = bool(np.ptp(corners, axis=0).max() < 12) and cover.shape[0] == cover.shape[1]
        filling += not on_ground
        assert on_ground or cover.shape[0] != SIDE_PX
    assert 0.25 * 24 < filling < 0.8 * 24 and 0.25 < FILLING < 0.8


def test_sealed_covers_bear_different_seals_and_repeat_with_their_seed(lettering: Lettering) -> None:
    seals = [draw_seal(60, np.random.default_rng(seed), lettering) for seed in range(40)]
    assert {kind for _, kind in seals} == {"age", "prize", "warning", "mark"}
    for seal, _ in seals:
        alpha = np.asarray(seal)[..., 3]
        assert (
            seal.mode == "RGBA" and alpha.any() and len(np.unique(np.asarray(seal)[alpha > 200], axis=0)) > 1
        )
    photo = prepare(draw_product(side=120))
    first, again, other = (draw_sealed_cover(photo, np.random.default_rng(n), lettering) for n in (4, 4, 5))
    assert (first == again).all() and (first.shape != other.shape or (first != other).any())


def test_trials_hold_each_photo_once_and_know_what_they_are_of(lettering: Lettering) -> None:
    trials = list(draw_trials(FOLDERS, 2, 3, lettering))
    plain = [trial for trial in trials if trial.thing == "photo" and not trial.overlaid]
    assert [(trial.source, trial.held) for trial in plain] == [(0, True), (0, False), (1, True)]
    assert {(trial.thing, trial.overlaid) for trial in trials} >= {
        ("photo", True),
        ("flat", False),
        ("flat", True),
        ("staged", False),
    }
    assert not any(trial.overlaid for trial in trials if trial.thing == "staged")
    assert all(min(decode(trial.data).rgb.shape[:2]) > 60 for trial in trials)


def test_trials_repeat_with_their_seed_and_photos_held_out_give_more(lettering: Lettering) -> None:
    first, again, other = (list(draw_trials(FOLDERS, 2, seed, lettering)) for seed in (1, 1, 2))
    assert first == again
    assert [trial.data for trial in first] != [trial.data for trial in other]
    held = sum(trial.held for trial in first if trial.source == 0)
    assert held > 1.4 * sum(not trial.held for trial in first if trial.source == 0)
